"""The Tab key stops where there is something to do, and everything it stops at has a name."""

from collections import Counter
from pathlib import Path

import pytest
from faults import unfolded
from playwright.sync_api import Browser, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.pages]
STOPS = "article :is(a[href], button, summary, input, select, [tabindex='0'])"
# What a screen reader says of a control, near enough: a label, else its words.
NAMES = """all => all.filter((it) => it.getClientRects().length && it.tabIndex >= 0)
  .filter((it) => it.matches("button, summary, [data-lqr-wide]"))
  .filter((it) => !it.closest(".lqr-verdict"))
  .map((it) => it.ariaLabel || (it.querySelector(".expanded") ?? it).textContent.trim())"""


@pytest.fixture(scope="module", params=["chapters/01_regulator", "chapters/07_model_free"])
def chapter(request: pytest.FixtureRequest, browser: Browser, built_book: Path) -> Page:
    """Open a chapter once, with every fold open."""
    page = unfolded(browser, f"{built_book.as_uri()}/{request.param}.html", 1280)
    request.addfinalizer(page.close)
    return page


def test_formulas_are_no_stops(chapter: Page) -> None:
    assert chapter.locator("mjx-container").count() > 200
    assert chapter.locator("mjx-container[tabindex='0']:not([data-lqr-wide])").count() == 0


def test_every_control_has_a_name_of_its_own(chapter: Page) -> None:
    names = Counter(chapter.locator(STOPS).evaluate_all(NAMES))
    assert sum(names.values()) > 30
    assert {name: count for name, count in names.items() if count > 1 or not name} == {}
    assert not any("hidden content" in name for name in names)


def test_the_first_stop_skips_to_the_text(chapter: Page) -> None:
    chapter.evaluate("document.activeElement?.blur(); scrollTo(0, 0)")
    chapter.keyboard.press("Tab")
    assert chapter.evaluate("document.activeElement.hash") == "#main-content"
    expect(chapter.locator("#pst-skip-link")).to_be_in_viewport()
    chapter.keyboard.press("Enter")
    assert chapter.evaluate("location.hash") == "#main-content"


def test_the_focus_is_seen(chapter: Page) -> None:
    chapter.keyboard.press("Tab")  # from here on the focus is one of the keyboard
    seen = """it => { it.focus(); const style = getComputedStyle(it);
      return style.outlineStyle !== "none" || style.boxShadow !== "none" }"""
    for kind in ("a.internal", "summary", "button.copybtn"):
        assert chapter.locator(f"article {kind} >> visible=true").first.evaluate(seen), kind


def test_a_notebook_is_downloaded_and_opens_no_tab(chapter: Page) -> None:
    link = chapter.locator("a.btn-download-source-button")
    assert link.get_attribute("download") == "" and link.get_attribute("target") is None
