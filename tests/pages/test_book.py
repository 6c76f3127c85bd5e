"""The built book as a reader meets it: every page, with and without a browser."""

import json
import shutil
from pathlib import Path

import links
import pytest
from browser import served
from faults import page_faults
from playwright.sync_api import Page

from book import collect
from book.chapters import executed_paths
from book.execute import Executor

ROOT = Path(__file__).resolve().parent.parent.parent
pytestmark = pytest.mark.pages
PAGES = links.sampled(links.page_names(ROOT / "_build" / "html")) or ["pages/index.html"]
PLACES = [("served", name) for name in PAGES]
PLACES += [("from disk", name) for name in PAGES if name.startswith(("chapters", "pages/index"))]
# Where the pages around the chapters stood at first.
OLD = {name: f"pages/{name.lower()}.html" for name in ("index", "notation", "results", "CHANGELOG")}
OLD |= {name: f"pages/{name}.html" for name in ("execution", "api", "bibliography")}
OLD |= {"theorems": "pages/map.html", "pages/theorems": "pages/map.html"}


def test_pages_are_sound(built_book: Path) -> None:
    """No load from the network, no dead link or image, no figure without words, no role text."""
    assert links.problems(built_book) == []


def test_executed_chapters_reach_the_expected_verdicts() -> None:
    assert collect.problems(ROOT) == []


def test_every_chapter_is_executed_and_can_be_downloaded(built_book: Path) -> None:
    for source in sorted((ROOT / "chapters").glob("*.ipynb")):
        assert executed_paths(ROOT, source)[0].is_file()
        assert (built_book / "_sources" / "chapters" / source.name).is_file()
        assert (built_book / "chapters" / f"{source.stem}.html").is_file()


def test_a_second_run_of_a_chapter_full_of_randomness_gives_the_same_bytes(tmp_path: Path) -> None:
    """`python -m book execute --twice` does this for every chapter."""
    chapter = ROOT / "chapters" / "07_model_free.ipynb"
    again = tmp_path / "chapters" / chapter.name
    again.parent.mkdir()
    shutil.copy(chapter, again)
    copy, record = executed_paths(ROOT, chapter)
    assert json.loads(record.read_text())["parameters"] == {}, (
        "run with other parameters: make book"
    )
    (outcome,) = Executor(tmp_path).execute([again])
    assert outcome.problem is None
    assert outcome.stderr == (), "a chapter writes nothing to stderr"
    assert executed_paths(tmp_path, again)[0].read_bytes() == copy.read_bytes()


@pytest.mark.parametrize("name", OLD)
def test_an_old_address_leads_to_its_page(built_book: Path, name: str) -> None:
    (link,) = links.Page(built_book / f"{name}.html").links
    assert (built_book / f"{name}.html").parent.joinpath(link).resolve() == built_book / OLD[name]
    assert "<article" in (built_book / OLD[name]).read_text()


@pytest.mark.browser
def test_a_browser_follows_old_addresses(page: Page, base: str) -> None:
    places = {f"{name}.html#x": f"{place}#x" for name, place in OLD.items()}
    folder = {} if base.startswith("file:") else {"": "pages/index.html"}
    for old, new in (folder | places).items():
        page.goto(f"{base}/{old}", wait_until="commit")
        page.wait_for_url(f"{base}/{new}", wait_until="commit")


@pytest.mark.browser
@pytest.mark.parametrize(("base", "name"), PLACES, indirect=["base"])
def test_a_page_opens_without_fault(page: Page, base: str, name: str) -> None:
    """No TeX error, no console error, no failed request, no page wider than a phone."""
    faults = page_faults(page, f"{base}/{name}", base)
    assert not faults, "\n".join(faults)


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_figures_and_verdicts_can_be_read(page: Page, built_book: Path, theme: str) -> None:
    """Figures are drawn dark on light, so a dark page gives them a light card."""
    for name in ("mode", "theme"):  # where the theme of the pages keeps a reader's choice
        page.add_init_script(f"localStorage.setItem('{name}', '{theme}')")
    page.route("**/mathjax/**", lambda route: route.abort())  # slow, and no matter here
    with served(built_book) as base:
        for path in sorted((built_book / "chapters").glob("*.html")):
            page.goto(f"{base}/chapters/{path.name}")
            (back,) = brightness(page, "body", "backgroundColor")
            verdicts = brightness(page, "article .lqr-verdict summary", "color")
            cards = brightness(page, "article figure img", "backgroundColor")
            assert (back > 0.5) == (theme == "light")
            assert theme == "light" or all(card > 0.9 for card in cards)
            assert verdicts and all((text < 0.5) == (theme == "light") for text in verdicts)


@pytest.mark.browser
def test_a_dark_page_is_printed_in_light_colours(page: Page, base: str) -> None:
    page.goto(f"{base}/pages/notation.html")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.emulate_media(media="print")
    page.wait_for_function("document.documentElement.dataset.theme === 'light'")
    assert brightness(page, "h1", "color")[0] < 0.5
    page.emulate_media(media="screen")
    page.wait_for_function("document.documentElement.dataset.theme === 'dark'")


def brightness(page: Page, selector: str, style: str) -> list[float]:
    """Mean of red, green and blue of each computed colour, 0 to 1; a clear one counts as dark."""
    script = """(nodes, style) => nodes.map(node => {
      const [red, green, blue, opacity = 1] = getComputedStyle(node)[style].match(/[\\d.]+/g);
      return opacity * (+red + +green + +blue) / 765;
    })"""
    return page.locator(selector).evaluate_all(script, style)
