"""Fixtures of the tests that look at pages, and a picture of the page where one fails."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from browser import find_chromium, served
from faults import watch
from live_figure import LiveFigure
from live_scripts import add_scripts
from playwright.sync_api import Browser, Error, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent.parent


# It resolves no host name: a page that needs the network fails, whatever this machine reaches.
# Playwright's own switches leave out background networking.
FLAGS = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"]


@pytest.fixture(scope="module")  # that of a session would leave its event loop to other tests
def browser() -> Iterator[Browser]:
    """Start one Chromium for the tests of a file; use with the mark `browser`."""
    path = find_chromium()
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        except Error as error:
            line = f"{path} did not start as a browser: {error.message.splitlines()[0]}"
            raise pytest.fail.Exception(line, pytrace=False) from None
        yield browser
        browser.close()


def new_tab(browser: Browser, **settings: Any) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 900}, **settings)
    page.set_default_timeout(120_000)  # milliseconds, so that load decides nothing
    return page


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Open an empty tab that shares nothing with those of other tests."""
    page = new_tab(browser)
    yield page
    page.close()


@pytest.fixture
def scriptless(browser: Browser) -> Iterator[Page]:
    """Open an empty tab in which no script runs."""
    page = new_tab(browser, java_script_enabled=False)
    yield page
    page.close()


@pytest.fixture
def faultless(page: Page, base: str) -> Iterator[Page]:
    """Open an empty tab; whatever goes wrong while it is used is a fault."""
    faults = watch(page, base)
    yield page
    assert faults == [], faults


@pytest.fixture(scope="module", params=["served", "from disk"])
def base(request: pytest.FixtureRequest, built_book: Path) -> Iterator[str]:
    """Address of the built book: below the top of a host, or in a folder."""
    with served(built_book.parent) as host:
        yield built_book.as_uri() if request.param == "from disk" else f"{host}/{built_book.name}"


@pytest.fixture(scope="module")
def opened(request: pytest.FixtureRequest, browser: Browser, base: str) -> Iterator[LiveFigure]:
    """Open the page that a file names, with its live figures, once for the tests of the file."""
    page = new_tab(browser)
    yield LiveFigure(page, base, request.module.PAGE)
    page.close()


@pytest.fixture
def figure(request: pytest.FixtureRequest, opened: LiveFigure) -> Iterator[LiveFigure]:
    """Start the figure of a file again; whatever goes wrong while it is used is a fault."""
    yield opened.look_at(request.module.FIGURE)
    faults, opened.faults[:] = [*opened.faults], []
    assert faults == [], faults


@pytest.fixture(scope="module")
def scripts(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """Open an empty tab with the scripts that a file names, once for the tests of the file."""
    page = browser.new_page()
    add_scripts(page, request.module.SCRIPTS)
    yield page
    page.close()


@pytest.fixture
def yours(faultless: Page, base: str) -> Page:
    """Open the page of the reader's own system, with its first one."""
    faultless.goto(f"{base}/pages/your_system.html")
    faultless.wait_for_function("document.querySelector('.lqr-live-sentence')?.textContent")
    return faultless


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[Any]:
    """Keep a picture of the page that a failed test looked at, and say where it is."""
    report = yield
    known = getattr(item, "funcargs", {})
    open_ = [known[name] for name in ("scriptless", "page", "opened") if name in known]
    page = getattr(open_[0], "page", open_[0]) if open_ else None
    if page is not None and report.when == "call" and report.failed:
        picture = ROOT / "_build" / "logs" / f"{re.sub(r'[^a-zA-Z0-9]+', '-', item.name)}.png"
        with suppress(Error):  # a browser that is gone gives none
            page.screenshot(path=picture, full_page=True)
            report.sections.append(("picture of the page", str(picture.relative_to(ROOT))))
    return report
