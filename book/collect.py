"""What the executed chapters checked and what `claims.yml` says: read here, compared elsewhere.

A chapter reports claims by outputs whose metadata carry `lqrlib.claims`
(lqrpapers.notebook.report); `lqrpapers.claims.rows` has the rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from book.chapters import executed_paths, find_chapters, read_notebook
from book.problem import ChapterProblem
from lqrpapers.claims import rows
from lqrpapers.claims.records import Record
from lqrpapers.map import read

CLAIMS = "chapters/claims.yml"


def claims(root: Path) -> dict[str, rows.Claim]:
    """The rows of claims.yml by id, in the file's order."""
    try:
        return rows.parsed(yaml.safe_load((root / CLAIMS).read_text(encoding="utf-8")))
    except ValueError as error:
        raise ChapterProblem(f"{CLAIMS}: {error}") from None


def records(root: Path) -> Iterator[tuple[str, Record]]:
    """Every claim record with its chapter, in order of appearance."""
    for chapter in find_chapters(root):
        path, _ = executed_paths(root, chapter)
        if path.is_file():
            try:
                yield from ((chapter.stem, each) for each in records_of(read_notebook(path)))
            except ValueError as error:
                raise ChapterProblem(f"{chapter.stem}: {error}") from None


def records_of(notebook: dict[str, Any]) -> Iterator[Record]:
    """Every claim record of an executed notebook; ValueError where one cannot be read."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            for data in output.get("metadata", {}).get("lqrlib", {}).get("claims", ()):
                yield Record.from_json(data)


def labels(root: Path) -> dict[str, str]:
    """The chapter of every numbered statement, by label."""
    return {
        statement.label: chapter.stem
        for chapter in find_chapters(root)
        for cell in read_notebook(chapter)["cells"]
        if cell["cell_type"] == "markdown"
        for statement in read(chapter.stem, "".join(cell["source"]))
    }


def results(root: Path) -> list[rows.Result]:
    """One result for each row of claims.yml, in the file's order."""
    return rows.results(claims(root).values(), (record for _, record in records(root)))


def problems(root: Path) -> list[str]:
    """One line for each way in which the executed chapters and claims.yml disagree."""
    try:
        return rows.problems(claims(root), list(records(root)), labels(root))
    except (ChapterProblem, OSError, ValueError, yaml.YAMLError) as error:
        return [" ".join(str(error).split())]
