"""The notebooks of the real chapters: valid, plain, numbered as the book, without solutions."""

import ast
import posixpath
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from bs4 import BeautifulSoup
from kits import ADDRESS, NAMES, ROOT, Made

from book.chapters import read_notebook
from book.solutions import pieces
from course.answers import is_answer
from course.notebooks import FREE, KINDS, WORDS

pytestmark = pytest.mark.pages
every_chapter = pytest.mark.parametrize("name", NAMES)
every_kind = pytest.mark.parametrize("kind", KINDS)
LINK = re.compile(rf"\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\({ADDRESS}([^)]*)\)")
# Of pages, what notebooks do not have: chips, links of figures, outputs.
NOT_OURS = ".lqr-chip, .lqr-figure-row, .output"


def words(notebook: dict[str, Any]) -> list[str]:
    return [cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "markdown"]


def code(notebook: dict[str, Any]) -> list[str]:
    return [cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code"]


@every_kind
@every_chapter
def test_a_notebook_is_valid(made: Made, name: str, kind: str) -> None:
    notebook = made(name, kind)
    nbformat.validate(nbformat.from_dict(notebook))  # type: ignore[no-untyped-call]
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len({*ids}) == len(ids)
    assert not [each for each in ids if not re.fullmatch(r"[\w-]{1,64}", each, re.ASCII)]


@every_kind
@every_chapter
def test_no_role_directive_or_label_is_left_as_text(made: Made, name: str, kind: str) -> None:
    left = (
        r"\{[\w:-]+\}`|^ *[:`]{3,}\{|^ *:{3,}|^ *:\w[\w-]*:|^\([\w-]+\)=|\$\$ *\([a-z]|<span|<div"
    )
    text = "\n".join(words(made(name, kind)))
    assert not re.findall(left, text, re.MULTILINE)
    assert len(re.findall(r"^<details>", text, re.MULTILINE)) == text.count("</details>")


@every_chapter
def test_references_read_as_on_the_page_and_lead_to_the_same_places(
    made: Made, built_book: Path, name: str
) -> None:
    title, *rest = words(made(name, "instructor"))
    about, _, title = title.partition("\n> ")
    ours = [(" ".join(told.split()), to) for told, to in LINK.findall("\n".join([title, *rest]))]
    page = BeautifulSoup((built_book / "chapters" / f"{name}.html").read_text(), "html.parser")
    article = page.article
    assert article and LINK.findall(about)[0][1] == f"chapters/{name}.html"
    for tag in article.select(NOT_OURS):
        tag.decompose()
    theirs = []
    for tag in article.select("a.reference.internal"):
        to = posixpath.normpath(posixpath.join("chapters", str(tag["href"])))
        to = f"chapters/{name}.html{tag['href']}" if str(tag["href"])[0] == "#" else to
        if "bibliography" not in to:
            theirs.append((" ".join(tag.get_text().split()), to))
    assert ours == theirs and len(ours) > 20


@every_chapter
def test_numbers_of_boxes_formulas_and_figures_are_those_of_the_page(
    made: Made, built_book: Path, name: str
) -> None:
    page = BeautifulSoup((built_book / "chapters" / f"{name}.html").read_text(), "html.parser")
    text = "\n".join(words(made(name, "instructor")))
    boxes = [tag.get_text().strip() for tag in page.select("div.proof .caption-number")]
    assert re.findall(r"^> \*\*([A-Z]\w+ \d+\.\d+)\*\*", text, re.MULTILINE) == boxes
    asked = [tag.get_text().strip() for tag in page.select("div.exercise .caption-number")]
    assert re.findall(r"^### (Exercise \d+\.\d+) \(", text, re.MULTILINE) == asked
    formulas = [tag.get_text().strip("()#") for tag in page.select(".eqno")]
    assert re.findall(r"\\tag\{([\d.]+)\}", text) == formulas
    figures = [tag.get_text().strip() for tag in page.select("figure .caption-number")]
    assert re.findall(r"^\*\*(Figure \d+\.\d+)\.\*\* ", text, re.MULTILINE) == figures


def solved(name: str, kind: str) -> list[str]:
    cells = read_notebook(ROOT / "chapters" / f"{name}.ipynb")["cells"]
    return [
        "".join(piece.cell["source"])
        for piece in pieces(cells)
        if piece.kind == "solution" and piece.cell["cell_type"] == kind
    ]


def sentences(text: str) -> set[str]:
    """Sentences of at least five words, without their signs."""
    plain = (" ".join(re.findall(r"\w+", each)) for each in re.split(r"[.:;?!](?:\s|$)", text))
    return {each for each in plain if each.count(" ") >= 4}


@every_chapter
def test_a_students_notebook_holds_no_sentence_and_no_line_of_a_solution(
    made: Made, chapter: Any, name: str
) -> None:
    student, read = made(name, "student"), chapter(name)
    hidden = [sentences(read.plain(text)) for text in solved(name, "markdown")]
    told = " ".join(re.findall(r"\w+", "\n".join(words(student))))
    assert not [each for every in hidden for each in every if f" {each} " in f" {told} "]
    shown = {line.strip() for source in code(student) for line in source.splitlines()}
    chapter_code = [
        "".join(piece.cell["source"])
        for piece in pieces(read.notebook["cells"])
        if piece.kind == "text" and piece.cell["cell_type"] == "code"
    ]
    open_lines = {line.strip() for source in chapter_code for line in source.splitlines()}
    hidden_lines = set()
    for source in solved(name, "code"):
        lines, tree = source.splitlines(), ast.parse(source)
        calls = [node for node in ast.walk(tree) if is_answer(node)]
        given = {at for node in calls for at in range(node.lineno - 1, node.end_lineno)}
        for node in (each for each in tree.body if isinstance(each, ast.FunctionDef)):
            head = node.body[0].lineno - (ast.get_docstring(node) is None)
            given |= {*range(node.lineno - 1, head)}
        hidden_lines |= {line.strip() for at, line in enumerate(lines) if at not in given}
    assert not (hidden_lines & shown) - open_lines - {""}


@every_chapter
def test_a_teachers_notebook_holds_every_solution_and_what_it_printed(
    made: Made, name: str
) -> None:
    teacher = made(name, "instructor")
    lines = {line for source in code(teacher) for line in source.splitlines()}
    for source in solved(name, "code"):
        ours = source.partition("\nanswer(")[0].splitlines()
        assert {*ours} <= lines
    outputs = [cell["outputs"] for cell in teacher["cells"] if cell["cell_type"] == "code"]
    assert any(outputs)
    kinds = {kind for every in outputs for each in every for kind in each.get("data", {})}
    assert kinds <= {"text/plain", "text/html", "image/svg+xml", "image/png", "image/gif"}
    assert "<script" not in str(outputs)


@pytest.mark.parametrize("kind", ["student", "nbgrader"])
@every_chapter
def test_what_students_get_shows_no_outputs(made: Made, name: str, kind: str) -> None:
    cells = [cell for cell in made(name, kind)["cells"] if cell["cell_type"] == "code"]
    assert not [cell for cell in cells if cell["outputs"] or cell["execution_count"]]


@every_chapter
def test_every_exercise_has_a_place_to_answer_and_the_points_of_its_marks(
    made: Made, name: str
) -> None:
    source, student = made(name, "nbgrader")["cells"], made(name, "student")["cells"]
    points: dict[str, int] = {}
    label, ids = "", set()
    for cell, given in zip(source, student, strict=True):
        assert cell["id"] == given["id"]
        if cell["id"].startswith("exercise-"):
            label = cell["id"].removeprefix("exercise-")
            points[label] = -{1: 2, 2: 3, 3: 5}[cell["source"].partition("\n")[0].count("●")]
        if told := cell["metadata"].get("nbgrader"):
            assert told["schema_version"] == 3 and told["grade_id"].startswith(label)
            assert told["grade_id"] not in ids
            ids.add(told["grade_id"])
            points[label] += told.get("points", 0)
            if told["solution"]:
                assert cell["source"] != given["source"]
                stub = "= ...  # your answer", "raise NotImplementedError  # your code"
                assert given["source"] in (FREE, WORDS) or given["source"].endswith(stub)
            else:
                assert told["locked"] and cell["source"] == given["source"]
                assert not given["metadata"]["editable"]
    assert points and not any(points.values())
    assert len(points) == (ROOT / "chapters" / f"{name}.ipynb").read_text().count("{exercise}")
