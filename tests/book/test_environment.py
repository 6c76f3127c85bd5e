"""The environment follows the locks, is repaired after an interruption, and fails in one line."""

import ast
import json
import os
import re
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from unittest.mock import Mock

import pytest
from small_book import REPOSITORY

from book import environment
from book.problem import ChapterProblem

BARE = REPOSITORY / "book" / "__main__.py"
LOCK = "{name}=={version} \\\n    --hash=sha256:ab\n"


@pytest.fixture
def project(tmp_path):
    """Return a project with two locks."""
    (tmp_path / "requirements.txt").write_text(LOCK.format(name="uv", version=1))
    (tmp_path / "tests.txt").write_text(LOCK.format(name="pytest", version=1))
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n[tool.other]\na = 1\n")
    return tmp_path


@pytest.fixture
def steps(project, monkeypatch):
    """Return a function that brings an environment of empty files up to date and says how."""
    log = []

    def create(folder):
        log.append("create")
        python = folder / environment.PYTHON
        python.parent.mkdir(parents=True, exist_ok=True)
        python.touch()

    def install(folder, locks, project):
        assert not (folder / environment.STAMP).exists(), "the stamp is written last"
        log.append("+".join(lock.stem for lock in locks))

    monkeypatch.setattr(environment, "create", create)
    monkeypatch.setattr(environment, "install", install)

    def steps(*more):
        log.clear()
        locks = [project / f"{name}.txt" for name in ("requirements", *more)]
        environment.ensure(project / ".venv", locks, project)
        return list(log)

    return steps


def test_only_what_is_installed_counts_and_nothing_is_installed_twice(project, steps):
    assert steps() == ["create", "requirements"]
    os.utime(project / "requirements.txt")
    settings = project / "pyproject.toml"
    settings.write_text(settings.read_text().replace("a = 1", "a = 2"))  # of a tool
    assert steps() == []
    settings.write_text(settings.read_text().replace("'x'", "'y'"))
    assert steps() == ["requirements"]


def test_what_tests_need_is_installed_on_top_and_stays(project, steps):
    steps()
    assert steps("tests") == ["requirements+tests"]
    assert steps() == [] == steps("tests")
    (project / "requirements.txt").write_text(LOCK.format(name="uv", version=2))
    assert steps() == ["requirements+tests"]
    (project / "tests.txt").write_text(LOCK.format(name="pytest", version=2))
    assert steps() == [], "the book does not need it"
    assert steps("tests") == ["requirements+tests"]


def test_an_environment_that_stands_is_only_read(steps, monkeypatch):
    steps()

    refuse = Mock(side_effect=OSError(30, "Read-only file system"))
    for name in ("mkdir", "write_text", "touch", "unlink"):
        monkeypatch.setattr(Path, name, refuse)
    assert steps() == []


def test_an_interrupted_installation_is_repaired(project, steps, monkeypatch):
    with monkeypatch.context() as context, pytest.raises(KeyboardInterrupt):
        context.setattr(environment, "install", Mock(side_effect=KeyboardInterrupt))
        steps()
    assert steps() == ["create", "requirements"]
    stamp = project / ".venv" / environment.STAMP
    good = stamp.read_text()
    for damaged in ("half a st", json.dumps(json.loads(good) | {"location": "/elsewhere/.venv"})):
        stamp.write_text(damaged)
        assert steps() == ["create", "requirements"]
    (project / ".venv" / environment.PYTHON).unlink()
    assert steps() == ["create", "requirements"]


def test_the_real_thing_is_created_over_half_a_one(tmp_path):
    folder = tmp_path / ".venv"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").write_text("half")
    environment.create(folder)
    code = "import sys, pip; print(sys.prefix)"
    prefix = subprocess.check_output([folder / environment.PYTHON, "-c", code], text=True)
    assert Path(prefix.strip()) == folder


def test_where_no_environment_can_be_made_one_line_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "_base_executable", "/bin/false")
    with pytest.raises(ChapterProblem, match=r"apt install python3-venv") as caught:
        environment.create(tmp_path / ".venv")
    assert "\n" not in str(caught.value)


FAKE = """#!/bin/sh
echo "$UV_SYSTEM_CERTS $@" >> {log}
case "$*" in *{failing}*) echo 'error: no such thing' >&2; exit 1;; esac
"""


