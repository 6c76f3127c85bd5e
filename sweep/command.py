"""One sweep from its words to its table and page: `python -m book sweep`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from book import chapters
from book.build import Display
from book.environment import exclusive
from book.execute import Outcome
from book.parameters import declared_parameters
from book.problem import ChapterProblem
from sweep import grid, local, page, table
from sweep.point import Order, kept, orders, reason


class Progress:
    """Counts points, says a line for each that ends, and keeps one line about all of them."""

    def __init__(self, display: Display, total: int, there: int) -> None:
        self.display, self.total, self.there = display, total, there
        self.ended = self.failed = 0
        self.running: set[str] = set()
        self.elsewhere = 0  # threads of a cluster
        self.began = time.monotonic()
        self.reasons: dict[str, tuple[str, float]] = {}

    def under_way(self, name: str, what: str | None) -> None:
        """Note what a point does now; None when it is over."""
        self.display.under_way(name, what)
        (self.running.discard if what is None else self.running.add)(name)
        self.show()

    def busy(self, threads: int) -> None:
        """Note how many points a cluster can run at once."""
        self.elsewhere = threads
        self.show()

    def end(self, order: Order, outcome: Outcome) -> None:
        """Note how a point ended."""
        self.ended += 1
        done = f"[{self.there + self.ended}/{self.total}] {order.label}"
        if outcome.problem:
            self.failed += 1
            self.reasons[order.mark] = reason(order, outcome), outcome.seconds
            self.display.say(f"{done}  failed: {self.reasons[order.mark][0]}")
        else:
            self.display.say(f"{done}  {outcome.seconds:.1f} s")
        self.show()

    def show(self) -> None:
        """Bring the line up to date."""
        to_run = self.total - self.there
        left = (time.monotonic() - self.began) / max(self.ended, 1) * (to_run - self.ended)
        when = f", about {left / 60:.0f} min left" if self.ended else ""
        counts = f"{self.there + self.ended - self.failed} of {self.total} points done"
        running = len(self.running) + min(self.elsewhere, to_run - self.ended)
        self.display.under_way("sweep", f"{counts}, {running} running, {self.failed} failed{when}")


def sweep(root: Path, name: str, words: Sequence[str], workers: int, cluster: str = "") -> int:
    """Run a chapter over a grid; return 1 where a point failed.

    Nothing runs before every value is checked. An interrupt leaves every point that is done.
    """
    chapter = chapters.find_chapter(root, name) if name else None
    if chapter is None:
        raise ChapterProblem('name a chapter, as in make sweep C=05 P="seed=1,2,3"')
    asked = grid.parsed(words, declared_parameters(chapters.read_notebook(chapter)))
    hashes = chapters.contents(root)
    every = orders(root, chapter, asked, hashes)
    place = root / "_build" / "sweeps" / chapter.stem
    points, result = place / "points", place / asked.name
    with exclusive(place / "lock", "a sweep of this chapter"), Display() as display:
        to_run = [order for order in every if not kept(root, points, order, hashes)]
        progress = Progress(display, len(every), len(every) - len(to_run))
        where = f"on the cluster at {cluster}" if cluster else f"on {workers} workers"
        display.say(f"{chapter.stem}: {progress.there} of {len(every)} points are there")
        if to_run:
            display.say(f"{len(to_run)} to run {where}")
        try:
            if to_run and cluster:
                from sweep import cluster as dask  # needs packages that nothing else does

                dask.run(to_run, points, cluster, progress.busy, progress.end)
            elif to_run:
                watch = progress.under_way, progress.end
                local.run(root, to_run, points, hashes, workers, *watch)
        except KeyboardInterrupt:
            there = sum(bool(kept(root, points, order, hashes)) for order in every)
            display.say(
                f"stopped; {there} of {len(every)} points are kept: the same command goes on"
            )
            raise
        found = table.read(root, chapter, points, asked, every, progress.reasons)
        table.write(found, result)
        page.write(found, result)
    failed = sum(bool(row.reason) for row in found.rows)
    print(
        f"{len(every) - failed} points done, {failed} failed: {result.relative_to(root)}/index.html"
    )
    return int(failed > 0)
