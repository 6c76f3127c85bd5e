"""The commands of `python -m book`, which make calls too.

They bring the environment up to date first and go on inside it. What runs before that is standard
library only, so imports of the rest stand inside the functions.
"""

from __future__ import annotations

import argparse
import errno
import functools
import http.server
import math
import os
import shlex
import shutil
import signal
import subprocess
import sys
import webbrowser
from contextlib import suppress
from pathlib import Path

from book.environment import PYTHON, ROOT, UV, ensure
from book.lab import lab_command
from book.problem import ChapterProblem

BOOK, TESTS, LAB = "requirements.txt", "tests/requirements.txt", "book/requirements-lab.txt"
BENCH, BINDER = "benchmarks/requirements.txt", ".binder/requirements.txt"
SWEEP = "sweep/requirements.txt"
# The extra of pyproject.toml that each lock holds.
LOCKS = {BOOK: "book", TESTS: "test", BENCH: "bench", LAB: "lab", BINDER: "binder", SWEEP: "sweep"}
LOCKS["course/requirements-grade.txt"] = "grade"  # an environment of its own: course/grading.py
# What a command needs beyond the book's own lock, in the one environment.
NEEDS = {"test": [TESTS], "fuzz": [TESTS], "bench": [TESTS, BENCH], "lab": [LAB]}
# The module that words after a command go to, and the variable in which make hands them on.
WORDS = {"test": ("pytest", "T"), "bench": ("benchmarks", "B"), "fuzz": ("tests.fuzz", "F")}
WORDS["grade"] = ("course.grading", "W")


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    top = argparse.ArgumentParser(prog="python -m book", description="Build and test the book.")
    add = top.add_subparsers(dest="command", required=True, metavar="COMMAND").add_parser
    environment = add("environment", help="create or update .venv from the lock")
    environment.add_argument("--cluster", action="store_true", help="with what sweeps need of Dask")
    add("book", help="execute changed chapters, render the pages, check the verdicts")
    execute = add("execute", help="execute changed chapters only")
    execute.add_argument("--twice", action="store_true", help="and again: the bytes must agree")
    execute.add_argument("chapters", nargs="*", help="numbers or names; all without")
    named = {"nargs": "?", "default": os.environ.get("C", ""), "help": "number or name, as in 05"}
    chapter = add("chapter", help="re-execute one chapter, with other parameters if given")
    chapter.add_argument("chapter", **named)  # type: ignore[arg-type]
    chapter.add_argument("parameters", nargs="*", help='name=value, as in "samples=200 seed=3"')
    sweep = add("sweep", help="run a chapter over a grid of its parameters")
    sweep.add_argument("chapter", **named)  # type: ignore[arg-type]
    sweep.add_argument("-p", "--parameter", action="append", help='as in "seed=1,2,3"')
    where = sweep.add_mutually_exclusive_group()
    where.add_argument("--workers", type=positive, help="points at once on this machine")
    where.add_argument("--cluster", default=os.environ.get("CLUSTER", ""), help="tcp://HOST:8786")
    add("pdf", help="execute changed chapters, print the whole book into one PDF")
    add("course", help="execute changed chapters, write notebooks for students and teachers")
    add("test", help="run every test; further words go to pytest")
    add("serve", help="open the built book in a browser, from this machine only")
    lab = add("lab", help="open a chapter, or all, in JupyterLab, from this machine only")
    lab.add_argument("chapter", **named)  # type: ignore[arg-type]
    add("bench", help="run the benchmarks; further words go to them")
    add("fuzz", help="try lqrlib with hostile numbers and arguments; words go to the fuzzers")
    add("grade", help="run nbgrader on the course; words go to it, without any it says which")
    lock = add("lock", help="lock the environment again from pyproject.toml")
    lock.add_argument("--upgrade", action="store_true", help="take newer versions where they exist")
    add("clean", help="remove everything that was built; the environment stays")
    return top


def parsed(arguments: list[str]) -> argparse.Namespace:
    """Return what the command line says; what follows test, bench, fuzz, grade is theirs."""
    if arguments and arguments[0] in WORDS:
        words = arguments[1:] or shlex.split(os.environ.get(WORDS[arguments[0]][1], ""))
        return argparse.Namespace(command=arguments[0], words=words)
    return parser().parse_args(arguments)


def processors() -> int:
    """Return how many processors this process may use: by affinity and by a container's quota."""
    count = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    with suppress(OSError, ValueError):  # without a quota
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        count = min(count, math.ceil(int(quota) / int(period)))
    return count


def jobs() -> int:
    """Return how many chapters run at once: JOBS, else one more than there are processors.

    A chapter waits a tenth of its time, for its kernel to start, to answer and to end.
    """
    text = os.environ.get("JOBS", "").strip()
    return positive(text, "JOBS") if text else processors() + 1


def positive(text: str, name: str = "--workers") -> int:
    """Return a number that a reader gave."""
    if not (text.isdecimal() and int(text) > 0):
        raise ChapterProblem(f"{name} is a number of chapters to run at once, not {text!r:.80}")
    return int(text)


