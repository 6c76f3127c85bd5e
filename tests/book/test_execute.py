"""Chapters are executed by papermill for real: what they become, and when they run again."""

import json
import os
import shutil
import sys

import nbformat

from book import chapters

FIGURE = """
import matplotlib.pyplot as plt
import numpy as np
figure, axes = plt.subplots()
axes.plot(np.random.default_rng(1).normal(size=50).cumsum())
"""


def ran(book):
    outcomes = book.execute()
    assert not any(outcome.problem for outcome in outcomes)
    return sorted(outcome.chapter.stem for outcome in outcomes if outcome.ran)


def test_a_chapter_runs_with_its_own_values(book):
    book.chapter("01_plain", "print(samples, step, preset)", "1 + 1")
    assert ran(book) == ["01_plain"]
    notebook, prints = book.executed("01_plain")
    assert prints == ["3 0.5 quick\n"]
    assert [cell.id for cell in notebook.cells] == ["parameters", "code-0", "code-1"]
    assert notebook.metadata.mystnb == {"execution_mode": "off"}
    assert "papermill" not in (book.outputs / "01_plain.ipynb").read_text()
    record = json.loads((book.outputs / "01_plain.json").read_text())
    assert (record["chapter"], record["parameters"], record["cells"]) == ("01_plain", {}, 3)
    assert record["seconds"] > 0 and 10 < record["peak_memory_mb"] < 2000


def test_given_parameters_run_in_a_hidden_cell_and_the_next_run_returns_to_the_defaults(book):
    chapter = book.chapter("01_plain", "print(samples, preset)")
    book.execute("samples=7 preset=paper")
    notebook, prints = book.executed("01_plain")
    assert prints == ["7 paper\n"]
    injected = notebook.cells[1]
    assert injected.id == "injected-parameters"
    assert injected.metadata.tags == ["injected-parameters", "remove-cell"]
    record = chapters.read_record(book.root, chapter)
    assert record["parameters"] == {"samples": 7, "preset": "paper"}
    assert book.stale() == []
    assert ran(book) == ["01_plain"]
    assert book.executed("01_plain")[1] == ["3 quick\n"]


def test_what_changed_decides_what_runs(book):
    chapter = book.chapter("01_plain", "print(1)")
    book.chapter("02_other", "from lqrlib.constants import ANSWER; print(ANSWER)")
    one, other, both = ["01_plain"], ["02_other"], ["01_plain", "02_other"]
    assert ran(book) == both
    chapter.touch()  # a new time is no change
    assert ran(book) == []
    for name, stale in {
        "chapters/01_plain.ipynb": one,
        "_build/executed/chapters/01_plain.ipynb": one,  # damaged
        "_build/executed/chapters/01_plain.json": one,
        "lqrlib/constants.py": other,  # only this chapter loads the module
        "lqrlib/unused.py": [],
        "lqrlib/data.csv": both,  # who reads a data file is not known
        "requirements.txt": both,
        "lqrlib/__pycache__/constants.pyc": [],
        "lqrlib/.cache/x": [],
        "README.md": [],
    }.items():
        path = book.root / name
        before = path.read_text() if path.exists() else None
        book.write(name, (before or "1").translate(str.maketrans("1234", "5678")))
        assert book.stale() == stale, name
        path.unlink() if before is None else path.write_text(before)
        assert book.stale() == [], name
    book.write("lqrlib/constants.py", "ANSWER = 4300\n")  # of another length: Python goes by it
    assert ran(book) == other
    assert book.executed("02_other")[1] == ["4300\n"]


def test_new_words_reach_the_page_without_a_run(book):
    chapter = book.chapter("01_plain", "print(samples)")
    book.execute("samples=7")
    notebook = nbformat.read(chapter, as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_markdown_cell("new words", id="words"))
    nbformat.write(notebook, chapter)
    assert book.stale() == []
    shown = chapters.executed_notebook(book.root, chapter)
    ids = [cell["id"] for cell in shown["cells"]]
    assert ids == ["words", "parameters", "injected-parameters", "code-0"]
    assert shown["cells"][-1]["outputs"][0]["text"] == ["7\n"]


def test_a_module_that_changes_during_the_run_counts_as_changed(book):
    code = "from lqrlib import constants\nopen('lqrlib/constants.py', 'a').write('# more\\n')"
    book.chapter("01_plain", code)
    assert ran(book) == book.stale() == ["01_plain"]


def test_executing_twice_gives_the_same_bytes(book):
    # The order of a set, the address of an object and the cutting of prints differ by themselves.
    pieces = "import time\nfor part in 'abc': print(part, flush=True); time.sleep(0.05)"
    book.chapter("01_figure", FIGURE, "print(set('abcdefgh'))", "object()", pieces)
    assert ran(book) == ["01_figure"]
    assert book.execute(force=True, compare=True)[0].problem is None
    assert b"image/png" in (book.outputs / "01_figure.ipynb").read_bytes()
    assert book.executed("01_figure")[1][-1] == "a\nb\nc\n"


def test_the_kernel_sees_one_thread_and_nothing_of_the_readers_set_up(book, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "8")
    monkeypatch.setenv("MPLBACKEND", "nonsense")
    shutil.rmtree(book.root / "_build")  # the list of fonts is made, too
    names = ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "SOURCE_DATE_EPOCH"]
    book.chapter(
        "01_plain",
        f"import os, sys; print([os.environ[name] for name in {names}], os.getcwd())",
        "print(sys.executable)",
        "import matplotlib.pyplot",
    )
    assert ran(book) == ["01_plain"]
    values, python = book.executed("01_plain")[1]
    assert values == f"['1', '1', '1', '0'] {book.root}\n"
    assert os.path.dirname(python) == os.path.dirname(sys.executable)


def test_stderr_is_reported_and_kept_out_of_the_page(book):
    book.chapter("01_plain", "import warnings; warnings.warn('look out', stacklevel=1)")
    (outcome,) = book.execute()
    assert len(outcome.stderr) == 1 and "look out" in outcome.stderr[0]
    assert "look out" in str(outcome)
    assert "UserWarning" not in (book.outputs / "01_plain.ipynb").read_text()


def test_longest_known_chapter_first_and_one_line_for_each(book):
    for name, seconds in {"01_short": 1.0, "02_long": 50.0}.items():
        book.chapter(name, "print(1)")
        book.write(f"_build/executed/chapters/{name}.json", json.dumps({"seconds": seconds}))
    lines: list[str] = []
    book.execute(jobs=1, say=lines.append)
    assert [line.split()[:2] for line in lines] == [["[1/2]", "02_long"], ["[2/2]", "01_short"]]
    assert all(line.endswith(" s") for line in lines)


def test_of_chapters_never_run_the_one_with_the_largest_budget_begins(book):
    book.chapter("01_short", "print(1)")
    book.chapter("02_long", "print(1)", book={"seconds": 900})
    lines: list[str] = []
    book.execute(jobs=1, say=lines.append)
    assert [line.split()[1] for line in lines] == ["02_long", "01_short"]
