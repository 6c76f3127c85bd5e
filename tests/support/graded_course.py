"""A course of one small assignment, and what students hand in, to run nbgrader on."""

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

from lqrpapers.answers import _mark, _places

ROOT = Path(__file__).resolve().parents[2]
NAME = "01_small"
STUB = "def double(x):\n    raise NotImplementedError  # your code"
DOUBLE = "def double(x):\n    return x + x"
SOLVED = "\n\n### BEGIN SOLUTION\n{}\n### END SOLUTION"
IMPORT = "from lqrpapers.answers import answer\n\n"
HIDDEN = "\n\n### BEGIN HIDDEN TESTS\nassert double(7) == 14\n### END HIDDEN TESTS"
SCORES = """
    SELECT submitted_assignment.student_id, base_cell.name, grade.auto_score
    FROM grade JOIN base_cell ON base_cell.id = grade.cell_id
    JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
    JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
"""


def expected(exercise, *values):
    """The fingerprint that an executed chapter stores."""
    return " ".join(_mark(exercise, *place) for each in values for place in _places(each, 1e-6))


def cell(kind, name, source, **told):
    """A cell as nbgrader knows it; with `points` they are its own."""
    known = {"schema_version": 3, "grade_id": name, "task": False, "grade": "points" in told}
    known |= {"solution": False, "locked": False} | told
    made = {"cell_type": kind, "id": name, "source": source, "metadata": {"nbgrader": known}}
    return made | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def write_course(folder):
    """Write the source of the assignment, as the course's generator does."""
    double = f"on=[(3,), (0.5,)], expected={expected('ex-double', 6, 1.0)!r}"
    root = f"expected={expected('ex-root', 2**0.5)!r}"
    check = {"locked": True}
    cells = [
        cell("code", "ex-double", STUB + SOLVED.format(DOUBLE), solution=True),
        cell(
            "code",
            "ex-double-check",
            f'{IMPORT}answer("ex-double", double, {double}){HIDDEN}',
            points=2,
            **check,
        ),
        cell("code", "ex-root", "root = ..." + SOLVED.format("root = 2**0.5"), solution=True),
        cell(
            "code",
            "ex-root-check",
            f'{IMPORT}answer("ex-root", root, {root})',
            points=3,
            **check,
        ),
        cell("markdown", "ex-root-words", "Because 2 is not a square.", solution=True, points=1),
    ]
    write(folder / "source" / NAME / f"{NAME}.ipynb", cells)
    return folder


def write(path, cells):
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    notebook = {"cells": cells, "metadata": {"kernelspec": kernel}}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook | {"nbformat": 4, "nbformat_minor": 5}, indent=1))


def hand_in(folder, student, **answers):
    """Hand in the released notebook with these answers; underscores stand for hyphens."""
    notebook = read(folder / "release" / NAME / f"{NAME}.ipynb")
    for each in notebook["cells"]:
        each["source"] = answers.get(each["id"].replace("-", "_"), each["source"])
    place = folder / "submitted" / student / NAME / f"{NAME}.ipynb"
    write(place, notebook["cells"])
    return place


def read(path):
    return json.loads(path.read_text())


def printed(folder, student):
    """What the cells of a graded submission printed."""
    cells = read(folder / "autograded" / student / NAME / f"{NAME}.ipynb")["cells"]
    outputs = [output for each in cells for output in each.get("outputs", [])]
    return "".join("".join(output.get("text", "")) for output in outputs)


def grade(folder, *words, **variables):
    """What `make grade` runs, with its status and all that it says."""
    home = folder.parent / "home"
    home.mkdir(exist_ok=True)
    settings = {**os.environ, "HOME": str(home), "COURSE": str(folder), **variables}
    command = [sys.executable, "-m", "course.grading", *words]
    return subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True)


def scores(folder):
    """The points of each cell for each student, None where there are none yet."""
    found = {}
    with contextlib.closing(sqlite3.connect(folder / "gradebook.db")) as book:
        for student, name, points in book.execute(SCORES):
            found.setdefault(student, {})[name] = points
    return found