@pytest.mark.parametrize(
    ("failing", "fallback", "complaint"),
    [
        ("nothing", False, None),
        ("-m*uv*sync", True, None),
        ("-m*pip*uv.txt", False, "uv could not be installed: error: no such thing"),
        ("requirements.txt", True, "the lock could not be installed: error: no such thing"),
        ("--editable", False, "the project itself could not be installed: error: no such thing"),
    ],
)
def test_uv_installs_with_hashes_or_pip_does_and_says_so(
    project, capsys, failing, fallback, complaint
):
    folder, log = project / ".venv", project / "log"
    python = folder / environment.PYTHON
    python.parent.mkdir(parents=True)
    python.write_text(FAKE.format(log=log, failing=failing))
    python.chmod(0o755)
    locks = [project / "requirements.txt", project / "tests.txt"]
    refused = pytest.raises(ChapterProblem, match=f"^{complaint}$")
    with refused if complaint else nullcontext():
        environment.install(folder, locks, project)
    lines = log.read_text().splitlines()
    trusting, calls = {line[:2] for line in lines}, [line[2:] for line in lines]
    assert trusting == {"1 "}, "uv trusts this system's certificates"
    installing = [call for call in calls if re.search(" (install|sync) ", call)]
    assert all("--require-hashes" in call for call in installing if "--editable" not in call)
    assert all(str(locks[1]) in call for call in calls if str(locks[0]) in call)
    by_pip = [call for call in calls if call.startswith("-m pip") and str(locks[0]) in call]
    assert bool(by_pip) == fallback
    said = "uv failed: error: no such thing; pip installs instead, slower\n"
    assert capsys.readouterr().out == said * fallback
    if complaint is None:
        assert calls[-1].endswith(f"--no-deps --no-build-isolation --editable {project}")


def test_the_entry_of_uv_in_the_real_lock_is_pinned_and_hashed(tmp_path):
    entry = environment.lock_entry(REPOSITORY / "requirements.txt", "uv")
    assert entry.startswith("uv==") and entry.count("==") == 1
    assert entry.count("--hash=sha256:") >= 10
    (tmp_path / "lock.txt").write_text(LOCK.format(name="uvicorn", version=1))
    with pytest.raises(ChapterProblem, match="lock.txt has no entry for uv"):
        environment.lock_entry(tmp_path / "lock.txt", "uv")


def test_the_cause_in_an_installers_output():
    for output, line in {
        "x\nerror: one\n  Caused by: deeper\n": "Caused by: deeper",
        "Traceback\nModuleNotFoundError: No module\nhint: y\n": "ModuleNotFoundError: No module",
        "only this\n": "only this",
        "": "it said nothing",
    }.items():
        assert environment.cause(output) == line


def test_the_first_file_loads_under_any_python_3():
    """Old grammar, and nothing imported at the top that an old or bare Python lacks."""
    tree = ast.parse(BARE.read_text(), feature_version=(3, 4))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    top = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    assert {name.name for node in top for name in node.names} == {"os", "subprocess", "sys"}


def under_version(version, path):
    """Run the first file as a Python of another version would."""
    code = f"import runpy, sys; sys.version_info = {(*version, 0)}; sys.argv[1:] = ['book']; "
    code += f"runpy.run_path({str(BARE)!r}, run_name='__main__')"
    command = [sys.executable, "-c", code]
    return subprocess.run(command, env={"PATH": path}, capture_output=True, text=True)


@pytest.mark.parametrize(("version", "word"), [((3, 8), "older"), ((3, 14), "newer")])
def test_an_unsuitable_python_is_answered_in_one_line_or_hands_over(tmp_path, version, word):
    finished = under_version(version, str(tmp_path))  # no other Python is found there
    assert (finished.returncode, finished.stdout) == (1, "")
    name = ".".join(map(str, version))
    line = f"Python {name} is {word} than the locked environment allows: install .*\n"
    assert re.fullmatch(line, finished.stderr)
    other = tmp_path / "python3.13"
    other.write_text('#!/bin/sh\ncase "$1" in -m) echo "handed over: $*";; esac\n')
    other.chmod(0o755)
    finished = under_version(version, os.pathsep.join([str(tmp_path), "/bin", "/usr/bin"]))
    assert finished.stdout == "handed over: -m book book\n"
