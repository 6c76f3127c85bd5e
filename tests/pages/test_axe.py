"""axe-core finds no serious barrier on any page, light or dark."""

from pathlib import Path

import links
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.pages]
ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = links.sampled(links.page_names(ROOT / "_build" / "html")) or ["pages/index.html"]
BAD = {"serious", "critical"}
# Ten thousand parts of formulas would take most of the time; what is read aloud of them is MathML.
FORMULAS = "**/mathjax/**"


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Page:
    """Open a tab for all pages, without formulas."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(120_000)
    page.route(FORMULAS, lambda route: route.abort())
    return page


def barriers(page: Page, **rules: object) -> list[str]:
    """One line for each serious barrier: its rule, how often, and the first place."""
    found = Axe().run(page, options={"resultTypes": ["violations"], **rules}).response
    return [
        f"{barrier['id']} ({len(barrier['nodes'])}): {barrier['nodes'][0]['html'][:120]}"
        for barrier in found["violations"]
        if barrier["impact"] in BAD
    ]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_barrier(tab: Page, built_book: Path, name: str) -> None:
    tab.goto(f"{built_book.as_uri()}/{name}")
    tab.add_style_tag(content="* {transition: none !important}")  # colours half way would count
    assert barriers(tab, runOnly=["wcag2a", "wcag2aa"]) == []
    tab.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert barriers(tab, runOnly=["color-contrast"]) == []


def test_a_barrier_would_be_found(tab: Page) -> None:
    tab.set_content("<main><button></button><p style='color: #aaa'>Grey words</p></main>")
    found = barriers(tab, runOnly=["wcag2a", "wcag2aa"])
    assert {line.partition(" ")[0] for line in found} >= {"button-name", "color-contrast"}
