"""Whatever goes wrong in a chapter is said in one line, and the last good output stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from book import chapters
from book.execute import Executor

Write = Callable[..., Path]
REPOSITORY = Path(__file__).resolve().parent.parent.parent
GOOD = "print('good')"


def failure(root: Path, given: str = "") -> str:
    """Execute the one chapter, which fails, and return the one line it says."""
    lines: list[str] = []
    executor = Executor(root, say=lines.append)
    (outcome,) = executor.execute(chapters.find_chapters(root), given)
    assert outcome.problem is not None
    assert "\n" not in outcome.problem
    assert [line for line in lines if outcome.problem in line] == lines
    return outcome.problem


def wait_until(condition: Callable[[], bool], seconds: float = 120.0) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "waited too long"
        time.sleep(0.05)


def is_running(process: int) -> bool:
    """Say whether a process lives; a zombie does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    except NotADirectoryError:  # no /proc
        return subprocess.call(["kill", "-0", str(process)]) == 0
    return state != "Z"


@pytest.fixture
def good(book_root: Path, write_chapter: Write) -> Callable[[], None]:
    """Execute a good chapter 01_case; return a check that its output is still that one."""
    write_chapter("01_case", GOOD)
    (outcome,) = Executor(book_root, say=lambda line: None).execute(
        chapters.find_chapters(book_root)
    )
    assert outcome.problem is None
    folder = book_root / "_build" / "executed" / "chapters"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert sorted(before) == ["01_case.ipynb", "01_case.json"]

    def check() -> None:
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == before

    return check


def test_a_failing_cell(book_root: Path, write_chapter: Write, good: Callable[[], None]) -> None:
    write_chapter("01_case", "x = 1", "# why\nraise ValueError('first\\nsecond')", "x = 2")
    problem = failure(book_root)
    assert problem == (
        "01_case: cell 2 (code-1: raise ValueError('first\\nsecond')): ValueError: first second "
        "(log: _build/logs/01_case.log)"
    )
    log = (book_root / "_build" / "logs" / "01_case.log").read_text()
    assert "Traceback" in log and "second" in log
    good()


def test_a_failing_cell_after_given_parameters_counts_as_the_source_does(
    book_root: Path, write_chapter: Write, good: Callable[[], None]
) -> None:
    write_chapter("01_case", "x = 1", "undefined")
    problem = failure(book_root, "samples=4")
    assert problem.startswith("01_case: cell 2 (code-1: undefined): NameError: name 'undefined'")
    good()


def test_a_kernel_that_kills_itself(
    book_root: Path, write_chapter: Write, good: Callable[[], None]
) -> None:
    write_chapter(
        "01_case", "x = 1", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "1"
    )
    problem = failure(book_root)
    assert problem.startswith("01_case: cell 2 (code-1: import os, signal")
    assert "the kernel died: killed by SIGKILL" in problem
    good()


def test_a_kernel_killed_from_outside(
    book_root: Path, write_chapter: Write, good: Callable[[], None], tmp_path: Path
) -> None:
    note = tmp_path / "pid"
    write_chapter(
        "01_case",
        f"import os, pathlib, time; pathlib.Path({str(note)!r}).write_text(str(os.getpid()))\n"
        "time.sleep(60)",
    )

    def kill() -> None:
        wait_until(lambda: note.exists() and note.read_text().isdecimal())
        os.kill(int(note.read_text()), signal.SIGKILL)

    threading.Thread(target=kill).start()
    assert "the kernel died: killed by SIGKILL" in failure(book_root)
    good()


def test_a_kernel_that_ends_itself(
    book_root: Path, write_chapter: Write, good: Callable[[], None]
) -> None:
    write_chapter("01_case", "import os; os._exit(3)")
    assert "the kernel died: it exited with status 3" in failure(book_root)
    good()


def test_a_cell_that_exits_with_success(
    book_root: Path, write_chapter: Write, good: Callable[[], None]
) -> None:
    """papermill takes this for a complete run."""
    write_chapter("01_case", "import sys; sys.exit(0)", "print('never')")
    problem = failure(book_root)
    assert problem == (
        "01_case: cell 1 (code-0: import sys; sys.exit(0)): it exits, so that the rest did not run"
    )
    good()


def test_a_chapter_past_its_budget_and_what_it_started(
    book_root: Path, write_chapter: Write, good: Callable[[], None], tmp_path: Path
) -> None:
    """The budget is for the whole chapter: no single cell here is longer than it.

    On a busy machine the kernel may take all of it to start: then there is no cell to name.
    """
    note = tmp_path / "pid"
    start = f"""
import pathlib, subprocess, time
child = subprocess.Popen(["sleep", "1000"])
pathlib.Path({str(note)!r}).write_text(str(child.pid))
"""
    write_chapter("01_case", start, *["time.sleep(6)"] * 100, book={"seconds": 10})
    problem = failure(book_root)
    where, _, what = problem.removeprefix("01_case: ").rpartition(": ")
    assert what.startswith("past its time budget of 10 s, stopped")
    if note.exists():
        assert where.startswith("cell ")
        wait_until(lambda: not is_running(int(note.read_text())))
    else:
        assert where == "before its first cell"
    good()


