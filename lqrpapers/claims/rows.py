"""The rows of claims.yml, and what the executed chapters say of them: pure functions, no files.

No chapter loads this module.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from .records import Record
from .registry import FORMS
from .statements import STATEMENTS
from .verdicts import KINDS, WORDS, verdict

PAPERS = ("S1", "S2", "ours")
#: Verdicts that a row explains in its sentence `run`.
EXPLAINED = ("unrefuted", "restated")


@dataclass(frozen=True)
class Claim:
    """One row of claims.yml."""

    id: str
    paper: str
    kind: str
    number: str
    title: str
    chapter: str
    expected: str
    run: str = ""  #: What was run, in a sentence.


@dataclass(frozen=True)
class Result:
    """A claim with everything that the executed chapters recorded about it."""

    claim: Claim
    records: tuple[Record, ...]

    @property
    def verdict(self) -> str:
        return verdict(self.claim.kind, self.records)

    @property
    def statement(self) -> str:
        """What it says, in one sentence; nothing where nothing is checked."""
        return STATEMENTS.get(self.claim.id, ("", ""))[1]

    @property
    def cases(self) -> dict[str, tuple[int, int]]:
        """Violated and checked cases by form, of all that counts; dropped assumptions aside."""
        counted = [record for record in self.records if record.role != "record"]
        found = {form: [each for each in counted if each.form == form] for form in FORMS[:-1]}
        return {
            form: (sum(each.violated for each in of), sum(each.checked for each in of))
            for form, of in found.items()
            if of
        }

    @property
    def worst(self) -> dict[str, Record]:
        """By form, the record of a carrier on an ensemble that has the largest ratio."""
        found: dict[str, Record] = {}
        for each in self.records:
            if (each.role, each.sample) == ("carrier", "ensemble") and each.form != "dropped":
                found[each.form] = max(found.get(each.form, each), each, key=lambda r: r.tightest)
        return {form: found[form] for form in FORMS if form in found}

    @property
    def anchor(self) -> str:
        """Where its chapter shows the first of its carriers."""
        ranked = sorted(self.records, key=lambda each: (each.form == "dropped", each.role))
        return ranked[0].anchor if ranked else ""


def parsed(rows: Any) -> dict[str, Claim]:
    """The rows by id, in their order; ValueError names what is wrong in one line."""
    if not isinstance(rows, list):
        raise ValueError("expected a list of rows")
    names = [field.name for field in fields(Claim)]
    found: dict[str, Claim] = {}
    for row in rows:
        if not isinstance(row, dict) or sorted({*row, "run"}) != sorted(names):
            raise ValueError(f"a row needs {', '.join(names[:-1])}, and may have run; got {row}")
        claim = Claim(**{name: str(value) for name, value in row.items()})
        allowed = (*KINDS.get(claim.kind, ()), "planned")
        for word, known in (
            (claim.paper, PAPERS),
            (claim.kind, tuple(KINDS)),
            (claim.expected, allowed),
        ):
            if word not in known:
                raise ValueError(f"{claim.id}: {word!r} is not one of {known}")
        if claim.expected in EXPLAINED and not claim.run:
            raise ValueError(
                f"{claim.id}: {claim.expected} needs a sentence that says what was run"
            )
        if found.setdefault(claim.id, claim) is not claim:
            raise ValueError(f"{claim.id} stands there twice")
    return found


def results(claims: Iterable[Claim], records: Iterable[Record]) -> list[Result]:
    """One result for each row, in their order."""
    every = list(records)
    return [Result(each, tuple(r for r in every if r.id == each.id)) for each in claims]


def problems(
    claims: Mapping[str, Claim],
    evaluations: Sequence[tuple[str, Record]],
    labels: Mapping[str, str],
) -> list[str]:
    """One line for each way in which chapters and rows disagree.

    An evaluation is a chapter with a record; `labels` are the statements with their chapters.
    """
    lines: list[str] = []
    for chapter, record in evaluations:
        where = f"{record.id}: checked in {chapter}, but"
        if record.id not in claims:
            lines.append(f"{where} it has no row")
        elif claims[record.id].chapter != chapter:
            lines.append(f"{where} its row says {claims[record.id].chapter}")
        if record.form == "dropped" and not record.violated:
            dropped = f"{chapter} drops the assumption {record.assumption!r}"
            lines.append(f"{record.id}: {dropped}, but nothing is violated")
    ours = {id_: row.chapter for id_, row in claims.items() if id_.startswith("ours-")}
    stand = {label: chapter for label, chapter in labels.items() if label.startswith("ours-")}
    for label, chapter in (stand | ours).items():
        if label not in ours:
            lines.append(f"{label}: stands in {chapter}, but has no row")
        elif label not in stand:
            lines.append(f"{label}: has a row, but stands in no chapter")
        elif stand[label] != chapter:
            lines.append(f"{label}: stands in {stand[label]}, but its row says {chapter}")
    lines += [
        f"{result.claim.id}: expected is {result.claim.expected}, "
        f"the executed chapter says {result.verdict} ({result.claim.chapter})"
        for result in results(claims.values(), [record for _, record in evaluations])
        if result.verdict != result.claim.expected
    ]
    return list(dict.fromkeys(lines))


def table(found: Iterable[Result]) -> list[dict[str, Any]]:
    """The results page as rows of plain values: for JSON, and for `as_csv`."""
    return [
        asdict(each.claim)
        | {"statement": each.statement, "verdict": each.verdict}
        | {"words": WORDS.get(each.verdict, each.verdict), "anchor": each.anchor}
        | {
            "cases": [
                dict(zip(("violated", "checked"), c, strict=True)) | {"form": form}
                for form, c in each.cases.items()
            ]
        }
        | {"worst": [record.as_json() for record in each.worst.values()]}
        for each in found
    ]


def as_csv(rows: Iterable[Mapping[str, Any]]) -> str:
    """The table with one line for each result and form, or one for a result without any."""
    told = "id paper kind number title chapter expected run statement verdict anchor".split()
    counts = "form violated checked part tightest median".split()
    text = io.StringIO()
    writer = csv.DictWriter(text, [*told, *counts], extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for row in rows:
        worst = {each["form"]: each for each in row["worst"]}
        for cases in row["cases"] or [{}]:
            tight = worst.get(cases.get("form", ""), {})
            tight = {name: tight.get(name, "") for name in counts}
            writer.writerow({**tight, **cases, **{name: row[name] for name in told}})
    return text.getvalue()
