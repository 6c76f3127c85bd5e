"""Small books to sweep, and gates at which their points wait."""

import pytest
import swept

from book.kernel import list_fonts
from sweep.command import sweep


@pytest.fixture(scope="session")
def new_book(tmp_path_factory):
    """Return a function that makes the same book again, in another folder."""
    fonts = tmp_path_factory.mktemp("fonts")
    list_fonts(fonts)
    cache = fonts / "_build" / "cache" / "matplotlib"
    return lambda: swept.new_book(tmp_path_factory.mktemp("book"), cache)


@pytest.fixture
def book(new_book):
    return new_book()


@pytest.fixture(scope="session")
def alone(new_book):
    """Return a book that one worker has swept on this machine, and the exit status of that."""
    book = new_book()
    return book, sweep(book.root, "05", swept.GRID, 1)


@pytest.fixture
def gates(tmp_path):
    """Return gates that are closed."""
    folder = tmp_path / "gates"
    folder.mkdir()
    return swept.Gates(folder)
