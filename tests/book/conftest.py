"""A small book in a temporary folder: to execute, to run commands in, or with pages to render."""

import shutil

import pytest
from small_book import Book, write_book, write_executed

from book import commands
from book.kernel import list_fonts


@pytest.fixture(scope="session")
def fonts(tmp_path_factory):
    """Let matplotlib list the fonts once for all books."""
    root = tmp_path_factory.mktemp("fonts")
    list_fonts(root)
    return root / "_build" / "cache"


@pytest.fixture
def book(tmp_path, fonts):
    """Return a book with a library and a lock and no chapter yet."""
    shutil.copytree(fonts, tmp_path / "_build" / "cache")
    return Book(tmp_path)


@pytest.fixture
def run(book, monkeypatch, capsys):
    """Return a function that runs a command in the book, which needs no environment."""
    for name in ("ensure", "go_inside"):
        monkeypatch.setattr(commands, name, lambda *arguments: None)
    monkeypatch.setattr(commands, "ROOT", book.root)

    def run(*words):
        code = commands.run(list(words))
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def pages(tmp_path):
    """Return a book with the real settings, executed and not rendered."""
    root = write_book(tmp_path / "book")
    write_executed(root)
    return root
