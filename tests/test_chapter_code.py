"""A chapter's code is for reading: short, and what stands open shows ideas, not bookkeeping."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

import pytest

from book.chapters import find_chapters, read_notebook
from book.environment import ROOT
from book.parameters import parameters_cell

CHAPTERS = find_chapters(ROOT)
MOST_LINES = 285 * len(CHAPTERS)  # of code that are not blank, with solutions, without checks
MOST_OPENING = 8  # visible lines before the first sentence, parameters aside
MOST_GLUE = 3  # visible calls of glue in a chapter
FOLDED = {"hide-input", "hide-cell", "remove-input", "remove-cell", "parameters"}
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def code(notebook: dict[str, Any]) -> Iterator[tuple[bool, str]]:
    """Whether each cell stands open, and its source."""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            tags = set(cell["metadata"].get("tags", []))
            yield not tags & FOLDED, "".join(cell["source"])


def visible(notebook: dict[str, Any]) -> list[ast.Module]:
    return [ast.parse(source) for stands_open, source in code(notebook) if stands_open]


def lines(source: str) -> int:
    return sum(bool(line.strip()) for line in source.splitlines())


def unchecked(source: str) -> str:
    """The source without the call of `answer` at its end, which is there for the course."""
    last = ast.parse(source).body[-1]
    is_check = isinstance(last, ast.Expr) and calls([ast.Module([last], [])], "answer") == 1
    return "\n".join(source.splitlines()[: last.lineno - 1]) if is_check else source


def nodes(trees: list[ast.Module], *kinds: type[ast.AST]) -> list[Any]:
    return [node for tree in trees for node in ast.walk(tree) if isinstance(node, kinds)]


def calls(trees: list[ast.Module], name: str) -> int:
    return sum(isinstance(n.func, ast.Name) and n.func.id == name for n in nodes(trees, ast.Call))


def nested_comprehensions(trees: list[ast.Module]) -> list[str]:
    return [
        ast.unparse(outer)
        for outer in nodes(trees, *COMPREHENSIONS)
        if len(outer.generators) > 1
        or any(isinstance(each, COMPREHENSIONS) for each in ast.walk(outer) if each is not outer)
    ]


def opening_lines(notebook: dict[str, Any]) -> int:
    """Visible lines of code between the parameters and the first words after them."""
    place, _ = parameters_cell(notebook)
    count = 0
    for cell in notebook["cells"][place + 1 :]:
        if cell["cell_type"] == "markdown":
            break
        if not set(cell["metadata"].get("tags", [])) & FOLDED:
            count += lines("".join(cell["source"]))
    return count


def read_by_position(trees: list[ast.Module]) -> list[str]:
    """Results of `check` that are read by a number."""
    return [
        ast.unparse(node)
        for node in nodes(trees, ast.Subscript)
        if isinstance(node.slice, ast.Constant)
        and isinstance(node.slice.value, int)
        and isinstance(node.value, ast.Call)
        and ast.unparse(node.value.func) in ("check", "check_all", "merge")
    ]


def test_all_chapters_together_are_short() -> None:
    total = {
        path.stem: sum(lines(unchecked(source)) for _, source in code(read_notebook(path)))
        for path in CHAPTERS
    }
    assert sum(total.values()) <= MOST_LINES, total


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_reaches_its_first_sentence(path: Any) -> None:
    assert opening_lines(read_notebook(path)) <= MOST_OPENING


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_what_stands_open_is_no_bookkeeping(path: Any) -> None:
    open_cells = visible(read_notebook(path))
    assert calls(open_cells, "glue") <= MOST_GLUE
    assert nested_comprehensions(open_cells) == []


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_results_are_read_by_name(path: Any) -> None:
    cells = [ast.parse(source) for _, source in code(read_notebook(path))]
    assert read_by_position(cells) == []


def cell(source: str, *tags: str, kind: str = "code") -> dict[str, Any]:
    return {"cell_type": kind, "metadata": {"tags": list(tags)}, "source": source}


def test_each_limit_can_be_broken() -> None:
    cells = [cell("n = 1", "parameters"), cell("import a\n\nx = 2"), cell("y", kind="markdown")]
    cells += [
        cell("glue(a=1)\nglue(b=[[j for j in i] for i in x])"),
        cell("glue(c=1)", "hide-cell"),
    ]
    notebook = {"cells": [*cells, cell("z = [i for j in x for i in j]; check('a')[0].ratio")]}
    assert opening_lines(notebook) == 2
    assert calls(visible(notebook), "glue") == 2
    assert len(nested_comprehensions(visible(notebook))) == 2
    assert read_by_position(visible(notebook)) == ["check('a')[0]"]
