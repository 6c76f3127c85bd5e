"""What becomes of tests whose book or browser is missing or old, in a repository of two tests."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from book.render import STAMP, hashes

TESTS = Path(__file__).resolve().parent.parent
MARKED = "import pytest\n@pytest.mark.{}\ndef test_one({}): {}\n"
SHARED = """import pytest, types
@pytest.fixture(scope="module")
def opened(browser): return types.SimpleNamespace(page=browser.new_page())
@pytest.mark.browser
def test_two(opened): assert opened.page.title()
"""
FILES = {
    "tests/conftest.py": (TESTS / "conftest.py").read_text(),
    "tests/pages/conftest.py": (TESTS / "pages" / "conftest.py").read_text(),
    "tests/pages/test_book.py": MARKED.format("pages", "", "pass"),
    "tests/pages/test_faults.py": MARKED.format("browser", "page", "assert page.title()"),
    "strategies.py": "",  # what the tests of lqrlib bring
    "pytest.ini": "[pytest]\nmarkers = pages\n  browser\n",
}


def run(root: Path, book: str, more: Mapping[str, str] = {}, **environment: str) -> str:
    """What pytest prints where there is no book, or an old or a current one."""
    built = {"_build/html/index.html": "<p>Here."} if book else {}
    for name, text in (FILES | built | more).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    if book == "current":
        (root / "_build" / "html" / STAMP).write_text(json.dumps(hashes(root)))
    paths = os.pathsep.join(map(str, [root, TESTS.parent, TESTS / "pages"]))
    environment = {"PYTHONPATH": paths, "LQR_BOOK_REQUIRE_BROWSER": "", **environment}
    command = [sys.executable, "-m", "pytest", "--import-mode=importlib"]
    done = subprocess.run(command, cwd=root, env=os.environ | environment, capture_output=True)
    return done.stdout.decode()


@pytest.mark.parametrize(
    ("book", "require", "lines"),
    [
        ("current", "1", ["1 passed, 1 error", "is set, but there is no Chromium"]),
        ("old", "", ["1 skipped, 1 error", "the built book is older than its sources: make book"]),
        ("", "1", ["2 errors", "is set, but there is no built book"]),
        ("", "", ["2 skipped", "left out: there is no built", "left out: there is no Chromium"]),
    ],
)
def test_what_is_missing_or_old(tmp_path: Path, book: str, require: str, lines: list[str]) -> None:
    said = run(tmp_path, book, CHROMIUM="/no/such/file", LQR_BOOK_REQUIRE_BROWSER=require)
    assert [line for line in lines if line in said] == lines, said


def test_what_is_not_chromium_is_refused_in_one_line(tmp_path: Path) -> None:
    said = run(tmp_path, "", CHROMIUM="/bin/false")
    assert "\n/bin/false did not start as a browser: " in said and "Call log" not in said, said


@pytest.mark.browser
def test_a_failure_leaves_a_picture_and_says_where(tmp_path: Path) -> None:
    said = run(tmp_path, "", {"tests/pages/test_shared.py": SHARED})
    for name in ("test-one", "test-two"):  # of a page of its own, of one that is shared
        assert f"_build/logs/{name}.png" in said
        assert (tmp_path / f"_build/logs/{name}.png").read_bytes().startswith(b"\x89PNG")
