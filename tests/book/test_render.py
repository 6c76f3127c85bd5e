"""The pages are rendered by Jupyter Book for real, as far as something changed, and never lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from small_book import REPOSITORY, write_book, write_executed

from book import render
from book.problem import ChapterProblem

PLAIN_TOC = "format: jb-book\nroot: pages/index\nchapters: [{file: pages/other}]\n"
SLOW = """
import pathlib, time
def setup(app):
    app.connect("env-updated", wait)
def wait(app, env):
    while (pathlib.Path(app.srcdir).parent.parent / "wait").exists():
        time.sleep(0.1)
"""
UNREADABLE = "```{nosuch}\n```"  # Sphinx warns when it reads this, and not when it writes it again
RENDERING = "import sys, pathlib; from book.render import render; render(pathlib.Path(sys.argv[1]))"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The smallest book that renders without a warning, rendered."""
    root = tmp_path_factory.mktemp("render") / "book"
    for name in ("pages", "chapters"):
        (root / name).mkdir(parents=True)
    (root / "_config.yml").write_text(
        'title: Small\nhtml: {}\nrepository: {url: ""}\nexecute: {execute_notebooks: "off"}\n'
        "sphinx: {local_extensions: {slow: ../..}}\n"  # as seen from the staged site
    )
    (root / "slow.py").write_text(SLOW)
    (root / "_toc.yml").write_text(PLAIN_TOC)
    (root / "pages" / "index.md").write_text("# Small\n\n[other](other.md)\n")
    other(root, "words")
    (line,) = rendered(root)
    assert line.startswith("rendered ") and line.endswith("(_build/html/index.html)")
    return root


def other(root: Path, words: str) -> Path:
    """Write the second page; returns where it is published."""
    (root / "pages" / "other.md").write_text(f"# Other\n\n{words}\n")
    return root / "_build" / "html" / "pages" / "other.html"


def rendered(root: Path) -> list[str]:
    lines: list[str] = []
    render.render(root, lines.append)
    return lines


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_nothing_is_rendered_again_without_a_change(book: Path) -> None:
    rendered(book)
    assert render.is_rendered(book)
    before = tree(book / "_build")
    assert rendered(book) == []
    assert tree(book / "_build") == before


