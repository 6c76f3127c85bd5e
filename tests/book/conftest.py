"""A small book in a temporary folder, to execute for real."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

PARAMETERS = """samples = 3  # random problems: int, 1 to 1000
step = 0.5  # step size: float, > 0
preset = "quick"  # how much: "quick" or "paper"
shift = False  # whether to shift: bool
"""

Write = Callable[..., Path]


@pytest.fixture
def book_root(tmp_path: Path) -> Path:
    """Return the root of a book with a library and a lock and no chapter yet."""
    (tmp_path / "chapters").mkdir()
    (tmp_path / "lqrlib").mkdir()
    (tmp_path / "lqrlib" / "__init__.py").touch()
    (tmp_path / "lqrlib" / "unused.py").write_text("ANSWER = 41\n")
    (tmp_path / "lqrlib" / "constants.py").write_text("ANSWER = 42\n")
    (tmp_path / "requirements.txt").write_text("numpy==2\n")
    return tmp_path


@pytest.fixture
def write_chapter(book_root: Path) -> Write:
    """Return a function that writes a chapter from the sources of its code cells."""

    def write(
        name: str, *sources: str, parameters: str | None = PARAMETERS, **metadata: Any
    ) -> Path:
        new_cell, cells = nbformat.v4.new_code_cell, []
        if parameters is not None:
            tags = {"tags": ["parameters"]}
            cells.append(new_cell(parameters, metadata=tags, id="parameters"))
        cells += [new_cell(source, id=f"code-{index}") for index, source in enumerate(sources)]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook = nbformat.v4.new_notebook(
            cells=cells, metadata={"kernelspec": kernel, **metadata}
        )
        path = book_root / "chapters" / f"{name}.ipynb"
        nbformat.write(notebook, path)
        return path

    return write
