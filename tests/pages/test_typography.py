"""Lines of text: no number breaks, no punctuation starts one, no number lies over its equation."""

from pathlib import Path

import pytest
from faults import unfolded
from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.pages]
CHAPTERS = ["01_regulator", "03_gradient_domination", "07_model_free", "08_tasks", "12_adaptation"]
PAGES = [f"chapters/{name}" for name in CHAPTERS] + ["pages/notation"]
# Characters that follow a formula and stand lower or further left than it ends: a new line.
ASTRAY = """() => {
  const found = [];
  const formulas = "article mjx-container:not([display], .lqr-wide)";
  for (const formula of document.querySelectorAll(formulas)) {
    const box = formula.closest("p, li, td, dd, dt, figcaption");
    if (!box || !formula.getClientRects().length) continue;
    const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
    walker.currentNode = formula;
    let next = walker.nextNode();
    while (next && formula.contains(next)) next = walker.nextNode();
    if (!next || !/^[.,;:!?)\\]%]/.test(next.data)) continue;
    const range = document.createRange();
    range.setStart(next, 0);
    range.setEnd(next, 1);
    const mark = range.getBoundingClientRect();
    if (mark.width && mark.left < formula.getBoundingClientRect().right - 2)
      found.push(box.textContent.slice(0, 60) + " … " + next.data.slice(0, 9));
  }
  return found;
}"""
BROKEN = """() => [...document.querySelectorAll("article .lqr-number")]
  .filter((number) => new Set([...number.getClientRects()].map(({ top }) => top)).size > 1)
  .map((number) => number.textContent)"""
APART = """() => [...document.querySelectorAll("article .lqr-number")]
  .filter((number) => /^ %/.test(number.nextSibling?.data ?? ""))
  .map((number) => number.textContent)"""
COVERED = """() => [...document.querySelectorAll("article div.math > .eqno")].filter((number) => {
  const formula = number.parentElement.querySelector("mjx-container");
  const [a, b] = [number, formula].map((part) => part.getBoundingClientRect());
  const beside = a.left >= b.right || b.left >= a.right;
  return a.width && !beside && a.top < b.bottom - 1 && b.top < a.bottom - 1;
}).map((number) => number.textContent)"""
CUT = """() => [...document.querySelectorAll("article pre:not(.cell_output pre)")]
  .filter((code) => code.scrollWidth > code.clientWidth + 1)
  .map((code) => code.textContent.slice(0, 60))"""


@pytest.fixture(scope="module", params=[(page, width) for page in PAGES for width in (1400, 390)])
def typeset(request: pytest.FixtureRequest, browser: Browser, built_book: Path) -> Page:
    """Open a page in one width, with every fold open."""
    name, width = request.param
    page = unfolded(browser, f"{built_book.as_uri()}/{name}.html", width)
    request.addfinalizer(page.close)
    return page


def test_lines_break_where_they_may(typeset: Page) -> None:
    assert typeset.evaluate(ASTRAY) == []
    assert typeset.evaluate(BROKEN) == []
    assert typeset.evaluate(APART) == []


def test_the_number_of_an_equation_lies_beside_it_or_above(typeset: Page) -> None:
    assert typeset.evaluate(COVERED) == []


def test_no_line_of_code_is_cut(typeset: Page) -> None:
    assert typeset.evaluate(CUT) == []


def test_pasted_numbers_are_not_bold(typeset: Page) -> None:
    weight = (
        "it => getComputedStyle(it).fontWeight === getComputedStyle(it.parentElement).fontWeight"
    )
    for number in typeset.locator("article .pasted-text").all()[:20]:
        assert number.evaluate(weight)
