"""Binder's list of packages: enough to run chapters, and no other versions than the book's."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from book.environment import UV

ROOT = Path(__file__).resolve().parents[1]
LIST = ROOT / ".binder" / "requirements.txt"
RUN = """import json, sys
from IPython.core.interactiveshell import InteractiveShell
for source in json.load(sys.stdin):
    InteractiveShell.instance().run_cell(source).raise_error()
"""
# Two chapters, the one with cvxpy among them, and what makes them short.
SHORT = {
    "02_gradient": "preset, problems = 'quick', 10",
    "04_mean_square_stability": "preset, problems, largest, noise_terms = 'quick', 160, 20, 1",
}


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the Python of an environment with what Binder installs, and nothing else."""
    folder = str(tmp_path_factory.mktemp("binder") / "environment")
    uv, settings = [sys.executable, "-m", "uv", "--quiet"], UV
    python = f"{folder}/bin/python"
    fill = ["pip", "sync", "--require-hashes", "--python", python, str(LIST)]
    for command in (["venv", "--python", sys.executable, folder], fill):
        subprocess.run([*uv, *command], env=settings, check=True)
    # The new environment has no pip: PIP_PYTHON lets this one's pip work there.
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    there = os.environ | {"PATH": path, "PIP_PYTHON": python}
    subprocess.run(["bash", ".binder/postBuild"], cwd=ROOT, env=there, check=True)
    return python


def code(chapter: str, change: str = "") -> list[str]:
    """Return a chapter's code cells, with a change after its parameters."""
    sources = []
    for cell in json.loads((ROOT / "chapters" / f"{chapter}.ipynb").read_text())["cells"]:
        if cell["cell_type"] == "code":
            sources.append("".join(cell["source"]))
            sources += [change] * ("parameters" in cell["metadata"].get("tags", []))
    return sources


def run(python: str, cells: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    settings = os.environ | {"IPYTHONDIR": str(folder), "MPLBACKEND": "agg"}
    given, command = json.dumps(cells), [python, "-I", "-c", RUN]
    return subprocess.run(command, input=given, env=settings, capture_output=True, text=True)


@pytest.mark.parametrize("chapter", SHORT)
def test_a_chapter_runs_on_binder(chapter: str, python: str, tmp_path: Path) -> None:
    finished = run(python, code(chapter, SHORT[chapter]), tmp_path)
    assert finished.returncode == 0, finished.stderr[-2000:]


def test_a_package_that_is_missing_is_noticed(python: str, tmp_path: Path) -> None:
    hidden = "import sys; sys.modules['cvxpy'] = None"
    finished = run(python, [hidden, *code("04_mean_square_stability")], tmp_path)
    assert finished.returncode != 0 and "import of cvxpy halted" in finished.stderr


def test_what_chapters_and_packages_import_is_there(python: str) -> None:
    sources = [cell for path in (ROOT / "chapters").glob("*.ipynb") for cell in code(path.stem)]
    sources += [path.read_text() for path in ROOT.glob("lqr*/**/*.py")]
    nodes = [node for source in sources for node in ast.walk(ast.parse(source))]
    names = {a.name for node in nodes if isinstance(node, ast.Import) for a in node.names}
    names |= {str(n.module) for n in nodes if isinstance(n, ast.ImportFrom) and not n.level}
    look = "import sys, importlib.util as i; print([n for n in sys.argv[1:] if not i.find_spec(n)])"
    tops = {name.partition(".")[0] for name in names} | {"sphinx"}  # which is not on the list
    missing = subprocess.check_output([python, "-I", "-c", look, *tops], text=True)
    assert missing == "['sphinx']\n"


def test_the_list_is_short_and_has_the_versions_of_the_lock() -> None:
    files, pin = (LIST, ROOT / "requirements.txt"), re.compile(r"^([\w.-]+)==(\S+)", re.MULTILINE)
    listed, locked = (set(pin.findall(path.read_text())) for path in files)
    assert len(listed) < 50 and listed <= locked
