"""Cutting a page into slides: sentences, places, what stays away."""

from typing import Any

import pytest
from bs4 import BeautifulSoup

from course.slides import cut
from course.slides_page import address, tidied
from course.slides_words import lead, sentences

LONG = "It has a long second sentence that goes on and on, so that a slide could not show it. " * 4


def soup(html: str) -> Any:
    return BeautifulSoup(html, "html.parser")


def page(body: str) -> Any:
    header = (
        '<div class="chapter-header"><p><strong>Afterwards you can</strong> (1) say it; '
        "(2) do it.</p><p><strong>You need</strong> nothing.</p>"
        "<p><strong>Time</strong> 5 minutes.</p></div>"
    )
    title = '<h1><span class="section-number">5. </span>A title</h1>'
    return soup(f'<article><section id="a-title">{title}{header}{body}</section></article>')


def slides(body: str) -> list[Any]:
    sections = cut(tidied(page(body), "chapters/05_x.html", "../../html"))
    return [slide for section in sections for slide in section.slides]


@pytest.mark.parametrize(
    ("html", "count"),
    [
        ("One. Two.", 2),
        ("Toso et al. (2024) say one thing.", 1),
        ("Let <span>\\(x\\)</span>. Then <b>all</b> is well. End", 3),
        ("A value of 0.5 is one. Is it? Yes", 3),
    ],
)
def test_a_paragraph_is_cut_at_the_ends_of_its_sentences(html: str, count: int) -> None:
    assert len(sentences(soup(f"<p>{html}</p>").p)) == count


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<p>Short. Whole.</p><p>More.</p>", ["Short. Whole."]),
        (f"<p>First. {LONG}</p>", ["First. " + LONG.split(". ")[0] + "."]),
        (
            '<p>Take</p><div class="math">F</div><p>where it holds. No.</p>',
            ["Take", "F", "where it holds."],
        ),
        ("<p>These:</p><ul><li>a</li></ul>", ["These:", "a"]),
        ("<figure></figure><p>Later.</p>", []),
    ],
)
def test_a_section_opens_with_its_first_sentences_and_its_formula(
    html: str, shown: list[str]
) -> None:
    blocks = soup(html).find_all(recursive=False)
    assert [tag.get_text() for tag in lead(blocks)] == shown


@pytest.mark.parametrize(
    ("href", "found"),
    [
        ("#s2-thm-3.4", "../../html/chapters/05_x.html#s2-thm-3.4"),
        ("03_y.html#z", "../../html/chapters/03_y.html#z"),
        ("../pages/results.html", "../../html/pages/results.html"),
        ("https://example.org/", "https://example.org/"),
    ],
)
def test_links_lead_to_the_page_of_the_book(href: str, found: str) -> None:
    assert address(href, "chapters/05_x.html", "../../html") == found


def test_the_title_says_what_one_can_do() -> None:
    [title] = slides("")
    assert (title.section, title.title) == ("5", "A title")
    assert title.blocks == ["<p>Afterwards you can</p><ol><li>say it</li><li>do it</li></ol>"]


def test_prose_goes_into_the_notes_and_code_stays_away() -> None:
    proof = '<details class="lqr-proof"><p>Proof.</p></details>'
    prose = f"<p>First.</p>{cell('x = 1')}<p>Second.</p>{proof}"
    body = f'<section id="s"><h2>S</h2>{prose}</section>'
    [_, section] = slides(body)
    assert section.blocks == ["<p>First.</p>"]
    assert section.notes == ["<p>First.</p>", "<p>Second.</p>"]


def test_an_exercise_is_asked_at_the_statement_that_it_names() -> None:
    body = (
        '<section id="s"><h2>S</h2><p>First.</p><div class="proof theorem" id="t">'
        '<p class="admonition-title">T</p><section id="c"><p>All.</p></section></div></section>'
        '<section id="exercises"><h2>E</h2>'
        '<div class="exercise"><p class="admonition-title">Exercise 5.1 (Easy ●)</p><section>'
        '<p>See <a href="#t">T</a>.</p></section></div></section>'
    )
    _, section, theorem, exercises = slides(body)
    assert (section.ask, theorem.ask) == ([], ["Exercise 5.1 (Easy ●)"])
    assert "Exercise 5.1 Easy <span>●</span>" in exercises.blocks[0]


def cell(code: str) -> str:
    return f'<div class="cell"><div class="cell_input"><pre>{code}</pre></div></div>'


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("def f(x):\n    for _ in x:\n        x = 2\n    return x\n\n\ny = f(1)\n", "return x"),
        ("def f(x):\n    return x\n", None),
        ("x = 1\nfor _ in x:\n    x = 2\n", None),
        ("def f(x):\n" + 20 * "    for _ in x: pass\n", None),
    ],
)
def test_one_short_algorithm_is_shown(code: str, shown: str | None) -> None:
    [_, *found] = slides(f'<section id="s"><h2>S</h2>{2 * cell(code)}</section>')
    texts = [soup(slide.blocks[0]).get_text() for slide in found]
    assert [text.endswith(shown or "") for text in texts] == [True] * bool(shown)


@pytest.mark.parametrize("title", ["(Easy ●●)", "(●● Easy)"])
def test_the_difficulty_of_an_exercise_comes_last(title: str) -> None:
    head = f'<p class="admonition-title">Exercise 5.1 {title}</p>'
    box = f'<div class="exercise">{head}<section></section></div>'
    [_, exercises] = slides(f'<section id="exercises"><h2>E</h2>{box}</section>')
    assert "Exercise 5.1 Easy <span>●●</span>" in exercises.blocks[0]
