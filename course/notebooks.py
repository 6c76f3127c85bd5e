"""The notebooks of a chapter: a student's, a teacher's, and the source for nbgrader."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from book.solutions import Cell
from course.answers import checked
from course.chapter import Chapter, Exercise

KINDS = ("student", "instructor", "nbgrader")
KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
EMPTY: Cell = {"outputs": [], "execution_count": None}
LOCKED = {"editable": False, "deletable": False}
FREE, WORDS = "# YOUR CODE HERE", "YOUR ANSWER HERE"
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
ABOUT = {
    "student": "Run the cells above an exercise first. Write where it says “your answer” or “your "
    "code”. Some exercises have a check: the cell below yours says whether it is as expected.",
    "instructor": "It holds the solutions, for teachers only.",
}
ABOUT["nbgrader"] = ABOUT["student"]


def words(source: str, name: str, **metadata: Any) -> Cell:
    return {"cell_type": "markdown", "id": name, "metadata": metadata, "source": source}


def code(source: str, name: str, **metadata: Any) -> Cell:
    cell = {"cell_type": "code", "id": name, "metadata": metadata, "source": source}
    return cell | EMPTY


def notebook(chapter: Chapter, kind: str, install: list[Cell]) -> dict[str, Any]:
    """The chapter as one of KINDS; `install` comes first."""
    cells: list[Cell] = []
    for part in chapter.parts():
        if isinstance(part, Exercise):
            cells.append(part.asked)
            below = list(answered(chapter, part, kind))
            cells += graded(below, part.points) if kind == "nbgrader" else below
        else:
            cells.append(part)
    title, _, rest = cells[0]["source"].partition("\n")
    number = int(chapter.name[:2])
    title = title.replace("# ", f"# {number}. ", 1)
    page = chapter.places.link(f"chapters/{chapter.name}", f"chapter {number} of the book")
    about = f"This notebook is {page}. {ABOUT[kind]}"
    cells[0] = cells[0] | {"source": f"{title}\n\n{about}\n{rest}"}
    cells[:0] = install
    if kind != "instructor":
        for cell in (each for each in cells if each["cell_type"] == "code"):
            cell |= EMPTY
    return {
        "cells": named(cells),
        "metadata": {"kernelspec": KERNEL, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def named(cells: list[Cell]) -> list[Cell]:
    """The cells with ids that are valid and stand once."""
    used: set[str] = set()
    for cell in cells:
        cell["metadata"].pop("lqrlib", None)
        plain = re.sub(r"[^\w-]", "-", cell["id"], flags=re.ASCII)[:56]
        number = next(i for i in range(1, 1000) if name(plain, i) not in used)
        used.add(name(plain, number))
        cell["id"] = name(plain, number)
    return cells


def name(plain: str, number: int) -> str:
    return plain if number == 1 else f"{plain}-{number}"


def answered(chapter: Chapter, exercise: Exercise, kind: str) -> Iterator[Cell]:
    """The cells under an exercise: the solution, or where a student answers and checks.

    In the source for nbgrader the solution stands where a student answers; nbgrader clears it.
    """
    label, solution = exercise.label, exercise.solution
    coded = [cell for cell in solution if cell["cell_type"] == "code"]
    said = [cell for cell in solution if cell["cell_type"] == "markdown"]
    expected = chapter.numbers.get(f"answer-{label}")
    parts = checked(label, [c["source"] for c in coded], expected) if coded else None  # type: ignore[arg-type]
    if parts:
        coded[-1]["source"] = parts.code
    check = code(parts.check, f"check-{label}", **LOCKED) if parts else None
    if kind == "instructor":
        number = chapter.places.named(label)[1]
        yield words(f"**Solution to {number}**", f"solution-{label}")
        for cell in solution:
            cell["metadata"].pop("jupyter", None)  # nothing of a solution is folded here
            yield cell
            if check and cell is coded[-1]:
                yield check
        return
    if coded:
        stub = parts.stub if parts else ""
        solved = "\n".join([BEGIN, *(cell["source"] for cell in coded), END])
        text = f"{stub}\n\n{solved}".strip() if kind == "nbgrader" else stub or FREE
        yield code(text, f"answer-{label}")
    if check:
        yield check
    if any(cell["metadata"].get("lqrlib") != "caption" for cell in said):
        solved = "\n\n".join(cell["source"] for cell in said)
        yield words(solved if kind == "nbgrader" else WORDS, f"words-{label}")


def graded(cells: list[Cell], points: int) -> list[Cell]:
    """The cells of an exercise with what nbgrader needs to know of each.

    The check carries the points, words beside it one of them; without a check words carry all of
    them, and code that stands alone. What no check decides is graded by hand.
    """
    roles = [cell["id"].partition("-")[0] for cell in cells]
    worth = dict.fromkeys(roles, 0)
    if "check" in roles:
        worth |= {"words": 1, "check": points - 1} if "words" in roles else {"check": points}
    else:
        worth[roles[-1]] = points
    for cell, role in zip(cells, roles, strict=True):
        label = cell["id"].partition("-")[2]
        told = {"schema_version": 3, "grade_id": f"{label}-{role}" if role != "answer" else label}
        told |= {"grade": worth[role] > 0, "solution": role != "check", "task": False}
        told |= {"locked": role == "check"} | ({"points": worth[role]} if worth[role] else {})
        cell["metadata"]["nbgrader"] = told
    return cells
