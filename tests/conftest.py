"""Settings of every test: one BLAS thread, and a plain word about tests that were left out.

Tests marked `pages` need the built book, those marked `browser` need Chromium. Where one of them
is missing they are left out and the last lines say so; with LQR_BOOK_REQUIRE_BROWSER=1, as in
continuous integration, they fail instead. A built book older than its sources fails them anyway.
"""

import functools
import os

for _name in ("OPENBLAS_NUM", "OMP_NUM", "MKL_NUM", "NUMEXPR_NUM", "VECLIB_MAXIMUM"):
    os.environ[f"{_name}_THREADS"] = "1"  # before numpy loads

from pathlib import Path  # noqa: E402

import pytest  # noqa: E402
import strategies  # noqa: E402, F401  (loads the profile of hypothesis)
from browser import find_chromium  # noqa: E402

from book.render import is_rendered  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
BUILT = ROOT / "_build" / "html"
LEFT_OUT = "left out: "


@functools.cache
def outdated() -> bool:
    """Say whether there is a built book that is older than its sources."""
    return BUILT.exists() and not is_rendered(ROOT)


def needs_book(item: pytest.Item) -> bool:
    """Say whether a test looks at the built book."""
    fixtures: list[str] = getattr(item, "fixturenames", [])
    return "built_book" in fixtures or item.get_closest_marker("pages") is not None


def missing(item: pytest.Item) -> str | None:
    """Return what a test needs and does not find."""
    if needs_book(item) and not (BUILT / "index.html").exists():
        return "there is no built book (make book)"
    if item.get_closest_marker("browser") and find_chromium() is None:
        return "there is no Chromium (Debian: apt install chromium)"
    return None


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave a test out, or fail it, where what it needs is missing or out of date."""
    if needs_book(item) and outdated():
        pytest.fail("the built book is older than its sources: make book", pytrace=False)
    reason = missing(item)
    if reason is None:
        return
    if os.environ.get("LQR_BOOK_REQUIRE_BROWSER") == "1":
        pytest.fail(f"LQR_BOOK_REQUIRE_BROWSER is set, but {reason}", pytrace=False)
    pytest.skip(LEFT_OUT + reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line each which tests were left out."""
    counts: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        reason = str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else ""
        if LEFT_OUT in reason:
            cause = reason.partition(LEFT_OUT)[2]
            counts[cause] = counts.get(cause, 0) + 1
    for cause, count in counts.items():
        terminalreporter.write_line(f"{count} tests were left out: {cause}")


@pytest.fixture(scope="session")
def built_book() -> Path:
    """Return the folder of the built pages; use with the mark `pages`."""
    return BUILT
