"""What must hold of the files in the repository, whoever commits them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from book import collect, commands
from book.chapters import find_chapters, read_notebook
from book.parameters import declared_parameters

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS = find_chapters(ROOT)

# Put together here, so that this file does not hold them.
INDEX_HOSTS = ["py" + "pi.org", "python" + "hosted.org", "npm" + "js.org", "conda" + ".anaconda"]


def repository_files() -> list[Path]:
    """The files under version control; in a copy without git those that .gitignore lets be."""
    if (ROOT / ".git").exists():
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.check_output(command, cwd=ROOT, text=True).split("\0")
        return [ROOT / name for name in names if name and (ROOT / name).is_file()]
    depth = len(ROOT.parts)
    ignored = [f"{line.rstrip('/')}" for line in (ROOT / ".gitignore").read_text().split()]
    found = [path for path in ROOT.rglob("*") if path.is_file()]
    return [
        path
        for path in found
        if not any(fnmatch(part, mask) for part in path.parts[depth:] for mask in ignored)
    ]


def test_a_copy_without_version_control_passes_the_other_tests(tmp_path: Path) -> None:
    for path in repository_files():
        place = tmp_path / path.relative_to(ROOT)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place)
    words = ["-p", "no:cacheprovider", "-k", "not copy", "tests/test_repository.py"]
    command = [sys.executable, "-m", "pytest", *words]
    finished = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stdout + finished.stderr


def test_no_tracked_file_names_an_index_or_the_machine_it_was_made_on() -> None:
    forbidden = [*INDEX_HOSTS, f"{Path.home()}/", f"{ROOT}/"]
    found = []
    for path in repository_files():
        text = path.read_bytes().decode(errors="replace")
        found += [f"{path.relative_to(ROOT)}: {word}" for word in forbidden if word in text]
    assert not found


def test_nothing_built_is_tracked() -> None:
    environments = (".venv", ".venv-bench", ".venv-lab", ".venv-grade")
    built = (*environments, "_build", "__pycache__", ".ipynb_checkpoints")
    names = [path.relative_to(ROOT).parts for path in repository_files()]
    assert not [parts for parts in names if set(parts) & set(built)]


def test_the_top_can_be_taken_in_at_a_glance() -> None:
    top = {path.relative_to(ROOT).parts[0] for path in repository_files()}
    shown = {name for name in top if not name.startswith(".")}
    assert len(shown) <= 17, shown
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


LOCKS = list(commands.LOCKS)


def locked(name: str) -> dict[str, str]:
    """What a lock says of each package, its hashes included, its markers left out."""
    entries = re.split(r"\n(?=\S)", (ROOT / name).read_text().strip())
    return {entry.partition("==")[0]: re.sub(r" ;.*", r" \\", entry) for entry in entries}


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_is_pinned_and_hashed_and_no_index_is_named(name: str) -> None:
    for entry in locked(name).values():
        assert re.match(r"[A-Za-z0-9._-]+==\S+", entry), entry
        assert "--hash=sha256:" in entry
    text = (ROOT / name).read_text()
    assert not re.search(r"://|^\s*(-i|-f|--index|--extra-index|--find-links)", text, re.MULTILINE)


@pytest.mark.parametrize(("name", "extra"), list(commands.LOCKS.items()))
def test_a_lock_holds_what_the_project_asks_for(name: str, extra: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    optional = project["optional-dependencies"]
    wanted = [*project["dependencies"], *optional[extra]]
    if "lqrlib[chapters]" in wanted:
        wanted += optional["chapters"]
    names = {re.split(r"[^A-Za-z0-9._-]", entry)[0].lower() for entry in wanted} - {"lqrlib"}
    assert names <= locked(name).keys()


@pytest.mark.parametrize("name", LOCKS[1:])
def test_a_lock_agrees_with_the_books_in_versions_and_hashes(name: str) -> None:
    book, other = locked(LOCKS[0]), locked(name)
    assert other.keys() & book.keys()
    assert not [
        package for package in other.keys() & book.keys() if other[package] != book[package]
    ]


def test_the_book_needs_nothing_that_only_tests_benchmarks_or_readers_of_notebooks_need() -> None:
    heavy = {"cvxpy", "scs", "slycot", "mypy", "jax", "playwright", "jupyterlab", "hypothesis"}
    assert not heavy & locked(LOCKS[0]).keys()
    assert not (heavy | {"sphinx", "papermill"}) & locked(commands.BINDER).keys()


def stored_with_outputs(*chapters: Path) -> str:
    """What nbstripout finds to strip."""
    command = [sys.executable, "-m", "nbstripout", "--keep-id", "--verify", *map(str, chapters)]
    return subprocess.run(command, capture_output=True, text=True).stdout


def test_chapters_are_stored_without_outputs() -> None:
    assert stored_with_outputs(*CHAPTERS) == ""


def test_a_notebook_with_outputs_would_be_found(tmp_path: Path) -> None:
    notebook = read_notebook(CHAPTERS[0])
    cell = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    cell["execution_count"] = 1
    (tmp_path / "01_ran.ipynb").write_text(json.dumps(notebook))
    assert "01_ran" in stored_with_outputs(tmp_path / "01_ran.ipynb")


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_the_metadata_of_a_chapter_say_only_what_the_book_needs(chapter: Path) -> None:
    notebook = read_notebook(chapter)
    assert set(notebook["metadata"]) <= {"kernelspec", "language_info", "book", "mystnb"}
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_cells_have_ids_of_their_own_and_parameters_say_what_they_are(chapter: Path) -> None:
    notebook: dict[str, Any] = read_notebook(chapter)
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(ids) == len(set(ids))
    assert declared_parameters(notebook)


def test_no_page_quotes_a_number_of_another_chapter() -> None:
    """A page is rendered again with its own chapter, not with others."""
    pages = [*CHAPTERS, *(ROOT / "pages").rglob("*.md")]
    assert not [path.name for path in pages if ".ipynb::" in path.read_text()]


# People are not judged, and nothing is claimed that was not run.
LOADED = r"iron(?:y|ic)|absurd|unsettling|booster|worst companion|stingy|nobody|sloppy|careless"
LOADED += r"|ridiculous|embarrass\w*|blunder|proves nothing|runs? every theorem|every theorem run"


def prose() -> dict[str, str]:
    """The text of every page and chapter, each on one line, by file."""
    files = [ROOT / "README.md", *sorted((ROOT / "pages").rglob("*.md"))]
    texts = {path.name: path.read_text() for path in files if path.name != "changelog.md"}
    for path in CHAPTERS:
        cells = read_notebook(path)["cells"]
        texts[path.stem] = "\n\n".join("".join(cell["source"]) for cell in cells)
    return {name: re.sub(r"\s+", " ", text) for name, text in texts.items()}


def test_the_text_is_sober_and_judges_nobody() -> None:
    loaded = re.compile(rf"(?:\S+ ){{0,4}}\b(?:{LOADED})\b", re.IGNORECASE)
    found = {name: loaded.findall(text) for name, text in prose().items()}
    assert {name: words for name, words in found.items() if words} == {}


def test_the_readmes_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    exec(compile(example, "README.md", "exec"), {})
    before, after, best = map(float, capsys.readouterr().out.split())
    assert after < before
    assert abs(after - best) < 1e-8


def test_the_documents_name_only_commands_that_exist() -> None:
    (targets,) = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for name in ("README.md", ".github/CONTRIBUTING.md", "pages/index.md", "pages/course.md"):
        text = (ROOT / name).read_text()
        found = re.findall(r"(?:^ {4,}|`)make ([a-z]+)", text, re.MULTILINE)
        assert found and set(found) <= set(targets.split()), name
        found = re.findall(r"python3? -m book ([a-z]+)", text)
        assert set(found) <= {*commands.COMMANDS, "environment"}, name


def test_the_citation_names_both_papers() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["cff-version"] == "1.2.0"
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert citation["version"] == version
    identifiers = [paper["identifiers"][0]["value"] for paper in citation["references"]]
    assert identifiers == ["arXiv:2401.14534", "arXiv:1905.13547"]
    assert all(paper["authors"] and paper["year"] for paper in citation["references"])


IDS = """
    s2-eq-1 s2-eq-2 s2-eq-3 s2-mss s2-riccati s2-lemma-3.1 s2-lemma-3.2 s2-cor-3.3
    s2-thm-3.4 s2-thm-3.5 s2-thm-3.6 s2-thm-4.1 s2-alg-1 s2-rem-4.2
    s2-fig-1a s2-fig-1b s2-fig-2 s2-app-a s2-lemma-b.1 s2-lemma-b.2
    s2-fn-1 s2-recovery s2-q-function s2-robust s2-c-pg s2-app-c s2-journal-estimation
    s1-def-1 s1-def-2 s1-eq-3 s1-eq-4 s1-rem-3 s1-rem-4 s1-asm-1 s1-grad s1-hess
    s1-lemma-5 s1-lemma-6 s1-lemma-7 s1-lemma-8 s1-het s1-alg-1 s1-alg-2 s1-alg-3
    s1-rem-9 s1-thm-10 s1-thm-11 s1-thm-12 s1-thm-13 s1-tr-16 s1-tr-17 s1-tr-18
    s1-fig-1-left s1-fig-1-middle s1-fig-1-right
    e1 e2 e3 e4 e5 e6 e7 e8 e9 e10 e11 e12
