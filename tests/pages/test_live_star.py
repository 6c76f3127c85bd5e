"""The star of chapter 1 as a reader meets it: the landscape with five starts and a weather."""

from collections.abc import Iterator

import numpy as np
import pytest
from faults import TOO_WIDE, watch
from playwright.sync_api import Browser, Page
from test_live import STATE, sentence, set_slider, wait_for_news

import lqrlib
from lqrlib import directions
from lqrpapers.live import plain
from lqrpapers.live.landscape import allowed_steps, fish

STAR = STATE.replace("fig-landscape", "fig-01-star")
DRAWN = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
DATA = "JSON.parse(document.querySelector('script.lqr-live').textContent)"


@pytest.fixture(scope="module")
def opened(browser: Browser, base: str) -> Iterator[tuple[Page, list[str]]]:
    """Chapter 1 with its star drawn, once for all tests, and the faults that are seen."""
    page = browser.new_page()
    page.set_default_timeout(120_000)
    faults = watch(page, base)
    page.goto(f"{base}/chapters/01_regulator.html")
    page.wait_for_function("document.querySelector('.lqr-live-sentence')?.textContent")
    yield page, faults
    page.close()


@pytest.fixture
def chapter(opened: tuple[Page, list[str]]) -> Iterator[Page]:
    """Start the figure again; whatever goes wrong while it is used is a fault."""
    page, faults = opened
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(media="screen")
    page.get_by_role("button", name="Start again").click()
    page.evaluate(DRAWN)
    yield page
    assert faults == []


@pytest.mark.pages
@pytest.mark.browser
class TestStar:
    """The figure in the chapter, served and from disk."""

    def test_its_walks_from_its_first_start_are_those_of_lqrlib(self, chapter: Page) -> None:
        state, data, (problem, plane) = chapter.evaluate(STAR), chapter.evaluate(DATA), fish()
        assert state["problem"] == plain(problem) and data["plane"]["origin"] == [[0, 0], [0, 0]]
        assert np.allclose(state["best"], lqrlib.optimal_gain(problem), rtol=1e-9, atol=1e-14)
        x, y = data["start"]
        assert data["start"] == data["circles"][0] and len(data["circles"]) == 5
        for walk in state["walks"]:
            start, method = np.array(walk["gains"][0]), getattr(directions, walk["name"])(problem)
            assert np.array_equal(start, x * plane["across"] + y * plane["up"])
            allowed = allowed_steps(problem, start)[walk["name"]]
            assert walk["allowed"] == pytest.approx(allowed, rel=1e-9)
            run = lqrlib.descend(method, start, walk["step"], len(walk["gains"]) - 1)
            assert np.abs(run.gains - walk["gains"]).max() < 1e-9
            assert np.abs(run.costs / walk["costs"] - 1).max() < 1e-9

    def test_each_method_shows_the_step_that_its_theorem_allows(self, chapter: Page) -> None:
        rows, ticked = chapter.locator(".lqr-live-slider"), chapter.locator(".lqr-live-ticked")
        assert rows.count() == ticked.count() == 4
        over = chapter.locator(".lqr-live-over").all_text_contents()
        assert len(over) == 1 and over[0].startswith("gradient")
        assert "Gradient takes 1.6·10⁷ times the step that its theorem allows" in sentence(chapter)

    def test_a_click_on_another_circle_starts_there(self, chapter: Page) -> None:
        before, (x, y) = sentence(chapter), chapter.evaluate(DATA)["circles"][2]
        place = f"LQR.views['fig-01-star'].state().start.plot.at([{x}, {y}])"
        px, py = chapter.evaluate(place)
        chapter.locator(".lqr-live-plot canvas").click(position={"x": px, "y": py})
        wait_for_news(chapter, before)
        start = chapter.evaluate(STAR)["walks"][0]["gains"][0]
        assert start[0][1] == pytest.approx(x, abs=0.05) and start[1][0] == pytest.approx(
            y, abs=0.05
        )

    def test_more_weather_leaves_less_of_the_star_and_then_nothing(self, chapter: Page) -> None:
        count = "LQR.views['fig-01-star'].state().map.grid.filter(inverse => inverse > 0).length"
        areas = [chapter.evaluate(count)]
        for factor in (3.0, 9.0):
            set_slider(chapter, 3, factor)
            areas.append(chapter.evaluate(count))
        assert areas == sorted(areas, reverse=True) and areas[-1] < 0.7 * areas[0]
        set_slider(chapter, 3, 30.0)
        assert "no gain stabilizes" in sentence(chapter)

    def test_it_is_as_narrow_as_a_phone_and_printed_as_a_picture(self, chapter: Page) -> None:
        chapter.set_viewport_size({"width": 390, "height": 844})
        narrow = "document.querySelector('.lqr-live-plot canvas').clientWidth < 390"
        chapter.wait_for_function(narrow)
        assert chapter.evaluate(TOO_WIDE) == []
        picture, live = chapter.locator("#fig-01-star img"), chapter.locator(".lqr-live-figure")
        assert live.is_visible() and not picture.is_visible()
        chapter.emulate_media(media="print")
        assert picture.is_visible() and not live.is_visible()
