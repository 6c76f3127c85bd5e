"""One build: what runs and in which order, what it shows and says, and what is served of it."""

import fcntl
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import termios
import urllib.error
import urllib.request

import pytest
from small_book import GOOD, REPOSITORY, command

from book import build, chapters, render
from book.environment import exclusive


@pytest.fixture
def no_pages(monkeypatch):
    """Render nothing; return the list of locks that rendering was handed."""
    locks: list[int] = []
    monkeypatch.setattr(render, "render", lambda root, say, note, hold: locks.append(hold))
    return locks


def test_other_chapters_go_on_and_the_command_fails(book, run):
    book.chapter("01_bad", "1 / 0")
    book.chapter("02_good", GOOD)
    book.write("chapters/03_broken.ipynb", "")
    code, out, err = run("book")
    assert "01_bad: cell 1 (code-0: 1 / 0): ZeroDivisionError: division by zero" in out
    assert "03_broken: the notebook is not valid JSON" in out
    assert code == 1 and err == "2 of 3 chapters failed: 01_bad, 03_broken\n"
    assert (book.outputs / "02_good.ipynb").exists()
    assert not (book.root / "_build" / "html").exists(), "with a failed chapter, no pages"
    assert run("chapter", "bad")[0] == 1
    code, _, err = run("chapter", "99")
    assert code == 1 and "there is no chapter '99'; the book has 01_bad, 02_good, 03_b" in err


def is_locked(path):
    """Whether someone else holds a lock."""
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def test_execution_rendering_and_verdicts_stand_under_one_lock(book, monkeypatch, no_pages):
    lock = book.root / "_build" / "book.lock"
    held: list[bool] = []

    def look(*_):
        held.append(is_locked(lock))
        return []

    monkeypatch.setattr("book.collect.problems", look)
    monkeypatch.setattr(chapters, "find_chapters", look)
    with build.Build(book.root, 1) as whole:
        whole.execute()
        look()
        whole.render()
        whole.compare_verdicts()
    assert held == [True] * 3
    assert not is_locked(lock)
    assert no_pages == [whole.lock]


def test_a_verdict_that_differs_fails_the_build(run, monkeypatch, no_pages):
    monkeypatch.setattr("book.collect.problems", lambda root: ["e1: expected a, got b"])
    code, _, err = run("book")
    assert (code, err) == (1, "e1: expected a, got b\n")


def test_one_chapter_brings_along_what_is_missing_damaged_or_stale_and_says_so(book, run, no_pages):
    book.chapter("01_plain", GOOD)
    book.chapter("02_other", GOOD)
    said = "the pages need other chapters, which run now: 02_other\n"
    assert said in run("chapter", "1")[1]
    copy = book.outputs / "02_other.ipynb"
    good = copy.read_bytes()
    copy.write_bytes(good[:-10])
    assert said in run("chapter", "1")[1]
    assert copy.read_bytes() == good
    book.chapter("02_other", "print('better')")
    assert said in run("chapter", "1")[1]
    assert run("chapter", "2", "samples=4")[0] == 0
    assert "02_other" not in run("chapter", "1")[1], "another reader's parameters are no fault"


def test_parameters_come_from_make_as_they_were_written(book, run, monkeypatch, no_pages):
    chapter = book.chapter("01_plain", GOOD)
    monkeypatch.setenv("C", "01")
    monkeypatch.setenv("P", "samples=7 preset=paper")
    assert run("chapter")[0] == 0
    record = chapters.read_record(book.root, chapter)
    assert record["parameters"] == {"samples": 7, "preset": "paper"}
    monkeypatch.setenv("C", "")
    code, _, err = run("chapter")
    assert code == 1 and err.startswith("name a chapter, as in make chapter C=05")


def test_execute_twice_names_a_chapter_with_other_bytes(book, run):
    book.chapter("01_plain", GOOD)
    book.chapter("02_random", "1", "import os; print(os.urandom(8))")
    run("execute", "02")
    first = (book.outputs / "02_random.ipynb").read_bytes()
    code, out, err = run("execute", "--twice")
    assert code == 1 and err == "1 of 2 chapters failed: 02_random\n"
    cell = "cell 2 (code-1: import os; print(os.urandom(8)))"
    assert f"02_random: {cell}: a second run wrote other bytes" in out
    assert (book.outputs / "02_random.ipynb").read_bytes() == first
    code, out, _ = run("execute", "--twice", "01")
    assert code == 0 and "1 run, and wrote the same bytes again" in out


