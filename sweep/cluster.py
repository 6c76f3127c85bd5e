"""Points on the workers of a Dask cluster, which need a copy of the book and no common disk.

A worker runs a point as this machine would, in a folder of its own, and returns the files. It
starts in a checkout of the same commit: what runs there is its code, and its hash is compared.
"""

from __future__ import annotations

import socket
import tempfile
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from distributed import Client, Future, as_completed

from book import chapters
from book.execute import Outcome
from book.problem import ChapterProblem, one_line
from book.provenance import git
from sweep.point import EXECUTED, RECORD, Order, Point, Runner, is_same_code, store

RETRIES = 2  # of a point whose worker fails; a chapter that fails does so again
# On a worker: what runs for each sweep, and the sweeps that were stopped.
RUNNING: dict[str, dict[int, Runner]] = {}
STOPPED: set[str] = set()
LOCK = threading.Lock()
Reply = tuple[Outcome, dict[str, bytes]]


def run_there(order: Order, sweep: str) -> Reply:
    """Run one point on a worker; return how it ended and its files."""
    root, chapter = Path.cwd(), Path(f"{order.chapter}.ipynb")
    hashes = chapters.contents(root)
    if not is_same_code(root, order, hashes):
        own, theirs = (
            commit[:10] or "none" for commit in (git(root, "rev-parse", "HEAD"), order.commit)
        )
        why = f"the copy of the book on {socket.gethostname()} differs (commit {own}, not {theirs})"
        return Outcome(chapter, False, problem=f"{why}: {root}"), {}
    with tempfile.TemporaryDirectory(prefix="point-") as place:
        runner = Runner(root, 1, lambda line: None)
        runner.hashes = hashes
        runner.prepare()
        with LOCK:
            RUNNING.setdefault(sweep, {})[id(runner)] = runner
            runner.stopped = sweep in STOPPED
        try:
            [outcome] = runner.run_all([Point(root, order, Path(place))])
        finally:
            with LOCK:
                del RUNNING[sweep][id(runner)]
        files = [] if outcome.problem else [EXECUTED, RECORD]
        product = {name: Path(place, order.mark, name).read_bytes() for name in files}
        return outcome, product


def stop_there(sweep: str) -> None:
    """Stop what a worker runs for a sweep, and what it is about to run."""
    with LOCK:
        STOPPED.add(sweep)
        for runner in RUNNING.get(sweep, {}).values():
            runner.stop()


def run(
    orders: list[Order],
    folder: Path,
    address: str,
    busy: Callable[[int], None],
    ended: Callable[[Order, Outcome], None],
) -> None:
    """Run the points on a cluster; an interrupt stops its own points there and goes on its way."""
    try:
        client = Client(address, timeout=10, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise ChapterProblem(f"no Dask scheduler answers at {address}: {error}") from None
    sweep = uuid.uuid4().hex
    with client:
        keys = [f"sweep-{sweep}-{order.mark}" for order in orders]
        futures = client.map(run_there, orders, sweep=sweep, key=keys, pure=False, retries=RETRIES)
        by_key = {future.key: order for future, order in zip(futures, orders, strict=True)}
        try:
            busy(sum(client.nthreads().values()))
            for future in as_completed(futures, loop=client.loop):
                order = by_key[future.key]
                outcome, product = reply(future, order)
                if product:
                    store(folder, order.mark, product)
                future.release()
                ended(order, outcome)
                busy(sum(client.nthreads().values()))
        except BaseException:
            stop(client, futures, sweep)
            raise


def reply(future: Future, order: Order) -> Reply:
    """Return what came back for a point, or why nothing did."""
    if future.status == "finished":
        result: Reply = future.result()
        return result
    if future.status == "error":
        error: Any = future.exception()
        why = one_line(f"its worker failed: {type(error).__name__}: {error}")
        return Outcome(Path(f"{order.chapter}.ipynb"), False, problem=why), {}
    raise ChapterProblem(
        "the cluster is gone; points that are done are kept, and the same command goes on"
    )


def stop(client: Client, futures: list[Future], sweep: str) -> None:
    """Cancel what waits and kill what runs, within a second where a worker answers so soon."""

    def both() -> None:
        client.cancel(futures, force=True)
        client.run(stop_there, sweep, on_error="ignore")

    thread = threading.Thread(target=both, daemon=True)
    thread.start()
    thread.join(1.0)
