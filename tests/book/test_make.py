"""make and python -m book do the same, and say in one line what is missing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from small_book import REPOSITORY

from book import commands
from book.problem import ChapterProblem

PYTHON = """#!/bin/sh
echo "$*"
for name in C P T B F JOBS; do eval "value=\\$$name"; [ -z "$value" ] || echo "$name: $value"; done
"""
needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the Makefile and an interpreter that only says what it was told."""
    shutil.copy(REPOSITORY / "Makefile", tmp_path)
    (tmp_path / "python").write_text(PYTHON)
    (tmp_path / "python").chmod(0o755)
    return tmp_path


def make(
    folder: Path, *words: str, python: str = "./python", **variables: str
) -> subprocess.CompletedProcess[str]:
    hidden = ("JOBS", "C", "P", "T", "B", "F", "MAKEFLAGS", "MAKELEVEL")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    return subprocess.run(
        ["make", f"PYTHON={python}", *words],
        cwd=folder,
        env=environment | variables,
        capture_output=True,
        text=True,
    )


@needs_make
@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], ["-m book book"]),
        (["chapter", "C=05"], ["-m book chapter", "C: 05"]),
        (["chapter", "P=A='(1, [2])' b=\"*\""], ["-m book chapter", "P: A='(1, [2])' b=\"*\""]),
        (["book", "JOBS=3"], ["-m book book", "JOBS: 3"]),
        (["test", "T=tests/book -k 'a or b'"], ["-m book test", "T: tests/book -k 'a or b'"]),
        (["lock", "UPGRADE=1"], ["-m book lock --upgrade"]),
        (["serve"], ["-m book serve"]),
    ],
)
def test_what_make_hands_on(folder: Path, words: list[str], told: list[str]) -> None:
    assert [line.rstrip() for line in make(folder, *words).stdout.splitlines()] == told


@needs_make
@pytest.mark.parametrize("name", ["C", "P", "T", "B", "F"])
@pytest.mark.parametrize("hostile", ["$(shell touch f)x=1", "$$x $(y) `touch f` $(touch f)", "\\$"])
def test_neither_make_nor_the_shell_expands_a_value(folder: Path, name: str, hostile: str) -> None:
    for run in (make(folder, "chapter", f"{name}={hostile}"), make(folder, **{name: hostile})):
        assert run.stdout.splitlines()[1:] == [f"{name}: {hostile}"]
    assert not (folder / "f").exists()


@needs_make
@pytest.mark.parametrize("target", ["book", "test", "serve"])
def test_a_missing_python(folder: Path, target: str) -> None:
    finished = make(folder, target, python="no-such-python")
    assert finished.returncode != 0
    line, *rest = finished.stderr.splitlines()
    assert line.startswith("no-such-python is missing: install Python 3.11, 3.12 or 3.13 (Debian")
    assert all(text.startswith("make:") for text in rest)


def test_every_target_is_a_command_and_the_other_way_round() -> None:
    (targets,) = re.findall(r"^\.PHONY: (.*)$", (REPOSITORY / "Makefile").read_text(), re.MULTILINE)
    (names,) = re.findall(r"\{(.*?)\}", commands.parser().format_usage()) or [""]
    assert set(targets.split()) == set(names.split(",")) - {"execute"}


@pytest.mark.parametrize("jobs", ["many", "0", "-1", "1.5", "9" * 5000 + "x"])
def test_a_wrong_number_of_jobs(monkeypatch: pytest.MonkeyPatch, jobs: str) -> None:
    monkeypatch.setenv("JOBS", jobs)
    with pytest.raises(ChapterProblem, match="JOBS is a number of chapters .*, not '") as caught:
        commands.parser()
    assert len(str(caught.value)) < 200


def test_processors_are_those_that_this_process_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands.sys, "platform", "linux")
    monkeypatch.setattr(
        commands.os, "sched_getaffinity", lambda process: set(range(8)), raising=False
    )
    for quota, count in (("max 100000", 8), ("150000 100000", 2), ("1600000 100000", 8)):
        monkeypatch.setattr(Path, "read_text", lambda path, quota=quota: quota)
        assert commands.processors() == count
    monkeypatch.undo()
    assert 1 <= commands.processors() <= (os.cpu_count() or 1)


@pytest.mark.parametrize("words", [["-k", "execute"], ["--help"], ["tests/book", "-x"]])
@pytest.mark.parametrize(("command", "name"), list(commands.WORDS.items()))
def test_words_for_pytest_the_benchmarks_and_the_fuzzers_go_to_them(
    monkeypatch: pytest.MonkeyPatch, command: str, name: tuple[str, str], words: list[str]
) -> None:
    assert commands.parsed([command, *words]).words == words
    monkeypatch.setenv(name[1], "tests/book -k 'a or b'")
    assert commands.parsed([command]).words == ["tests/book", "-k", "a or b"]


@pytest.mark.parametrize(
    ("command", "more"),
    [("book", []), ("test", ["tests/requirements.txt"]), ("lab", ["book/requirements-lab.txt"])],
)
def test_each_command_brings_the_environment_that_it_needs(
    monkeypatch: pytest.MonkeyPatch, command: str, more: list[str]
) -> None:
    asked: list[Path] = []
    monkeypatch.setattr(commands, "ensure", lambda place, locks: asked.extend(locks))
    monkeypatch.setattr(commands, "go_inside", lambda *arguments: sys.exit(0))
    with pytest.raises(SystemExit):
        commands.run([command])
    assert asked == [REPOSITORY / name for name in ("requirements.txt", *more)]
