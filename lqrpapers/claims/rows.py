"""The rows of claims.yml, and what the executed chapters say of them: pure functions, no files.

No chapter loads this module.
"""

from __future__ import annotations

import csv
import inspect
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import product
from typing import Any, NamedTuple

from .checking import SAMPLES
from .records import Record
from .registry import CLAIMS, FORMS
from .statements import STATEMENTS
from .verdicts import KINDS, WORDS, verdict

PAPERS = ("S1", "S2", "ours")
#: What a result is of, as a filter calls it.
GROUPS = {"S2": "S2", "S1": "S1", "errata": "errata and observations", "book": "this book"}
#: How the forms are called where there is little room.
CALLED = {"printed": "printed", "partial": "in part", "corrected": "corrected"}
CALLED |= {"sharp": "our constants"}
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

    @property
    def group(self) -> str:
        """One of `GROUPS`."""
        if self.kind in ("finding", "observation"):
            return "errata"
        return "book" if self.paper == "ours" else self.paper


class Line(NamedTuple):
    """One form of a result on one kind of cases."""

    form: str
    sample: str
    violated: int
    checked: int
    worst: Record | None  #: The carrier that has the largest ratio.

    def as_json(self) -> dict[str, Any]:
        """The line for JSON; a ratio is None where there is no carrier."""
        told = self._asdict()
        worst: Record | None = told.pop("worst")
        ratios = worst.as_json() if worst else {}
        return told | {name: ratios.get(name) for name in ("part", "tightest", "median")}


def _cases(records: Iterable[Record], count: str) -> int:
    """A sum over the calls that made them: the inequalities of one call share their cases."""
    most: dict[str, int] = {}
    for each in records:
        most[each.anchor] = max(most.get(each.anchor, 0), getattr(each, count))
    return sum(most.values())


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
    def lines(self) -> list[Line]:
        """What was found, by form and by where the cases come from; dropped assumptions aside."""
        counted = [each for each in self.records if each.role != "record"]
        found = []
        for form, sample in product(FORMS[:-1], SAMPLES):
            these = [each for each in counted if (each.form, each.sample) == (form, sample)]
            carriers = [each for each in these if each.role == "carrier"]
            if these:
                counts = (_cases(these, "violated"), _cases(these, "checked"))
                worst = max(carriers, key=lambda each: each.tightest, default=None)
                found.append(Line(form, sample, *counts, worst))
        return found

    @property
    def dropped(self) -> dict[str, tuple[int, int]]:
        """Violated and checked cases of the inequality that fails most, by assumption dropped."""
        found: dict[str, tuple[int, int]] = {}
        for each in self.records:
            if each.form == "dropped":
                counts = (each.violated, each.checked)
                worst = max(found.get(each.assumption, counts), counts, key=lambda c: c[0] / c[1])
                found[each.assumption] = worst
        return found

    @property
    def functions(self) -> list[str]:
        """Names of the functions that gave its records, as the library's page has them."""
        if self.claim.id not in CLAIMS or not self.records:
            return []
        forms = CLAIMS[self.claim.id].forms
        ran = {each.form for each in self.records} - {"dropped"}
        found = [inspect.unwrap(forms[form]) for form in forms if form in ran]
        return list(dict.fromkeys(f"{each.__module__}.{each.__qualname__}" for each in found))

    @property
    def cell(self) -> str:
        """Where its chapter shows the first of its carriers; nothing where it shows none."""
        ranked = sorted(self.records, key=lambda each: (each.form == "dropped", each.role))
        anchor = ranked[0].anchor if ranked else ""
        return f"chapters/{self.claim.chapter}.html#{anchor}" if anchor else ""


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
        elif record.role != "record" and claims[record.id].chapter != chapter:
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
        | {"words": WORDS.get(each.verdict, each.verdict)}
        | {"cell": each.cell, "functions": each.functions}
        | {"lines": [line.as_json() for line in each.lines]}
        | {
            "dropped": [
                {"assumption": assumption, "violated": violated, "checked": checked}
                for assumption, (violated, checked) in each.dropped.items()
            ]
        }
        for each in found
    ]


def as_csv(rows: Iterable[Mapping[str, Any]]) -> str:
    """The table with each line of a result on one of its own, or one for a result without any."""
    told = "id paper kind number title chapter expected run statement verdict words cell".split()
    counts = "form sample violated checked part tightest median".split()
    text = io.StringIO()
    writer = csv.DictWriter(text, [*told, *counts], extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerows({**row, **line} for line in row["lines"] or [{}])
    return text.getvalue()


def digits(ratio: float) -> str:
    """Three digits of a ratio, or as many as tell it from 1."""
    shown = (f"{ratio:.{count}g}" for count in range(3, 6))
    return next((each for each in shown if float(each) != 1 or ratio == 1), "1")
