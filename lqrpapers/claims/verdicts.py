"""What was found about a result: records of its evaluations, and the verdict that follows."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from .checking import Check
from .registry import FORMS

PRINTED = ("holds", "corrected", "fails", "reproduced", "differs", "planned")
#: The verdicts on results of each paper, and on our findings about them.
VERDICTS = {"S1": PRINTED, "S2": PRINTED, "ours": ("confirmed", "refuted", "planned")}


@dataclass(frozen=True)
class Record:
    """One evaluation of a claim, as a chapter hands it to the book."""

    id: str
    part: str
    form: str
    checked: int
    violated: int
    tightest: float  #: Largest lhs / rhs of the cases: 1 is attained, above 1 is violated.
    assumption: str

    @classmethod
    def of(cls, check: Check) -> Record:
        """The record of a check."""
        counts = (check.checked, check.violated, check.tightest)
        return cls(check.id, check.part, check.form, *counts, check.assumption)

    def as_json(self) -> dict[str, Any]:
        """The record for JSON, which has no infinity."""
        ratio = self.tightest if math.isfinite(self.tightest) else "inf"
        return asdict(self) | {"tightest": ratio}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Record:
        """The record that `as_json` wrote; ValueError for anything else."""
        try:
            record = cls(**data | {"tightest": float(data["tightest"])})
            good = record.form in FORMS and 0 <= record.violated <= record.checked > 0
        except (KeyError, TypeError, ValueError):
            good = False
        if not good:
            raise ValueError(f"claim record {data} is malformed")
        return record


def verdict(id: str, paper: str, records: Iterable[Record]) -> str:
    """Verdict on a result from its records; the rules are those of the results page."""
    found = {form: [record for record in records if record.form == form] for form in FORMS}
    violated = {form: any(record.violated for record in each) for form, each in found.items()}
    better = found["corrected"] + found["sharp"]
    if paper == "ours":
        if not found["printed"]:
            return "planned"
        return "confirmed" if violated["printed"] else "refuted"
    if not found["printed"] and not better:
        return "planned"
    figure = "-fig-" in id
    if violated["corrected"] or violated["sharp"]:
        return "differs" if figure else "fails"
    if not violated["printed"]:
        return "reproduced" if figure else "holds"
    return "differs" if figure else "corrected" if better else "fails"
