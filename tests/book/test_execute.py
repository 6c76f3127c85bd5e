"""Chapters are executed by papermill for real: what they become, and when they run again."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from book import chapters
from book.execute import Executor, Outcome

Write = Callable[..., Path]
FIGURE = """
import matplotlib.pyplot as plt
import numpy as np
figure, axes = plt.subplots()
axes.plot(np.random.default_rng(1).normal(size=50).cumsum())
"""


def execute(root: Path, given: str = "", **how: bool) -> list[Outcome]:
    return Executor(root, 2, say=lambda line: None).execute(
        chapters.find_chapters(root), given, **how
    )


def ran(root: Path) -> list[str]:
    return sorted(outcome.chapter.stem for outcome in execute(root) if outcome.ran)


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
    assert (written["chapter"], written["parameters"], written["cells"]) == ("01_plain", {}, 3)
    assert 0 < written["seconds"] < 60
    assert 10 < written["peak_memory_mb"] < 2000


def test_given_parameters_run_in_a_hidden_cell_and_the_next_run_returns_to_the_defaults(
    book_root: Path, write_chapter: Write
) -> None:
    chapter = write_chapter("01_plain", "print(samples, preset)")
    execute(book_root, "samples=7 preset=paper")
    path, record = executed(book_root, "01_plain")
    notebook = nbformat.read(path, as_version=4)
    assert printed(notebook) == ["7 paper\n"]
    injected = notebook.cells[1]
    assert injected.id == "injected-parameters"
    assert injected.metadata.tags == ["injected-parameters", "remove-cell"]
    assert json.loads(record.read_text())["parameters"] == {"samples": 7, "preset": "paper"}
    assert chapters.is_current(book_root, chapter, chapters.contents(book_root))
    (outcome,) = execute(book_root)
    assert outcome.ran
    assert printed(nbformat.read(path, as_version=4)) == ["3 quick\n"]


def test_what_changed_decides_what_runs(book_root: Path, write_chapter: Write) -> None:
    chapter = write_chapter("01_plain", "print(1)")
    write_chapter("02_other", "from lqrlib.constants import ANSWER; print(ANSWER)")
    both = ["01_plain", "02_other"]
    assert ran(book_root) == both
    assert ran(book_root) == []
    chapter.touch()  # a new time is no change
    (book_root / "lqrlib" / "unused.py").write_text("ANSWER = 40\n")
    assert ran(book_root) == [], "no chapter loads this module"
    chapter.write_text(chapter.read_text().replace("print(1)", "print(3)"))
    assert ran(book_root) == ["01_plain"]
    (book_root / "lqrlib" / "constants.py").write_text("ANSWER = 43\n")
    assert ran(book_root) == ["02_other"], "only this chapter loads the module"
    (book_root / "lqrlib" / "data.csv").write_text("1,2\n")
    assert ran(book_root) == both, "who reads a data file is not known"
    (book_root / "requirements.txt").write_text("numpy==3\n")
    assert ran(book_root) == both
    for unrelated in ("lqrlib/__pycache__/constants.pyc", "lqrlib/.cache/x", "README.md"):
        (book_root / unrelated).parent.mkdir(exist_ok=True)
        (book_root / unrelated).write_text("anything")
    assert ran(book_root) == []


def test_new_words_reach_the_page_without_a_run(book_root: Path, write_chapter: Write) -> None:
    chapter = write_chapter("01_plain", "print(samples)")
    execute(book_root, "samples=7")
    notebook = nbformat.read(chapter, as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_markdown_cell("new words", id="words"))
    nbformat.write(notebook, chapter)
    assert chapters.is_current(book_root, chapter, chapters.contents(book_root))
    shown = chapters.executed_notebook(book_root, chapter)
    ids = [cell["id"] for cell in shown["cells"]]
    assert ids == ["words", "parameters", "injected-parameters", "code-0"]
    assert shown["cells"][-1]["outputs"][0]["text"] == ["7\n"]


def test_a_module_that_changes_during_the_run_counts_as_changed(
    book_root: Path, write_chapter: Write
) -> None:
    code = "from lqrlib import constants\nopen('lqrlib/constants.py', 'a').write('# more\\n')"
    write_chapter("01_plain", code)
    assert ran(book_root) == ["01_plain"]
    assert ran(book_root) == ["01_plain"]


def test_a_damaged_output_is_made_again(book_root: Path, write_chapter: Write) -> None:
    write_chapter("01_plain", "print(1)")
    execute(book_root)
    path, _ = executed(book_root, "01_plain")
    good = path.read_bytes()
    path.write_bytes(good[:-10])
    assert ran(book_root) == ["01_plain"]
    assert path.read_bytes() == good


def test_executing_twice_gives_the_same_bytes(book_root: Path, write_chapter: Write) -> None:
    # The order of a set, the address of an object and the cutting of prints differ by themselves.
    pieces = "import time\nfor part in 'abc': print(part, flush=True); time.sleep(0.05)"
    write_chapter("01_figure", FIGURE, "print(set('abcdefgh'))", "object()", pieces)
    assert execute(book_root)[0].problem is None
    assert execute(book_root, force=True, compare=True)[0].problem is None
    path, _ = executed(book_root, "01_figure")
    assert b"image/png" in path.read_bytes()
    assert printed(nbformat.read(path, as_version=4))[-1] == "a\nb\nc\n"


def test_a_second_run_with_other_bytes_names_the_cell(
    book_root: Path, write_chapter: Write
) -> None:
    write_chapter("01_random", "1", "import os; print(os.urandom(8))")
    execute(book_root)
    path, _ = executed(book_root, "01_random")
    first = path.read_bytes()
    (outcome,) = execute(book_root, force=True, compare=True)
    cell = "cell 2 (code-1: import os; print(os.urandom(8)))"
    assert outcome.problem == f"01_random: {cell}: a second run wrote other bytes"
    assert path.read_bytes() == first


def test_the_kernel_sees_one_thread_and_nothing_of_the_readers_set_up(
    book_root: Path, write_chapter: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "8")
    monkeypatch.setenv("MPLBACKEND", "nonsense")
    names = ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "SOURCE_DATE_EPOCH"]
    write_chapter(
        "01_plain",
        f"import os, sys; print([os.environ[name] for name in {names}], os.getcwd())",
        "print(sys.executable)",
        "import matplotlib.pyplot",
    )
    (outcome,) = execute(book_root)
    assert outcome.problem is None
    values, python = printed(nbformat.read(executed(book_root, "01_plain")[0], as_version=4))
    assert values == f"['1', '1', '1', '0'] {book_root}\n"
    assert os.path.dirname(python) == os.path.dirname(sys.executable)


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


def test_outputs_of_chapters_that_are_gone_are_removed(
    book_root: Path, write_chapter: Write
) -> None:
    kept = write_chapter("01_plain", "print(1)")
    gone = write_chapter("02_gone", "print(1)")
    execute(book_root)
    gone.unlink()
    chapters.prune(book_root, [kept])
    names = [path.name for path in executed(book_root, "01_plain")[0].parent.iterdir()]
    assert sorted(names) == ["01_plain.ipynb", "01_plain.json"]