""".split()


def test_claims_list_every_result_of_the_papers_and_those_with_a_verdict_have_a_chapter() -> None:
    known = collect.claims(ROOT)
    papers = {id: {"s": f"S{id[1]}", "e": "ours"}[id[0]] for id in IDS}
    assert {id: row.paper for id, row in known.items() if not id.startswith("ours-")} == papers
    chapters = {path.stem for path in CHAPTERS}
    for row in known.values():
        assert row.expected == "planned" or row.chapter in chapters, row.id


def test_the_kinds_of_claims_are_those_that_their_ids_say() -> None:
    for id, row in collect.claims(ROOT).items():
        figure = "-fig-" in id or id == "s2-journal-estimation"  # numbers without a figure
        found = id[0] == "e"
        assert (row.kind == "figure") == figure, id
        assert (row.kind in ("finding", "observation")) == found, id
        assert (row.kind == "observation") == (id in ("e8", "e9", "e10")), id


def test_every_statement_of_this_book_has_a_row_with_its_chapter() -> None:
    known = collect.claims(ROOT)
    ours = {id: row.chapter for id, row in known.items() if id.startswith("ours-")}
    labels = collect.labels(ROOT)
    assert ours == {id: stem for id, stem in labels.items() if id.startswith("ours-")}
    assert all(known[id].paper == "ours" and known[id].number == "this book" for id in ours)
