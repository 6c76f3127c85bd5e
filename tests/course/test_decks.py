"""The lecture decks of the built book, in Chromium and from disk: every slide of every one."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import find_chromium
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, Page, sync_playwright
from pypdf import PdfReader

from course.decks import write_decks

pytestmark = [pytest.mark.pages, pytest.mark.browser]
ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = [path.stem for path in sorted(ROOT.glob("chapters/[0-9]*.ipynb"))]
LIVE = "05_convergence"  # has a live figure, optional sections and a long statement
FLAGS = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND"]
# What is wrong with a slide; sizes are those at 1280 by 720. Labels of pictures have 12 px where a
# page would show them 1.15 times smaller (book/stage.py).
LOOK = r"""() => [...document.querySelectorAll(".sheet")].flatMap((sheet, k) => {
  const box = sheet.getBoundingClientRect(), faults = [];
  const say = (fault, node) =>
    faults.push(`slide ${k + 1}: ${fault}: ${node.textContent.trim().slice(0, 50)}`);
  const wrong = "[data-mjx-error], [data-mml-node=merror], [mathcolor=red]";
  if (box.width !== 1280 || box.height !== 720) say("not 1280 by 720", sheet);
  if (/\\[([]/.test(sheet.textContent)) say("formula not typeset", sheet);
  if (sheet.querySelector(wrong)) say("TeX error", sheet);
  if (!sheet.querySelector(".body :is(p, li, td, pre, img)")) say("empty", sheet);
  for (const node of sheet.querySelectorAll("*:not(svg *)")) {
    const own = node.getBoundingClientRect(), style = getComputedStyle(node);
    if (!own.width || node.closest(".lqr-live-plot")) continue;
    const wide = own.left < box.left || own.right > box.right - 20;
    if (wide || own.top < box.top || own.bottom > box.bottom - 20) say("leaves the slide", node);
    const words = [...node.childNodes].some((each) => each.nodeType === 3 && each.data.trim());
    if (words && !node.closest("sub, sup, script") && parseFloat(style.fontSize) < 18)
      say("small text", node);
    if (node.tagName !== "IMG") continue;
    if (!node.naturalWidth) say(`no picture ${node.src}`, sheet);
    const fill = style.objectFit === "cover" ? Math.max : Math.min;
    const shown = fill(own.width, (own.height * node.naturalWidth) / node.naturalHeight);
    if (shown < parseFloat(node.dataset.style.replace(/\D*/, "")) / 1.15 - 1)
      say(`small labels in ${node.src}`, sheet);
  }
  return faults;
})"""
# The widths, in the font's units, that a formula has on different slides.
WIDTHS = """() => [...MathJax.startup.document.math]
  .filter((it) => it.typesetRoot.closest(".sheet"))
  .map((it) => [it.math + it.display, it.typesetRoot.querySelector("svg").getAttribute("width")])"""

GO = """() => {
  const { h, v } = Reveal.getIndices(document.querySelector(".lqr-live-on").closest("section"));
  Reveal.slide(h, v);
}"""
CHANGED = "old => document.querySelector('.lqr-live-sentence').textContent !== old"
PAPER = [("", 1, 1), ("?print-pdf", 1, 1), ("?handout", 1 / 3, 0.9)]


@pytest.fixture(scope="module")
def decks(built_book: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("course") / "decks"
    write_decks(built_book.parents[1], folder, lambda line: None)
    return folder


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def tab(chromium: Browser) -> Iterator[Page]:
    """One tab for all; opening a deck anew forgets the one before."""
    page = chromium.new_page(viewport={"width": 1280, "height": 720})
    page.set_default_timeout(120_000)
    yield page
    page.close()


def opened(page: Page, folder: Path, name: str, query: str = "", state: str = "shown") -> list[str]:
    """Open a deck; the faults of loading it, noted as they happen."""
    faults: list[str] = []
    within = (folder.as_uri(), "data:", "blob:", "about:")
    page.on("request", lambda it: it.url.startswith(within) or faults.append(f"asks for {it.url}"))
    page.on("requestfailed", lambda it: faults.append(f"misses {it.url}"))
    page.on("pageerror", lambda it: faults.append(str(it)))
    page.goto(f"{(folder / name).as_uri()}.html{query}")
    later = "complete" if state == "shown" else state
    page.wait_for_selector(f":is([data-deck={state}], [data-deck={later}])", state="attached")
    return faults


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_slide_is_whole_and_large_enough(decks: Path, tab: Page, name: str) -> None:
    faults = opened(tab, decks, name, "?print-pdf")
    assert faults + tab.evaluate(LOOK) == []


@pytest.mark.parametrize("name", CHAPTERS)
def test_statements_and_figures_of_the_page_are_slides(
    decks: Path, built_book: Path, name: str
) -> None:
    page = read(built_book / "chapters" / f"{name}.html").article
    wanted = page.select(".proof.admonition, figure[id]")
    shown = [tag["id"] for tag in wanted if not tag.find_parent("details")]
    deck = read(decks / f"{name}.html")
    assert {f"slide-{each}" for each in shown} <= {tag["id"] for tag in deck("section", id=True)}


@pytest.mark.parametrize("name", CHAPTERS)
def test_no_deck_holds_a_proof_or_a_solution(decks: Path, built_book: Path, name: str) -> None:
    page = read(built_book / "chapters" / f"{name}.html")
    hidden = page.select(":is(.lqr-proof, .lqr-solution) p")
    deck = squeezed(read(decks / f"{name}.html"))
    assert [p for p in hidden if len(p.get_text()) > 60 and squeezed(p) in deck] == []


def test_a_formula_is_as_large_on_every_slide(decks: Path, tab: Page) -> None:
    opened(tab, decks, LIVE)
    widths: dict[str, set[str]] = {}
    for formula, width in tab.evaluate(WIDTHS):
        widths.setdefault(formula, set()).add(width)
    assert widths and {formula: each for formula, each in widths.items() if len(each) > 1} == {}


def test_optional_sections_come_last_behind_a_slide_that_says_so(decks: Path) -> None:
    deck = read(decks / f"{LIVE}.html")
    titles = [tag.get_text() for tag in deck.select(".section h2, .take-away h2, .divider h2")]
    assert titles[-3:] == [
        "What to take away",
        "If time allows",
        "5.2.1. Beside the earlier and the later paper",
    ]


def test_a_live_figure_computes_on_its_slide_and_keeps_the_arrow_keys(
    decks: Path, tab: Page
) -> None:
    tab.set_viewport_size({"width": 960, "height": 540})  # slides are scaled, and so is the pointer
    opened(tab, decks, "01_regulator")
    tab.evaluate(GO)
    handle = tab.locator(".lqr-live-handle").first
    before, slide = tab.inner_text(".lqr-live-sentence"), tab.evaluate("Reveal.getState().indexv")
    box = handle.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    tab.mouse.move(x, y)
    tab.mouse.down()
    tab.mouse.move(x - 40, y - 5, steps=4)
    tab.mouse.up()
    tab.wait_for_function(CHANGED, arg=before)
    moved = handle.bounding_box()
    assert moved is not None
    assert moved["x"] - box["x"] == pytest.approx(-40, abs=3)
    handle.focus()
    tab.keyboard.press("ArrowRight")
    assert tab.evaluate("Reveal.getState().indexv") == slide
    tab.set_viewport_size({"width": 1280, "height": 720})


def test_speaker_notes_open_from_disk(decks: Path, tab: Page) -> None:
    opened(tab, decks, LIVE, state="complete")
    with tab.expect_popup() as popup:
        tab.keyboard.press("s")
    notes = popup.value.locator(".speaker-controls-notes .value")
    notes.get_by_text("The slides take about").wait_for(timeout=120_000)
    popup.value.close()


@pytest.mark.parametrize(("query", "least", "most"), PAPER)
def test_on_paper_a_slide_has_its_page_or_shares_it_with_notes(
    decks: Path, tab: Page, query: str, least: float, most: float
) -> None:
    opened(tab, decks, LIVE, query, "complete")
    slides = tab.locator(".sheet").count()
    printed = PdfReader(io.BytesIO(tab.pdf(prefer_css_page_size=True)))
    assert least * slides <= len(printed.pages) <= most * slides
    drawn = [len(page.get_contents().get_data()) for page in printed.pages]  # type: ignore[union-attr]
    assert min(drawn) > 400, "an empty page"
    assert sum(drawn) > 10_000 * slides, "pages without their formulas"


def read(path: Path) -> Any:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def squeezed(tag: Any) -> str:
    return re.sub(r"\W+", "", tag.get_text())
