"""The results page: its rows are what the executed chapters reported, and its filters show some."""

import csv
import json
import re
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import links
import pytest
from bs4 import BeautifulSoup, Tag
from playwright.sync_api import Browser, Page, expect

from book import collect, library_pages
from lqrpapers.claims.rows import Claim, digits, table
from lqrpapers.claims.verdicts import KINDS, WORDS
from lqrpapers.notebook import readable

ROOT = Path(__file__).resolve().parent.parent.parent
pytestmark = pytest.mark.pages
ROW = "table.lqr-results tbody tr"


@pytest.fixture(scope="module")
def rows(built_book: Path) -> list[Tag]:
    text = (built_book / "pages" / "results.html").read_text(encoding="utf-8")
    return list(BeautifulSoup(text, "html.parser").select(ROW))


@pytest.fixture(scope="module")
def offered(built_book: Path) -> list[dict[str, Any]]:
    """What the page offers as JSON."""
    found: list[dict[str, Any]] = json.loads((built_book / "_static/results.json").read_text())
    return found


def column(row: Tag, number: int) -> list[str]:
    """The lines of a row in one of its columns."""
    return [line.get_text() for line in row("td")[number].select(".lqr-line")]


def test_the_json_is_what_the_chapters_reported(offered: list[dict[str, Any]]) -> None:
    assert offered == table(collect.results(ROOT)) and len(offered) > 100