def test_a_chapters_own_budget() -> None:
    assert chapters.budget({"metadata": {}}) == 600
    assert chapters.budget({"metadata": {"book": {"seconds": 7}}}) == 7


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ("sample=4", "01_case: unknown parameter 'sample' (did you mean 'samples'?)"),
        ("samples=four", "01_case: parameter 'samples' is int, 1 to 1000, not 'four'"),
        ("step=0", "01_case: parameter 'step' is float, > 0, not 0.0"),
    ],
)
def test_parameters_the_chapter_does_not_take(
    book_root: Path, good: Callable[[], None], given: str, complaint: str
) -> None:
    assert complaint in failure(book_root, given)
    good()


def test_a_very_long_line_holds_nothing_up(book_root: Path, write_chapter: Write) -> None:
    """Joining what a cell prints took time quadratic in the length of a line once: minutes."""
    write_chapter("01_case", "print('x' * 3_000_000)", book={"seconds": 60})
    (outcome,) = Executor(book_root, say=print).execute(chapters.find_chapters(book_root))
    assert outcome.problem is None


def test_notebooks_that_are_none(
    book_root: Path, write_chapter: Write, good: Callable[[], None]
) -> None:
    write_chapter("01_case", GOOD, parameters=None)
    assert failure(book_root) == ("01_case: no cell tagged 'parameters'; a chapter has exactly one")
    for text, words in (("{not json", "not valid JSON"), ("[1]", "no notebook")):
        (book_root / "chapters" / "01_case.ipynb").write_text(text)
        assert words in failure(book_root)
    write_chapter("01_case", GOOD, book={"seconds": "long"})
    assert "the time budget is a number of seconds, not 'long'" in failure(book_root)
    good()


def test_two_figures_in_one_cell(book_root: Path, write_chapter: Write) -> None:
    show = (
        "from IPython.display import display\n"
        "for alt in 'ab': display({'text/plain': alt}, raw=True, metadata={'lqrlib': {'alt': alt}})"
    )
    write_chapter("01_case", "1", show, "1")
    problem = failure(book_root, "samples=4")
    assert problem.startswith("01_case: cell 2 (code-1: from IPython")
    assert problem.endswith("it shows 2 figures, not one")


@pytest.mark.parametrize(
    ("name", "found"),
    [("1", "01_plain"), ("01", "01_plain"), ("01_plain", "01_plain"), ("other", "11_other"),
     ("chapters/11_other.ipynb", "11_other"), ("11", "11_other")],
)  # fmt: skip
def test_names_of_chapters(book_root: Path, write_chapter: Write, name: str, found: str) -> None:
    write_chapter("01_plain", GOOD)
    write_chapter("11_other", GOOD)
    assert chapters.find_chapter(book_root, name).stem == found


def test_an_ambiguous_name(book_root: Path, write_chapter: Write) -> None:
    write_chapter("01_plain", GOOD)
    write_chapter("11_plane", GOOD)
    with pytest.raises(chapters.ChapterProblem, match="'pla' could be any of 01_plain, 11_plane"):
        chapters.find_chapter(book_root, "pla")


BUSY = "import re; re.match('(a+)+$', 'a' * 40 + 'b')"  # never lets go of the interpreter


@pytest.mark.parametrize(
    ("ending", "work"),
    [
        (signal.SIGINT, "time.sleep(60)"),
        (signal.SIGTERM, "time.sleep(60)"),
        (signal.SIGKILL, "time.sleep(60)"),
        (signal.SIGKILL, BUSY),
        (signal.SIGINT, BUSY),
    ],
)
def test_an_interrupted_build_leaves_no_kernel_and_no_half_file(
    book_root: Path,
    write_chapter: Write,
    good: Callable[[], None],
    tmp_path: Path,
    ending: int,
    work: str,
) -> None:
    note = tmp_path / "pid"
    write_chapter(
        "01_case",
        f"import os, pathlib, time; pathlib.Path({str(note)!r}).write_text(str(os.getpid()))",
        work,
    )
    code = f"""
import pathlib, signal, sys
# As in a terminal; a shell starts its background jobs with the interrupt ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
from book import commands
commands.ROOT = pathlib.Path({str(book_root)!r})
commands.ensure = commands.go_inside = lambda *arguments: None
sys.exit(commands.run(["execute"]))
"""
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=REPOSITORY, stderr=subprocess.PIPE, text=True
    )
    wait_until(lambda: note.exists() and note.read_text().isdecimal())
    process.send_signal(ending)
    _, error = process.communicate(timeout=120)
    assert process.returncode == (-9 if ending == signal.SIGKILL else 130)
    assert error == ("" if ending == signal.SIGKILL else "interrupted\n")
    wait_until(lambda: not is_running(int(note.read_text())), 5)
    good()
