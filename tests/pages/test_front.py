"""The first page: its question and doors, and that what the book found is what the chapters ran."""

import json
import re
from pathlib import Path

import links
import pytest
from playwright.sync_api import Page

from lqrpapers.notebook import readable
from lqrpapers.numbers import glued

pytestmark = pytest.mark.pages
EXECUTED = Path(__file__).resolve().parent.parent.parent / "_build" / "executed" / "chapters"
FOUND = [
    ("05_convergence", "large-gradient", "{:.0e}"),
    ("06_robustness", "price", "{:.1f}"),
    ("07_model_free", "wild-lost", "{}"),
    ("07_model_free", "wild-all", "{}"),
    ("07_model_free", "need-200", "{:.0e}"),
]


def found(path: Path) -> str:
    """The words of the section "What the book found"."""
    _, _, rest = path.read_text(encoding="utf-8").partition('<section id="what-the-book-found">')
    return " ".join(re.sub(r"<[^>]+>", " ", rest.partition("</section>")[0]).split())


@pytest.mark.parametrize(("chapter", "name", "form"), FOUND)
def test_what_the_book_found_has_the_number_of_the_run(
    built_book: Path, chapter: str, name: str, form: str
) -> None:
    notebook = json.loads((EXECUTED / f"{chapter}.ipynb").read_text(encoding="utf-8"))
    told = found(built_book / "pages" / "index.html")
    assert readable(form.format(glued(notebook)[name])) in told.split()


def test_a_door_leads_to_the_exercises_of_every_chapter(built_book: Path) -> None:
    index = links.Page(built_book / "pages" / "index.html").links
    exercises = [place for place in index if place.endswith("#exercises")]
    assert len(exercises) == len(list((built_book / "chapters").glob("[0-9]*.html")))


@pytest.mark.browser
def test_question_and_figure_stand_on_the_first_screen(page: Page, base: str) -> None:
    page.goto(f"{base}/pages/index.html")
    page.wait_for_function("document.querySelector('.lqr-live-sentence')?.textContent")
    bottoms = "['.lqr-question', '.lqr-live-plot canvas', '.lqr-live-sentence'].map(it => \
        document.querySelector(it).getBoundingClientRect().bottom)"
    question, plot, sentence = page.evaluate(bottoms)
    assert question < 240 and plot < 700 and sentence < 800  # of 900
