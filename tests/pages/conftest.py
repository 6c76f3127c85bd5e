"""Fixtures of the tests that look at pages, and a picture of the page where one fails."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from browser import find_chromium, served
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


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Open an empty tab that shares nothing with those of other tests."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(120_000)  # milliseconds, so that load decides nothing
    yield page
    page.close()


@pytest.fixture(scope="module", params=["served", "from disk"])
def base(request: pytest.FixtureRequest, built_book: Path) -> Iterator[str]:
    """Address of the built book: below the top of a host, or in a folder."""
    with served(built_book.parent) as host:
        yield built_book.as_uri() if request.param == "from disk" else f"{host}/{built_book.name}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[Any]:
    """Keep a picture of the page that a failed test looked at, and say where it is."""
    report = yield
    page = getattr(item, "funcargs", {}).get("page")
    if page is not None and report.when == "call" and report.failed:
        picture = ROOT / "_build" / "logs" / f"{re.sub(r'[^a-zA-Z0-9]+', '-', item.name)}.png"
        with suppress(Error):  # a browser that is gone gives none
            page.screenshot(path=picture, full_page=True)
            report.sections.append(("picture of the page", str(picture.relative_to(ROOT))))
    return report