def test_a_failed_rendering_leaves_the_pages_and_is_never_forgotten(book: Path) -> None:
    before = tree(book / "_build" / "html")
    # Sphinx reads only changed pages again, and would have no warning to tell the second time.
    other(book, UNREADABLE)
    for _ in range(2):
        with pytest.raises(ChapterProblem, match="could not be rendered") as caught:
            rendered(book)
        assert "\npages/other.md:3: WARNING" in str(caught.value)
        assert not render.is_rendered(book)
        assert tree(book / "_build" / "html") == before
    page = other(book, "better words")
    assert len(rendered(book)) == 1
    assert "better words" in page.read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_a_killed_rendering_leaves_the_pages_and_no_process(book: Path) -> None:
    before = tree(book / "_build" / "html")
    page, log = other(book, "words after the kill"), book / "_build" / "logs" / "render.log"
    log.unlink()
    (book / "wait").touch()
    with subprocess.Popen([sys.executable, "-c", RENDERING, str(book)], cwd=REPOSITORY) as process:
        while not log.exists() or "reading sources" not in log.read_text():
            assert process.poll() is None, "it ended before it was killed"
            time.sleep(0.01)
        assert len(processes_with(book)) == 2
        os.kill(process.pid, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while (left := processes_with(book)) and time.monotonic() < deadline:
        time.sleep(0.01)
    (book / "wait").unlink()
    assert left == []
    assert tree(book / "_build" / "html") == before
    assert not render.is_rendered(book)
    rendered(book)
    assert "words after the kill" in page.read_text()


def processes_with(root: Path) -> list[int]:
    """Processes that still run and name the book in their command line."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if os.fsencode(root) in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:  # it has just ended
            pass
    return found


def test_an_end_between_the_two_renames_is_repaired(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tree(book / "_build" / "html")
    page, rename = other(book, "words after the crash"), Path.rename

    def crash(path: Path, target: Path) -> Path:
        if path.name == "html.new":
            raise KeyboardInterrupt
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", crash)
    with pytest.raises(KeyboardInterrupt):
        rendered(book)
    assert not page.exists()
    monkeypatch.undo()
    other(book, UNREADABLE)
    with pytest.raises(ChapterProblem):
        rendered(book)
    assert tree(book / "_build" / "html") == before
    other(book, "words after the crash")
    rendered(book)
    assert "words after the crash" in page.read_text()
    assert [path.name for path in (book / "_build").glob("html*")] == ["html"]


def test_each_page_is_noted_as_it_is_read_and_written(book: Path) -> None:
    other(book, "words to be noted")
    notes: list[str] = []
    render.render(book, lambda line: None, notes.append)
    for note in ("reading pages/other (1 of 1)", "writing pages/index (1 of 2)"):
        assert note in notes
    assert "writing pages/other (2 of 2)" in notes


def test_sphinx_inherits_the_lock(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import os, sys; os.fstat(int(sys.argv[1]))"]
    with (tmp_path / "lock").open("w") as lock:
        for hold, code in ((lock.fileno(), 0), (None, 1)):
            words = [*command, str(lock.fileno())]
            assert render.follow(words, tmp_path, tmp_path / "log", print, hold) == code


def test_what_decides_how_much_is_rendered(tmp_path: Path) -> None:
    root = write_book(tmp_path / "book")
    write_executed(root)
    (root / "lqrlib").mkdir()
    (root / "lqrlib" / "module.py").write_text("def known(): pass\n")
    (root / "book").mkdir()
    stale = {
        "_config.yml": "machinery",
        "book/new.py": "machinery",
        "pages/index.md": "quoted",
        "chapters/01_small.ipynb": "quoted",
        "lqrlib/module.py": "documented",
        "_toc.yml": "quoted",
        "_build/executed/chapters/01_small.json": "executed",
        "tests/t.py": "",
        "_build/html/index.html": "",
        "book/.hidden": "",
    }
    before = render.hashes(root)
    for name, expected in stale.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        with (root / name).open("a") as file:
            file.write("\n# changed")
        after = render.hashes(root)
        changed = [key for key in after if after[key] != before[key]]
        assert changed == ([expected] if expected else []), name
        before = after


def test_a_new_name_in_the_library_makes_all_pages_stale(tmp_path: Path) -> None:
    module = tmp_path / "lqrlib" / "module.py"
    module.parent.mkdir()
    module.write_text("def known(): pass\n")
    before = render.hashes(tmp_path)
    module.write_text("def renamed(): pass\n")
    assert render.hashes(tmp_path)["quoted"] != before["quoted"]


def test_a_chapters_new_figures_make_all_pages_stale(tmp_path: Path) -> None:
    root = write_book(tmp_path / "book")
    path = write_executed(root)
    before = render.hashes(root)
    path.write_text(path.read_text().replace('"name": "fig-small"', '"name": "fig-tall"'))
    assert render.hashes(root)["quoted"] != before["quoted"]


def test_numbers_quoted_across_pages_make_them_stale(tmp_path: Path) -> None:
    root = write_book(tmp_path / "book")
    write_executed(root)
    (root / "pages" / "index.md").write_text("{glue:text}`../chapters/01_small.ipynb::largest`")
    before = render.hashes(root)
    write_executed(root, printed="changed")
    assert render.hashes(root)["quoted"] != before["quoted"]


def test_a_complaint_shows_warnings_once_and_not_too_many() -> None:
    text = "reading\nx.md:1: WARNING: one\nx.md:1: WARNING: one\n"
    shown = render.complaint(text, Path("log"))
    assert shown == "the pages could not be rendered (log):\nx.md:1: WARNING: one"
    many = "".join(f"x.md:{line}: ERROR: bad\n" for line in range(50))
    lines = render.complaint(many, Path("log")).splitlines()
    assert len(lines) == 22 and lines[-1] == "and 30 more"


def test_a_complaint_names_the_cause_and_not_the_box_around_nothing() -> None:
    box = "=" * 79
    text = f"""Traceback (most recent call last):
  File "registry.py", line 456, in load_extension
    raise ExtensionError(message)
sphinx.errors.ExtensionError: Could not import extension nosuch

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
    raise RuntimeError(_message_box(msg, color="red", doprint=False)) from result
RuntimeError:
{box}

There was an error in building your book. Look above for the cause.

{box}
"""
    (_, cause) = render.complaint(text, Path("log")).splitlines()
    assert cause == "sphinx.errors.ExtensionError: Could not import extension nosuch"
