"""The arrows between the packages run one way: chapters, book -> lqrpapers -> lqrlib -> numpy."""

import ast
import importlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAY_IMPORT = {"lqrlib": set(), "lqrpapers": {"lqrlib"}, "book": {"lqrlib", "lqrpapers"}}
OURS = {"lqrlib", "lqrpapers", "book", "benchmarks", "tests"}


def imported(code: str) -> set[str]:
    """Top-level packages that a source text imports, relative imports left out."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(str(node.module).partition(".")[0])
    return found


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_no_import_runs_against_the_arrows(package):
    allowed = MAY_IMPORT[package] | {package}
    for path in (ROOT / package).rglob("*.py"):
        against = imported(path.read_text()) & OURS - allowed
        assert not against, f"{path.relative_to(ROOT)} imports {against}"


def test_a_forbidden_import_would_be_seen():
    assert imported("def f():\n    from lqrpapers.claims import check") == {"lqrpapers"}


def test_chapters_import_only_from_the_two_packages_and_their_peers():
    for path in sorted((ROOT / "chapters").glob("*.ipynb")):
        cells = json.loads(path.read_text())["cells"]
        code = [line for c in cells if c["cell_type"] == "code" for line in c["source"]]
        lines = [line for line in code if not line.lstrip().startswith("%")]
        against = imported("".join(f"{line}\n" for line in lines)) & {"book", "tests", "benchmarks"}
        assert not against, f"{path.name} imports {against}"


def resolved(name: str) -> object:
    """What a dotted name stands for, or AttributeError."""
    parts = name.split(".")
    found: object = importlib.import_module(parts[0])
    for i, part in enumerate(parts[1:], start=2):
        if not hasattr(found, part):
            importlib.import_module(".".join(parts[:i]))
        found = getattr(found, part)
    return found


NAMES = sorted(
    set(re.findall(r"`((?:lqrlib|lqrpapers)(?:\.\w+)+)`", (ROOT / "CONTRIBUTING.md").read_text()))
)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_contributing_mentions_exists(name):
    assert resolved(name) is not None


def test_a_name_that_is_gone_would_be_seen():
    assert len(NAMES) > 30
    with pytest.raises((AttributeError, ImportError)):
        resolved("lqrlib.objective.no_such_name")
