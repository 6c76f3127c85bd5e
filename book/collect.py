"""What the executed chapters checked: claim records, verdicts, and the records of the runs.

A chapter reports a claim by an output whose metadata carry `lqrlib.claim`
(lqrpapers.notebook.report). This module reads those records from the executed notebooks, computes
the verdict of every numbered result and compares it with the one that `claims.yml` expects. Nothing
here is typed by hand: a result that no executed notebook checked is "planned".
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

EXECUTED = "_build/executed"
CHAPTERS = "chapters"
CLAIMS = "chapters/claims.yml"

PAPERS = ("S1", "S2", "ours")
VERDICTS = {
    "S1": ("holds", "corrected", "fails", "reproduced", "differs", "planned"),
    "S2": ("holds", "corrected", "fails", "reproduced", "differs", "planned"),
    "ours": ("confirmed", "refuted", "planned"),
}
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


@dataclass(frozen=True)
class Execution:
    """How one chapter was run, from the record beside the executed notebook."""

    chapter: str
    parameters: dict[str, Any]
    seconds: float
    peak_memory_mb: float
    cells: int
    versions: dict[str, str]


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
        if claim.paper not in PAPERS:
            raise CollectError(
                f"{CLAIMS}: {claim.id}: paper {claim.paper!r} is not one of {PAPERS}"
            )
        if claim.expected not in VERDICTS[claim.paper]:
            known = ", ".join(VERDICTS[claim.paper])
            raise CollectError(
                f"{CLAIMS}: {claim.id}: expected {claim.expected!r} is not one of {known}"
            )
        found[claim.id] = claim
    return found


def executed_chapters(root: Path, executed: str = EXECUTED) -> list[Path]:
    return sorted((root / executed / CHAPTERS).glob("*.ipynb"))


def records(root: Path, executed: str = EXECUTED) -> list[Record]:
    """Every claim record in the executed chapters, in order of appearance."""
    found: list[Record] = []
    for path in executed_chapters(root, executed):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for data in _claim_data(notebook):
            found.append(_record(data, path.stem))
    return found


def _claim_data(notebook: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            data = output.get("metadata", {}).get("lqrlib", {}).get("claim")
            if data is not None:
                yield data


def _record(data: dict[str, Any], chapter: str) -> Record:
    try:
        tightest = data["tightest"]
        record = Record(
            id=str(data["id"]),
            part=str(data.get("part") or ""),
            form=str(data["form"]),
            checked=int(data["checked"]),
            violated=int(data["violated"]),
            tightest=None if tightest is None else float(tightest),
            assumption=str(data.get("assumption") or ""),
            chapter=chapter,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise CollectError(f"{chapter}: claim record {data} is malformed: {error!r}") from None
    if record.form not in FORMS:
        raise CollectError(
            f"{chapter}: {record.id}: form {record.form!r} is not one of {', '.join(FORMS)}"
        )
    if record.checked < 1 or not 0 <= record.violated <= record.checked:
        raise CollectError(
            f"{chapter}: {record.id}: {record.violated} violations in {record.checked} checks"
        )
    return record


def is_violated(evaluations: Iterable[Record]) -> bool:
    return any(record.violated for record in evaluations)


def verdict(claim: Claim, evaluations: Iterable[Record]) -> str:
    """Verdict of a claim from its records; the rules are those of the results page."""
    evaluations = tuple(evaluations)
    printed = [record for record in evaluations if record.form == "printed"]
    better = [record for record in evaluations if record.form in ("corrected", "sharp")]
    if claim.paper == "ours":
        if not printed:
            return "planned"
        return "confirmed" if is_violated(printed) else "refuted"
    if not printed and not better:
        return "planned"
    figure = "-fig-" in claim.id
    if is_violated(better):
        return "differs" if figure else "fails"
    if not is_violated(printed):
        return "reproduced" if figure else "holds"
    if figure:
        return "differs"
    return "corrected" if better else "fails"


def results(root: Path, executed: str = EXECUTED) -> list[Result]:
    """One result for each row of claims.yml, in the file's order."""
    by_id: dict[str, list[Record]] = {}
    for record in records(root, executed):
        by_id.setdefault(record.id, []).append(record)
    return [Result(claim, tuple(by_id.get(id_, ()))) for id_, claim in claims(root).items()]


def problems(root: Path, executed: str = EXECUTED) -> list[str]:
    """One line for each way in which the executed chapters and claims.yml disagree."""
    try:
        known = claims(root)
        evaluations = records(root, executed)
        outcome = results(root, executed)
    except (CollectError, OSError, yaml.YAMLError, json.JSONDecodeError) as error:
        return [" ".join(str(error).split())]
    lines: list[str] = []
    for record in evaluations:
        if record.id not in known:
            lines.append(f"{record.id}: checked in {record.chapter}, but not in {CLAIMS}")
        elif known[record.id].chapter != record.chapter:
            lines.append(
                f"{record.id}: checked in {record.chapter}, "
                f"but {CLAIMS} says {known[record.id].chapter}"
            )
        if record.form == "dropped" and not record.violated:
            lines.append(
                f"{record.id}: {record.chapter} drops the assumption "
                f"{record.assumption!r}, but nothing is violated"
            )
    for result in outcome:
        claim = result.claim
        if result.verdict != claim.expected:
            lines.append(
                f"{claim.id}: {CLAIMS} expects {claim.expected}, "
                f"the executed chapter says {result.verdict} ({claim.chapter})"
            )
    return list(dict.fromkeys(lines))


def tightest(evaluations: Iterable[Record]) -> float | None:
    """Largest lhs / rhs over the records that have one."""
    ratios = [record.tightest for record in evaluations if record.tightest is not None]
    return max(ratios, key=lambda ratio: math.inf if math.isnan(ratio) else ratio, default=None)


def executions(root: Path, executed: str = EXECUTED) -> list[Execution]:
    """The records of the runs, one for each executed chapter."""
    found = []
    for path in executed_chapters(root, executed):
        record = path.with_suffix(".json")
        if not record.is_file():
            raise CollectError(f"{path.stem}: executed, but {record.name} is missing")
        data = json.loads(record.read_text(encoding="utf-8"))
        try:
            found.append(
                Execution(
                    chapter=path.stem,
                    parameters=dict(data["parameters"] or {}),
                    seconds=float(data["seconds"]),
                    peak_memory_mb=float(data["peak_memory_mb"]),
                    cells=int(data["cells"]),
                    versions={str(name): str(text) for name, text in data["versions"].items()},
                )
            )
        except (KeyError, TypeError, ValueError) as error:
            raise CollectError(f"{record.name}: malformed: {error!r}") from None
    return found
