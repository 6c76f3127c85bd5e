"""A small book in a temporary folder: to execute, to run commands in, or with pages to render."""

import shutil

import pytest
from shown import page
from small_book import ADDRESS, Book, write_book, write_executed

from book import commands, render
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


def rendered(factory, address, parameters=None):
    root = write_book(factory.mktemp("rendered") / "book", address)
    write_executed(root, parameters)
    render.render(root)
    return root


@pytest.fixture(scope="session")
def plain(tmp_path_factory):
    """A book without an address, run with other parameters."""
    return rendered(tmp_path_factory, "", {"samples": 7, "preset": "paper"})


@pytest.fixture(scope="session")
def addressed(tmp_path_factory):
    return rendered(tmp_path_factory, ADDRESS)


@pytest.fixture(scope="session")
def chapter(plain):
    return page(plain, "chapters/01_small")
