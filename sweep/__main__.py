"""`python -m sweep` runs one sweep; `python -m book sweep` comes here with its own words."""

import os
import shlex
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from book.commands import jobs, parsed
from book.environment import ROOT
from book.problem import ChapterProblem
from sweep.command import sweep


def main(root: Path, arguments: Sequence[str]) -> int:
    """Run the sweep of a command line, whose words may stand in C, P, JOBS and CLUSTER."""
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    try:
        options = parsed(["sweep", *arguments])
        words = options.parameter or split(os.environ.get("P", ""))
        cluster = "" if options.workers else options.cluster
        return sweep(root, options.chapter, words, options.workers or jobs(), cluster)
    except ChapterProblem as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


def split(text: str) -> list[str]:
    """Return the words of P."""
    try:
        return shlex.split(text)
    except ValueError as error:
        raise ChapterProblem(f"the parameters {text!r:.80} cannot be read: {error}") from None


if __name__ == "__main__":
    sys.exit(main(ROOT, sys.argv[1:]))
