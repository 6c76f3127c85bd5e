"""How much of the cost averages of roll-outs see: the figure of chapter 7."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from faults import TOO_WIDE, watch
from playwright.sync_api import Page

from lqrpapers.studies.rollout_numbers import Coin, at_most, needed

FIGURE = "#fig-07-rollouts"
STATE = f"LQR.views['{FIGURE[1:]}'].state()"
MOVE = "(it, value) => { it.value = value; it.dispatchEvent(new Event('input')) }"
pytestmark = [pytest.mark.pages, pytest.mark.browser]


@pytest.fixture
def chapter(page: Page, built_book: Path) -> Iterator[Page]:
    """Chapter 7 with its figure drawn; whatever goes wrong while it is used is a fault."""
    base = built_book.as_uri()
    faults = watch(page, base)
    page.goto(f"{base}/chapters/07_model_free.html")
    page.wait_for_function(f"document.querySelector('{FIGURE} .lqr-live-sentence')?.textContent")
    yield page
    assert faults == []


def data(page: Page) -> Any:
    text = page.locator(f"script.lqr-live[data-figure={FIGURE[1:]}]").text_content()
    return json.loads(text or "")


def set_both(page: Page, cost: int, count: int) -> str:
    """Move both sliders; what the figure says when that is drawn."""
    for place, value in enumerate((cost, count)):
        page.locator(f"{FIGURE} .lqr-live-slider input").nth(place).evaluate(MOVE, value)
    page.wait_for_function(f"!LQR.views['{FIGURE[1:]}'].waiting")
    return page.locator(f"{FIGURE} .lqr-live-sentence").text_content() or ""


def test_it_says_what_was_simulated_and_what_is_proved(chapter: Page) -> None:
    given = data(chapter)
    for i, nu in enumerate(given["values"]):
        coin = Coin(given["square"], nu)
        assert given["needed"][i] == pytest.approx(needed(coin), rel=1e-9)
        for k, power in enumerate(given["powers"]):
            told, state = set_both(chapter, i, k), chapter.evaluate(STATE)
            assert [state["nu"], state["paths"]] == [nu, 10**power]
            assert state["proved"] == pytest.approx(1 - at_most(coin, 10**power), abs=1e-4)
            assert f"{state['low']} of {given['repetitions']} below 75" in told
            assert ("nothing here" in told) == (state["proved"] == 0)
            assert "NaN" not in told and "undefined" not in told


def test_keys_move_the_sliders_and_too_few_roll_outs_are_marked(chapter: Page) -> None:
    over = chapter.locator(f"{FIGURE} .lqr-live-over")
    last = len(data(chapter)["values"]) - 1
    set_both(chapter, last, 0)
    assert over.count() == 1
    set_both(chapter, 0, 8)
    assert over.count() == 0
    slider = chapter.locator(f"{FIGURE} .lqr-live-slider input").first
    slider.press("ArrowRight")
    assert chapter.evaluate(STATE)["i"] == 1
    chapter.locator(FIGURE).get_by_role("button", name="Start again").click()
    assert [chapter.evaluate(STATE)[name] for name in "ik"] == data(chapter)["start"]


def test_it_is_as_narrow_as_a_phone_and_printed_as_a_picture(chapter: Page) -> None:
    chapter.set_viewport_size({"width": 390, "height": 844})
    chapter.wait_for_function(f"document.querySelector('{FIGURE} canvas').clientWidth < 390")
    assert chapter.evaluate(TOO_WIDE) == []
    chapter.emulate_media(media="print")
    assert chapter.locator(f"{FIGURE} img").is_visible()
    assert not chapter.locator(f"{FIGURE} .lqr-live-figure").is_visible()
