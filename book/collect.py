"""What the executed chapters checked: claim records, verdicts, and the records of the runs.

A chapter reports a claim by an output whose metadata carry `lqrlib.claim`
(lqrpapers.notebook.report). This module reads those records from the executed notebooks, computes
the verdict of every numbered result and compares it with the one that `claims.yml` expects. Nothing
here is typed by hand: a result that no executed notebook checked is "planned".
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

EXECUTED = "_build/executed"
CHAPTERS = "chapters"
CLAIMS = "chapters/claims.yml"
PRINTED = ("holds", "corrected", "fails", "reproduced", "differs", "planned")
VERDICTS = {"S1": PRINTED, "S2": PRINTED, "ours": ("confirmed", "refuted", "planned")}
PAPERS = tuple(VERDICTS)
FORMS = ("printed", "corrected", "sharp", "dropped")


class CollectError(ValueError):
    """claims.yml or an executed notebook does not keep to the format."""


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
class Record:
    """One evaluation of a claim in an executed chapter."""

    id: str
    part: str
    form: str
    checked: int
    violated: int
    tightest: float | None  # max lhs / rhs over the ensemble: 1 is attained, above 1 is violated
    assumption: str
    chapter: str


@dataclass(frozen=True)
class Result:
    """A claim with everything that the executed chapters recorded about it."""

    claim: Claim
    records: tuple[Record, ...]

    @property
    def verdict(self) -> str:
        return verdict(self.claim, self.records)

    def of(self, *forms: str) -> tuple[Record, ...]:
        return tuple(record for record in self.records if record.form in forms)


def claims(root: Path) -> dict[str, Claim]:
    """The rows of claims.yml by id, in the file's order."""
    rows = yaml.safe_load((root / CLAIMS).read_text(encoding="utf-8"))
    if not isinstance(rows, list):
        raise CollectError(f"{CLAIMS}: expected a list of rows")
    names = [field.name for field in fields(Claim)]
    found: dict[str, Claim] = {}
    for row in rows:
        if not isinstance(row, dict) or sorted(row) != sorted(names):
            raise CollectError(f"{CLAIMS}: a row needs exactly {', '.join(names)}; got {row}")
        claim = Claim(**{name: str(row[name]) for name in names})
        if claim.id in found:
            raise CollectError(f"{CLAIMS}: {claim.id} stands there twice")
        for word, known in ((claim.paper, PAPERS), (claim.expected, VERDICTS.get(claim.paper, ()))):
            if word not in known:
                raise CollectError(f"{CLAIMS}: {claim.id}: {word!r} is not one of {known}")
        found[claim.id] = claim
    return found


def executed_chapters(root: Path) -> list[Path]:
    return sorted((root / EXECUTED / CHAPTERS).glob("*.ipynb"))


def records(root: Path) -> list[Record]:
    """Every claim record in the executed chapters, in order of appearance."""
    found: list[Record] = []
    for path in executed_chapters(root):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for output in cell.get("outputs", []):
                if data := output.get("metadata", {}).get("lqrlib", {}).get("claim"):
                    found.append(_record(data, path.stem))
    return found


def _record(data: dict[str, Any], chapter: str) -> Record:
    try:
        ratio = data["tightest"]  # "inf" is a text: JSON has no infinity
        number = {"tightest": None if ratio is None else float(ratio)}
        record = Record(**{**data, **number}, chapter=chapter)
        good = 1 <= record.checked and 0 <= record.violated <= record.checked
    except (KeyError, TypeError, ValueError):
        good = False
    if not (good and record.form in FORMS):
        raise CollectError(f"{chapter}: claim record {data} is malformed")
    return record


def verdict(claim: Claim, evaluations: Iterable[Record]) -> str:
    """Verdict of a claim from its records; the rules are those of the results page."""
    found = {form: [r for r in evaluations if r.form == form] for form in FORMS}
    violated = {form: any(record.violated for record in rows) for form, rows in found.items()}
    better = found["corrected"] + found["sharp"]
    if claim.paper == "ours":
        if not found["printed"]:
            return "planned"
        return "confirmed" if violated["printed"] else "refuted"
    if not found["printed"] and not better:
        return "planned"
    figure = "-fig-" in claim.id
    if violated["corrected"] or violated["sharp"]:
        return "differs" if figure else "fails"
    if not violated["printed"]:
        return "reproduced" if figure else "holds"
    return "differs" if figure else "corrected" if better else "fails"


def results(root: Path) -> list[Result]:
    """One result for each row of claims.yml, in the file's order."""
    every = records(root)
    return [
        Result(claim, tuple(record for record in every if record.id == claim.id))
        for claim in claims(root).values()
    ]


def problems(root: Path) -> list[str]:
    """One line for each way in which the executed chapters and claims.yml disagree."""
    try:
        known, evaluations, outcome = claims(root), records(root), results(root)
    except (OSError, ValueError, yaml.YAMLError) as error:
        return [" ".join(str(error).split())]
    lines: list[str] = []
    for record in evaluations:
        where = f"{record.id}: checked in {record.chapter}, but"
        if record.id not in known:
            lines.append(f"{where} not in {CLAIMS}")
        elif known[record.id].chapter != record.chapter:
            lines.append(f"{where} {CLAIMS} says {known[record.id].chapter}")
        if record.form == "dropped" and not record.violated:
            lines.append(
                f"{record.id}: {record.chapter} drops the assumption "
                f"{record.assumption!r}, but nothing is violated"
            )
    lines += [
        f"{result.claim.id}: {CLAIMS} expects {result.claim.expected}, "
        f"the executed chapter says {result.verdict} ({result.claim.chapter})"
        for result in outcome
        if result.verdict != result.claim.expected
    ]
    return list(dict.fromkeys(lines))


def tightest(evaluations: Iterable[Record]) -> float | None:
    """Largest lhs / rhs over the records that have one."""
    ratios = [record.tightest for record in evaluations if record.tightest is not None]
    return max(ratios, key=lambda ratio: math.inf if math.isnan(ratio) else ratio, default=None)


def executions(root: Path) -> list[dict[str, Any]]:
    """The records of the runs, one for each executed chapter (`book.execute` writes them)."""
    found = []
    for path in executed_chapters(root):
        try:
            found.append(json.loads(path.with_suffix(".json").read_text(encoding="utf-8")))
        except (OSError, ValueError):
            raise CollectError(f"{path.stem}: executed, but its record is missing") from None
    return found
