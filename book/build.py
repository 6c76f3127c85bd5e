"""One build: execution, rendering and verdicts under one lock, with its progress on the screen."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from book import chapters
from book.environment import exclusive
from book.execute import Executor, Outcome
from book.problem import ChapterProblem
from book.progress import Display


class Build:
    """Holds the lock of a book from the first chapter to the verdicts."""

    def __init__(self, root: Path, jobs: int, display: Callable[[], Any] = Display) -> None:
        self.root = root
        self.jobs = jobs
        self.open_display = display
        self.held = ExitStack()

    def __enter__(self) -> Build:
        with ExitStack() as held:
            self.lock = held.enter_context(exclusive(self.root / "_build/book.lock", "a build"))
            self.display = held.enter_context(self.open_display())
            self.held = held.pop_all()
        return self

    def __exit__(self, *exception: Any) -> None:
        self.held.__exit__(*exception)

    def executor(self) -> Executor:
        return Executor(self.root, self.jobs, self.display.say, self.display.under_way)

    def execute(self, names: list[str] | None = None, again: bool = False) -> None:
        """Execute the chapters that changed, all or those named; `again` compares the bytes."""
        every = chapters.find_chapters(self.root)
        chapters.prune(self.root, every)
        wanted = [chapters.find_chapter(self.root, name) for name in names or ()] or every
        outcomes = self.executor().execute(wanted, force=again, compare=again)
        self.refuse_failures(outcomes, len(wanted))
        ran = sum(outcome.ran for outcome in outcomes)
        agree = (
            ", and wrote the same bytes again" if again else f", {len(outcomes) - ran} unchanged"
        )
        self.display.say(f"chapters: {ran} run{agree}")

    def chapter(self, name: str, given: str) -> None:
        """Execute one chapter with a reader's parameters, and those whose outputs are stale."""
        found = chapters.find_chapter(self.root, name)
        outcomes = self.executor().execute([found], given, force=True)
        self.refuse_failures(outcomes, 1)
        # The pages quote the numbers of every chapter.
        others = [path for path in chapters.find_chapters(self.root) if path != found]
        hashes = chapters.contents(self.root)
        stale = [path for path in others if not chapters.is_current(self.root, path, hashes)]
        if stale:
            names = ", ".join(path.stem for path in stale)
            self.display.say(
                f"the pages need {len(stale)} other chapters, which run first: {names}"
            )
            self.refuse_failures(self.executor().execute(stale), len(stale))

    def refuse_failures(self, outcomes: list[Outcome], count: int) -> None:
        failed = sorted(outcome.chapter.stem for outcome in outcomes if outcome.problem)
        if failed:
            raise ChapterProblem(f"{len(failed)} of {count} chapters failed: {', '.join(failed)}")

    def render(self) -> None:
        """Render the pages if anything changed; who renders holds the lock, too."""
        from book.render import render

        note = lambda text: self.display.under_way("pages", text)  # noqa: E731
        try:
            render(self.root, self.display.say, note, self.lock)
        finally:
            self.display.under_way("pages", None)

    def compare_verdicts(self) -> None:
        """Raise where the executed chapters and claims.yml disagree."""
        from book.collect import problems

        found = problems(self.root)
        if found:
            raise ChapterProblem("\n".join(found))
