"""What the reader sees of a build: finished lines, and on a terminal what is under way."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.progress import Progress, TaskID, TextColumn, TimeElapsedColumn


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
