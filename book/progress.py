"""What the reader sees of a build: finished lines, and on a terminal what is under way."""

from __future__ import annotations

import sys
from typing import Any

from rich.console import Console
from rich.progress import Progress, TaskID, TextColumn, TimeElapsedColumn


class Display:
    """A line for everything that is done; on a terminal a live line for each thing under way."""

    def __init__(self) -> None:
        self.lines: dict[str, TaskID] = {}
        self.progress: Progress | None = None

    def __enter__(self) -> Display:
        if sys.stdout.isatty():
            self.progress = Progress(
                TimeElapsedColumn(),
                TextColumn("{task.description}", markup=False),
                console=Console(highlight=False, markup=False),
                refresh_per_second=2,
                transient=True,
            )
            self.progress.start()
        return self

    def __exit__(self, *exception: Any) -> None:
        if self.progress is not None:
            self.progress.stop()

    def say(self, line: str) -> None:
        """Print a finished line at once, also when the output is a file."""
        if self.progress is None:
            print(line, flush=True)
        else:
            self.progress.console.print(line, soft_wrap=True)

    def under_way(self, name: str, what: str | None) -> None:
        """Show what is happening to a chapter or the pages now; None when it is over."""
        if self.progress is None:
            return
        if what is None:
            if name in self.lines:
                self.progress.remove_task(self.lines.pop(name))
        elif name in self.lines:
            self.progress.update(self.lines[name], description=f"{name}  {what}")
        else:
            self.lines[name] = self.progress.add_task(f"{name}  {what}")
