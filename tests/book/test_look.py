"""Each fault that `book.look` looks for is found by the browser when a page has it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

from book import look
from book.browser import Browser, BrowserError, find_chromium, served
from book.stage import MATHJAX

PAGE = """<!doctype html><html><head><meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,"><script defer src="mathjax.js"></script></head><body><article>
<p>An identity: <span class="math">\\(a = a\\)</span>.</p>{extra}</article></body></html>"""


@pytest.fixture(scope="module")
def chromium() -> str:
    found = find_chromium()
    if found is None:
        reason = "there is no Chromium (Debian: apt install chromium)"
        if os.environ.get("LQR_BOOK_REQUIRE_BROWSER") == "1":
            pytest.fail(f"LQR_BOOK_REQUIRE_BROWSER is set, but {reason}")
        pytest.skip(f"left out: {reason}")
    return found


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    (source,) = [
        file.locate()
        for file in metadata.files("sphinx-mathjax-offline") or []
        if str(file).endswith(MATHJAX)
    ]
    shutil.copy(str(source), folder / "mathjax.js")
    return folder


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with Browser(chromium) as opened:
        yield opened


def faults(browser: Browser, site: Path, extra: str) -> list[str]:
    (site / "page.html").write_text(PAGE.format(extra=extra))
    with served(site) as base:
        return list(look.page_problems(browser, f"{base}/page.html", base))


def test_a_sound_page_has_no_fault(browser: Browser, site: Path) -> None:
    assert faults(browser, site, "<p>Nothing else.</p>") == []


@pytest.mark.parametrize(
    ("extra", "fault"),
    [
        (r'<p class="math">\(\frac{1}\)</p>', "TeX error: Missing argument for \\frac"),
        (r'<p class="math">\(\undefinedmacro\)</p>', "TeX error"),
        (r'<p class="math">a formula without its delimiters</p>', "formula not typeset: a formula"),
        ("<script>throw new Error('out of order')</script>", "console error: Error: out of order"),
        ("<script>console.error('bad news')</script>", "console error: bad news"),
        ("<script src='gone.js'></script>", "failed request"),
        ("<img src='gone.png'>", "broken image"),
        ("<img src='https://example.org/a.png'>", "asks the network for https://example.org/a.png"),
        ("<div class='wide' style='width: 800px'>wide</div>", "px wide on a screen of 390 px"),
        ("<div class='admonition dropdown toggle'>A proof.</div>", "stands open: A proof."),
    ],
)
def test_a_fault_is_seen(browser: Browser, site: Path, extra: str, fault: str) -> None:
    found = faults(browser, site, extra)
    assert any(line.startswith(fault) or fault in line for line in found), found


def test_a_page_that_is_not_there_is_a_fault(browser: Browser, site: Path) -> None:
    with served(site) as base:
        found = list(look.page_problems(browser, f"{base}/gone.html", base))
    assert any("404" in line for line in found)


def test_a_book_is_looked_at_page_by_page(chromium: str, site: Path) -> None:
    (site / "page.html").write_text(PAGE.format(extra="<script>console.error('no')</script>"))
    assert look.problems(site, chromium) == ["page.html: console error: no"]


def test_what_is_not_chromium_is_refused_in_one_line() -> None:
    with pytest.raises(BrowserError, match="ended at once"):
        Browser("/bin/false")


def test_chromium_may_be_named_by_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "/bin/false")
    assert find_chromium() == "/bin/false"
    monkeypatch.setenv("CHROMIUM", "/no/such/file")
    assert find_chromium() is None
