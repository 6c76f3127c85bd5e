"""How the tests use the page of the reader's own system."""

import re
from typing import Any

from playwright.sync_api import Page

from lqrpapers.figures.looks import METHODS
from lqrpapers.live import system

STATE = """() => { const { problem, found, allowed, start, steps, noise, landscape } =
    LQR.views["fig-system"].state();
  return { problem, found, allowed, start, steps, noise,
    shares: landscape && Object.fromEntries(landscape.walks.map(it => [it.name, it.share])) } }"""
ROWS = """() => Object.fromEntries([...document.querySelectorAll(".lqr-system-table > tr")]
  .map(row => [row.children[0].textContent, row.children[1].innerText]))"""
KEPT = """texts => { const kept = new URLSearchParams(location.hash.slice(1));
  return Object.entries(texts).every(([name, text]) => (kept.get(name) ?? "") === text) }"""
KNOWN, HANDLE, STATUS = ".lqr-system-form select", ".lqr-live-handle", ".lqr-system-status"
SLICES = ".lqr-system-slice select"
LABELS = {METHODS[name].label: name for name in system.THEOREMS}


def enter(page: Page, **texts: str) -> None:
    """Type into fields, and wait until the page has read them."""
    for name, text in texts.items():
        page.locator(f"#lqr-field-{name}").fill(text)
    page.wait_for_function(KEPT, arg=texts)  # the address is written last
    settle(page)


def settle(page: Page) -> None:
    """Until the next picture of the screen is drawn."""
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def choose(page: Page, place: int) -> None:
    page.locator(KNOWN).select_option(str(place))
    settle(page)


def number(text: str) -> float:
    """A number as the page prints it: 1,260, −0.5, 3.4·10⁻⁵."""
    found = re.fullmatch("(?:(.+)·)?10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", text)
    if found:
        power = found[2].translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
        return number(found[1] or "1") * 10.0 ** int(power)
    return float(text.replace("−", "-").replace(",", ""))


def python_of(page: Page) -> dict[str, Any]:
    """The names that the page's lines of Python leave behind."""
    names: dict[str, Any] = {}
    exec(page.locator(".lqr-system-python pre").text_content() or "", names)
    return names
