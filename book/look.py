"""Faults that show only when a browser runs the pages: TeX errors, console errors, overflow.

Every page is opened once, at desktop width and then at the width of a phone, in one browser.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from book.browser import Browser, BrowserError, Visit, served
from book.check import page_paths

DESKTOP, PHONE = 1280, 390  # CSS pixels
PATIENCE_MS = 10_000  # for search results

# TeX that MathJax could not read, as it marks it, and what it left as it was.
TEX_ERRORS = """
[...document.querySelectorAll('[data-mjx-error], [data-mml-node="merror"], [mathcolor="red"]')]
  .map(node => node.getAttribute("data-mjx-error") || node.textContent || node.outerHTML)
"""
UNTYPESET = """
[...document.querySelectorAll('.math')]
  .filter(node => !node.querySelector('mjx-container')).map(node => node.textContent)
"""
BROKEN_IMAGES = """
[...document.images].filter(image => image.complete && image.naturalWidth === 0)
  .map(image => image.src)
"""
# The script that folds boxes finds them by id, and opens again what shares one.
OPEN = """
[...document.querySelectorAll("article .admonition.dropdown")]
  .filter(node => !node.matches(".toggle-hidden, .toggle-shown"))
  .map(node => node.textContent.slice(0, 60))
"""
# Proofs and solutions are folded away at first, and hold the widest formulas.
UNFOLD = """
(async () => {
  for (const fold of document.querySelectorAll("article details")) fold.open = true;
  for (const fold of document.querySelectorAll("article .toggle-hidden"))
    (fold.querySelector("button.toggle-button, .admonition-title") || fold).click();
})()
"""
AT_REST = "new Promise(done => setTimeout(done, 100))"
WIDTHS = "[window.innerWidth, document.scrollingElement.scrollWidth]"
WIDEST = """
[...document.querySelectorAll("article *")].filter(node => {
  const box = node.getBoundingClientRect();
  if (!box.width || box.right <= window.innerWidth + 1) return false;
  for (let outer = node.parentElement; outer.tagName !== "ARTICLE"; outer = outer.parentElement)
    if (getComputedStyle(outer).overflowX !== "visible") return false;
  return true;
}).slice(0, 1).map(node => `${node.tagName.toLowerCase()}: ${node.textContent.slice(0, 60)}`)
"""
RESULTS = f"""
new Promise(done => {{
  const began = performance.now();
  const look = () => {{
    const found = document.querySelectorAll('#search-results ul.search li a').length;
    if (found || performance.now() - began > {PATIENCE_MS}) done(found);
    else setTimeout(look, 50);
  }};
  look();
}})
"""


def problems(html: Path, chromium: str) -> list[str]:
    """One line for each fault that the browser saw in the built pages."""
    found: list[str] = []
    with served(html) as base, Browser(chromium) as browser:
        for path in page_paths(html):
            if 'http-equiv="refresh"' in path.read_text(encoding="utf-8"):
                continue  # it leads to another of these pages
            name = path.relative_to(html).as_posix()
            try:
                lines = list(page_problems(browser, f"{base}/{quote(name)}", base))
            except BrowserError as error:
                lines = [str(error)]
            found += [f"{name}: {' '.join(line.split())}" for line in lines]
    return found


def page_problems(browser: Browser, url: str, base: str) -> Iterator[str]:
    browser.resize(DESKTOP)
    visit = browser.open(url)
    yield from (f"TeX error: {text}" for text in browser.evaluate(TEX_ERRORS))
    yield from (f"formula not typeset: {text}" for text in browser.evaluate(UNTYPESET))
    yield from (f"broken image: {source}" for source in browser.evaluate(BROKEN_IMAGES))
    yield from (f"stands open: {text}" for text in browser.evaluate(OPEN))
    browser.evaluate(UNFOLD)
    browser.resize(PHONE)
    browser.evaluate(AT_REST)
    width, content = browser.evaluate(WIDTHS)
    if content > width:
        widest = ", ".join(browser.evaluate(WIDEST))
        yield f"{content} px wide on a screen of {width} px ({widest})"
    yield from visit_problems(visit, base)


def visit_problems(visit: Visit, base: str) -> Iterator[str]:
    """Faults of loading: failed requests, requests elsewhere, errors on the console."""
    yield from (f"failed request: {failure}" for failure in visit.failures)
    yield from (f"console error: {error}" for error in visit.errors)
    for request in visit.requests:
        if not request.startswith((base, "data:", "blob:", "about:")):
            yield f"asks the network for {request}"


def search_results(browser: Browser, base: str, words: str) -> tuple[int, list[str]]:
    """Number of results that the book's own search shows, and the faults of that page."""
    browser.resize(DESKTOP)
    visit = browser.open(f"{base}/search.html?q={quote(words)}")
    count: int = browser.evaluate(RESULTS)
    return count, list(visit_problems(visit, base))


def set_theme(browser: Browser, url: str, theme: str) -> None:
    """Make the pages of one site light or dark; the theme keeps the choice in the browser."""
    browser.open(url)
    choice = json.dumps(theme)
    browser.evaluate(f"localStorage.setItem('mode', {choice})")
    browser.evaluate(f"localStorage.setItem('theme', {choice})")


def computed_style(browser: Browser, selector: str, name: str) -> list[Any]:
    """Computed value of a style property for each element that a selector finds."""
    script = (
        f"[...document.querySelectorAll({json.dumps(selector)})]"
        f".map(node => getComputedStyle(node)[{json.dumps(name)}])"
    )
    values: list[Any] = browser.evaluate(script)
    return values
