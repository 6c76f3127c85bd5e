"""On a phone, 390 px wide: what is cut says so, tables are cards, nothing is too small to read."""

from pathlib import Path

import pytest
from faults import TOO_WIDE, unfolded
from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.pages]
PAGES = ["chapters/03_gradient_domination", "chapters/12_adaptation", "pages/notation"]
PAGES += ["pages/index", "pages/results", "pages/api"]
NO_CUE = """() => [...document.querySelectorAll("article *")].filter((box) => {
  if (box.matches(".visually-hidden, .lqr-cards > thead, mjx-container *")) return false;
  if (!box.clientWidth) return false;
  return box.scrollWidth > box.clientWidth + 2 && getComputedStyle(box).overflowX !== "visible"
    && !box.dataset.lqrWide;
}).map((box) => `${box.tagName}.${box.className}: ${box.textContent.slice(0, 40)}`)"""
CUES = """() => [...document.querySelectorAll("[data-lqr-wide]")].filter((box) =>
  box.tabIndex !== 0 || !box.ariaLabel || getComputedStyle(box).maskImage === "none").length"""
SMALL = """() => {
  const [found, walker] = [[], document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)];
  while (walker.nextNode()) {
    const [text, parent] = [walker.currentNode.data.trim(), walker.currentNode.parentElement];
    if (!text || parent.closest("mjx-assistive-mml, script, style, .visually-hidden")) continue;
    if (!parent.getClientRects().length) continue;
    const size = parseFloat(getComputedStyle(parent).fontSize);
    if (size && size < 9) found.push(`${size} px: ${text.slice(0, 40)}`);
  }
  return found;
}"""
FLAT = """() => [...document.querySelectorAll("article table.table:not(.lqr-cards, .lqr-results)")]
  .filter((table) => {
    const [columns, box] = [table.querySelectorAll("thead th").length, table.parentElement];
    const wide = columns === 2 && box.scrollWidth > box.clientWidth + 2;
    return table.offsetWidth && (columns === 3 || wide);
  }).length"""


@pytest.fixture(scope="module", params=PAGES)
def phone(request: pytest.FixtureRequest, browser: Browser, built_book: Path) -> Page:
    """Open a page on a phone, with every fold open."""
    address = f"{built_book.as_uri()}/{request.param}.html"
    page = unfolded(browser, address, 390, 844)
    request.addfinalizer(page.close)
    return page


def test_what_is_cut_fades_and_is_reached_by_the_keyboard(phone: Page) -> None:
    assert phone.evaluate(NO_CUE) == []
    assert phone.evaluate(CUES) == 0


def test_tables_are_cards_with_the_heads_of_their_columns(phone: Page) -> None:
    assert phone.evaluate(FLAT) == 0
    assert phone.locator("[data-lqr-wide]:has(> table.lqr-cards)").count() == 0
    for cell in phone.locator("table.lqr-cards td:nth-child(2):visible").all()[:10]:
        assert cell.locator(".lqr-label").is_visible()


def test_nothing_is_smaller_than_nine_pixels(phone: Page) -> None:
    assert phone.evaluate(SMALL) == []


def test_the_page_itself_does_not_scroll_sideways(phone: Page) -> None:
    assert phone.evaluate(TOO_WIDE) == []
