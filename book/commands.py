"""The commands of `python -m book`, which make calls too.

Commands that need the environment bring it up to date first and go on inside it. What runs before
that is standard library only, so imports of the rest stand inside the functions.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from book.environment import ROOT, EnvironmentProblem, ensure, exclusive, python_of, uv_settings
from book.lab import lab_command
from book.problem import ChapterProblem

ENVIRONMENTS = {
    ".venv": ROOT / "requirements.txt",
    ".venv-bench": ROOT / "benchmarks" / "requirements.txt",
    ".venv-lab": ROOT / "book" / "requirements-lab.txt",
}


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    top = argparse.ArgumentParser(prog="python -m book", description="Build and test the book.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    add = commands.add_parser
    add("environment", help="create or update .venv from the lock")
    book = add("book", help="execute changed chapters, render the pages, check the verdicts")
    execute = add("execute", help="execute changed chapters only")
    chapter = add("chapter", help="re-execute one chapter, with other parameters if given")
    chapter.add_argument("chapter", help="number or name, as in 05")
    chapter.add_argument("parameters", nargs="*", help='name=value, as in "samples=200 seed=3"')
    for with_jobs in (book, execute):
        with_jobs.add_argument("--jobs", type=int, default=jobs_default(), help="chapters at once")
    add("test", help="run every test; further words go to pytest")
    add("serve", help="open the built book in a browser, from this machine only")
    lab = add("lab", help="open a chapter in JupyterLab, from this machine only")
    lab.add_argument("chapter", nargs="?", default="", help="number or name; all without")
    add("bench", help="run the benchmarks; further words go to them")
    add("fuzz", help="try lqrlib with hostile numbers and arguments; words go to the fuzzers")
    lock = add("lock", help="lock the environments again from pyproject.toml")
    lock.add_argument("--upgrade", action="store_true", help="take newer versions where they exist")
    add("clean", help="remove everything that was built; the environments stay")
    return top


def parsed(arguments: list[str]) -> argparse.Namespace:
    """Return what the command line says; what follows test, bench, fuzz is theirs."""
    if arguments[:1] in (["test"], ["bench"], ["fuzz"]):
        return argparse.Namespace(command=arguments[0], arguments=arguments[1:])
    return parser().parse_args(arguments)


def jobs_default() -> int:
    """Return how many chapters run at once: JOBS, else one for each processor."""
    text = os.environ.get("JOBS", "").strip()
    if text and not (text.isdecimal() and int(text) > 0):
        raise ChapterProblem(f"JOBS is a number of chapters to run at once, not {text!r}")
    return int(text) if text else os.cpu_count() or 1


def run(arguments: list[str]) -> int:
    """Run one command; return its exit status."""
    try:
        options = parsed(arguments)
        if options.command in ("serve", "clean"):
            return int(COMMANDS[options.command](options))
        own = f".venv-{options.command}"
        environment = own if own in ENVIRONMENTS else ".venv"
        ensure(ROOT / environment, ENVIRONMENTS[environment])
        if options.command == "environment":
            return 0
        go_inside(ROOT / environment, arguments)
        signal.signal(signal.SIGTERM, interrupt)
        return int(COMMANDS[options.command](options))
    except (ChapterProblem, EnvironmentProblem) as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


def interrupt(number: int, frame: object) -> NoReturn:
    """Treat a request to terminate as Ctrl-C, so that kernels are killed."""
    raise KeyboardInterrupt


def go_inside(environment: Path, arguments: list[str]) -> None:
    """Continue in the environment's own Python, unless this is it."""
    if Path(sys.prefix).resolve() == environment.resolve():
        return
    become([str(python_of(environment)), "-m", "book", *arguments])


def become(command: list[str]) -> NoReturn:
    """Go on as another program."""
    sys.stdout.flush()
    if os.name == "nt":
        sys.exit(subprocess.call(command))
    os.execv(command[0], command)


def execute(options: argparse.Namespace) -> int:
    """Execute the chapters that changed; forget the outputs of chapters that are gone."""
    from book.chapters import find_chapters
    from book.execute import Executor, prune

    chapters = find_chapters(ROOT)
    with exclusive(ROOT / "_build" / "book.lock", "a build"):
        prune(ROOT, chapters)
        executor = Executor(ROOT, jobs=options.jobs, bar=sys.stderr.isatty(), say=say)
        outcomes = executor.execute(chapters)
    failed = sorted(outcome.chapter.stem for outcome in outcomes if outcome.problem)
    if failed:
        raise ChapterProblem(
            f"{len(failed)} of {len(chapters)} chapters failed: {', '.join(failed)}"
        )
    unchanged = sum(not outcome.ran for outcome in outcomes)
    say(f"chapters: {len(chapters) - unchanged} run, {unchanged} unchanged")
    return 0


