"""What a fuzzer found."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Found:
    """Outcomes counted, and a line for each thing that is wrong."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, outcome: str, line: str | None = None) -> None:
        self.counts[outcome] += 1
        if line is not None and line not in self.wrong:
            self.wrong.append(line)
