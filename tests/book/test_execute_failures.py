"""Whatever goes wrong in a chapter is said in one line, and the last good output stays."""

import os
import signal
import subprocess
import threading

import pytest
from small_book import GOOD, REPOSITORY, command, is_running, wait_until

from book import chapters


def failure(book, /, *sources, given="", **how):
    """Execute the one chapter, which fails, and return the one line it says."""
    if sources:
        book.chapter("01_case", *sources, **how)
    lines: list[str] = []
    (outcome,) = book.execute(given, lines.append)
    assert outcome.problem is not None
    assert "\n" not in outcome.problem
    assert [line for line in lines if outcome.problem in line] == lines
    return outcome.problem


@pytest.fixture
def good(book):
    """Begin with a last good output of the chapter, which must be there unchanged at the end."""
    before = {"01_case.ipynb": "the last good output", "01_case.json": "{}"}
    for name, text in before.items():
        book.write(f"_build/executed/chapters/{name}", text)
    yield
    assert {path.name: path.read_text() for path in book.outputs.iterdir()} == before


LEAVE = "import os, pathlib, subprocess, time; pathlib.Path('pid').write_text(str({}))"
OWN = LEAVE.format("os.getpid()")


def left(book):
    """Wait for the number of the process that a chapter leaves."""
    note = book.root / "pid"
    wait_until(lambda: note.exists() and note.read_text().isdecimal())
    return int(note.read_text())


def test_a_failing_cell_counts_as_in_the_source(book, good):
    cells = "x = 1", "# why\nraise ValueError('first\\nsecond')", "x = 2"
    for given in ("", "samples=4"):  # which run in a cell of their own
        assert failure(book, *cells, given=given) == (
            "01_case: cell 2 (code-1: raise ValueError('first\\nsecond')): "
            "ValueError: first second (log: _build/logs/01_case.log)"
        )
    log = (book.root / "_build" / "logs" / "01_case.log").read_text()
    assert "Traceback" in log and "second" in log


@pytest.mark.parametrize(
    ("source", "ending"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "killed by SIGKILL"),
        ("import os; os._exit(3)", "it exited with status 3"),
    ],
)
def test_a_kernel_that_ends_itself(book, good, source, ending):
    problem = failure(book, "x = 1", source, "1")
    assert problem.startswith("01_case: cell 2 (code-1: import os")
    assert f"the kernel died: {ending}" in problem


def test_a_kernel_killed_from_outside(book, good):
    threading.Thread(target=lambda: os.kill(left(book), signal.SIGKILL)).start()
    assert "the kernel died: killed by SIGKILL" in failure(book, OWN, "time.sleep(60)")


def test_a_cell_that_exits_with_success(book, good):
    """papermill takes this for a complete run."""
    assert failure(book, "import sys; sys.exit(0)", "print('never')") == (
        "01_case: cell 1 (code-0: import sys; sys.exit(0)): it exits, so that the rest did not run"
    )


def test_a_chapter_past_its_budget_and_what_it_started(book, good):
    """The budget is for the whole chapter: no single cell here is longer than it.

    On a busy machine the kernel may take all of it to start: then there is no cell to name.
    """
    assert chapters.budget({"metadata": {}}) == 600
    start = LEAVE.format("subprocess.Popen(['sleep', '1000']).pid")
    problem = failure(book, start, *["time.sleep(5)"] * 100, book={"seconds": 8})
    where, _, what = problem.removeprefix("01_case: ").rpartition(": ")
    assert what.startswith("past its time budget of 8 s, stopped")
    started = (book.root / "pid").exists()
    assert where.startswith("cell " if started else "before its first cell")
    wait_until(lambda: not started or not is_running(left(book)))


def test_a_very_long_line_holds_nothing_up(book):
    """Joining what a cell prints took time quadratic in the length of a line once: minutes."""
    book.chapter("01_case", "print('x' * 3_000_000)", book={"seconds": 60})
    (outcome,) = book.execute()
    assert outcome.problem is None


def test_what_is_no_chapter_or_asks_for_the_impossible_is_not_run(book, good):
    book.chapter("01_case", GOOD)
    for given, complaint in {
        "sample=4": "01_case: unknown parameter 'sample' (did you mean 'samples'?)",
        "samples=four": "01_case: parameter 'samples' is int, 1 to 1000, not 'four'",
    }.items():
        assert complaint in failure(book, given=given)
    no_cell = "01_case: no cell tagged 'parameters'; a chapter has exactly one"
    assert failure(book, GOOD, parameters=None) == no_cell
    budget = "the time budget is a number of seconds, not 'long'"
    assert budget in failure(book, GOOD, book={"seconds": "long"})
    for text, complaint in {"{not json": "not valid JSON", "[1]": "no notebook"}.items():
        book.write("chapters/01_case.ipynb", text)
        assert complaint in failure(book)


def test_names_of_chapters(book):
    for name in ("01_plain", "11_other", "12_plane"):
        book.chapter(name, GOOD)
    for name in ("1", "01", "01_plain", "chapters/01_plain.ipynb", "plai"):
        assert chapters.find_chapter(book.root, name).stem == "01_plain"
    for name in ("11", "other"):
        assert chapters.find_chapter(book.root, name).stem == "11_other"
    with pytest.raises(chapters.ChapterProblem, match="'pla' could be any of 01_plain, 12_plane"):
        chapters.find_chapter(book.root, "pla")


BUSY = "import re; re.match('(a+)+$', 'a' * 40 + 'b')"  # never lets go of the interpreter


@pytest.mark.parametrize(
    ("ending", "work"),
    [(signal.SIGINT, BUSY), (signal.SIGTERM, "time.sleep(60)"), (signal.SIGKILL, BUSY)],
)
def test_an_interrupted_build_leaves_no_kernel_and_no_half_file(book, good, ending, work):
    book.chapter("01_case", f"{OWN}\n{work}")  # in one cell: the signal finds it at work
    process = subprocess.Popen(
        command(book.root, "execute"), cwd=REPOSITORY, stderr=subprocess.PIPE, text=True
    )
    kernel = left(book)
    process.send_signal(ending)
    _, error = process.communicate(timeout=120)
    killed = ending == signal.SIGKILL
    assert (process.returncode, error) == ((-9, "") if killed else (130, "interrupted\n"))
    wait_until(lambda: not is_running(kernel))
