"""make and python -m book do the same, and say in one line what is missing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from book import commands
from book.problem import ChapterProblem

ROOT = Path(__file__).resolve().parent.parent.parent
INSIDE = """#!/bin/sh
printf 'inside'; for word in "$@"; do printf ' [%s]' "$word"; done; printf ' JOBS=%s\\n' "$JOBS"
"""
OUTSIDE = """#!/bin/sh
echo "outside $*"
case "$*" in *environment) mkdir -p .venv/bin; cp inside .venv/bin/python; touch .venv/book-stamp.json;; esac
"""  # noqa: E501

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the Makefile and two interpreters that only say what they were told."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in ("requirements.txt", "pyproject.toml"):
        (tmp_path / name).touch()
    for name, text in (("inside", INSIDE), ("outside", OUTSIDE)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    return tmp_path


def make(folder: Path, *words: str, python: str = "./outside") -> subprocess.CompletedProcess[str]:
    hidden = ("JOBS", "C", "P", "MAKEFLAGS", "MAKELEVEL")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    return subprocess.run(
        ["make", f"PYTHON={python}", *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )


def test_the_environment_first_and_only_once(folder: Path) -> None:
    assert make(folder).stdout == "outside -m book environment\ninside [-m] [book] [book] JOBS=\n"
    assert make(folder, "book").stdout == "inside [-m] [book] [book] JOBS=\n"
    later = (folder / ".venv/book-stamp.json").stat().st_mtime + 5
    os.utime(folder / "requirements.txt", (later, later))
    assert make(folder, "test").stdout.startswith("outside -m book environment\ninside")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["chapter", "C=05", "P=samples=200 seed=3"], "[chapter] [05] [samples=200 seed=3]"),
        (["chapter", "C=05"], "[chapter] [05] []"),
        (["chapter", "C=05", "P=A='(1, [2])' b=\"*\""], "[chapter] [05] [A='(1, [2])' b=\"*\"]"),
        (["book", "JOBS=3"], "[book] JOBS=3"),
        (["test", "T=tests/book -k execute"], "[test] [tests/book] [-k] [execute]"),
        (["lock"], "[lock] "),
        (["lock", "UPGRADE=1"], "[lock] [--upgrade]"),
    ],
)
def test_what_make_hands_on(folder: Path, words: list[str], told: str) -> None:
    line = make(folder, *words).stdout.splitlines()[-1]
    assert line.startswith(f"inside [-m] [book] {told}")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["serve"], "serve"),
        (["clean"], "clean"),
        (["bench"], "bench"),
        (["lab"], "lab"),
        (["lab", "C=05"], "lab 05"),
    ],
)
def test_what_needs_no_environment_of_the_book(folder: Path, words: list[str], told: str) -> None:
    assert make(folder, *words).stdout.strip() == f"outside -m book {told}"


def test_a_chapter_needs_a_name(folder: Path) -> None:
    finished = make(folder, "chapter")
    assert finished.returncode != 0
    assert finished.stderr.splitlines()[0].startswith("name a chapter, as in make chapter C=05")


@pytest.mark.parametrize("target", ["book", "test", "serve"])
def test_a_missing_python(folder: Path, target: str) -> None:
    finished = make(folder, target, python="no-such-python")
    assert finished.returncode != 0
    line, *rest = finished.stderr.splitlines()
    assert line.startswith("no-such-python is missing: install Python 3.11, 3.12 or 3.13 (Debian")
    assert all(text.startswith("make:") for text in rest)


def test_every_target_is_a_command_and_the_other_way_round() -> None:
    (targets,) = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    subparsers = commands.parser()._subparsers
    assert subparsers is not None
    names = set(subparsers._group_actions[0].choices or ())
    assert set(targets.split()) - {"python"} == names - {"execute"}


@pytest.mark.parametrize("jobs", ["many", "0", "-1", "1.5"])
def test_a_wrong_number_of_jobs(monkeypatch: pytest.MonkeyPatch, jobs: str) -> None:
    monkeypatch.setenv("JOBS", jobs)
    with pytest.raises(ChapterProblem, match=f"JOBS is a number of chapters .*, not '{jobs}'"):
        commands.parser()


@pytest.mark.parametrize("words", [[], ["-k", "execute"], ["--help"], ["tests/book", "-x"]])
@pytest.mark.parametrize("command", ["test", "bench"])
def test_words_for_pytest_and_the_benchmarks_go_to_them(command: str, words: list[str]) -> None:
    options = commands.parsed([command, *words])
    assert (options.command, options.arguments) == (command, words)


def test_tests_need_git(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(commands, "ensure", lambda *arguments: None)
    monkeypatch.setattr(commands, "go_inside", lambda *arguments: None)
    monkeypatch.setenv("PATH", "")
    assert commands.run(["test"]) == 1
    assert capsys.readouterr().err == "the tests need git (Debian, Ubuntu: apt install git)\n"
