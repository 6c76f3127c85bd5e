"""The search page finds the right place first, from disk and served, and says so to everybody."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import links
import pytest
from faults import watch
from playwright.sync_api import Browser, Locator, Page, expect

pytestmark = [pytest.mark.pages, pytest.mark.browser]
INPUT = ".lqr-search input[name=q]"
PLACES = "#search-results li > a"
PAGES = "#search-results section"
# What is sought, the page that comes first and, where it matters, the place on it.
QUERIES = {
    "MAML": "chapters/08_tasks.html#s1-eq-3",
    "Theorem 3.4": "chapters/05_convergence.html#s2-thm-3.4",
    "S1 Theorem 12": "chapters/09_model_based_maml.html#s1-thm-12",
    "gradient domination": "chapters/03_gradient_domination.html#gradient-domination",
    "sigma": "pages/notation.html",
    "Σ": "pages/notation.html",
    "kappa": "pages/notation.html",
    "natural gradient": "chapters/05_convergence.html#s2-thm-3.5",
    "Lemma 8": "chapters/08_tasks.html#s1-lemma-8",
    "E5": "chapters/14_audit.html#e5",
    "Riccati": "chapters/04_mean_square_stability.html",
    "heterogeneity": "chapters/08_tasks.html#s1-het",
    "suspension": "chapters/06_robustness.html",
    "mean-square stability": "chapters/04_mean_square_stability.html",
    "mean square stability": "chapters/04_mean_square_stability.html",
    "Helly": "chapters/08_tasks.html",
    "roll-out": "chapters/07_model_free.html",
    "rollouts": "chapters/07_model_free.html",
    "clock": "chapters/12_adaptation.html",
    "zeroth-order": "chapters/10_zeroth_order.html",
    "dlqr": "pages/notation.html",
    "step size": "chapters/05_convergence.html",
    "Hessian": "chapters/02_gradient.html",
    "Figure 2": "chapters/05_convergence.html#s2-fig-2",
    "your own system": "chapters/15_your_system.html",
    "stabilising": "chapters/01_regulator.html",
    "Hoegh": "pages/bibliography.html",
    "lqrlib.solve": "pages/library/lqrlib.html#lqrlib.solve",
}
UNWRITTEN = {"step size"}  # leads to a place that has the matter, not the words


@pytest.fixture(scope="module")
def opened(browser: Browser, base: str) -> Iterator[Page]:
    """Open the search page once for all queries."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    faults = watch(page, base)
    page.goto(f"{base}/search.html")
    yield page
    page.close()
    assert faults == [], faults


def without_query(link: Locator) -> str:
    return re.sub(r"\?[^#]*", "", link.get_attribute("href") or "")


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_finds_its_place_first(opened: Page, query: str) -> None:
    opened.fill(INPUT, query)
    place, wanted = without_query(opened.locator(PLACES).first), QUERIES[query]
    assert (place if "#" in wanted else place.partition("#")[0]) == wanted


@pytest.mark.parametrize("query", [query for query in QUERIES if query not in UNWRITTEN])
def test_what_was_sought_is_marked_beside_words_of_the_place(opened: Page, query: str) -> None:
    opened.fill(INPUT, query)
    item = opened.locator("#search-results li").first
    assert item.locator("mark").count() >= len(query.split())
    assert len(item.locator("p").inner_text().split()) > 2


def test_every_place_can_be_reached(built_book: Path) -> None:
    script = (built_book / "_static" / "search_data.js").read_text(encoding="utf-8")
    pages = json.loads(script.removeprefix("window.lqrSearch = ").rstrip(";\n"))
    assert {page["place"] for page in pages} > {"pages/notation.html", "chapters/01_regulator.html"}
    for page in pages:
        anchors = links.Page(built_book / page["place"]).anchors | {""}
        lost = {entry.get("anchor", "") for entry in page["entries"]} - anchors
        assert not lost, f"{page['place']}: {sorted(lost)}"


def test_no_other_page_loads_what_the_search_looks_through(built_book: Path) -> None:
    assert not (built_book / "searchindex.js").exists()
    for name in links.page_names(built_book):
        loads = links.Page(built_book / name).loads
        assert any("search_data" in load for load in loads) == (name == "search.html"), name
        assert not any("searchtools" in load for load in loads), name


def test_results_follow_what_is_typed_and_say_how_many_there_are(opened: Page) -> None:
    status = opened.locator(".lqr-search [role=status]")
    opened.fill(INPUT, "")
    expect(status).to_be_empty()
    opened.fill(INPUT, "Helly")
    expect(status).to_have_text(re.compile(r"^[1-9]\d* places? on [1-9]\d* pages?$"))
    found = [int(number) for number in re.findall(r"\d+", status.inner_text())]
    assert found == [opened.locator(PLACES).count(), opened.locator(PAGES).count()]
    assert opened.url.endswith("?q=Helly")
    opened.fill(INPUT, "Helly xyzzy")
    expect(status).to_contain_text("Nothing found for “Helly xyzzy”. Try fewer words")
    expect(opened.locator(".lqr-search-tips")).to_be_visible()
    assert opened.locator(PLACES).count() == 0


def test_arrows_lead_through_the_results_and_escape_back(opened: Page) -> None:
    opened.fill(INPUT, "policy gradient")
    opened.focus(INPUT)
    script = "links => links.indexOf(document.activeElement)"
    for key, place in (("ArrowDown", 0), ("ArrowDown", 1), ("ArrowUp", 0), ("Escape", -1)):
        opened.keyboard.press(key)
        assert opened.locator(PLACES).evaluate_all(script) == place
    expect(opened.locator(INPUT)).to_be_focused()


def test_the_dialog_of_every_page_leads_to_the_place_and_marks_it(
    faultless: Page, base: str
) -> None:
    faultless.route("**/mathjax/**", lambda route: route.fulfill(body=""))
    faultless.goto(f"{base}/pages/notation.html")
    faultless.keyboard.press("Control+k")
    dialog = faultless.locator("#pst-search-dialog input")
    expect(dialog).to_be_focused()
    assert "Theorem 3.4" in (dialog.get_attribute("placeholder") or "")
    faultless.keyboard.type("heterogeneity")
    faultless.keyboard.press("Enter")
    faultless.wait_for_url("**/search.html?q=heterogeneity")
    expect(faultless.locator(INPUT)).to_have_value("heterogeneity")
    faultless.locator(PLACES).first.click()
    faultless.wait_for_url(f"{base}/chapters/08_tasks.html#s1-het")
    marks = "CSS.highlights.get('lqr-sought')?.size ?? 0"
    assert faultless.evaluate(marks) > 5
    faultless.keyboard.press("Escape")
    assert faultless.evaluate(marks) == 0


def test_the_page_fits_a_phone(faultless: Page, base: str) -> None:
    faultless.set_viewport_size({"width": 390, "height": 844})
    faultless.goto(f"{base}/search.html?q=gradient")
    faultless.locator(PLACES).first.wait_for()
    assert faultless.evaluate("document.scrollingElement.scrollWidth - innerWidth") <= 0
