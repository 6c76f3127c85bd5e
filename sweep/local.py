"""Points on this machine: threads, each with a kernel, which is a process, as in the build.

A thread waits for its kernel and for nothing else, so that processes between it and this one would
only add what an interrupt has to reach.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from book.execute import Outcome
from sweep.point import Order, Point, Runner


def run(
    root: Path,
    orders: list[Order],
    folder: Path,
    hashes: dict[str, str],
    workers: int,
    under_way: Callable[[str, str | None], None],
    ended: Callable[[Order, Outcome], None],
) -> None:
    """Run the points on so many workers; an interrupt kills their kernels and goes on its way."""
    runner = Runner(root, workers, lambda line: None, under_way, ended=ended)
    runner.hashes = hashes
    runner.prepare()
    runner.run_all([Point(root, order, folder) for order in orders])
