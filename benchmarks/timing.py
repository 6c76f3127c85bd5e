"""Interleaved timing of several ways to do the same work, and the table of ratios.

Clocks count processor time, never wall time, which other programs stretch: that of all threads
where lqrlib meets a peer, that of its own thread where there is none.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

Work = Callable[[], object]
Clock = Callable[[], float]


@dataclass(frozen=True)
class Row:
    """One line of the table: lqrlib against one peer; without a peer the target is in `unit`."""

    work: str
    ours: float
    peer_name: str
    peer: float | None
    target: float
    unit: str = "µs"
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return None if self.peer is None else self.peer / self.ours

    @property
    def met(self) -> bool:
        return self.ours <= self.target if self.ratio is None else self.ratio >= self.target

    def __str__(self) -> str:
        if self.ratio is None:
            peer, ratio, target = "", "", f"<= {self.target:g} {self.unit}"
        else:
            peer, ratio, target = f"{self.peer:.2f}", f"{self.ratio:.2f}x", f">= {self.target:g}x"
        verdict = "met" if self.met else "NOT MET"
        return (
            f"{self.work:<44}{self.ours:>10.2f}  {self.peer_name:<18}{peer:>12}"
            f"{ratio:>11}{target:>11}  {verdict}{self.note and chr(10) + self.note}"
        )


HEADER = (
    f"{'work (medians, CPU µs per problem)':<44}{'lqrlib':>10}  {'peer':<18}{'peer':>12}"
    f"{'ratio':>11}{'target':>11}"
)


def seconds(work: Work, clock: Clock = time.process_time) -> float:
    start = clock()
    work()
    return clock() - start


def microseconds(
    works: Mapping[str, tuple[Work, int]], repeats: int, clock: Clock = time.process_time
) -> dict[str, float]:
    """Median microseconds per problem of each work, the works taking turns.

    Each work comes with the number of problems it does. Turns let a busy machine slow all alike.
    """
    spent: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(repeats):
        for name, (work, problems) in works.items():
            spent[name].append(seconds(work, clock) / problems)
    return {name: 1e6 * median(times) for name, times in spent.items()}


def absolute(label: str, work: Work, problems: int, repeats: int, most: float) -> Row:
    """A row without a peer: microseconds per problem of this thread, after one turn to warm up."""
    work()
    time_each = microseconds({"lqrlib": (work, problems)}, repeats, time.thread_time)["lqrlib"]
    return Row(label, time_each, "", None, most)