def run(arguments: list[str]) -> int:
    """Run one command; return its exit status."""
    try:
        options = parsed(arguments)
        if options.command not in ("serve", "clean"):
            locks = [ROOT / name for name in (BOOK, *NEEDS.get(options.command, []))]
            locks += [ROOT / SWEEP] * bool(getattr(options, "cluster", ""))
            ensure(ROOT / ".venv", locks)
            if options.command == "environment":
                return 0
            go_inside(ROOT / ".venv", arguments)
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C
        return int(COMMANDS[options.command](options) or 0)
    except ChapterProblem as problem:
        print(problem, file=sys.stderr)
    except OSError as problem:
        if problem.errno not in (errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOSPC):
            raise
        print(f"{problem.filename or 'a file'} in {ROOT}: {problem.strerror}", file=sys.stderr)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    return 1


def go_inside(environment: Path, arguments: list[str]) -> None:
    """Continue in the environment's own Python, unless this is it."""
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):  # else every process compiles what it imports
        os.environ["PYTHONPYCACHEPREFIX"] = str(ROOT / "_build" / "cache" / "python")
    if Path(sys.prefix).resolve() != environment.resolve():
        become([str(environment / PYTHON), "-m", "book", *arguments])


def become(command: list[str]) -> None:
    """Go on as another program."""
    sys.stdout.flush()
    os.execv(command[0], command)


def build(options: argparse.Namespace) -> None:
    """Execute chapters, render the pages, check the verdicts: as much as the command says."""
    from book.build import Build

    with Build(ROOT, jobs()) as building:
        if options.command == "chapter":
            given = " ".join(options.parameters) or os.environ.get("P", "")
            building.chapter(options.chapter, given)
        else:
            building.execute(getattr(options, "chapters", []))
        if getattr(options, "twice", False):
            building.execute(options.chapters, again=True)
        if options.command != "execute":
            building.render()
        if options.command == "book":
            building.compare_verdicts()


def pdf(options: argparse.Namespace) -> None:
    """Print the book, of chapters that are executed where they changed."""
    from book.build import Build
    from book.pdf import find_chromium, print_book

    find_chromium()  # before minutes of execution
    with Build(ROOT, jobs()) as building:
        building.execute()
        print_book(ROOT, building.display.say, building.lock)


def course(options: argparse.Namespace) -> int:
    """Write the course of the book, of chapters that are executed and pages that are rendered."""
    from book.build import Build
    from book.solutions import held_back

    if held_back():
        raise ChapterProblem("the course needs the solutions: leave out SOLUTIONS=no")
    with Build(ROOT, jobs()) as building:
        building.execute()
        building.render()
        return subprocess.call([sys.executable, "-m", "course"], cwd=ROOT)


def sweep(options: argparse.Namespace) -> None:
    """Go on as the sweep, whose interrupt is not to pass through this process."""
    become([sys.executable, "-m", "sweep", *sys.argv[2:]])


def serve(options: argparse.Namespace) -> None:
    """Show the built book in a browser, to this machine only, until interrupted."""
    built = ROOT / "_build" / "html"
    if not (built / "index.html").exists():
        raise ChapterProblem("there is no built book yet: run make book (or python -m book book)")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(built))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        address = f"http://127.0.0.1:{server.server_port}/"
        print(f"the book is at {address} (Ctrl-C ends)", flush=True)
        webbrowser.open(address)
        sys.stderr = open(os.devnull, "w")  # no line for each request
        server.serve_forever()


def pass_on(options: argparse.Namespace) -> int:
    """Run the tests, the benchmarks or the fuzzers with the words given."""
    # A file stays on one process, so that what its tests share is made once.
    every = ["-n", str(processors()), "--dist", "loadfile", "--durations=40"]
    every *= options.command == "test"
    command = [sys.executable, "-m", WORDS[options.command][0], *(options.words or every)]
    return subprocess.call(command, cwd=ROOT)


def lock(options: argparse.Namespace) -> None:
    """Lock the environment again: the book's lock first, which binds the others."""
    common = (
        "-m uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes "
        "--fork-strategy fewest --no-emit-index-url --no-header --no-annotate --quiet"
    ).split()
    for name, extra in LOCKS.items():
        bound = ["--upgrade"] * options.upgrade if name == BOOK else ["-c", BOOK]
        command = [sys.executable, *common, "--extra", extra, *bound, "-o", name]
        if subprocess.call(command, cwd=ROOT, env=UV) != 0:
            raise ChapterProblem(f"{name} could not be locked")


def clean(options: argparse.Namespace) -> None:
    """Remove what was built and cached."""
    names = ("_build", ".pytest_cache", ".hypothesis", ".mypy_cache", ".ruff_cache")
    for path in filter(Path.exists, [ROOT / name for name in names]):
        shutil.rmtree(path)


COMMANDS = {
    **dict.fromkeys(("book", "chapter", "execute"), build),
    **dict.fromkeys(WORDS, pass_on),
    "clean": clean,
    "course": course,
    "lab": lambda options: become(lab_command(ROOT, options.chapter)),
    "lock": lock,
    "pdf": pdf,
    "serve": serve,
    "sweep": sweep,
}
