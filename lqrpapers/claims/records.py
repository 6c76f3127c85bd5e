"""What a chapter hands to the book about one inequality: its counts, not its cases."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from .checking import ROLES, SAMPLES, Check
from .registry import FORMS


@dataclass(frozen=True)
class Record:
    """One evaluation of an inequality, as a chapter hands it to the book."""

    id: str
    part: str
    form: str
    role: str
    sample: str
    checked: int
    violated: int
    tightest: float  #: Largest lhs / rhs of the cases: 1 is attained, above 1 is violated.
    median: float  #: Median of lhs / rhs.
    assumption: str
    anchor: str = ""  #: Where the chapter's page shows it.

    @classmethod
    def of(cls, check: Check, anchor: str = "") -> Record:
        """The record of a check."""
        names = (check.id, check.part, check.form, check.role, check.sample)
        counts = (check.checked, check.violated, check.tightest, check.median)
        return cls(*names, *counts, check.assumption, anchor)

    def as_json(self) -> dict[str, Any]:
        """The record for JSON, which has no infinity."""
        ratios = {"tightest": self.tightest, "median": self.median}
        return asdict(self) | {k: v if math.isfinite(v) else "inf" for k, v in ratios.items()}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Record:
        """The record that `as_json` wrote; ValueError for anything else."""
        try:
            ratios = {name: float(data[name]) for name in ("tightest", "median")}
            record = cls(**data | ratios)
            good = record.form in FORMS and 0 <= record.violated <= record.checked > 0
            good = good and record.role in ROLES and record.sample in SAMPLES
        except (KeyError, TypeError, ValueError):
            good = False
        if not good:
            raise ValueError(f"claim record {data} is malformed")
        return record
