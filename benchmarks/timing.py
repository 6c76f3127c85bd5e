"""Interleaved timing of several ways to do the same work, and the table of ratios."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

Work = Callable[[], object]


@dataclass(frozen=True)
class Row:
    """One line of the table: lqrlib against one peer; without a peer the target is in µs."""

    work: str
    ours: float
    peer_name: str
    peer: float | None
    target: float

    @property
    def ratio(self) -> float | None:
        return None if self.peer is None else self.peer / self.ours

    @property
    def met(self) -> bool:
        return self.ours <= self.target if self.ratio is None else self.ratio >= self.target

    def __str__(self) -> str:
        if self.ratio is None:
            peer, ratio, target = "", "", f"<= {self.target:g} µs"
        else:
            peer, ratio, target = f"{self.peer:.2f}", f"{self.ratio:.2f}x", f">= {self.target:g}x"
        verdict = "met" if self.met else "NOT MET"
        return (
            f"{self.work:<44}{self.ours:>10.2f}  {self.peer_name:<18}{peer:>12}"
            f"{ratio:>11}{target:>11}  {verdict}"
        )


HEADER = (
    f"{'work (medians, µs per problem)':<44}{'lqrlib':>10}  {'peer':<18}{'peer':>12}"
    f"{'ratio':>11}{'target':>11}"
)


def seconds(work: Work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def microseconds(works: Mapping[str, tuple[Work, int]], repeats: int) -> dict[str, float]:
    """Median microseconds per problem of each work, the works taking turns.

    Each work comes with the number of problems it does. Turns let a busy machine slow all alike.
    """
    spent: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(repeats):
        for name, (work, problems) in works.items():
            spent[name].append(seconds(work) / problems)
    return {name: 1e6 * median(times) for name, times in spent.items()}
