"""Execute chapters with papermill, in parallel, only those whose inputs changed.

Each chapter has a kernel of its own (`book.kernel`) and one budget of wall time. What a run gives
takes the place of the last good output only when everything went well.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat
import papermill
from jupyter_core.utils import ensure_event_loop
from nbclient.exceptions import DeadKernelError
from papermill.exceptions import PapermillExecutionError

from book import chapters as inputs
from book.finish import cell_name, finish, first_difference
from book.kernel import LOADED, Chapter, Kernel, list_fonts, running
from book.parameters import declared_parameters, given_parameters
from book.problem import ChapterProblem, one_line
from book.provenance import provenance

logging.getLogger("papermill").setLevel(logging.CRITICAL)  # nbclient's own word on a dead kernel


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
        warned = f"  (stderr: {self.stderr[0]})" if self.stderr else ""
        return self.problem or f"{self.chapter.stem}  {self.seconds:.1f} s{warned}"


class Task:
    """One chapter to run: what was read of it, and how far it is."""

    def __init__(self, root: Path, chapter: Path, given: str) -> None:
        self.chapter = chapter
        self.name = chapter.stem
        self.notebook = inputs.read_notebook(chapter)
        self.parameters = given_parameters(given, declared_parameters(self.notebook))
        self.budget = inputs.budget(self.notebook)
        self.cell = "before its first cell"
        self.executed, self.record = inputs.executed_paths(root, chapter)
        self.log = root / "_build" / "logs" / f"{self.name}.log"
        seconds = inputs.read_record(root, chapter).get("seconds")
        self.expected = float(seconds or "inf")  # one never run may be long: its budget tells


@dataclass
class Executor:
    """Runs chapters of one book and holds on to their kernels."""

    root: Path
    jobs: int = 1
    say: Callable[[str], None] = print
    under_way: Callable[[str, str | None], None] = lambda name, what: None
    running: set[Chapter] = field(default_factory=set)
    stopped: bool = False
    compare: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def execute(
        self, chapters: Sequence[Path], given: str = "", force: bool = False, compare: bool = False
    ) -> list[Outcome]:
        """Run the chapters whose inputs changed, or all if forced; return an outcome for each.

        With `compare` a chapter fails that writes other bytes than its last run. When one fails the
        others go on. An interrupt kills every kernel before it goes on its way.
        """
        self.compare = compare
        self.hashes = inputs.contents(self.root)  # of what the runs are about to read
        outcomes, tasks = [], []
        for chapter in chapters:
            try:
                task = Task(self.root, chapter, given)
            except ChapterProblem as problem:
                outcomes.append(Outcome(chapter, False, problem=f"{chapter.stem}: {problem}"))
                self.say(str(outcomes[-1]))
                continue
            if not force and inputs.is_current(self.root, chapter, self.hashes, task.parameters):
                outcomes.append(Outcome(chapter, False))
            else:
                tasks.append(task)
        tasks.sort(key=lambda task: (-task.expected, -task.budget))  # longest first
        if tasks:
            self.prepare()
        return outcomes + self.run_all(tasks)

    def prepare(self) -> None:
        """Find out what is the same for every run."""
        self.about = provenance(self.root)
        list_fonts(self.root)

    def run_all(self, tasks: list[Task]) -> list[Outcome]:
        """Run tasks on as many threads as there are jobs."""
        done: list[Outcome] = []

        def run(task: Task) -> None:
            outcome = self.run(task)
            ensure_event_loop().close()  # nbclient's, of this thread
            with self.lock:
                done.append(outcome)
                self.under_way(task.name, None)
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

    def stop(self) -> None:
        """Kill every kernel, and let none start."""
        with self.lock:
            self.stopped = True
            for chapter in self.running:
                chapter.kill("stopped")

    def run(self, task: Task) -> Outcome:
        """Run one chapter; put its output in place only if all went well."""
        executed, log = task.executed, task.log
        partial, began = executed.with_suffix(".partial"), time.monotonic()
        for folder in (executed.parent, log.parent):
            folder.mkdir(parents=True, exist_ok=True)
        try:
            with running(self.root, log, task.budget) as chapter:
                done = self.executed(task, chapter, partial)
            done["seconds"] = round(time.monotonic() - began, 2)
            if self.compare and partial.read_bytes() != executed.read_bytes():
                before, after = inputs.read_notebook(executed), inputs.read_notebook(partial)
                task.cell = first_difference(before, after)
                raise ChapterProblem("a second run wrote other bytes")
            self.put_in_place(task, partial, done)
            return Outcome(task.chapter, True, done["seconds"], stderr=tuple(done["stderr"]))
        except ChapterProblem as problem:
            cause = str(problem)
        except Exception as error:  # whatever it is, the chapter has to be named
            with log.open("a") as file:
                traceback.print_exc(file=file)
            cause = one_line(f"{type(error).__name__}: {error}")
        finally:
            partial.unlink(missing_ok=True)
        hint = f" (log: {log.relative_to(self.root)})" if log.stat().st_size else ""
        words = ": ".join(filter(None, [task.name, task.cell, cause]))
        return Outcome(task.chapter, True, time.monotonic() - began, words + hint)

    def executed(self, task: Task, chapter: Chapter, partial: Path) -> dict[str, Any]:
        """Execute and finish a notebook into its partial file; return what its record needs."""
        notebook: Any = nbformat.reads(json.dumps(task.notebook), as_version=4)  # type: ignore[no-untyped-call]
        names = {cell.id: cell_name(cell, index) for index, cell in enumerate(notebook.cells)}
        loaded = LOADED.format(place=str(chapter.runtime / "loaded"))
        notebook.cells.append(nbformat.v4.new_code_cell(loaded, id="loaded"))  # type: ignore[no-untyped-call]

        def note(cell: Any, cell_index: int) -> None:
            task.cell = names.get(
                cell.id, f"the injected parameters ({one_line(cell.source, 80)!r})"
            )
            self.under_way(task.name, f"cell {min(cell_index + 1, len(names))} of {len(names)}")

        with self.lock:
            if self.stopped:
                raise ChapterProblem("stopped")
            self.running.add(chapter)
        self.under_way(task.name, "its kernel starts")
        try:
            executed = papermill.execute_notebook(
                notebook,
                None,
                parameters=task.parameters,
                progress_bar=False,
                kernel_name="python3",
                language="python",
                kernel_manager_class=type("Kernel", (Kernel,), {"chapter": chapter}),
                on_cell_start=note,
                record_timing=False,
                # The clock is ours; a process killed with children must not hold up the end.
                shutdown_kernel="immediate",
            )
        except PapermillExecutionError as error:
            chapter.log.write(re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(error.traceback)) + "\n")
            raise ChapterProblem(one_line(f"{error.ename}: {error.evalue}")) from None
        except (DeadKernelError, RuntimeError):
            raise ChapterProblem(chapter.ending()) from None
        finally:
            with self.lock:
                self.running.discard(chapter)
        task.cell = ""  # what is wrong from here on names its cell itself
        executed.cells.pop()
        stderr = finish(executed)
        nbformat.validate(executed)
        text = nbformat.writes(executed) + "\n"  # type: ignore[no-untyped-call]
        partial.write_text(text, encoding="utf-8")
        files, peak = json.loads((chapter.runtime / "loaded").read_text())
        root = self.root.resolve()
        loaded_from = [Path(os.path.relpath(Path(file).resolve(), root)) for file in files]
        return {
            "cells": sum(cell.cell_type == "code" for cell in executed.cells),
            "stderr": stderr,
            "modules": sorted(str(p) for p in loaded_from if p.parts[0] in inputs.PACKAGES),
            "peak_memory_mb": round(peak / (2**20 if sys.platform == "darwin" else 2**10), 1),
        }

    def put_in_place(self, task: Task, partial: Path, done: dict[str, Any]) -> None:
        """Replace the last good output, then its record: a record never speaks of other bytes."""
        modules, hashes = done["modules"], self.hashes
        written = {
            "chapter": task.chapter.stem,
            "fingerprint": inputs.fingerprint(task.notebook, task.parameters, modules, hashes),
            "sha256": hashlib.sha256(partial.read_bytes()).hexdigest(),
            "parameters": task.parameters,
            "finished": datetime.now(UTC).isoformat(timespec="seconds"),
            **self.about,
            **done,
        }
        half = task.record.with_suffix(".partial-record")
        half.write_text(json.dumps(written, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        os.replace(partial, task.executed)
        os.replace(half, task.record)
