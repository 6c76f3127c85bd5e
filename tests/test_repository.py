"""What must hold of the files in the repository, whoever commits them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from book.chapters import find_chapters, read_notebook
from book.parameters import declared_parameters, parameters_cell

ROOT = Path(__file__).resolve().parent.parent.parent
CHAPTERS = find_chapters(ROOT)

# Put together here, so that this file does not hold them.
INDEX_HOSTS = ["py" + "pi.org", "python" + "hosted.org", "npm" + "js.org", "conda" + ".anaconda"]


def tracked_files() -> list[Path]:
    names = subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT, text=True).split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def test_no_tracked_file_names_an_index_or_the_machine_it_was_made_on() -> None:
    forbidden = [*INDEX_HOSTS, f"{Path.home()}/", f"{ROOT}/"]
    found = []
    for path in tracked_files():
        text = path.read_bytes().decode(errors="replace")
        found += [f"{path.relative_to(ROOT)}: {word}" for word in forbidden if word in text]
    assert not found


def test_nothing_built_is_tracked() -> None:
    built = ("_build", ".venv", ".venv-bench", ".venv-lab", "__pycache__", ".ipynb_checkpoints")
    names = [path.relative_to(ROOT).parts for path in tracked_files()]
    assert not [parts for parts in names if set(parts) & set(built)]


def test_the_top_can_be_taken_in_at_a_glance() -> None:
    top = {path.relative_to(ROOT).parts[0] for path in tracked_files()}
    shown = {name for name in top if not name.startswith(".")}
    assert len(shown) <= 16, shown
    table = (ROOT / "README.md").read_text().partition("## What is where")[2].partition("## ")[0]
    folders = {name for name in shown if (ROOT / name).is_dir()}
    assert set(re.findall(r"`(\w+)/`", table)) == folders


def test_the_documents_link_to_files_that_exist_and_the_picture_is_small() -> None:
    for name in ("README.md", ".github/CONTRIBUTING.md"):
        text = re.sub(r"```.*?```", "", (ROOT / name).read_text(), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)#:]+)\)", text):
            assert ((ROOT / name).parent / target).is_file(), f"{name}: {target}"
    assert "](pages/_static/book.png)" in (ROOT / "README.md").read_text()
    assert (ROOT / "pages" / "_static" / "book.png").stat().st_size < 150_000


def test_the_pages_load_every_style_and_script_of_the_book() -> None:
    config = yaml.safe_load((ROOT / "_config.yml").read_text())["sphinx"]["config"]
    static = ROOT / "pages" / "_static"
    assert config["html_static_path"] == [static.relative_to(ROOT).as_posix()]
    for suffix in ("css", "js"):
        files = {path.relative_to(static).as_posix() for path in static.rglob(f"*.{suffix}")}
        assert set(config[f"html_{suffix}_files"]) == files


LOCKS = ["requirements.txt", "benchmarks/requirements.txt", "book/requirements-lab.txt"]


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_is_pinned_and_hashed_and_no_index_is_named(name: str) -> None:
    text = (ROOT / name).read_text()
    entries = re.split(r"\n(?=\S)", text.strip())
    assert len(entries) > 100
    for entry in entries:
        assert re.match(r"[A-Za-z0-9._-]+==\S+", entry), entry
        assert "--hash=sha256:" in entry
    assert not re.search(r"://|^\s*(-i|-f|--index|--extra-index|--find-links)", text, re.MULTILINE)


def test_the_lock_holds_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    optional = project["optional-dependencies"]
    wanted = project["dependencies"] + optional["plots"] + optional["book"] + optional["test"]
    locked = {
        line.partition("==")[0] for line in (ROOT / "requirements.txt").read_text().splitlines()
    }
    names = {re.split(r"[^A-Za-z0-9._-]", entry)[0].lower() for entry in wanted}
    assert names <= locked


def test_the_locks_hold_one_version_of_each_package() -> None:
    versions = [dict(re.findall(r"^(\S+)==(\S+)", (ROOT / n).read_text(), re.M)) for n in LOCKS]
    assert {"uv", "hatchling", "jupyterlab", "ipykernel", "numpy", "cvxpy"} <= set(versions[2])
    for other in versions[1:]:
        assert {n: other[n] for n in other.keys() & versions[0].keys()}.items() <= versions[
            0
        ].items()


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_is_stored_without_outputs(chapter: Path) -> None:
    notebook = read_notebook(chapter)
    for index, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] == "code":
            assert cell["outputs"] == [], (
                f"cell {index} has outputs: nbstripout --keep-id {chapter.name}"
            )
            assert cell["execution_count"] is None, (
                f"cell {index}: nbstripout --keep-id {chapter.name}"
            )
        noted = set(cell["metadata"]) & {"execution", "papermill", "collapsed", "ExecuteTime"}
        assert not noted, f"cell {index} keeps {noted}"
    assert set(notebook["metadata"]) <= {"kernelspec", "language_info", "book", "mystnb"}
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_nbstripout_finds_nothing_to_strip(chapter: Path) -> None:
    command = [sys.executable, "-m", "nbstripout", "--keep-id", "--verify", str(chapter)]
    finished = subprocess.run(command, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stdout + finished.stderr


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_cells_have_ids_of_their_own_and_parameters_say_what_they_are(chapter: Path) -> None:
    notebook: dict[str, Any] = read_notebook(chapter)
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(ids) == len(set(ids))
    _, cell = parameters_cell(notebook)
    assert declared_parameters("".join(cell["source"]))


def test_a_notebook_with_outputs_would_be_found(tmp_path: Path) -> None:
    output = {"output_type": "stream", "name": "stdout", "text": "1"}
    cell = {"cell_type": "code", "outputs": [output], "execution_count": 1, "metadata": {}}
    path = tmp_path / "01_plain.ipynb"
    path.write_text(json.dumps({"cells": [{**cell, "id": "a", "source": ""}], "metadata": {}}))
    with pytest.raises(AssertionError, match="cell 0 has outputs"):
        test_a_chapter_is_stored_without_outputs(path)


def test_the_readmes_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    exec(compile(example, "README.md", "exec"), {})
    before, after, best = map(float, capsys.readouterr().out.split())
    assert after < before
    assert abs(after - best) < 1e-8


def test_the_documents_name_only_commands_that_exist() -> None:
    (targets,) = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for name in ("README.md", ".github/CONTRIBUTING.md", "pages/index.md"):
        text = (ROOT / name).read_text()
        found = re.findall(r"(?:^ {4,}|`)make ([a-z]+)", text, re.MULTILINE)
        found += re.findall(r"python3? -m book ([a-z]+)", text)
        assert found, name
        assert set(found) <= set(targets.split()), name


def test_the_workflows_call_the_same_commands() -> None:
    for name, command in (("test.yml", ".ci/run"), ("publish.yml", "make book")):
        workflow = yaml.safe_load((ROOT / ".github" / "workflows" / name).read_text())
        steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
        assert command in [step.get("run") for step in steps]
        assert workflow["permissions"] == {"contents": "read"}
    script = (ROOT / ".ci" / "run").read_text()
    assert "make book" in script and "make test" in script


def test_the_citation_names_both_papers() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["cff-version"] == "1.2.0"
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert citation["version"] == version
    identifiers = [paper["identifiers"][0]["value"] for paper in citation["references"]]
    assert identifiers == ["arXiv:2401.14534", "arXiv:1905.13547"]
    assert all(paper["authors"] and paper["year"] for paper in citation["references"])
