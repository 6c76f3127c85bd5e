"""Faults that show only when a browser runs a page: TeX errors, console errors, overflow."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, Error, Page

# True when every formula of a loaded page is typeset.
SETTLED = "async () => { await window.MathJax?.startup?.promise; return true }"
LOOKS = {
    # What MathJax could not read, as it marks it, and what it left as it was.
    "TeX error": "[data-mjx-error], [data-mml-node=merror], [mathcolor=red]",
    "formula not typeset": ".math:not(:has(mjx-container))",
    # The script that folds boxes finds them by id, and opens again what shares one.
    "stands open": "article .admonition.dropdown:not(.toggle-hidden, .toggle-shown)",
    "broken image": "img",
}
TEXTS = """selector => [...document.querySelectorAll(selector)]
  .filter(it => it.tagName !== "IMG" || it.complete && !it.naturalWidth)
  .map(it => it.dataset.mjxError || it.src || it.textContent.slice(0, 60) || it.outerHTML)"""
# Proofs and solutions are folded away at first, and hold the widest formulas.
UNFOLD = """() => {
  for (const fold of document.querySelectorAll("article details")) fold.open = true;
  for (const fold of document.querySelectorAll("article .toggle-hidden"))
    (fold.querySelector("button.toggle-button, .admonition-title") || fold).click();
}"""
TOO_WIDE = """() => {
  const wide = [...document.querySelectorAll("article *")].find(node => {
    const box = node.getBoundingClientRect();
    if (!box.width || box.right <= innerWidth + 1) return false;
    for (let outer = node.parentElement; outer.tagName !== "ARTICLE"; outer = outer.parentElement)
      if (getComputedStyle(outer).overflowX !== "visible") return false;
    return true;
  });
  const widest = wide ? `${wide.tagName.toLowerCase()}: ${wide.textContent.slice(0, 60)}` : "";
  const all = document.scrollingElement.scrollWidth;
  return all > innerWidth ? [`${all} px wide on a screen of ${innerWidth} px (${widest})`] : [];
}"""


def unfolded(browser: Browser, address: str, width: int, height: int = 900) -> Page:
    """Open a page in this size, at rest, with every fold open."""
    page = browser.new_page(viewport={"width": width, "height": height})
    page.set_default_timeout(120_000)
    page.goto(address)
    page.wait_for_function(SETTLED)
    page.evaluate(UNFOLD)
    page.wait_for_timeout(500)  # what opening sets off
    return page


def watch(page: Page, base: str) -> list[str]:
    """Faults of loading, noted as they happen: failed requests, requests elsewhere, errors."""
    seen: list[str] = []

    def on(event: str, fault: Callable[[Any], str]) -> None:
        page.on(event, lambda it: (line := fault(it)) and seen.append(line))

    ours = (base, "data:", "blob:", "about:")
    on("request", lambda it: "" if it.url.startswith(ours) else f"asks the network for {it.url}")
    on("requestfailed", lambda it: f"failed request: {it.url}: {it.failure}")
    on("response", lambda it: f"failed request: {it.url}: {it.status}" if it.status >= 400 else "")
    on("console", lambda it: f"console error: {it.text}" if it.type in ("error", "assert") else "")
    on("pageerror", lambda it: f"console error: {it.stack or it}")
    return seen


def page_faults(page: Page, url: str, base: str) -> list[str]:
    """One line for each fault of a page in an empty tab, as it is and then as narrow as a phone."""
    found = watch(page, base)
    try:
        page.goto(url)
        page.wait_for_function(SETTLED)
        for fault, selector in LOOKS.items():
            found += [f"{fault}: {text}" for text in page.evaluate(TEXTS, selector)]
        page.evaluate(UNFOLD)
        page.set_viewport_size({"width": 390, "height": 900})  # of a phone
        page.wait_for_timeout(100)  # what a click or a new width sets off
        found += page.evaluate(TOO_WIDE)
    except Error as error:  # the page could not be opened, or never came to rest
        found.append(error.message.splitlines()[0])
    return [" ".join(line.split()) for line in found]
