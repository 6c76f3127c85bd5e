"""The whole repository is type-checked, linted and formatted as pyproject.toml says."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def run(*command):
    """Run a tool of the environment at the root; its output is the test's message."""
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_ruff_finds_nothing():
    run("ruff", "check", ".")


def test_ruff_would_format_nothing():
    run("ruff", "format", "--check", ".")


def test_mypy_finds_nothing_in_lqrlib_and_book():
    run("mypy")


@pytest.mark.parametrize(
    "path", sorted((ROOT / "chapters").glob("*.ipynb")), ids=lambda path: path.stem
)
def test_a_chapter_is_committed_without_outputs(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    full = [cell["id"] for cell in cells if cell.get("outputs") or cell.get("execution_count")]
    assert not full, f"outputs in cells {full}: run nbstripout {path.name}"