def test_a_second_build_waits_and_says_so(book):
    with exclusive(book.root / "_build" / "book.lock", "a build"):
        waiting = subprocess.Popen(
            command(book.root, "execute"), cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
        )
        assert waiting.stdout is not None
        assert waiting.stdout.readline() == "waiting for a build that runs in another process\n"
    assert waiting.communicate()[0] == "chapters: 0 run, 0 unchanged\n"


def test_who_still_writes_holds_the_lock(book):
    """A child that was handed the lock keeps a second build out when its parent is gone."""
    lock = book.root / "_build" / "book.lock"
    with exclusive(lock, "a build") as hold:
        child = subprocess.Popen(["sleep", "60"], pass_fds=(hold,))
    try:
        assert is_locked(lock)
    finally:
        child.kill()
        child.wait()
    assert not is_locked(lock)


MOUNT = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
READ_ONLY = ["unshare", "--map-root-user", "--mount", "sh", "-c", MOUNT]


@pytest.mark.parametrize(("word", "name"), [("book", "_build/book.lock"), ("clean", "_build")])
def test_a_folder_that_cannot_be_written_is_one_line(book, word, name):
    words, built = command(book.root, word), book.root / "_build"
    shutil.rmtree(built / "cache")
    if os.geteuid() == 0:  # whom only a read-only mount keeps from writing
        mounted = [*READ_ONLY, str(book.root)]
        if not shutil.which("unshare") or subprocess.call([*mounted, "true"]) != 0:
            pytest.skip("root may write anywhere, and this system lets nothing be mounted")
        words = mounted + words
    for folder in (book.root, built):
        folder.chmod(0o555)
    finished = subprocess.run(words, cwd=REPOSITORY, capture_output=True, text=True)
    for folder in (book.root, built):
        folder.chmod(0o755)
    assert (finished.returncode, finished.stdout) == (1, "")
    cause = "(Read-only file system|Permission denied)"
    place = re.escape(f"{book.root / name} in {book.root}")
    assert re.fullmatch(f"{place}: {cause}\\n", finished.stderr)


CODE = """
import time
from book.build import Display
with Display() as display:
    display.under_way("05_convergence", "cell 3 of 40")
    display.under_way("07_model_free", "cell 1 of 9")
    time.sleep(2.5)
    display.under_way("05_convergence", None)
    display.say("[1/2] 05_convergence  2.5 s")
    display.refresh()
"""


def test_a_terminal_shows_each_chapter_with_its_cell_and_a_running_clock():
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    environment = {**os.environ, "TERM": "xterm"}
    process = subprocess.Popen(
        [sys.executable, "-c", CODE], stdout=theirs, cwd=REPOSITORY, env=environment
    )
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 100_000):
            shown += part
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    assert process.wait() == 0
    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown.decode())
    clocks = set(re.findall(r"0:00:0(\d) 05_convergence  cell 3 of 40", text))
    assert len(clocks) >= 2, "the screen changes while a cell runs"
    assert "07_model_free  cell 1 of 9" in text
    assert "[1/2] 05_convergence  2.5 s" in text
    last = text.rstrip().splitlines()[-2:]
    assert "07_model_free" in last[-1] and "05_convergence" not in "".join(last)


def test_a_file_gets_finished_lines_only(capsys):
    exec(CODE.replace("time.sleep(2.5)", ""), {})
    assert capsys.readouterr().out == "[1/2] 05_convergence  2.5 s\n"


def test_serves_the_built_book_on_the_loopback_address(book):
    book.write("_build/html/index.html", "the book")
    book.write("secret.txt", "not served")
    with subprocess.Popen(
        command(book.root, "serve"), cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            address = server.stdout.readline().split()[4]
            assert address.startswith("http://127.0.0.1:")
            assert server.stdout.readline().strip() == address, "the browser opens it"
            with urllib.request.urlopen(address) as answer:
                assert answer.read() == b"the book"
            with pytest.raises(urllib.error.HTTPError) as caught:
                urllib.request.urlopen(f"{address}../../secret.txt")
            caught.value.close()
            with pytest.raises(urllib.error.URLError):  # not on every address of this machine
                urllib.request.urlopen(address.replace("127.0.0.1", "127.0.0.2"), timeout=5)
        finally:
            server.kill()


def test_without_a_built_book(run):
    code, _, err = run("serve")
    assert code == 1 and err.startswith("there is no built book yet: run make book")
