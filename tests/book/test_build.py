"""One build: what runs and in which order, what it says, and what it does to a locked folder."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from book import build, chapters, commands, render
from book.environment import exclusive

Write = Callable[..., Path]
REPOSITORY = Path(__file__).resolve().parent.parent.parent
GOOD = "print('good')"


@pytest.fixture
def run(
    book_root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Return a function that runs a command in the book, which needs no environment."""
    for name in ("ensure", "go_inside"):
        monkeypatch.setattr(commands, name, lambda *arguments: None)
    monkeypatch.setattr(commands, "ROOT", book_root)

    def run(*words: str) -> tuple[int, str, str]:
        code = commands.run(list(words))
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def no_pages(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Render nothing; return the list of locks that rendering was handed."""
    locks: list[int] = []
    monkeypatch.setattr(render, "render", lambda root, say, note, hold: locks.append(hold))
    return locks


def test_other_chapters_go_on_and_the_command_fails(
    book_root: Path, write_chapter: Write, run: Callable[..., tuple[int, str, str]]
) -> None:
    write_chapter("01_bad", "1 / 0")
    write_chapter("02_good", GOOD)
    (book_root / "chapters" / "03_broken.ipynb").write_text("")
    code, out, err = run("book")
    assert code == 1
    assert "01_bad: cell 1 (code-0: 1 / 0): ZeroDivisionError: division by zero" in out
    assert "03_broken: the notebook is not valid JSON" in out
    assert err == "2 of 3 chapters failed: 01_bad, 03_broken\n"
    executed, _ = chapters.executed_paths(book_root, Path("02_good.ipynb"))
    assert executed.exists()
    assert not (book_root / "_build" / "html").exists(), "with a failed chapter, no pages"
    assert run("chapter", "bad")[0] == 1
    code, _, err = run("chapter", "99")
    assert code == 1 and "there is no chapter '99'; the book has 01_bad, 02_good, 03_b" in err


def test_execution_rendering_and_verdicts_stand_under_one_lock(
    book_root: Path, write_chapter: Write, monkeypatch: pytest.MonkeyPatch, no_pages: list[int]
) -> None:
    write_chapter("01_plain", GOOD)
    held: list[bool] = []
    taken = book_root / "_build" / "book.lock"
    code = "import fcntl, sys; fcntl.flock(open(sys.argv[1]), fcntl.LOCK_EX | fcntl.LOCK_NB)"

    def is_held(*_: object) -> list[str]:
        try_it = [sys.executable, "-c", code, str(taken)]
        held.append(subprocess.run(try_it, stderr=subprocess.DEVNULL).returncode != 0)
        return []

    monkeypatch.setattr("book.collect.problems", is_held)
    monkeypatch.setattr(chapters, "prune", is_held)
    with build.Build(book_root, 1) as whole:
        whole.execute()
        is_held()
        whole.render()
        whole.compare_verdicts()
    assert held == [True] * 3
    is_held()
    assert held[-1] is False
    assert no_pages == [whole.lock]


def test_a_verdict_that_differs_fails_the_build(
    write_chapter: Write,
    run: Callable[..., tuple[int, str, str]],
    monkeypatch: pytest.MonkeyPatch,
    no_pages: list[int],
) -> None:
    write_chapter("01_plain", GOOD)
    monkeypatch.setattr("book.collect.problems", lambda root: ["e1: expected a, got b"])
    code, _, err = run("book")
    assert (code, err) == (1, "e1: expected a, got b\n")


def test_one_chapter_brings_along_what_is_missing_damaged_or_stale_and_says_so(
    book_root: Path,
    write_chapter: Write,
    run: Callable[..., tuple[int, str, str]],
    no_pages: list[int],
) -> None:
    write_chapter("01_plain", GOOD)
    other = write_chapter("02_other", GOOD)
    copy, _ = chapters.executed_paths(book_root, other)
    said = "the pages need 1 other chapters, which run first: 02_other\n"
    assert said in run("chapter", "1")[1]
    good = copy.read_bytes()
    assert "02_other" not in run("chapter", "1")[1]
    copy.write_bytes(good[:-10])
    assert said in run("chapter", "1")[1]
    assert copy.read_bytes() == good
    write_chapter("02_other", "print('better')")
    assert said in run("chapter", "1")[1]
    assert "samples=4" not in run("chapter", "2", "samples=4")[1]
    assert "02_other" not in run("chapter", "1")[1], "another reader's parameters are no fault"


def test_parameters_come_from_make_as_they_were_written(
    book_root: Path,
    write_chapter: Write,
    run: Callable[..., tuple[int, str, str]],
    monkeypatch: pytest.MonkeyPatch,
    no_pages: list[int],
) -> None:
    chapter = write_chapter("01_plain", GOOD)
    monkeypatch.setenv("C", "01")
    monkeypatch.setenv("P", "samples=7 preset=paper")
    assert run("chapter")[0] == 0
    record = chapters.read_record(book_root, chapter)
    assert record["parameters"] == {"samples": 7, "preset": "paper"}
    monkeypatch.setenv("C", "")
    code, _, err = run("chapter")
    assert code == 1 and err.startswith("name a chapter, as in make chapter C=05")


def test_execute_twice_names_a_chapter_with_other_bytes(
    write_chapter: Write, run: Callable[..., tuple[int, str, str]]
) -> None:
    write_chapter("01_plain", GOOD)
    write_chapter("02_random", "import os; print(os.urandom(8))")
    code, out, err = run("execute", "--twice")
    assert code == 1 and err == "1 of 2 chapters failed: 02_random\n"
    assert "a second run wrote other bytes" in out
    code, out, _ = run("execute", "--twice", "01")
    assert code == 0 and "1 run, and wrote the same bytes again" in out


def test_a_second_build_waits_and_says_so(book_root: Path) -> None:
    lock = book_root / "_build" / "book.lock"
    code = (
        "import sys; from pathlib import Path; from book.environment import exclusive\n"
        "with exclusive(Path(sys.argv[1]), 'a build'): print('got it')"
    )
    with exclusive(lock, "a build"):
        waiting = subprocess.Popen(
            [sys.executable, "-c", code, str(lock)], cwd=REPOSITORY, stdout=-1, text=True
        )
        assert waiting.stdout is not None
        assert waiting.stdout.readline() == "waiting for a build that runs in another process\n"
    assert waiting.communicate()[0] == "got it\n"


def test_who_still_writes_holds_the_lock(book_root: Path) -> None:
    """A child that was handed the lock keeps a second build out when its parent is gone."""
    lock = book_root / "_build" / "book.lock"
    code = "import fcntl, sys; fcntl.flock(open(sys.argv[1]), fcntl.LOCK_EX | fcntl.LOCK_NB)"
    try_it = [sys.executable, "-c", code, str(lock)]
    with exclusive(lock, "a build") as hold:
        child = subprocess.Popen(["sleep", "60"], pass_fds=(hold,))
    try:
        assert subprocess.run(try_it, stderr=subprocess.DEVNULL).returncode != 0
    finally:
        child.kill()
        child.wait()
    assert subprocess.run(try_it).returncode == 0


@pytest.mark.skipif(os.geteuid() == 0 and sys.platform != "linux", reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_one_line(
    book_root: Path,
    run: Callable[..., tuple[int, str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*arguments: object, **named: object) -> None:
        raise OSError(30, "Read-only file system", "/book/_build/book.lock")

    monkeypatch.setattr(Path, "mkdir", refuse)
    line = f"/book/_build/book.lock in {book_root}: Read-only file system\n"
    assert run("book") == (1, "", line)
    (book_root / "_build").touch()
    monkeypatch.setattr(commands.shutil, "rmtree", refuse)
    assert run("clean") == (1, "", line)
