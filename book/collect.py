"""What the executed chapters checked, against `claims.yml`, and the records of their runs.

A chapter reports a claim by an output whose metadata carry `lqrlib.claim`
(lqrpapers.notebook.report). A result that no executed notebook checked is "planned".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import yaml

from book.chapters import executed_paths, find_chapters, read_notebook
from book.problem import ChapterProblem
from lqrpapers.claims.verdicts import VERDICTS, Record, verdict

CLAIMS = "chapters/claims.yml"


@dataclass(frozen=True)
class Claim:
    """One row of claims.yml."""

    id: str
    paper: str
    number: str
    title: str
    chapter: str
    expected: str


@dataclass(frozen=True)
class Result:
    """A claim with everything that the executed chapters recorded about it."""

    claim: Claim
    records: tuple[Record, ...]

    @property
    def verdict(self) -> str:
        return verdict(self.claim.id, self.claim.paper, self.records)


def claims(root: Path) -> dict[str, Claim]:
    """The rows of claims.yml by id, in the file's order."""
    rows = yaml.safe_load((root / CLAIMS).read_text(encoding="utf-8"))
    if not isinstance(rows, list):
        raise ChapterProblem(f"{CLAIMS}: expected a list of rows")
    names = [field.name for field in fields(Claim)]
    found: dict[str, Claim] = {}
    for row in rows:
        if not isinstance(row, dict) or sorted(row) != sorted(names):
            raise ChapterProblem(f"{CLAIMS}: a row needs exactly {', '.join(names)}; got {row}")
        claim = Claim(**{name: str(row[name]) for name in names})
        allowed = VERDICTS.get(claim.paper, ())
        for word, known in ((claim.paper, tuple(VERDICTS)), (claim.expected, allowed)):
            if word not in known:
                raise ChapterProblem(f"{CLAIMS}: {claim.id}: {word!r} is not one of {known}")
        if found.setdefault(claim.id, claim) is not claim:
            raise ChapterProblem(f"{CLAIMS}: {claim.id} stands there twice")
    return found


def records(root: Path) -> Iterator[tuple[str, Record]]:
    """Every claim record with its chapter, in order of appearance."""
    for chapter in find_chapters(root):
        path, _ = executed_paths(root, chapter)
        for cell in read_notebook(path)["cells"] if path.is_file() else ():
            for output in cell.get("outputs", []):
                if data := output.get("metadata", {}).get("lqrlib", {}).get("claim"):
                    try:
                        yield chapter.stem, Record.from_json(data)
                    except ValueError as error:
                        raise ChapterProblem(f"{chapter.stem}: {error}") from None


def results(root: Path) -> list[Result]:
    """One result for each row of claims.yml, in the file's order."""
    every = [record for _, record in records(root)]
    return [
        Result(claim, tuple(record for record in every if record.id == claim.id))
        for claim in claims(root).values()
    ]


def problems(root: Path) -> list[str]:
    """One line for each way in which the executed chapters and claims.yml disagree."""
    try:
        known, evaluations, outcome = claims(root), list(records(root)), results(root)
    except (ChapterProblem, OSError, ValueError, yaml.YAMLError) as error:
        return [" ".join(str(error).split())]
    lines: list[str] = []
    for chapter, record in evaluations:
        where = f"{record.id}: checked in {chapter}, but"
        if record.id not in known:
            lines.append(f"{where} not in {CLAIMS}")
        elif known[record.id].chapter != chapter:
            lines.append(f"{where} {CLAIMS} says {known[record.id].chapter}")
        if record.form == "dropped" and not record.violated:
            dropped = f"{chapter} drops the assumption {record.assumption!r}"
            lines.append(f"{record.id}: {dropped}, but nothing is violated")
    lines += [
        f"{result.claim.id}: {CLAIMS} expects {result.claim.expected}, "
        f"the executed chapter says {result.verdict} ({result.claim.chapter})"
        for result in outcome
        if result.verdict != result.claim.expected
    ]
    return list(dict.fromkeys(lines))
