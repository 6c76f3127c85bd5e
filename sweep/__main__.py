"""`python -m sweep` runs one sweep; `python -m book sweep` comes here with its own words."""

import os
import shlex
import signal
import sys

from book.commands import jobs, parsed
from book.environment import ROOT
from book.problem import ChapterProblem
from sweep.command import sweep

signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C
try:
    options = parsed(["sweep", *sys.argv[1:]])
    words = options.parameter or shlex.split(os.environ.get("P", ""))
    sys.exit(sweep(ROOT, options.chapter, words, options.workers or jobs(), options.cluster))
except ChapterProblem as problem:
    sys.exit(str(problem))
except KeyboardInterrupt:
    print("interrupted", file=sys.stderr)
    sys.exit(130)
