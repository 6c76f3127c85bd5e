"""The pages are rendered by Jupyter Book for real, as far as something changed, and never lost."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from small_book import REPOSITORY, wait_until
from sphinx.errors import SphinxParallelError

from book import render
from book.problem import ChapterProblem
from book.sphinx_extension import Tasks

SLOW = """
import pathlib, time
def setup(app):
    app.connect("env-updated", wait)
def wait(app, env):
    while (pathlib.Path(app.srcdir).parent.parent / "wait").exists():
        time.sleep(0.1)
"""
CONFIG = """title: Small
html: {}
repository: {url: ""}
execute: {execute_notebooks: "off"}
sphinx: {local_extensions: {slow: ../..}}  # as seen from the staged site
"""
INDEX = "# Small\n\n[other](other.md)\n"
TOC = "format: jb-book\nroot: pages/index\nchapters: [{file: pages/other}]\n"
UNREADABLE = "```{nosuch}\n```"  # Sphinx warns when it reads this, and not when it writes it again
RENDERING = "import sys, pathlib; from book.render import render; render(pathlib.Path(sys.argv[1]))"


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """The smallest book that renders without a warning, rendered; `told` is what was said."""
    root = tmp_path_factory.mktemp("render") / "book"
    for name in ("pages", "chapters"):
        (root / name).mkdir(parents=True)
    texts = {"_config.yml": CONFIG, "_toc.yml": TOC, "slow.py": SLOW, "pages/index.md": INDEX}
    texts["chapters/claims.yml"] = "[]"
    for name, text in texts.items():
        (root / name).write_text(text)
    other(root, "words")
    told = []
    render.render(root, told.append, told.append)
    (root / "told").write_text("\n".join(told))
    return root


def other(root, words):
    """Write the second page; returns where it is published."""
    (root / "pages" / "other.md").write_text(f"# Other\n\n{words}\n")
    return root / "_build" / "html" / "pages" / "other.html"


def tree(folder):
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_rendering_is_told_in_one_line_and_notes_each_page_that_is_read_and_written(book):
    *notes, line = (book / "told").read_text().splitlines()
    assert line.startswith("rendered ") and line.endswith("(_build/html/index.html)")
    for what in ("reading pages/index", "reading pages/other", "writing pages/index"):
        assert any(note.startswith(f"{what} (") for note in notes), what


def test_nothing_is_rendered_again_without_a_change(book):
    render.render(book)
    assert render.is_rendered(book)
    before = tree(book / "_build")
    render.render(book, pytest.fail, pytest.fail)
    assert tree(book / "_build") == before


def test_a_failed_rendering_leaves_the_pages_and_is_never_forgotten(book):
    before = tree(book / "_build" / "html")
    # Sphinx reads only changed pages again, and would have no warning to tell the second time.
    other(book, UNREADABLE)
    for _ in range(2):
        with pytest.raises(ChapterProblem, match="could not be rendered") as caught:
            render.render(book)
        assert "\npages/other.md:3: WARNING" in str(caught.value)
        assert not render.is_rendered(book)
        assert tree(book / "_build" / "html") == before
    page = other(book, "better words")
    render.render(book)
    assert "better words" in page.read_text()


def test_outputs_that_failed_to_render_are_not_remembered_as_rendered(book, monkeypatch):
    (book / "_build" / "executed").mkdir(exist_ok=True)
    (book / "_build" / "executed" / "outputs").touch()  # no source changed
    monkeypatch.setattr(render, "sphinx", lambda root, words, log, *rest: log.write_text("x") or 1)
    with pytest.raises(ChapterProblem):
        render.render(book)
    assert not (book / "_build" / "render" / render.STAMP).exists()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_a_killed_rendering_leaves_the_pages_and_no_process(book):
    before = tree(book / "_build" / "html")
    page, log = other(book, "words after the kill"), book / "_build" / "logs" / "render.log"
    log.unlink()
    (book / "wait").touch()
    with subprocess.Popen([sys.executable, "-c", RENDERING, str(book)], cwd=REPOSITORY) as process:
        wait_until(lambda: log.exists() and "reading sources" in log.read_text())
        assert len(processes_with(book)) == 2
        os.kill(process.pid, signal.SIGKILL)
    wait_until(lambda: not processes_with(book))
    (book / "wait").unlink()
    assert tree(book / "_build" / "html") == before
    assert not render.is_rendered(book)
    render.render(book)
    assert "words after the kill" in page.read_text()


def processes_with(root):
    """Processes that still run and name the book in their command line."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if os.fsencode(root) in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:  # it has just ended
            pass
    return found


