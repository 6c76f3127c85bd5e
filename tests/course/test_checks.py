"""A teacher's answer passes each check, an untouched notebook none; run where only a wheel is."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from kits import NAMES, ROOT, Made
from slices import bound, needed, used

pytestmark = pytest.mark.pages
# What a wheel installs can be imported, what else the repository holds cannot.
INSTALLED = f"""
import sys
sys.path[:] = ["installed", *(place for place in sys.path if place not in ("", {str(ROOT)!r}))]
"""
RUN = """
import contextlib, io, json, os, resource, sys
import matplotlib; matplotlib.use("Agg")
steps, names, found = json.load(sys.stdin), {"__name__": "__main__"}, {}
for step in steps:
    for label, sources in step["student"].items():
        own = {name: value for name, value in names.items() if name not in step["hidden"]}
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                for source in sources: exec(source, own)
        except Exception as problem:
            found[label] = type(problem).__name__
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(step["source"], names)
    if step["student"]:
        found[f"{label}: teacher"] = said.getvalue()
found["seconds"] = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
print(json.dumps(found))
"""


def cells(notebook: dict[str, Any]) -> dict[str, str]:
    return {c["id"]: c["source"] for c in notebook["cells"] if c["cell_type"] == "code"}


def statements(id: str, source: str) -> list[str]:
    """The statements of a cell; a check is one."""
    return [source] if id.startswith("check-") else [*map(ast.unparse, ast.parse(source).body)]


@pytest.mark.parametrize("name", NAMES)
def test_no_open_cell_needs_a_solution(made: Made, name: str) -> None:
    teacher, student = cells(made(name, "instructor")), cells(made(name, "student"))
    known, hidden = set(dir(__builtins__)), set()
    for id, source in teacher.items():
        if id in student and not id.startswith("check-"):
            assert not used(source) & (hidden - known), id
            known |= bound(source)
        elif id not in student:
            hidden |= bound(source)


@pytest.mark.parametrize("name", NAMES)
def test_checks_refuse_an_untouched_notebook_and_accept_the_teachers_answers(
    made: Made, tmp_path: Path, name: str
) -> None:
    teacher, student = cells(made(name, "instructor")), cells(made(name, "student"))
    labels = [id.removeprefix("check-") for id in teacher if id.startswith("check-")]
    if not labels:
        pytest.skip("no exercise with a check")
    parts = [(id, part) for id, source in teacher.items() for part in statements(id, source)]
    checks = {at for at, (id, _) in enumerate(parts) if id.startswith("check-")}
    steps: list[dict[str, Any]] = []
    known, hidden = set[str](), set[str]()
    for at in needed([source for _, source in parts], checks):
        id, source = parts[at]
        tried = {}
        if at in checks:
            label = id.removeprefix("check-")
            tried = {label: [student[f"answer-{label}"], student[id]]}
        elif id in student:
            known |= bound(source)
        else:
            hidden |= bound(source)
        steps.append({"source": source, "student": tried, "hidden": [*hidden - known]})
    for package in ("lqrlib", "lqrpapers"):
        (tmp_path / "installed").mkdir(exist_ok=True)
        (tmp_path / "installed" / package).symlink_to(ROOT / package)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    finished = subprocess.run(
        [sys.executable, "-c", INSTALLED + RUN],
        input=json.dumps(steps),
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 0, finished.stderr[-2000:]
    found = json.loads(finished.stdout.splitlines()[-1])
    print(name, len(steps), "of", len(parts), "statements", found)
    for label in labels:
        assert found.get(label) in ("AssertionError", "NotImplementedError", "TypeError"), label
        assert found[f"{label}: teacher"].endswith(f"✓ {label}: as expected\n")
