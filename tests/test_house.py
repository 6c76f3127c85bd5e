"""The arrows between the packages run one way: chapters, book -> lqrpapers -> lqrlib -> numpy."""

import ast
import importlib
import json
import re
from pathlib import Path

import pytest

from book.library_pages import public_modules

ROOT = Path(__file__).resolve().parent.parent
MAY_IMPORT = {"lqrlib": set(), "lqrpapers": {"lqrlib"}, "book": {"lqrlib", "lqrpapers"}}
MAY_IMPORT["course"] = MAY_IMPORT["sweep"] = {"book", *MAY_IMPORT["book"]}
OURS = {*MAY_IMPORT, "benchmarks", "tests"}


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


CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))


def chapter_code(path: Path) -> str:
    """All code cells of a chapter, without magics."""
    cells = json.loads(path.read_text())["cells"]
    code = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")
    return "\n".join(line for line in code.splitlines() if not line.lstrip().startswith("%"))


def hidden(code: str) -> set[str]:
    """Names of our packages that the code imports and the library page does not show."""
    shown = set(public_modules()) | {"lqrlib", "lqrpapers"}
    found = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith(
            ("lqrlib", "lqrpapers")
        ):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            found |= {name for name in names if name not in shown and not offered(name, shown)}
    return found


def offered(name: str, shown: set[str]) -> bool:
    """Whether a name is a public one of a module that is shown."""
    module, _, last = name.rpartition(".")
    listed = getattr(importlib.import_module(module), "__all__", None)
    return module in shown and not last.startswith("_") and (listed is None or last in listed)


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_imports_only_what_the_library_page_shows(path):
    assert not imported(chapter_code(path)) & {"book", "course", "tests", "benchmarks"}
    assert not hidden(chapter_code(path))


@pytest.mark.parametrize(
    "line",
    [
        "from lqrlib.matrix_equations.doubling import Powers",
        "from lqrlib.matrix_equations import chunks",
        "from lqrpapers.notebook import _glued",
    ],
)
def test_a_hidden_name_would_be_seen(line):
    assert hidden(line)


def resolved(name: str) -> object:
    """What a dotted name stands for, or AttributeError."""
    parts = name.split(".")
    found: object = importlib.import_module(parts[0])
    for i, part in enumerate(parts[1:], start=2):
        if not hasattr(found, part):
            importlib.import_module(".".join(parts[:i]))
        found = getattr(found, part)
    return found


CONTRIBUTING = (ROOT / ".github" / "CONTRIBUTING.md").read_text()
NAMES = sorted(set(re.findall(r"`((?:lqrlib|lqrpapers)(?:\.\w+)+)`", CONTRIBUTING)))


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_contributing_mentions_exists(name):
    assert resolved(name) is not None


def test_a_name_that_is_gone_would_be_seen():
    assert len(NAMES) > 30
    with pytest.raises((AttributeError, ImportError)):
        resolved("lqrlib.objective.no_such_name")
