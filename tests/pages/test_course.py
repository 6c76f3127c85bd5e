"""The page for teachers as it is built: its tables have every goal, exercise and chapter."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page
from taught import taught

from book import course_tables

pytestmark = pytest.mark.pages
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def chapters() -> list[course_tables.Chapter]:
    return taught()


@pytest.fixture(scope="module")
def html(built_book: Path) -> str:
    return (built_book / "pages" / "course.html").read_text(encoding="utf-8")


def rows(html: str, name: str) -> list[str]:
    """The rows of the tables of a block, without their heads."""
    found = re.findall(rf'<table class="[^"]*{name}\b.*?</table>', html, re.DOTALL)
    return [row for table in found for row in table.split("<tr")[2:]]


def test_every_goal_has_a_row_with_its_exercises(
    html: str, chapters: list[course_tables.Chapter]
) -> None:
    goals = [(chapter, number) for chapter in chapters for number in chapter.goals]
    found = [row for row in rows(html, "lqr-goals") if "#ex-" in row]
    assert len(found) == len(goals)
    for row, (chapter, number) in zip(found, goals, strict=True):
        told = re.findall(r'html#(ex-[\w.-]+)"', row)
        assert told == [each.label for each in chapter.testing(number)]


def test_every_exercise_has_a_row_in_the_index(
    html: str, chapters: list[course_tables.Chapter]
) -> None:
    told = [re.findall(r'html#(ex-[\w.-]+)"', row) for row in rows(html, "lqr-index")]
    assert told == [[each.label] for chapter in chapters for each in chapter.exercises]


def test_the_drawing_and_the_list_have_every_chapter_and_what_it_needs(
    html: str, chapters: list[course_tables.Chapter]
) -> None:
    drawing = html.partition('<svg class="lqr-needs"')[2].partition("</svg>")[0]
    arcs = course_tables.direct({each.number: each for each in chapters})
    assert drawing.count("<path ") == sum(map(len, arcs.values()))
    assert drawing.count("<circle ") == len(chapters)
    listed = html.partition("</svg>")[2].partition("</details>")[0]
    links = len(re.findall(r'href="\.\./chapters/', listed))
    assert links == len(chapters) + sum(len(each.needs) for each in chapters)


def test_every_prediction_of_the_book_is_asked_on_the_page(
    html: str, chapters: list[course_tables.Chapter]
) -> None:
    section = html.partition('<section id="questions-to-ask-before-a-figure">')[2]
    asked = section.partition("</section>")[0].count("<li>")
    assert asked == sum(len(each.predictions(each.sections)) for each in chapters) > 10


@pytest.mark.browser
@pytest.mark.parametrize("name", ["course", "refresher", "projects"])
def test_a_page_for_teachers_is_not_wider_than_a_telephone(
    page: Page, built_book: Path, name: str
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{built_book.as_uri()}/pages/{name}.html")
    page.wait_for_function("window.MathJax?.startup?.promise")
    page.evaluate("MathJax.startup.promise.then(() => true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
