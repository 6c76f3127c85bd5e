"""make and python -m book do the same, and say in one line what is missing."""

import os
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from small_book import REPOSITORY

from book import commands

PYTHON = """#!/bin/sh
echo "$*"
for name in C P T B F JOBS SOLUTIONS CLUSTER; do
  eval "value=\\$$name"; [ -z "$value" ] || echo "$name: $value"
done
"""


@pytest.fixture
def folder(tmp_path):
    """Return a folder with the Makefile and an interpreter that only says what it was told."""
    shutil.copy(REPOSITORY / "Makefile", tmp_path)
    (tmp_path / "python").write_text(PYTHON)
    (tmp_path / "python").chmod(0o755)
    return tmp_path


def make(folder, *words, python="./python", **variables):
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    hidden = ("JOBS", "SOLUTIONS", "CLUSTER", "C", "P", "T", "B", "F", "MAKEFLAGS", "MAKELEVEL")
    variables |= {name: value for name, value in os.environ.items() if name not in hidden}
    words = ["make", f"PYTHON={python}", *words]
    return subprocess.run(words, cwd=folder, env=variables, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], ["-m book book"]),
        (["chapter", "C=05"], ["-m book chapter", "C: 05"]),
        (["chapter", "P=A='(1, [2])' b=\"*\""], ["-m book chapter", "P: A='(1, [2])' b=\"*\""]),
        (
            ["sweep", "C=05", "P=seed=1,2", "CLUSTER=tcp://a:1"],
            ["-m book sweep", "C: 05", "P: seed=1,2", "CLUSTER: tcp://a:1"],
        ),
        (["book", "JOBS=3"], ["-m book book", "JOBS: 3"]),
        (["book", "SOLUTIONS=no"], ["-m book book", "SOLUTIONS: no"]),
        (["course"], ["-m book course"]),
        (["test", "T=tests/book -k 'a or b'"], ["-m book test", "T: tests/book -k 'a or b'"]),
        (["lock", "UPGRADE=1"], ["-m book lock --upgrade"]),
        (["serve"], ["-m book serve"]),
    ],
)
def test_what_make_hands_on(folder, words, told):
    assert [line.rstrip() for line in make(folder, *words).stdout.splitlines()] == told


@pytest.mark.parametrize("name", ["C", "P", "T", "B", "F", "SOLUTIONS", "CLUSTER"])
@pytest.mark.parametrize("hostile", ["$(shell touch f)x=1", "$$x $(y) `touch f` $(touch f)", "\\$"])
def test_neither_make_nor_the_shell_expands_a_value(folder, name, hostile):
    for run in (make(folder, "chapter", f"{name}={hostile}"), make(folder, **{name: hostile})):
        assert run.stdout.splitlines()[1:] == [f"{name}: {hostile}"]
    assert not (folder / "f").exists()


@pytest.mark.parametrize("target", ["book", "test", "serve"])
def test_a_missing_python(folder, target):
    finished = make(folder, target, python="no-such-python")
    assert finished.returncode != 0
    line, *rest = finished.stderr.splitlines()
    assert line.startswith("no-such-python is missing: install Python 3.11, 3.12 or 3.13 (Debian")
    assert all(text.startswith("make:") for text in rest)


def test_every_target_is_a_command_and_the_other_way_round():
    (targets,) = re.findall(r"^\.PHONY: (.*)$", (REPOSITORY / "Makefile").read_text(), re.MULTILINE)
    targets = set(targets.split())
    assert targets == {*commands.COMMANDS, "environment"} - {"execute"}
    assert [commands.parsed([name]).command for name in targets] == list(targets)


@pytest.mark.parametrize("jobs", ["many", "0", "-1", "1.5", "9" * 5000 + "x"])
def test_a_wrong_number_of_jobs(run, monkeypatch, jobs):
    monkeypatch.setenv("JOBS", jobs)
    code, out, err = run("book")
    assert (code, out) == (1, "") and re.fullmatch("JOBS is a number of chapters .*, not .*\n", err)
    assert len(err) < 200


def test_processors_are_those_that_this_process_may_use(monkeypatch):
    monkeypatch.setattr(commands.sys, "platform", "linux")
    eight = set(range(8))
    monkeypatch.setattr(commands.os, "sched_getaffinity", lambda process: eight, raising=False)
    for quota, count in (("max 100000", 8), ("150000 100000", 2), ("1600000 100000", 8)):
        monkeypatch.setattr(Path, "read_text", lambda path, quota=quota: quota)
        assert commands.processors() == count
    monkeypatch.undo()
    assert 1 <= commands.processors() <= (os.cpu_count() or 1)


@pytest.mark.parametrize("words", [["-k", "execute"], ["--help"], ["tests/book", "-x"]])
@pytest.mark.parametrize(
    ("command", "variable"), [("test", "T"), ("bench", "B"), ("fuzz", "F"), ("grade", "W")]
)
def test_words_after_a_command_go_to_what_it_runs(monkeypatch, command, variable, words):
    assert commands.parsed([command, *words]).words == words
    monkeypatch.setenv(variable, "tests/book -k 'a or b'")
    assert commands.parsed([command]).words == ["tests/book", "-k", "a or b"]


@pytest.mark.parametrize(
    ("command", "more"),
    [
        ("book", []),
        ("test", ["tests/requirements.txt"]),
        ("lab", ["book/requirements-lab.txt"]),
        ("sweep 05 --workers 2", []),
        ("sweep 05 --cluster tcp://a:1", ["sweep/requirements.txt"]),
        ("environment --cluster", ["sweep/requirements.txt"]),
    ],
)
def test_each_command_brings_the_environment_that_it_needs(monkeypatch, command, more):
    asked: list[Path] = []
    monkeypatch.setattr(commands, "ensure", lambda place, locks: asked.extend(locks))
    monkeypatch.setattr(commands, "go_inside", lambda *arguments: sys.exit(0))
    with suppress(SystemExit):
        commands.run(command.split())
    assert asked == [REPOSITORY / name for name in ("requirements.txt", *more)]


def test_bytecode_is_kept_in_the_build_where_none_may_be_written_beside_sources(monkeypatch):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.delenv("PYTHONPYCACHEPREFIX", raising=False)
    commands.go_inside(Path(sys.prefix), [])  # this is its Python: nothing else happens
    assert "PYTHONDONTWRITEBYTECODE" not in os.environ
    assert os.environ["PYTHONPYCACHEPREFIX"] == str(commands.ROOT / "_build" / "cache" / "python")
    monkeypatch.delenv("PYTHONPYCACHEPREFIX")
    commands.go_inside(Path(sys.prefix), [])
    assert "PYTHONPYCACHEPREFIX" not in os.environ
