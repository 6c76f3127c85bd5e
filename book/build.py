"""One build: execution, rendering and verdicts under one lock, with its progress on the screen."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, TaskID, TextColumn, TimeElapsedColumn

from book import chapters
from book.environment import exclusive
from book.execute import Executor, Outcome
from book.problem import ChapterProblem


class Display(Progress):
    """A line for everything that is done; on a terminal a live line for each thing under way."""

    def __init__(self) -> None:
        columns = TimeElapsedColumn(), TextColumn("{task.description}", markup=False)
        console = Console(highlight=False, markup=False)
        live = sys.stdout.isatty()
        super().__init__(*columns, console=console, transient=True, disable=not live)
        self.lines: dict[str, TaskID] = {}

    def say(self, line: str) -> None:
        """Print a finished line at once, also when the output is a file."""
        if self.disable:
            print(line, flush=True)
        else:
            self.console.print(line, soft_wrap=True)

    def under_way(self, name: str, what: str | None) -> None:
        """Show what is happening to a chapter or the pages now; None when it is over."""
        if what is not None:
            if name not in self.lines:
                self.lines[name] = self.add_task(name)
            self.update(self.lines[name], description=f"{name}  {what}")
        elif name in self.lines:
            self.remove_task(self.lines.pop(name))


class Build(ExitStack):
    """Holds the lock of a book from the first chapter to the verdicts."""

    def __init__(self, root: Path, jobs: int) -> None:
        super().__init__()
        self.root = root
        self.lock = self.enter_context(exclusive(root / "_build" / "book.lock", "a build"))
        self.display = self.enter_context(Display())
        self.executor = Executor(root, jobs, self.display.say, self.display.under_way)

    def execute(self, names: Sequence[str] = (), again: bool = False) -> None:
        """Execute the chapters that changed, all or those named; `again` compares the bytes."""
        wanted = [chapters.find_chapter(self.root, name) for name in names]
        wanted = wanted or chapters.find_chapters(self.root)
        outcomes = self.executor.execute(wanted, force=again, compare=again)
        refuse_failures(outcomes)
        ran = sum(outcome.ran for outcome in outcomes)
        rest = "and wrote the same bytes again" if again else f"{len(outcomes) - ran} unchanged"
        self.display.say(f"chapters: {ran} run, {rest}")

    def chapter(self, name: str, given: str) -> None:
        """Execute one chapter with a reader's parameters, and those whose outputs are stale."""
        if not name:
            raise ChapterProblem('name a chapter, as in make chapter C=05 P="samples=200 seed=3"')
        found = chapters.find_chapter(self.root, name)
        refuse_failures(self.executor.execute([found], given, force=True))
        # The pages quote the numbers of every chapter.
        hashes = chapters.contents(self.root)
        others = [path for path in chapters.find_chapters(self.root) if path != found]
        stale = [path for path in others if not chapters.is_current(self.root, path, hashes)]
        if stale:
            names = ", ".join(path.stem for path in stale)
            self.display.say(f"the pages need other chapters, which run now: {names}")
            refuse_failures(self.executor.execute(stale))

    def render(self) -> None:
        """Render the pages if anything changed; who renders holds the lock, too."""
        from book.render import render

        note = partial(self.display.under_way, "pages")
        render(self.root, self.display.say, note, self.lock)
        self.display.under_way("pages", None)

    def compare_verdicts(self) -> None:
        """Raise where the executed chapters and claims.yml disagree."""
        from book.collect import problems

        if found := problems(self.root):
            raise ChapterProblem("\n".join(found))


def refuse_failures(outcomes: list[Outcome]) -> None:
    """Raise where a chapter failed, after all had their turn."""
    failed = sorted(outcome.chapter.stem for outcome in outcomes if outcome.problem)
    if failed:
        raise ChapterProblem(
            f"{len(failed)} of {len(outcomes)} chapters failed: {', '.join(failed)}"
        )
