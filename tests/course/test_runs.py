"""A student's notebook runs as handed out, in plain Jupyter where only a wheel is installed."""

import os
from copy import deepcopy
from pathlib import Path
from typing import Any

import nbformat
import pytest
from kits import NAMES, ROOT, Made
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell

pytestmark = pytest.mark.pages
# All take three minutes of a processor; the statements that checks need run in test_checks.py.
CHEAP = [name for name in NAMES if name[:2] in ("14", "15")]
INSTALLED = f"""import sys
sys.path[:] = ["installed", *(place for place in sys.path if place not in ("", {str(ROOT)!r}))]
from importlib.util import find_spec
assert find_spec("lqrpapers") and not find_spec("book") and not find_spec("course")"""


def run(notebook: dict[str, Any], folder: Path, **parameters: str) -> dict[str, str]:
    """Run a notebook in a kernel of its own; return what went wrong by the id of the cell."""
    (folder / "installed").mkdir()
    for package in ("lqrlib", "lqrpapers"):
        (folder / "installed" / package).symlink_to(ROOT / package)
    made = nbformat.from_dict(deepcopy(notebook))  # type: ignore[no-untyped-call]
    for at, cell in enumerate(made.cells):
        if "parameters" in cell.metadata.get("tags", []):
            values = "\n".join(f"{name} = {value!r}" for name, value in parameters.items())
            made.cells.insert(at + 1, new_code_cell(values, id="values"))  # type: ignore[no-untyped-call]
            break
    made.cells.insert(0, new_code_cell(INSTALLED, id="installed"))  # type: ignore[no-untyped-call]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    client = NotebookClient(made, timeout=None, allow_errors=True, kernel_name="python3")
    client.execute(cwd=str(folder), env=environment)
    return {
        cell.id: f"{output.ename}: {output.evalue}"
        for cell in made.cells
        for output in cell.get("outputs", [])
        if output.output_type == "error"
    }


@pytest.mark.parametrize("name", CHEAP)
def test_an_untouched_notebook_runs_but_for_its_checks(
    made: Made, tmp_path: Path, name: str
) -> None:
    notebook = made(name, "student")
    checks = {cell["id"] for cell in notebook["cells"] if cell["id"].startswith("check-")}
    assert run(notebook, tmp_path, preset="quick").keys() == checks
