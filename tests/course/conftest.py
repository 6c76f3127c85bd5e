"""The notebooks of the course, made once of the chapters as they are executed and rendered."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from kits import ADDRESS, ROOT, Made

from course.chapter import Chapter
from course.notebooks import notebook
from course.places import Places


@pytest.fixture(scope="session")
def chapter(built_book: Path) -> Callable[[str], Chapter]:
    """Read a chapter for the course; use with the mark `pages`."""
    places = Places(built_book, ROOT / "chapters" / "references.bib", ADDRESS)
    return cache(lambda name: Chapter(ROOT, ROOT / "chapters" / f"{name}.ipynb", places))


@pytest.fixture(scope="session")
def made(chapter: Callable[[str], Chapter]) -> Made:
    """Make a notebook by the chapter's name and its kind."""
    return cache(lambda name, kind: notebook(chapter(name), kind, []))
