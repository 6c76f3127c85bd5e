"""A point of a sweep: one execution of a chapter, by the machinery of the book.

Its product is a folder with the executed notebook, which carries the verdicts, the glued numbers
and the data of the figures, and the record of the run. The folder has its name only when it is
whole: that it is there is the mark by which a sweep goes on where it stopped.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from book import chapters
from book.execute import Executor, Outcome, Task
from book.parameters import declared_parameters, given_parameters
from book.problem import ChapterProblem
from book.provenance import git
from sweep.grid import Grid, label, words

EXECUTED, RECORD = "executed.ipynb", "record.json"


@dataclass(frozen=True)
class Order:
    """What is to run, in a form that travels; the files are those of whoever runs it."""

    chapter: str
    given: str  #: The parameters, as `make chapter` takes them.
    label: str
    modules: tuple[str, ...]  #: Those of lqrlib and lqrpapers that count.
    mark: str  #: Hash of chapter, parameters, code and lock.
    commit: str


def orders(root: Path, chapter: Path, grid: Grid, hashes: dict[str, str]) -> list[Order]:
    """Return the points of a grid as orders.

    Which modules a chapter loads is known after a run: those of its last one count, or all where
    there was none. `kept` looks again at what the point itself has loaded.
    """
    notebook = chapters.read_notebook(chapter)
    every = sorted(name for name in hashes if name.startswith(chapters.PACKAGES))
    modules = tuple(chapters.read_record(root, chapter).get("modules", every))
    commit = git(root, "rev-parse", "HEAD")
    return [
        Order(
            chapter.stem,
            words(parameters),
            label({name: parameters[name] for name in grid.swept or grid.values}),
            modules,
            chapters.fingerprint(notebook, parameters, modules, hashes),
            commit,
        )
        for parameters in grid.points
    ]


def parameters_of(root: Path, order: Order) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the notebook of an order and its parameters, checked against it."""
    notebook = chapters.read_notebook(chapters.find_chapter(root, order.chapter))
    return notebook, given_parameters(order.given, declared_parameters(notebook))


def is_same_code(root: Path, order: Order, hashes: dict[str, str]) -> bool:
    """Say whether this copy of the book would run what was ordered."""
    try:
        notebook, parameters = parameters_of(root, order)
    except (ChapterProblem, OSError):
        return False
    return chapters.fingerprint(notebook, parameters, order.modules, hashes) == order.mark


def kept(root: Path, folder: Path, order: Order, hashes: dict[str, str]) -> dict[str, Any]:
    """Return the record of a point that is there and current, else an empty one."""
    record: dict[str, Any] = {}
    with suppress(OSError, ValueError):
        record = json.loads((folder / order.mark / RECORD).read_text(encoding="utf-8"))
        notebook, parameters = parameters_of(root, order)
        mark = chapters.fingerprint(notebook, parameters, record["modules"], hashes)
        whole = chapters.hashes_of([folder / order.mark / EXECUTED], folder / order.mark)
        if (record["fingerprint"], record["sha256"]) != (mark, whole.get(EXECUTED)):
            return {}
    return record


def store(folder: Path, mark: str, product: dict[str, bytes]) -> None:
    """Write a product that was made elsewhere; its folder gets its name when all is there."""
    partial = folder / f"{mark}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    for name, content in product.items():
        (partial / name).write_bytes(content)
    named(partial, folder / mark)


def named(partial: Path, whole: Path) -> None:
    """Give a folder that is complete its name, in place of an older one."""
    shutil.rmtree(whole, ignore_errors=True)
    os.rename(partial, whole)


class Point(Task):
    """An order as a task of the executor: files and log of its own."""

    def __init__(self, root: Path, order: Order, folder: Path) -> None:
        super().__init__(root, chapters.find_chapter(root, order.chapter), order.given)
        self.order, self.name, self.folder = order, order.label, folder
        self.executed = folder / f"{order.mark}.running" / EXECUTED
        self.record = self.executed.with_name(RECORD)
        self.log = root / "_build" / "logs" / "sweeps" / f"{order.mark[:16]}.log"


@dataclass
class Runner(Executor):
    """Executes points, each with a kernel of its own, and tells how each one ended."""

    ended: Callable[[Order, Outcome], None] = lambda order, outcome: None

    def run(self, task: Task) -> Outcome:
        """Run one point; what it leaves besides its product goes."""
        assert isinstance(task, Point)
        outcome = super().run(task)
        shutil.rmtree(task.executed.parent, ignore_errors=True)
        if not outcome.problem:
            task.log.unlink(missing_ok=True)
        if not self.stopped:
            self.ended(task.order, outcome)
        return outcome

    def put_in_place(self, task: Task, partial: Path, done: dict[str, Any]) -> None:
        """Give the product its name when both files are there."""
        assert isinstance(task, Point)
        super().put_in_place(task, partial, done)
        named(task.executed.parent, task.folder / task.order.mark)


def reason(order: Order, outcome: Outcome) -> str:
    """Return why a point failed, in a line that does not name the point again."""
    return (outcome.problem or "").removeprefix(f"{order.label}: ")
