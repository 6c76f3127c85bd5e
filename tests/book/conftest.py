"""A small book in a temporary folder: to execute, to run commands in, or with pages to render."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from small_book import Book, Run, write_book, write_executed

from book import commands
from book.kernel import list_fonts


@pytest.fixture(scope="session")
def fonts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Let matplotlib list the fonts once for all books."""
    root = tmp_path_factory.mktemp("fonts")
    list_fonts(root)
    return root / "_build" / "cache"


@pytest.fixture
def book(tmp_path: Path, fonts: Path) -> Book:
    """Return a book with a library and a lock and no chapter yet."""
    shutil.copytree(fonts, tmp_path / "_build" / "cache")
    return Book(tmp_path)


@pytest.fixture
def run(book: Book, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs a command in the book, which needs no environment."""
    for name in ("ensure", "go_inside"):
        monkeypatch.setattr(commands, name, lambda *arguments: None)
    monkeypatch.setattr(commands, "ROOT", book.root)

    def run(*words: str) -> tuple[int, str, str]:
        code = commands.run(list(words))
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """Return a book with the real settings, executed and not rendered."""
    root = write_book(tmp_path / "book")
    write_executed(root)
    return root
