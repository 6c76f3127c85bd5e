"""Chapters are executed by papermill for real: what they become, and when they run again."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from book import chapters
from book.execute import Executor, Outcome, prune

Write = Callable[..., Path]
ROOT = Path(__file__).resolve().parent.parent.parent
FIGURE = """
import matplotlib.pyplot as plt
import numpy as np
figure, axes = plt.subplots()
axes.plot(np.random.default_rng(1).normal(size=50).cumsum())
"""


def execute(root: Path, given: str = "", force: bool = False) -> list[Outcome]:
    return Executor(root, say=lambda line: None).execute(
        chapters.find_chapters(root), given, force=force
    )


def executed(root: Path, name: str) -> tuple[Path, Path]:
    return chapters.executed_paths(root, root / "chapters" / f"{name}.ipynb")


def printed(notebook: nbformat.NotebookNode) -> list[str]:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [output["text"] for output in outputs if output["output_type"] == "stream"]


def test_a_chapter_runs_with_its_own_values(book_root: Path, write_chapter: Write) -> None:
    write_chapter("01_plain", "print(samples, step, preset)", "1 + 1")
    (outcome,) = execute(book_root)
    assert outcome.problem is None and outcome.ran
    path, record = executed(book_root, "01_plain")
    notebook = nbformat.read(path, as_version=4)
    assert printed(notebook) == ["3 0.5 quick\n"]
    assert [cell.id for cell in notebook.cells] == ["parameters", "code-0", "code-1"]
    assert notebook.metadata.mystnb == {"execution_mode": "off"}
    assert "papermill" not in path.read_text()
    written = json.loads(record.read_text())
    assert written["chapter"] == "01_plain"
    assert written["parameters"] == {}
    assert written["cells"] == 3
    assert 0 < written["seconds"] < 60
    assert 10 < written["peak_memory_mb"] < 2000
    assert {"python", "numpy", "papermill"} <= set(written["versions"])


def test_given_parameters_run_in_a_hidden_cell_and_the_next_run_returns_to_the_defaults(
    book_root: Path, write_chapter: Write
) -> None:
    write_chapter("01_plain", "print(samples, preset)")
    execute(book_root, "samples=7 preset=paper")
    path, record = executed(book_root, "01_plain")
    notebook = nbformat.read(path, as_version=4)
    assert printed(notebook) == ["7 paper\n"]
    injected = notebook.cells[1]
    assert injected.id == "injected-parameters"
    assert injected.metadata.tags == ["injected-parameters", "remove-cell"]
    assert json.loads(record.read_text())["parameters"] == {"samples": 7, "preset": "paper"}
    (outcome,) = execute(book_root)
    assert outcome.ran
    assert printed(nbformat.read(path, as_version=4)) == ["3 quick\n"]


def test_only_a_change_makes_a_chapter_run_again(book_root: Path, write_chapter: Write) -> None:
    chapter = write_chapter("01_plain", "print(1)")
    other = write_chapter("02_other", "print(2)")
    assert [outcome.ran for outcome in execute(book_root)] == [True, True]
    assert [outcome.ran for outcome in execute(book_root)] == [False, False]
    other.touch()  # a new time is no change
    assert [outcome.ran for outcome in execute(book_root)] == [False, False]
    chapter.write_text(chapter.read_text().replace("print(1)", "print(3)"))
    ran = {outcome.chapter.stem: outcome.ran for outcome in execute(book_root)}
    assert ran == {"01_plain": True, "02_other": False}
    (book_root / "lqrlib" / "constants.py").write_text("ANSWER = 43\n")
    assert [outcome.ran for outcome in execute(book_root)] == [True, True]


@pytest.mark.parametrize(
    "changed", ["lqrlib/constants.py", "lqrlib/data/new.csv", "requirements.txt"]
)
def test_the_fingerprint_covers_library_data_and_lock(
    book_root: Path, write_chapter: Write, changed: str
) -> None:
    chapter = write_chapter("01_plain", "print(1)")
    before = chapters.fingerprint(chapter, {}, chapters.library_digest(book_root))
    path = book_root / changed
    path.parent.mkdir(exist_ok=True)
    path.write_text("different\n")
    assert chapters.fingerprint(chapter, {}, chapters.library_digest(book_root)) != before
    for unrelated in ("lqrlib/__pycache__/constants.pyc", "lqrlib/.cache/x", "README.md"):
        now = chapters.fingerprint(chapter, {}, chapters.library_digest(book_root))
        (book_root / unrelated).parent.mkdir(exist_ok=True)
        (book_root / unrelated).write_text("anything")
        assert chapters.fingerprint(chapter, {}, chapters.library_digest(book_root)) == now


def test_a_damaged_output_is_made_again(book_root: Path, write_chapter: Write) -> None:
    write_chapter("01_plain", "print(1)")
    execute(book_root)
    path, _ = executed(book_root, "01_plain")
    good = path.read_bytes()
    path.write_bytes(good[:-10])
    assert [outcome.ran for outcome in execute(book_root)] == [True]
    assert path.read_bytes() == good


def test_executing_twice_gives_the_same_bytes(book_root: Path, write_chapter: Write) -> None:
    # The order of a set and the address of an object differ between ordinary runs of Python.
    write_chapter("01_figure", FIGURE, "print(set('abcdefgh'))", "object()")
    path, _ = executed(book_root, "01_figure")
    contents = []
    for _ in range(2):
        assert execute(book_root, force=True)[0].problem is None
        contents.append(path.read_bytes())
    assert contents[0] == contents[1]
    assert b"image/png" in contents[0]


def smallest_chapter() -> list[Path]:
    return sorted(chapters.find_chapters(ROOT), key=lambda path: path.stat().st_size)[:1]


@pytest.mark.parametrize("chapter", smallest_chapter(), ids=lambda path: path.stem)
def test_executing_a_chapter_of_the_book_again_gives_the_same_bytes(
    chapter: Path, book_root: Path
) -> None:
    """Two runs beside each other, so that neither sees files of the other."""
    contents = []
    for name in ("first", "second"):
        root = book_root / name
        (root / "chapters").mkdir(parents=True)
        (root / "chapters" / chapter.name).write_bytes(chapter.read_bytes())
        (outcome,) = execute(root)
        assert outcome.problem is None
        assert outcome.stderr == (), "a chapter writes nothing to stderr"
        contents.append(chapters.executed_paths(root, chapter)[0].read_bytes())
    assert contents[0] == contents[1]


def test_the_kernel_sees_one_thread_and_nothing_of_the_readers_set_up(
    book_root: Path, write_chapter: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "8")
    monkeypatch.setenv("MPLBACKEND", "nonsense")
    names = ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "SOURCE_DATE_EPOCH"]
    write_chapter(
        "01_plain",
        f"import os, sys; print([os.environ[name] for name in {names}], sys.executable)",
        "import matplotlib.pyplot",
    )
    (outcome,) = execute(book_root)
    assert outcome.problem is None
    text = "".join(printed(nbformat.read(executed(book_root, "01_plain")[0], as_version=4)))
    assert "['1', '1', '1', '0']" in text
    assert os.path.dirname(text.split()[-1]) == os.path.dirname(sys.executable)


def test_stderr_is_reported_and_kept_out_of_the_page(book_root: Path, write_chapter: Write) -> None:
    write_chapter("01_plain", "import warnings; warnings.warn('look out', stacklevel=1)")
    (outcome,) = execute(book_root)
    assert len(outcome.stderr) == 1 and "look out" in outcome.stderr[0]
    assert "look out" in str(outcome)
    path, _ = executed(book_root, "01_plain")
    assert "UserWarning" not in path.read_text()


def test_longest_known_chapter_first_and_one_line_for_each(
    book_root: Path, write_chapter: Write
) -> None:
    for name in ("01_short", "02_long"):
        write_chapter(name, "print(1)")
    execute(book_root)
    for name, seconds in (("01_short", 1.0), ("02_long", 50.0)):
        _, record = executed(book_root, name)
        record.write_text(json.dumps({**json.loads(record.read_text()), "seconds": seconds}))
    lines: list[str] = []
    executor = Executor(book_root, jobs=1, say=lines.append)
    executor.execute(chapters.find_chapters(book_root), force=True)
    assert [line.split()[:2] for line in lines] == [["[1/2]", "02_long"], ["[2/2]", "01_short"]]
    assert all(line.endswith(" s") for line in lines)


def test_papermills_bar_for_a_single_chapter_in_a_terminal(
    book_root: Path, write_chapter: Write
) -> None:
    pty, fcntl, termios = (pytest.importorskip(name) for name in ("pty", "fcntl", "termios"))
    code = f"""
import pathlib, sys
from book import chapters
from book.execute import Executor
root = pathlib.Path({str(book_root)!r})
executor = Executor(root, bar=sys.stderr.isatty(), say=lambda line: None)
assert not any(run.problem for run in executor.execute(chapters.find_chapters(root), force=True))
"""
    shown = {}
    for count in (1, 2):
        write_chapter(f"0{count}_plain", "print(1)")
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        subprocess.run([sys.executable, "-c", code], stderr=theirs, check=True, cwd=ROOT)
        os.write(theirs, b"end")  # a terminal with nothing in it would keep the reader waiting
        shown[count] = os.read(ours, 100000).decode()
        os.close(theirs)
        os.close(ours)
    assert "01_plain: 100%" in shown[1]
    assert shown[2] == "end"


def test_outputs_of_chapters_that_are_gone_are_removed(
    book_root: Path, write_chapter: Write
) -> None:
    kept = write_chapter("01_plain", "print(1)")
    gone = write_chapter("02_gone", "print(1)")
    execute(book_root)
    gone.unlink()
    prune(book_root, [kept])
    names = [path.name for path in executed(book_root, "01_plain")[0].parent.iterdir()]
    assert sorted(names) == ["01_plain.ipynb", "01_plain.json"]
