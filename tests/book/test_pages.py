"""The built book as a reader meets it: every page, with and without a browser."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import ModuleType

import pytest

import lqrlib
from book import api, check, collect, look
from book.browser import Browser, BrowserError, find_chromium, served

ROOT = Path(__file__).resolve().parent.parent.parent
FIGURES = "article figure img"
VERDICTS = "article .lqr-verdict em"
# Where the pages around the chapters stood at first.
OLD = ["index", "notation", "results", "theorems", "execution", "api", "bibliography", "CHANGELOG"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = find_chromium()
    assert chromium is not None
    with Browser(chromium) as opened:
        yield opened


def chapters(built: Path) -> list[Path]:
    return sorted((built / "chapters").glob("*.html"))


@pytest.mark.pages
def test_pages_are_sound(built_book: Path) -> None:
    """No load from the network, no dead link or image, no figure without words, no role text."""
    assert check.problems(built_book) == []


@pytest.mark.pages
def test_executed_chapters_reach_the_expected_verdicts(built_book: Path) -> None:
    assert collect.problems(ROOT) == []


@pytest.mark.pages
def test_every_chapter_is_executed_and_can_be_downloaded(built_book: Path) -> None:
    for source in sorted((ROOT / "chapters").glob("*.ipynb")):
        executed = collect.EXECUTED + f"/chapters/{source.name}"
        assert (ROOT / executed).is_file()
        assert (built_book / "_sources" / "chapters" / source.name).is_file()
        assert (built_book / "chapters" / f"{source.stem}.html").is_file()


@pytest.mark.pages
def test_api_page_documents_every_public_name(built_book: Path) -> None:
    anchors = check.read_page(built_book / "pages" / "api.html").anchors
    documented = {f"module-{module.__name__}" for module in api.public_modules()}
    documented |= {
        f"lqrlib.{name}"
        for name in lqrlib.__all__
        if not isinstance(getattr(lqrlib, name), ModuleType)
    }
    assert documented <= anchors, documented - anchors


@pytest.mark.pages
@pytest.mark.parametrize("name", OLD)
def test_an_old_address_leads_to_its_page(built_book: Path, name: str) -> None:
    place = f"pages/{name.lower()}.html"
    assert check.read_page(built_book / f"{name}.html").links == [place]
    assert "<article" in (built_book / place).read_text()


@pytest.mark.browser
@pytest.mark.parametrize("place", ["below the top of a host", "from disk"])
def test_a_browser_follows_old_addresses(browser: Browser, built_book: Path, place: str) -> None:
    with served(built_book.parent) as host:
        base = built_book.as_uri() if place == "from disk" else f"{host}/{built_book.name}"
        folder = [] if place == "from disk" else [("", "pages/index.html")]
        pages = [(f"{name}.html#x", f"pages/{name.lower()}.html#x") for name in OLD]
        for old, new in folder + pages:
            assert landing(browser, f"{base}/{old}") == f"{base}/{new}"


def landing(browser: Browser, url: str) -> str:
    """Where a page that leads on has led to after at most ten seconds."""
    browser.open("about:blank")
    browser.send("Page.navigate", url=url)
    address, deadline = url, time.monotonic() + 10
    while "/pages/" not in address and time.monotonic() < deadline:
        with suppress(BrowserError):  # the page left while it was asked
            address = browser.evaluate("location.href")
    return address


@pytest.mark.browser
def test_every_page_opens_without_fault(built_book: Path) -> None:
    """No TeX error, no console error, no failed request, no page wider than a phone."""
    chromium = find_chromium()
    assert chromium is not None
    assert look.problems(built_book, chromium) == []


@pytest.mark.browser
@pytest.mark.parametrize("place", ["served", "from disk"])
def test_search_finds_pages(browser: Browser, built_book: Path, place: str) -> None:
    with served(built_book) as base:
        count, faults = look.search_results(
            browser, base if place == "served" else built_book.as_uri(), "gradient"
        )
    assert count > 0
    assert faults == []


@pytest.mark.browser
def test_pages_open_from_disk(browser: Browser, built_book: Path) -> None:
    base = built_book.as_uri()
    for path in [built_book / "pages" / "index.html", *chapters(built_book)]:
        assert list(look.page_problems(browser, path.as_uri(), base)) == []


@pytest.mark.browser
def test_figures_and_verdicts_can_be_read_on_a_dark_page(
    browser: Browser, built_book: Path
) -> None:
    """Figures are drawn dark on light, so a dark page gives them a light card."""
    browser.resize(look.DESKTOP)
    with served(built_book) as base:
        for theme, is_light in (("dark", False), ("light", True)):
            look.set_theme(browser, f"{base}/pages/index.html", theme)
            for path in chapters(built_book):
                browser.open(f"{base}/{path.relative_to(built_book).as_posix()}")
                (page,) = look.computed_style(browser, "body", "backgroundColor")
                assert (brightness(page) > 0.5) == is_light
                if theme == "dark":
                    cards = look.computed_style(browser, FIGURES, "backgroundColor")
                    assert all(brightness(card) > 0.9 for card in cards)
                verdicts = look.computed_style(browser, VERDICTS, "color")
                assert verdicts
                assert all((brightness(text) < 0.5) == is_light for text in verdicts)


def brightness(color: str) -> float:
    """Mean of red, green and blue of a computed colour, from 0 to 1; a clear one counts as dark."""
    numbers = [float(part) for part in color.strip("rgba() ").split(",")]
    opacity = numbers[3] if len(numbers) > 3 else 1.0
    return opacity * sum(numbers[:3]) / 3 / 255
