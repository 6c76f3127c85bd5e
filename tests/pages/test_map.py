"""The map of statements in a browser: the drawing, the list, and that both say the same."""

import re
from pathlib import Path
from typing import Any

import links
import pytest
from faults import SETTLED, watch
from playwright.sync_api import Browser, Page, expect

from book import collect

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.pages, pytest.mark.browser]
NODE = ".lqr-map .node"
ENTRY = ".lqr-map-entry"
#: A statement with formulas that uses others and is used.
LABEL = "s2-lemma-3.2"


@pytest.fixture
def map_page(page: Page, base: str) -> Page:
    """The page with its formulas as they are written, which is quick."""
    page.route("**/mathjax/**", lambda route: route.abort())
    page.goto(f"{base}/pages/map.html")
    return page


@pytest.fixture
def typeset_page(page: Page, base: str) -> Page:
    page.goto(f"{base}/pages/map.html")
    page.wait_for_function(SETTLED)
    return page


@pytest.fixture(scope="module")
def anchors(built_book: Path) -> dict[str, set[str]]:
    """Places on every page, read once for both bases: it takes seconds."""
    return {path.name: links.Page(path).anchors for path in built_book.glob("*/*.html")}


def node(page: Page, label: str = LABEL) -> str:
    return f'{NODE}[data-label="{label}"]'


def hrefs(page: Page, selector: str) -> list[str]:
    script = "links => links.map(link => link.getAttribute('href'))"
    found: list[str] = page.locator(selector).evaluate_all(script)
    return found


def test_the_map_has_every_statement_in_order_and_every_link_resolves(
    map_page: Page, anchors: dict[str, set[str]]
) -> None:
    drawn = hrefs(map_page, NODE)
    assert [place.partition("#")[2] for place in drawn] == list(collect.labels(ROOT))
    assert len(drawn) > 100
    assert drawn == hrefs(map_page, f"{ENTRY} > p:first-child > a")
    for place in drawn + hrefs(map_page, f"{ENTRY} a") + hrefs(map_page, ".lqr-map .head"):
        name, _, anchor = place.rpartition("/")[2].partition("#")
        assert name in anchors and (not anchor or anchor in anchors[name]), place


def test_numbers_of_the_map_are_those_of_the_list_and_large_enough(map_page: Page) -> None:
    shown = map_page.locator(NODE).evaluate_all(
        "nodes => nodes.map(node => ['kind', 'number']"
        ".map(part => node.querySelector('.' + part).textContent).join(' '))"
    )
    assert shown == map_page.locator(f"{ENTRY} > p:first-child > a").all_inner_texts()
    for width in (1400, 1000, 700):
        map_page.set_viewport_size({"width": width, "height": 900})
        size = map_page.locator(".lqr-map .kind").first.evaluate(
            "it => parseFloat(getComputedStyle(it).fontSize) * it.getCTM().a"
        )
        assert size >= 9


def test_edges_of_the_map_are_those_of_the_list(map_page: Page) -> None:
    listed = map_page.locator(ENTRY).evaluate_all(
        """entries => entries.flatMap(entry => {
          const label = it => decodeURIComponent(it.hash.slice(1));
          const told = [...entry.children].find(part => part.textContent.startsWith("uses:"));
          const uses = [...(told?.querySelectorAll("a") ?? [])];
          return uses.map(used => [label(entry.querySelector("a")), label(used)]);
        })"""
    )
    script = "paths => paths.map(path => [path.dataset.user, path.dataset.used])"
    assert map_page.locator(".lqr-map-scroll path").evaluate_all(script) == listed and listed


def test_pointing_shows_the_statement_and_what_it_rests_on(typeset_page: Page) -> None:
    card = typeset_page.locator(".lqr-map-card")
    expect(card).to_be_hidden()
    typeset_page.hover(node(typeset_page))
    expect(card).to_be_visible()
    expect(card).to_contain_text("Gradient domination (S2 Lemma 3.2)")
    assert card.locator("mjx-container").count() > 3
    assert card.locator("a, [tabindex]").count() == 0
    edges = typeset_page.locator(".lqr-map-scroll path")
    for name, end in (("uses:not(.lqr-far)", "user"), ("used", "used")):
        of_it = typeset_page.locator(f'.lqr-map-scroll path[data-{end}="{LABEL}"]').count()
        assert typeset_page.locator(f".lqr-map-scroll path.lqr-{name}").count() == of_it > 0
    assert 0 < typeset_page.locator(".lqr-map-scroll path.lqr-near").count() < edges.count()
    typeset_page.keyboard.press("Escape")
    expect(card).to_be_hidden()


