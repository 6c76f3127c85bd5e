"""Each fault that `faults` looks for is found by the browser when a page has it."""

from importlib import metadata
from pathlib import Path

import pytest
from browser import find_chromium, served
from faults import page_faults
from playwright.sync_api import Page

pytestmark = pytest.mark.browser
PAGE = """<!doctype html><html><head><meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,"><script defer src="mathjax.js"></script></head><body><article>
<p>An identity: <span class="math">\\(a = a\\)</span>.</p>{extra}</article></body></html>"""


MATHJAX = "sphinx-mathjax-offline/static/mathjax/tex-svg-full.js"


def faults(page: Page, site: Path, extra: str) -> list[str]:
    mathjax = metadata.distribution("sphinx-mathjax-offline").locate_file(MATHJAX)
    (site / "mathjax.js").symlink_to(mathjax)
    (site / "page.html").write_text(PAGE.format(extra=extra))
    with served(site) as base:
        return page_faults(page, f"{base}/page.html", base)


# Formulas that are typeset half a second after the page has loaded.
LATE = """<script>MathJax = {startup: {pageReady: () => new Promise(done => setTimeout(done, 500))
  .then(() => MathJax.startup.defaultPageReady())}}</script>"""


@pytest.mark.parametrize("extra", ["<p>Nothing else.</p>", LATE])
def test_a_sound_page_has_no_fault(page: Page, tmp_path: Path, extra: str) -> None:
    assert faults(page, tmp_path, extra) == []


@pytest.mark.parametrize(
    ("extra", "fault"),
    [
        (r'<p class="math">\(\frac{1}\)</p>', "TeX error: Missing argument for \\frac"),
        (r'<p class="math">\(\undefinedmacro\)</p>', "TeX error"),
        (r'<p class="math">a formula without its delimiters</p>', "formula not typeset: a formula"),
        ("<script>throw new Error('out of order')</script>", "console error: Error: out of order"),
        ("<script>throw 'out of order'</script>", "console error: out of order"),
        ("<script>console.error('bad news')</script>", "console error: bad news"),
        ("<script>console.assert(false, 'bad news')</script>", "console error: bad news"),
        ("<script src='gone.js'></script>", "failed request"),
        ("<img src='gone.png'>", "broken image"),
        ("<img src='https://example.org/a.png'>", "asks the network for https://example.org/a.png"),
        ("<div class='wide' style='width: 800px'>wide</div>", "px wide on a screen of 390 px"),
        ("<details><p style='width: 800px'>wide</details>", "px wide on a screen of 390 px"),
        ("<div class='admonition dropdown toggle'>A proof.</div>", "stands open: A proof."),
    ],
)
def test_a_fault_is_seen(page: Page, tmp_path: Path, extra: str, fault: str) -> None:
    found = faults(page, tmp_path, extra)
    assert any(line.startswith(fault) or fault in line for line in found), found


def test_a_page_or_a_host_that_is_not_there_is_a_fault(page: Page, tmp_path: Path) -> None:
    with served(tmp_path) as base:
        gone = f"{base}/gone.html"
        assert f"failed request: {gone}: 404" in page_faults(page, gone, base)
    host = "http://localhost/"
    assert "net::ERR_NAME_NOT_RESOLVED" in page_faults(page, host, host)[0]


def test_chromium_may_be_named_by_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "/bin/false")
    assert find_chromium() == "/bin/false"
    monkeypatch.setenv("CHROMIUM", "/no/such/file")
    assert find_chromium() is None
