"""The search page finds the right place first, from disk and served, and says so to everybody."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import links
import pytest
from faults import watch
from playwright.sync_api import Browser, Page, expect

pytestmark = [pytest.mark.pages, pytest.mark.browser]
INPUT = ".lqr-search input[name=q]"
PAGES = "#search-results section"
PLACES = "#search-results li > a"
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
    "Figure 2": "chapters/05_convergence.html#figure-2",
    "your own system": "chapters/15_your_system.html",
    "stabilising": "chapters/01_regulator.html",
    "Hoegh": "pages/bibliography.html",
    "lqrlib.solve": "pages/api.html#lqrlib.solve",
}


@pytest.fixture(scope="module")
def opened(browser: Browser, base: str) -> Iterator[Page]:
    """Open the search page once for all queries."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    faults = watch(page, base)
    page.goto(f"{base}/search.html")
    yield page
    page.close()
    assert faults == [], faults


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_finds_its_place_first(opened: Page, query: str) -> None:
    opened.fill(INPUT, query)
    first = opened.locator(PLACES).first
    place = re.sub(r"\?[^#]*", "", first.get_attribute("href") or "")
    wanted = QUERIES[query]
    assert (place if "#" in wanted else place.partition("#")[0]) == wanted
    item = opened.locator("#search-results li").first
    # What was found is marked, in the title or in the excerpt.
    assert item.locator("mark").count() > 0 or query in ("E5", "step size")
    assert item.locator("p").inner_text()
