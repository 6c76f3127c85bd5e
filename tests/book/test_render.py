"""The pages are rendered by Jupyter Book for real, only after a change, and never with warnings."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from book import render
from book.problem import ChapterProblem


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Return the smallest book that renders without a warning."""
    (tmp_path / "_config.yml").write_text(
        'title: Small\nexclude_patterns: [".*"]\nexecute: {execute_notebooks: "off"}\n'
    )
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: index\nchapters: [{file: other}]\n")
    (tmp_path / "index.md").write_text("# Small\n\n[other](other.md)\n")
    (tmp_path / "other.md").write_text("# Other\n\nwords\n")
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "README.md").write_text("## not a page of the book\n")
    return tmp_path


def rendered(book: Path) -> list[str]:
    lines: list[str] = []
    render.render(book, lines.append)
    return lines


def test_rendering_follows_changes_and_a_warning_is_never_forgotten(book: Path) -> None:
    (line,) = rendered(book)
    assert line.startswith("rendered ") and line.endswith("(_build/html/index.html)")
    page = book / "_build" / "html" / "other.html"
    assert "words" in page.read_text()
    assert render.is_rendered(book)

    began = time.monotonic()
    assert rendered(book) == []
    assert time.monotonic() - began < 1

    # Sphinx reads only changed pages again, and would have no warning to tell the second time.
    (book / "other.md").write_text("# Other\n\n[nowhere](nowhere.md)\n")
    for _ in range(2):
        with pytest.raises(ChapterProblem, match="could not be rendered") as caught:
            rendered(book)
        assert "other.md:3: WARNING" in str(caught.value)
        assert not render.is_rendered(book)

    (book / "other.md").write_text("# Other\n\nnew words\n")
    assert len(rendered(book)) == 1
    assert "new words" in page.read_text()


def test_what_decides_whether_to_render(tmp_path: Path) -> None:
    for name in ("index.md", "_config.yml", "chapters/01.ipynb", "lqrlib/a.py", "book/b.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("first")
    executed = tmp_path / "_build" / "executed" / "chapters"
    executed.mkdir(parents=True)
    first = render.fingerprints(tmp_path)
    for name in ("index.md", "chapters/01.ipynb", "_build/executed/chapters/01.json"):
        (tmp_path / name).write_text("second")
    second = render.fingerprints(tmp_path)
    assert second["all"] != first["all"]
    (executed / "01.json").unlink()
    second = render.fingerprints(tmp_path)
    assert second["machinery"] == first["machinery"], "a page alone does not make others stale"
    for name in ("_config.yml", "lqrlib/a.py", "book/b.py", "lqrlib/new.py", "chapters/02.ipynb"):
        (tmp_path / name).write_text("third")
        third = render.fingerprints(tmp_path)
        assert third["machinery"] != second["machinery"], name
        second = third
    for name in (".venv/x.py", "tests/t.py", "_build/html/index.html", ".git/HEAD", "book/.x"):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text("outside")
    assert render.fingerprints(tmp_path) == second


def test_a_complaint_shows_warnings_once_and_not_too_many() -> None:
    text = "reading\n\x1b[91mx.md:1: WARNING: one\x1b[0m\nx.md:1: WARNING: one\n"
    shown = render.complaint(text, Path("log"))
    assert shown == "the pages could not be rendered (log):\nx.md:1: WARNING: one"
    many = "".join(f"x.md:{line}: ERROR: bad\n" for line in range(50))
    lines = render.complaint(many, Path("log")).splitlines()
    assert len(lines) == 22 and lines[-1] == "and 30 more"
    assert render.complaint("Traceback\nKeyError: 'x'\n", Path("log")).endswith("KeyError: 'x'")