def test_the_csv_has_the_numbers_of_the_json(
    built_book: Path, offered: list[dict[str, Any]]
) -> None:
    with (built_book / "_static" / "results.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    wanted = [(row, line) for row in offered for line in row["lines"] or [{}]]
    assert len(lines) == len(wanted)
    for found, (row, line) in zip(lines, wanted, strict=True):
        each = row | line
        for name in set(found) - {"tightest", "median"}:
            value = each.get(name)
            assert found[name] == ("" if value is None else str(value)), (row["id"], name)
        for name in ("tightest", "median"):
            value = line.get(name)
            assert found[name] == "" if value is None else float(found[name]) == float(value)


def test_the_page_has_the_numbers_of_the_json(
    rows: list[Tag], offered: list[dict[str, Any]]
) -> None:
    claims = {row["id"]: row for row in offered if row["kind"] != "definition"}
    assert [marks(row)["data-id"] for row in rows] and len(rows) == len(claims)
    for row in rows:
        mark = marks(row)
        claim = claims[mark["data-id"]]
        assert (mark["data-verdict"], mark["data-paper"]) == (claim["verdict"], group(claim))
        assert row("td")[1].get_text().endswith(claim["words"])
        lines = claim["lines"]
        counts = [re.sub(r"\D+", " ", text.replace(",", "")) for text in column(row, 3)]
        assert counts == [
            f"{line['violated'] or ''} {line['checked']}".strip() for line in lines
        ], claim["id"]
        ratios = [(line["tightest"], line["median"]) for line in lines]
        assert column(row, 4) == [told(ratio, digits) for ratio, _ in ratios]
        assert column(row, 5) == [told(ratio, "{:.2g}".format) for _, ratio in ratios]


def marks(row: Tag) -> dict[str, str]:
    (mark,) = row.select(".lqr-result")
    return {name: str(value) for name, value in mark.attrs.items()}


def group(claim: dict[str, Any]) -> str:
    return Claim(**{field.name: claim[field.name] for field in fields(Claim)}).group


def told(ratio: float | str | None, form: Callable[[float], str]) -> str:
    return "–" if ratio is None else readable(form(float(ratio)))


def test_links_lead_to_the_statement_the_cell_and_the_inequality(
    built_book: Path, rows: list[Tag], offered: list[dict[str, Any]]
) -> None:
    claims, statements = {row["id"]: row for row in offered}, collect.labels(ROOT)
    cells, checks = 0, 0
    for row in rows:
        claim = claims[marks(row)["data-id"]]
        first, *_, last = row("td")
        places = [str(link["href"]) for link in last("a")]
        assert [place for place in places if "library/" in place] == [
            library_pages.place(name) for name in claim["functions"]
        ]
        assert not claim["cell"] or f"../{claim['cell']}" in places
        assert bool(claim["lines"]) == bool(claim["cell"]) == bool(claim["functions"]), claim["id"]
        if claim["id"] in statements:
            assert first.a is not None and str(first.a["href"]).endswith(f"#{claim['id']}")
        cells, checks = cells + bool(claim["cell"]), checks + len(claim["functions"])
    assert cells > 40 and checks > 40
    anchors = links.Page(built_book / "pages" / "results.html").links
    assert "../_static/results.csv" in anchors and "../_static/results.json" in anchors


def test_the_words_of_every_verdict_are_explained(built_book: Path) -> None:
    wanted = {WORDS.get(word, word) for words in KINDS.values() for word in words} - {"definition"}
    for name in ("results", "notation"):
        text = (built_book / "pages" / f"{name}.html").read_text(encoding="utf-8")
        cells = BeautifulSoup(text, "html.parser").select("table.lqr-words td:first-child")
        assert {cell.get_text().partition("\xa0")[2] for cell in cells} == wanted | {"planned"}


@pytest.fixture
def results(faultless: Page, base: str) -> Page:
    faultless.goto(f"{base}/pages/results.html")
    faultless.wait_for_selector(".lqr-filters")
    return faultless


def shown(page: Page) -> list[dict[str, str]]:
    """What stands in the rows that one sees."""
    script = "rows => rows.map(row => ({...row.querySelector('.lqr-result').dataset}))"
    found: list[dict[str, str]] = page.locator(f"{ROW}:visible").evaluate_all(script)
    return found


@pytest.mark.browser
def test_filters_show_the_rows_they_name_and_their_counts_are_true(results: Page) -> None:
    every = shown(results)
    for label in results.locator(".lqr-filters label").all():
        box = label.locator("input")
        name, value = box.get_attribute("name"), box.get_attribute("value")
        wanted = [row for row in every if row[str(name)] == value]
        assert label.locator("small").inner_text() == str(len(wanted)) != "0"
        label.click()
        assert shown(results) == wanted
        said = f"{len(wanted)} of {len(every)} results"
        expect(results.locator(".lqr-filters output")).to_contain_text(said)
        headings = results.locator("article section section:visible")
        assert all(
            headings.nth(i).locator("tr:visible").count() for i in range(headings.count() - 1)
        )
        label.click()
    assert shown(results) == every


@pytest.mark.browser
def test_filters_of_two_kinds_narrow_and_two_of_a_kind_widen(results: Page) -> None:
    every = shown(results)
    for value in ("S1", "S2"):
        results.locator(f"label:has([value={value}])").click()
    results.locator("label:has([value=holds])").click()
    wanted = [r for r in every if r["paper"] in ("S1", "S2") and r["verdict"] == "holds"]
    assert shown(results) == wanted and 0 < len(wanted) < len(every)
    # The address leads there again, and the button back to all.
    results.reload()
    assert shown(results) == wanted
    results.get_by_role("button", name="Show all").click()
    assert shown(results) == every and "?" not in results.url


@pytest.mark.browser
def test_filters_can_be_used_with_the_keyboard(results: Page) -> None:
    every = shown(results)
    results.locator(".lqr-filters input").first.focus()
    results.keyboard.press("Tab")
    results.keyboard.press("Space")
    assert 0 < len(shown(results)) < len(every)
    outline = "getComputedStyle(document.activeElement.closest('label')).outlineStyle"
    assert results.evaluate(outline) == "solid", "one sees where one is"


@pytest.mark.browser
def test_the_counts_on_the_first_page_lead_to_as_many_rows(page: Page, base: str) -> None:
    page.goto(f"{base}/pages/index.html")
    links = page.locator("table.lqr-glance a").evaluate_all(
        "all => all.map(link => [link.href, link.querySelector('b').textContent])"
    )
    assert len(links) > 5
    for address, count in links:
        page.goto(address)
        page.wait_for_selector(".lqr-filters")
        assert len(shown(page)) == int(count), address


@pytest.mark.browser
def test_phones_print_and_pages_without_script_have_every_row(browser: Browser, base: str) -> None:
    phone: dict[str, Any] = {"viewport": {"width": 390, "height": 844}}
    counts = set()
    for settings in (phone, {"java_script_enabled": False}, {}):
        context = browser.new_context(**settings)
        page = context.new_page()
        page.goto(f"{base}/pages/results.html")
        if not settings:
            page.set_viewport_size({"width": 700, "height": 900})  # about a sheet's
            page.emulate_media(media="print")
        if settings != phone:
            expect(page.locator(".lqr-filters")).to_be_hidden()
        counts.add(page.locator(f"{ROW}:visible").count())
        hidden = page.locator(f"{ROW} td").evaluate_all(
            "cells => cells.filter(cell => cell.getBoundingClientRect().right > innerWidth).length"
        )
        assert hidden == 0 or settings == {"java_script_enabled": False}
        context.close()
    (count,) = counts
    assert count > 100