def book(options: argparse.Namespace) -> int:
    """Execute, render, and compare the verdicts with claims.yml."""
    execute(options)
    render_pages()
    from book.collect import problems

    found = problems(ROOT)
    for problem in found:
        print(problem, file=sys.stderr)
    return 1 if found else 0


def render_pages() -> None:
    """Render the pages if anything changed."""
    from book.render import render

    with exclusive(ROOT / "_build" / "book.lock", "a build"):
        render(ROOT, say)


def chapter(options: argparse.Namespace) -> int:
    """Re-execute one chapter and render the pages; the next book returns to the defaults."""
    from book.chapters import executed_paths, find_chapter, find_chapters
    from book.execute import Executor

    found = find_chapter(ROOT, options.chapter)
    with exclusive(ROOT / "_build" / "book.lock", "a build"):
        executor = Executor(ROOT, bar=sys.stderr.isatty(), say=say)
        given = " ".join(options.parameters)
        outcomes = executor.execute([found], given, force=True)
        if not outcomes[0].problem:
            # The pages quote the numbers of every chapter, so those that never ran run too.
            others = [path for path in find_chapters(ROOT) if path != found]
            missing = [path for path in others if not executed_paths(ROOT, path)[0].is_file()]
            outcomes += executor.execute(missing)
    if any(outcome.problem for outcome in outcomes):
        return 1
    render_pages()
    return 0


def say(line: str) -> None:
    """Print a line at once, also when the output is a file."""
    print(line, flush=True)


def test(options: argparse.Namespace) -> int:
    """Run pytest: everything on all processors, or what the arguments say."""
    if shutil.which("git") is None:
        raise ChapterProblem("the tests need git (Debian, Ubuntu: apt install git)")
    # A file stays on one process, so that what its tests share is made once.
    everything = ["-n", str(os.cpu_count() or 1), "--dist", "loadfile"]
    arguments = options.arguments or everything
    return subprocess.call([sys.executable, "-m", "pytest", *arguments], cwd=ROOT)


def serve(options: argparse.Namespace) -> int:
    """Serve the built book."""
    from book.serve import serve as serve_book

    serve_book(ROOT)
    return 0


def bench_or_fuzz(options: argparse.Namespace) -> int:
    """Run the benchmarks or the fuzzers."""
    module = {"bench": "benchmarks", "fuzz": "tests.fuzz"}[options.command]
    return subprocess.call([sys.executable, "-m", module, *options.arguments], cwd=ROOT)


def lock(options: argparse.Namespace) -> int:
    """Lock the environments again: one lock each for all supported versions of Python."""
    common = (
        "uv pip compile pyproject.toml --universal --python-version 3.11 --fork-strategy fewest "
        "--generate-hashes --no-emit-index-url --no-header --no-annotate --quiet --extra plots"
    )
    for environment, more in (
        (".venv", "--extra book --extra test" + " --upgrade" * options.upgrade),
        (".venv-bench", "--extra book --extra test --extra bench -c requirements.txt"),
        (".venv-lab", "--extra lab -c requirements.txt"),
    ):
        name = str(ENVIRONMENTS[environment].relative_to(ROOT))
        command = [sys.executable, "-m", *shlex.split(f"{common} {more}"), "-o", name]
        if subprocess.call(command, cwd=ROOT, env=os.environ | uv_settings(sys.executable)) != 0:
            raise ChapterProblem(f"{name} could not be locked")
    return 0


def clean(options: argparse.Namespace) -> int:
    """Remove what was built and cached."""
    for name in ("_build", ".pytest_cache", ".hypothesis", ".mypy_cache", ".ruff_cache"):
        shutil.rmtree(ROOT / name, ignore_errors=True)
    return 0


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "bench": bench_or_fuzz,
    "book": book,
    "chapter": chapter,
    "clean": clean,
    "execute": execute,
    "fuzz": bench_or_fuzz,
    "lab": lambda options: become(lab_command(ROOT, options.chapter)),
    "lock": lock,
    "serve": serve,
    "test": test,
}