def test_an_end_between_the_two_renames_is_repaired(book, monkeypatch):
    before = tree(book / "_build" / "html")
    page, rename = other(book, "words after the crash"), Path.rename

    def crash(path, target=""):
        if path.name in ("html.new", book.name):
            raise KeyboardInterrupt
        return rename(path, target)

    with monkeypatch.context() as context, pytest.raises(KeyboardInterrupt):
        context.setattr(Path, "rename", crash)
        render.render(book)
    assert not page.exists()
    with monkeypatch.context() as context, pytest.raises(KeyboardInterrupt):
        context.setattr(render, "stage", crash)  # the first thing that may fail
        render.render(book)
    assert tree(book / "_build" / "html") == before
    render.render(book)
    assert "words after the crash" in page.read_text()
    assert [path.name for path in (book / "_build").glob("html*")] == ["html"]


def test_sphinx_inherits_the_lock(book, tmp_path, monkeypatch):
    monkeypatch.setattr(render, "PROGRAM", "import os, sys; os.fstat(int(sys.argv[1]))")
    with (tmp_path / "lock").open("w") as lock:
        for hold, code in ((lock.fileno(), 0), (None, 1)):
            words = [str(lock.fileno())]
            assert render.sphinx(tmp_path, words, tmp_path / "log", print, hold) == code


NOTEBOOK = "_build/executed/chapters/01_small.ipynb"


@pytest.mark.parametrize(
    ("name", "added", "stale"),
    [
        ("_config.yml", "# changed", ["sources"]),
        ("_toc.yml", "# changed", ["sources"]),
        ("book/new.py", "", ["sources"]),
        ("pages/index.md", "changed", ["sources"]),
        ("pages/_templates/moved.html", "changed", ["sources"]),
        ("chapters/01_small.ipynb", "changed", ["sources"]),
        ("lqrlib/module.py", "def new(): pass", ["sources"]),
        (NOTEBOOK, "changed", ["executed"]),
        (NOTEBOOK, '"name": "fig-new"', ["sources", "executed"]),  # another page may refer to it
        (NOTEBOOK.replace(".ipynb", ".json"), "changed", ["executed"]),
        ("_build/html/index.html", "", []),
        ("book/.hidden", "", []),
        ("tests/t.py", "", []),
    ],
)
def test_what_decides_how_much_is_rendered(pages, name, added, stale):
    before = render.hashes(pages)
    (pages / name).parent.mkdir(parents=True, exist_ok=True)
    with (pages / name).open("a") as file:
        file.write(added)
    after = render.hashes(pages)
    assert [key for key in after if after[key] != before[key]] == stale


def test_a_complaint_shows_each_warning_once_and_not_too_many():
    text = "reading\nx.md:1: WARNING: one\nx.md:1: WARNING: one\n"
    shown = render.complaint(text, Path("log"))
    assert shown == "the pages could not be rendered (log):\nx.md:1: WARNING: one"
    many = "".join(f"x.md:{line}: ERROR: bad\n" for line in range(50))
    lines = render.complaint(many, Path("log")).splitlines()
    assert len(lines) == 22 and lines[-1] == "and 30 more"


def test_a_complaint_names_the_cause_and_not_the_box_around_nothing():
    text = """Traceback (most recent call last):
    raise ExtensionError(message)
sphinx.errors.ExtensionError: Could not import extension nosuch
The above exception was the direct cause of the following exception:
    raise RuntimeError(_message_box(msg, color="red", doprint=False)) from result
RuntimeError:
=====
There was an error in building your book. Look above for the cause.
=====
"""
    (_, cause) = render.complaint(text, Path("log")).splitlines()
    assert cause == "sphinx.errors.ExtensionError: Could not import extension nosuch"


def test_a_page_that_fails_in_another_process_stops_the_writing_of_all():
    tasks = Tasks(1)
    with pytest.raises(SphinxParallelError, match="ZeroDivisionError"):
        for number in (0, 1):
            tasks.add_task(lambda number: 1 / number, number)
            wait_until(lambda: all(pipe.poll() for pipe in tasks._precvs.values()))
