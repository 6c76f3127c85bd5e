"""What a fuzzer found."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

OUTCOMES = ("right", "undecidable", "refused", "wrong", "obscure")


@dataclass
class Found:
    """Outcomes counted, a line for each thing that is wrong, and how often 50 digits decided."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    decided: int = 0

    def add(self, outcome: str, line: str | None = None) -> None:
        self.counts[outcome] += 1
        if line is not None and line not in self.wrong:
            self.wrong.append(line)

    def __str__(self) -> str:
        others = sorted(set(self.counts) - set(OUTCOMES))
        return ", ".join(f"{name} {self.counts[name]}" for name in (*OUTCOMES, *others))
