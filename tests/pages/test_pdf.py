"""The printed book, as pypdf reads it: a part of it, or all with LQR_BOOK_PDF=whole."""

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from bs4 import BeautifulSoup
from playwright.sync_api import Page
from pypdf import PageObject, PdfReader
from pypdf.generic import NameObject, StreamObject

from book.environment import exclusive
from book.pdf import print_book

pytestmark = [pytest.mark.pages, pytest.mark.browser]
ROOT = Path(__file__).resolve().parents[2]
WHOLE = os.environ.get("LQR_BOOK_PDF") == "whole"
PART = ["pages/tour", "chapters/01_regulator", "chapters/05_convergence"]
PROOF, SOLUTION = ".lqr-proof .sd-card-body", ".lqr-solution .sd-card-body"
# What draws the formulas; pypdf would take minutes to read it.
PATH = re.compile(rb"^[-\d. ]*\b(?:[mlchf]|f\*|re)\n", re.MULTILINE)


def squeezed(text: str) -> str:
    """Letters and signs without blanks, and without the joined letters of print."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


@pytest.fixture(scope="module")
def printed() -> PdfReader:
    with exclusive(ROOT / "_build" / "book.lock", "a build") as hold:
        return PdfReader(print_book(ROOT, hold=hold, only=() if WHOLE else PART))


def read(page: PageObject) -> str:
    """The words of a page."""
    contents = StreamObject()
    contents.set_data(PATH.sub(b"", page.get_contents().get_data()))  # type: ignore[union-attr]
    page[NameObject("/Contents")] = contents
    return re.sub(r"\A\d+\n", "", page.extract_text())  # the number of the page comes first


@pytest.fixture(scope="module")
def text(printed: PdfReader) -> str:
    return squeezed("".join(map(read, printed.pages)))


@pytest.fixture(scope="module")
def pages(built_book: Path) -> dict[str, Any]:
    """The pages of the book that are printed, as they are on a screen."""
    parts = yaml.safe_load((ROOT / "_toc.yml").read_text())["parts"]
    names = [page["file"] for part in parts for page in part["chapters"]]
    kept = [name for name in names if "api" not in name] if WHOLE else PART
    return {
        name: BeautifulSoup((built_book / f"{name}.html").read_text(), "html.parser").article
        for name in kept
    }


def test_the_button_of_a_page_prints_its_number_its_proofs_and_whole_lines_of_code(
    page: Page, base: str, pages: dict[str, Any]
) -> None:
    page.goto(f"{base}/chapters/05_convergence.html")
    page.evaluate("MathJax.startup.promise.then(() => null)")
    text = squeezed("".join(map(read, PdfReader(BytesIO(page.pdf())).pages)))
    chapter = pages["chapters/05_convergence"]
    assert squeezed(chapter.h1.get_text().rstrip("#")) in text[:60]
    assert [words for words in begun(chapter.select(PROOF)) if words not in text] == []
    assert longest(chapter) in text
    unwanted = ["Showcode", "Hidecode", "SolutiontoExercise", "Skiptomain", "previous", "Ctrl"]
    assert [words for words in unwanted if words in text] == []


def test_letters_of_formulas_are_not_drawn_round_and_no_head_with_one_repeats(
    page: Page, base: str
) -> None:
    page.goto(f"{base}/chapters/10_zeroth_order.html")
    page.evaluate("MathJax.startup.promise.then(() => null)")
    page.emulate_media(media="print")
    for part, name, value in [
        ("article mjx-container use", "stroke", "none"),
        ("thead:has(mjx-container)", "display", "table-row-group"),
    ]:
        style = f"all => all.map(it => getComputedStyle(it).{name})"
        found = page.locator(part).evaluate_all(style)
        assert found and set(found) <= {value}


def outline(entries: list[Any]) -> Iterator[str]:
    for entry in entries:
        yield from outline(entry) if isinstance(entry, list) else [squeezed(entry.title)]


def links(printed: PdfReader) -> Iterator[Any]:
    for page in printed.pages:
        for link in page.get("/Annots") or []:
            if link.get_object()["/Subtype"] == "/Link":
                yield link.get_object()


def plain(tag: Any) -> list[str]:
    """The pieces of text between the formulas, but for what a fold is opened by."""
    pieces = [
        piece
        for piece in tag.find_all(string=True)
        if not piece.find_parent("summary") and not piece.find_parent(class_="math")
    ]
    return [found for piece in pieces if len(found := squeezed(piece)) > 11]


def begun(tags: Iterable[Any]) -> list[str]:
    """How each tag begins."""
    return [pieces[0] for tag in tags if (pieces := plain(tag))]


def longest(page: Any) -> str:
    """The longest line of the code that the page shows."""
    shown = [code for code in page.select(".cell_input pre") if not code.find_parent("details")]
    lines = [line for code in shown for line in code.get_text().splitlines()]
    return squeezed(max(lines, key=len, default=""))


def test_it_has_as_many_pages_as_a_book(printed: PdfReader, pages: dict[str, Any]) -> None:
    assert 10 * len(pages) < len(printed.pages) < 25 * len(pages) + 40


def test_its_outline_has_every_page_and_every_section(
    printed: PdfReader, pages: dict[str, Any]
) -> None:
    found = list(outline(printed.outline))
    for page in pages.values():
        for heading in page(["h1", "h2"]):
            assert squeezed(plain(heading)[0] if plain(heading) else "") in "\n".join(found)
    assert "Solutions" in found


def test_its_links_are_many_and_lead_into_itself_or_to_the_web(printed: PdfReader) -> None:
    found, places = list(links(printed)), printed.named_destinations
    outside = [link["/A"]["/URI"] for link in found if "/A" in link]
    inside = [link["/Dest"] for link in found if "/Dest" in link]
    assert len(outside) + len(inside) == len(found) > (1000 if WHOLE else 100)
    assert [place for place in inside if place not in places] == []
    assert [one for one in outside if not re.match("https?://(?!localhost|127)", one)] == []


def test_proofs_are_open(text: str, pages: dict[str, Any]) -> None:
    wanted = begun(proof for page in pages.values() for proof in page.select(PROOF))
    assert len(wanted) > 10
    assert [words for words in wanted if words not in text] == []


def test_solutions_are_all_at_the_end(text: str, pages: dict[str, Any]) -> None:
    front, _, back = text.rpartition("Workedoutattheendofthebook")
    back = back[back.index("Solutions1.") :]
    solutions = [plain(each) for page in pages.values() for each in page.select(SOLUTION)]
    wanted = [max(pieces, key=len) for pieces in solutions if pieces]
    assert len(wanted) > 7 and "SolutiontoExercise" not in text
    assert [words for words in wanted if words in front or words not in back] == []


def test_no_line_of_code_is_cut(text: str, pages: dict[str, Any]) -> None:
    assert [name for name, page in pages.items() if longest(page) not in text] == []


def test_every_font_is_in_the_file(printed: PdfReader) -> None:
    every: Any = printed.pages
    fonts = [
        font.get_object() for page in every for font in page["/Resources"].get("/Font", {}).values()
    ]
    inner = [font.get("/DescendantFonts", [font])[0].get_object() for font in fonts]
    kept = [
        {"/FontFile", "/FontFile2", "/FontFile3"} & {*font["/FontDescriptor"]} for font in inner
    ]
    assert kept and all(kept)


def test_it_is_tagged_and_every_formula_and_figure_says_what_it_is(printed: PdfReader) -> None:
    root: Any = printed.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and root["/Lang"].startswith("en")
    said: list[str] = []
    pending = [root["/StructTreeRoot"]["/K"]]
    while pending:
        tag = pending.pop()
        tag = tag.get_object() if hasattr(tag, "get_object") else tag
        if isinstance(tag, list):
            pending += tag
        elif isinstance(tag, dict) and "/K" in tag:
            pending.append(tag["/K"])
            captioned = isinstance(tag["/K"], list) and len(tag["/K"]) > 1  # a picture is inside
            said += [tag.get("/Alt", "")] if tag.get("/S") == "/Figure" and not captioned else []
    assert len(said) > 500 and all(said)
    assert any("\\nabla" in alternative for alternative in said)
    assert not any("\\(" in alternative for alternative in said)  # what is not typeset
