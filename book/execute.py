"""Execute chapters with papermill, in parallel, only those whose inputs changed.

Each chapter runs in a worker process with a kernel of its own (`book.worker`), against one budget
of wall time for the whole chapter: papermill knows only a limit for each cell. A worker writes to
a partial file, which takes the place of the last good output only when everything went well.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from book import chapters as inputs
from book.problem import ChapterProblem
from book.process import Run, list_fonts, started_run


@dataclass(frozen=True)
class Task:
    """What it takes to run one chapter."""

    chapter: Path
    parameters: dict[str, Any]
    fingerprint: str
    budget: float


@dataclass(frozen=True)
class Outcome:
    """How one chapter ended: `problem` is the one line that says why it has no good output."""

    chapter: Path
    ran: bool
    seconds: float = 0.0
    problem: str | None = None
    stderr: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Say in one line how it went."""
        if self.problem:
            return self.problem
        warned = f"  (stderr: {self.stderr[0]})" if self.stderr else ""
        return f"{self.chapter.stem}  {self.seconds:.1f} s{warned}"


def prepared(root: Path, chapter: Path, given: str, library: str) -> Task:
    """Return a chapter's task after checking everything that can be checked without running it."""
    notebook = inputs.read_notebook(chapter)
    parameters = inputs.read_parameters(notebook, given)
    mark = inputs.fingerprint(chapter, parameters, library)
    return Task(chapter, parameters, mark, inputs.budget(root, notebook))


def prune(root: Path, chapters: Sequence[Path]) -> None:
    """Remove the outputs of chapters that are gone, and what a killed run left half-written."""
    kept = {path for chapter in chapters for path in inputs.executed_paths(root, chapter)}
    for path in (root / "_build" / "executed" / "chapters").glob("*"):
        if path not in kept:
            path.unlink()


class Executor:
    """Runs chapters of one book and holds on to their processes."""

    def __init__(
        self,
        root: Path,
        *,
        jobs: int | None = None,
        bar: bool = False,
        say: Callable[[str], None] = print,
    ) -> None:
        self.root = root.resolve()
        self.jobs = jobs or os.cpu_count() or 1
        self.bar = bar
        self.say = say
        self.runs: set[Run] = set()
        self.stopped = False
        self.lock = threading.Lock()

    def execute(
        self, chapters: Sequence[Path], given: str = "", *, force: bool = False
    ) -> list[Outcome]:
        """Run the chapters whose inputs changed, or all if forced; return an outcome for each.

        `given` are the reader's parameters, as in "samples=200 seed=3". When one chapter fails
        the others go on. An interrupt kills every kernel before it goes on its way.
        """
        library = inputs.library_digest(self.root)
        outcomes, tasks = [], []
        for chapter in chapters:
            try:
                task = prepared(self.root, chapter, given, library)
            except ChapterProblem as problem:
                outcomes.append(Outcome(chapter, False, problem=f"{chapter.stem}: {problem}"))
                self.say(str(outcomes[-1].problem))
                continue
            if not force and inputs.is_current(self.root, chapter, task.fingerprint):
                outcomes.append(Outcome(chapter, False))
            else:
                tasks.append(task)
        tasks.sort(key=lambda task: -self.expected_seconds(task.chapter))
        self.bar = self.bar and len(tasks) == 1  # several bars at once would overwrite each other
        if tasks:
            list_fonts(self.root)
        return outcomes + self.run_all(tasks)

    def expected_seconds(self, chapter: Path) -> float:
        """Return how long a chapter took last time; one never run may be long, so it is first."""
        seconds = inputs.read_record(self.root, chapter).get("seconds", float("inf"))
        return float(seconds)

    def run_all(self, tasks: list[Task]) -> list[Outcome]:
        """Run tasks on as many workers as there are jobs."""
        done: list[Outcome] = []

        def run(task: Task) -> None:
            outcome = self.run(task)
            with self.lock:
                done.append(outcome)
                if not self.stopped:
                    self.say(f"[{len(done)}/{len(tasks)}] {outcome}")

        with ThreadPoolExecutor(min(self.jobs, max(1, len(tasks)))) as pool:
            try:
                for future in [pool.submit(run, task) for task in tasks]:
                    future.result()
            except BaseException:
                self.stop()
                pool.shutdown(cancel_futures=True)
                raise
        return done

    def log_path(self, task: Task) -> Path:
        """Return where a chapter's traceback and loose output go."""
        return self.root / "_build" / "logs" / f"{task.chapter.stem}.log"

    def stop(self) -> None:
        """Kill everything that runs."""
        self.stopped = True
        with self.lock:
            for run in self.runs:
                run.kill()

    def run(self, task: Task) -> Outcome:
        """Run one chapter; put its output in place only if all went well."""
        executed, _ = inputs.executed_paths(self.root, task.chapter)
        partial = executed.with_suffix(".partial")
        log = self.log_path(task)
        for folder in (executed.parent, log.parent):
            folder.mkdir(parents=True, exist_ok=True)
        log.write_text("")
        began = time.monotonic()
        try:
            event = self.follow(task, partial, log)
            seconds = time.monotonic() - began
            if "done" in event:
                self.put_in_place(task, partial, seconds, event["done"])
                return Outcome(task.chapter, True, seconds, stderr=tuple(event["done"]["stderr"]))
        finally:
            partial.unlink(missing_ok=True)
        hint = f" (log: {log.relative_to(self.root)})" if log.stat().st_size else ""
        words = [task.chapter.stem, event["cell"], event["failed"]]
        return Outcome(task.chapter, True, seconds, ": ".join(filter(None, words)) + hint)

    def follow(self, task: Task, partial: Path, log: Path) -> dict[str, Any]:
        """Start a chapter's worker and follow it to its end; return what it says of that."""
        with self.lock:
            if self.stopped:
                return {"cell": "", "failed": "stopped"}
            run = started_run(self.root, log, bar=self.bar)
            self.runs.add(run)
        words = {
            "name": task.chapter.stem,
            "notebook": str(task.chapter),
            "root": str(self.root),
            "parameters": task.parameters,
            "partial": str(partial),
            "log": str(log),
            "bar": self.bar,
        }
        try:
            return run.follow(words, task.budget)
        finally:
            with self.lock:
                self.runs.discard(run)

    def put_in_place(self, task: Task, partial: Path, seconds: float, done: dict[str, Any]) -> None:
        """Replace the last good output, then its record: a record never speaks of other bytes."""
        executed, record = inputs.executed_paths(self.root, task.chapter)
        written = {
            "chapter": task.chapter.stem,
            "fingerprint": task.fingerprint,
            "sha256": hashlib.sha256(partial.read_bytes()).hexdigest(),
            "parameters": task.parameters,
            "seconds": round(seconds, 2),
            "finished": datetime.now(UTC).isoformat(timespec="seconds"),
            **done,
        }
        half = record.with_suffix(".partial-record")
        half.write_text(json.dumps(written, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        os.replace(partial, executed)
        os.replace(half, record)
