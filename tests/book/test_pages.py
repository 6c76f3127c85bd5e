"""The built book as a reader meets it: every page, with and without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import lqrlib
from book import api, check, collect, look
from book.browser import Browser, find_chromium, served

ROOT = Path(__file__).resolve().parent.parent.parent
FIGURES = "article figure img"
VERDICTS = "article .lqr-verdict em"


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
    anchors = check.read_page(built_book / "api.html").anchors
    documented = {f"module-{module.__name__}" for module in api.public_modules()}
    documented |= {
        f"lqrlib.{name}"
        for name in lqrlib.__all__
        if not isinstance(getattr(lqrlib, name), ModuleType)
    }
    assert documented <= anchors, documented - anchors


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
    for path in [built_book / "index.html", *chapters(built_book)]:
        assert list(look.page_problems(browser, path.as_uri(), base)) == []


@pytest.mark.browser
def test_figures_and_verdicts_can_be_read_on_a_dark_page(
    browser: Browser, built_book: Path
) -> None:
    """Figures are drawn dark on light, so a dark page gives them a light card."""
    browser.resize(look.DESKTOP)
    with served(built_book) as base:
        for theme, is_light in (("dark", False), ("light", True)):
            look.set_theme(browser, f"{base}/index.html", theme)
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