def test_every_card_stays_beside_its_node_and_in_the_map(typeset_page: Page) -> None:
    faults = typeset_page.locator(NODE).evaluate_all(
        """nodes => nodes.filter(node => {
          node.focus();
          const card = document.querySelector(".lqr-map-card").getBoundingClientRect();
          const at = node.querySelector("rect").getBoundingClientRect();
          const all = document.querySelector(".lqr-map").getBoundingClientRect();
          const apart = card.left >= at.right || card.right <= at.left
            || card.top >= at.bottom || card.bottom <= at.top;
          return !(apart && card.left >= all.left - 1 && card.right <= all.right + 1);
        }).map(node => node.dataset.label)"""
    )
    assert faults == []


def test_a_click_opens_the_statement(map_page: Page, base: str) -> None:
    map_page.click(node(map_page))
    map_page.wait_for_url(f"{base}/chapters/*#{LABEL}", wait_until="commit")


def test_filters_hide_in_the_map_and_in_the_list_and_their_counts_are_true(map_page: Page) -> None:
    whole = map_page.locator(NODE).count()
    for name in ("paper", "verdict"):
        for label in map_page.locator(f".lqr-map-filters label[data-{name}]").all():
            value = label.locator("input").get_attribute("value")
            mine = map_page.locator(f'{NODE}[data-{name}="{value}"]')
            count = int(label.locator("small").inner_text())
            label.locator("input").uncheck()
            assert mine.count() == count and mine.first.is_hidden()
            for selector in (NODE, f"{ENTRY}"):
                assert map_page.locator(f"{selector}:visible").count() == whole - count
            ends = map_page.locator(".lqr-map-scroll path:visible").evaluate_all(
                "paths => paths.flatMap(path => [path.dataset.user, path.dataset.used])"
            )
            kept = map_page.locator(f"{NODE}:visible").evaluate_all(
                "nodes => nodes.map(node => node.dataset.label)"
            )
            assert set(ends) <= set(kept)
            label.locator("input").check()
    for box in map_page.locator('.lqr-map-filters input[name="paper"]').all():
        box.uncheck()
    assert map_page.locator("article section section:visible").count() == 0


def test_the_keyboard_reaches_every_statement(map_page: Page) -> None:
    """The tabulator stops once in the map; arrows go on from there, and enter opens."""
    map_page.locator(".lqr-map-filters input").last.focus()
    for _ in range(map_page.locator(".lqr-map .head").count() + 1):
        map_page.keyboard.press("Tab")
    focus = "document.activeElement.dataset.label"
    labels = map_page.locator(NODE).evaluate_all("all => all.map(one => one.dataset.label)")
    assert map_page.evaluate(focus) == labels[0]
    expect(map_page.locator(".lqr-map-card")).to_be_visible()
    seen = []
    for _ in range(map_page.locator(".lqr-map .head").count()):
        column = [map_page.evaluate(focus)]
        for key in ("ArrowDown", "ArrowUp"):
            while True:
                map_page.keyboard.press(key)
                if map_page.evaluate(focus) == column[-1]:
                    break
                column.append(map_page.evaluate(focus))
        seen += column
        map_page.keyboard.press("ArrowRight")
    assert set(seen) == set(labels)
    map_page.keyboard.press("Tab")
    assert map_page.evaluate(focus) is None
    map_page.keyboard.press("Shift+Tab")
    map_page.keyboard.press("Enter")
    map_page.wait_for_url("**/chapters/*#*", wait_until="commit")


def test_every_statement_has_a_name_for_screen_readers(map_page: Page) -> None:
    name = map_page.locator(node(map_page)).get_attribute("aria-label")
    assert re.fullmatch(r"Lemma 3\.\d, Gradient domination \(S2 Lemma 3\.2\)\. holds", name or "")


def test_print_phones_and_pages_without_script_have_the_list(browser: Browser, base: str) -> None:
    phone: dict[str, Any] = {"viewport": {"width": 390, "height": 844}}
    for settings in (phone, {"java_script_enabled": False}, {}):
        context = browser.new_context(**settings)
        page = context.new_page()
        faults = watch(page, base)
        page.goto(f"{base}/pages/map.html")
        if not settings:
            page.emulate_media(media="print")
        expect(page.locator(".lqr-map-scroll")).to_be_hidden()
        assert page.locator(f"{ENTRY}:visible").count() == page.locator(NODE).count() > 100
        width = page.evaluate("document.scrollingElement.scrollWidth - innerWidth")
        assert "viewport" not in settings or width <= 0
        assert faults == [] or settings == {"java_script_enabled": False}  # its scripts fail
        context.close()
