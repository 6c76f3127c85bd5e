"""Cards over links and formulas: what they show, how they come and go, and where they fit."""

import json
import re
from pathlib import Path

import pytest
from faults import SETTLED, UNFOLD
from playwright.sync_api import Browser, Locator, Page, expect

from book import previews

pytestmark = [pytest.mark.browser, pytest.mark.pages]
WAIT = 60_000  # milliseconds, so that load decides nothing
STATEMENT = "a[href='#s2-thm-3.5']"
EQUATION = "a[href='#equation-eq-natural-rate']"
CITATION = "a[href*='bibliography.html#']"
INSIDE = """card => { const box = card.getBoundingClientRect();
  return box.left >= 0 && box.top >= 0 && box.right <= innerWidth && box.bottom <= innerHeight }"""


@pytest.fixture
def chapter(faultless: Page, base: str) -> Page:
    """Open a chapter that cites statements, equations and papers."""
    faultless.goto(f"{base}/chapters/05_convergence.html")
    faultless.wait_for_function(SETTLED)
    faultless.evaluate(UNFOLD)
    return faultless


def card(page: Page) -> Locator:
    return page.locator(".lqr-card")


def hover(page: Page, selector: str) -> Locator:
    """Hover over the first visible of some things; return the card."""
    page.locator(f"article {selector} >> visible=true").first.hover()
    expect(card(page)).to_be_visible(timeout=WAIT)
    return card(page)


@pytest.mark.parametrize(
    ("selector", "said"),
    [
        (STATEMENT, "Theorem 5.3 Natural gradient"),
        (EQUATION, "(5.6)"),
        (CITATION, "Learning robust controllers"),
    ],
)
def test_a_link_shows_what_it_leads_to(chapter: Page, selector: str, said: str) -> None:
    shown = hover(chapter, selector)
    expect(shown).to_contain_text(said, timeout=WAIT)
    expect(shown.locator(".math:not(:has(mjx-container))")).to_have_count(0, timeout=WAIT)
    assert shown.evaluate(INSIDE)
    assert chapter.locator("[aria-describedby=lqr-card]").count() == 1


def test_the_pointer_may_move_into_the_card_and_leaves_it_elsewhere(chapter: Page) -> None:
    hover(chapter, STATEMENT).hover()
    chapter.wait_for_timeout(500)
    expect(card(chapter)).to_be_visible(timeout=WAIT)
    chapter.locator("article h1").hover()
    expect(card(chapter)).to_be_hidden(timeout=WAIT)
    assert chapter.locator("[aria-describedby=lqr-card]").count() == 0


def test_escape_closes_the_card_that_the_keyboard_opened(chapter: Page) -> None:
    link = chapter.locator(f"article {STATEMENT} >> visible=true").first
    chapter.keyboard.press("Tab")  # from here on the focus is one of the keyboard
    link.focus()
    expect(card(chapter)).to_contain_text("Theorem 5.3", timeout=WAIT)
    chapter.keyboard.press("Escape")
    expect(card(chapter)).to_be_hidden(timeout=WAIT)


def test_a_formula_shows_the_symbols_it_is_made_of(chapter: Page) -> None:
    chapter.locator("article table mjx-container >> visible=true").first.hover()
    expect(card(chapter).locator("dt").first).to_be_visible(timeout=WAIT)
    assert "gradient" in card(chapter).inner_text()


def test_symbols_are_told_from_longer_ones(chapter: Page) -> None:
    chapter.evaluate("lqrMeanings.previews()")
    script = "tex => lqrMeanings.symbolsIn(tex).flatMap((row) => row.tex)"
    assert "K^*" in chapter.evaluate(script, r"\Sigma_{K^*}")
    assert r"\Sigma_K" not in chapter.evaluate(script, r"\Sigma_{K^*}")
    assert r"\Sigma_K" in chapter.evaluate(script, r"\operatorname{tr}\,\Sigma_K")
    assert chapter.evaluate(script, r"\operatorname{tr}\text{KQR}") == []


def test_the_margin_lists_the_symbols_of_the_page(chapter: Page) -> None:
    chapter.set_viewport_size({"width": 1400, "height": 900})
    chapter.locator(".lqr-page-symbols > summary").click()
    expect(chapter.locator(".lqr-page-symbols dt").nth(10)).to_be_visible(timeout=WAIT)
    assert "optimal gain" in chapter.locator(".lqr-page-symbols").inner_text()


def test_a_tap_follows_the_link(browser: Browser, base: str) -> None:
    page = browser.new_context(has_touch=True, is_mobile=True).new_page()
    page.goto(f"{base}/chapters/05_convergence.html")
    page.wait_for_function(SETTLED)
    page.evaluate(UNFOLD)
    page.locator(f"article {EQUATION} >> visible=true").first.tap()
    page.wait_for_url("**#equation-eq-natural-rate")
    page.context.close()


def test_previews_are_those_of_the_pages_and_the_same_again(
    built_book: Path, tmp_path: Path
) -> None:
    written = (built_book / "_static" / "previews.js").read_text(encoding="utf-8")
    for folder in ("chapters", "pages"):
        (tmp_path / folder).symlink_to(built_book / folder)
    (tmp_path / "_static").mkdir()
    previews.write(tmp_path)
    assert (tmp_path / "_static" / "previews.js").read_text(encoding="utf-8") == written
    cards = json.loads(re.findall(r"= (\{.*?\});\n", written, re.DOTALL)[0])
    assert len(cards) > 300
    for text in cards.values():
        assert " id=" not in text and "../" not in text and "headerlink" not in text
