"""Three descents with steps of the reader's: against lqrpapers, and on the page of chapter 5."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from faults import TOO_WIDE, watch
from playwright.sync_api import Browser, Page
from strategies import build

import lqrlib
from lqrlib import LQR, systems
from lqrpapers.claims.convergence import DIRECTIONS, largest_step
from lqrpapers.constants import printed
from lqrpapers.live import plain

LIVE = Path(__file__).resolve().parent.parent.parent / "pages" / "_static" / "live"
SETTINGS, STEPS = 240, {"gradient": 5, "natural_gradient": 5, "gauss_newton": 2}
RUN = """settings => settings.map(([p, K, method, factor, count]) => {
  const E = LQR.equations, best = E.optimum(p), at = E.atGain(p, K);
  const allowed = E.allowedStep(p, at, best, method), rate = LQR.race.rate(p, best, method);
  const walk = LQR.race.begin(p, at, best, method, factor * allowed);
  LQR.race.grow(walk, count);
  return { allowed, rate, shares: walk.shares, left: walk.left, rose: walk.rose };
})"""
STATE = "() => LQR.views['fig-race'].state()"
SENTENCE = "#fig-race .lqr-live-sentence"


def settings() -> Iterator[tuple[LQR, Any, str, float]]:
    """Random problems, stabilizing gains, a method, and the share of the allowed step it takes."""
    for seed in range(SETTINGS):
        noise = int(seed % 4 != 0)
        case = build(seed, 1 + seed % 6, 1 + seed % 3, 2 * noise, noise, (), (0.05, 0.98))
        yield case.problem, case.K, list(STEPS)[seed % 3], 10 ** -(seed % 5 / 2)


Pairs = list[tuple[dict[str, Any], LQR, Any, str, float]]


@pytest.fixture(scope="module")
def runs(browser: Browser) -> Iterator[Pairs]:
    """What the scripts find in every setting."""
    page = browser.new_page()
    add_scripts(page)
    cases = list(settings())
    told = [[plain(p), K.tolist(), method, factor, STEPS[method]] for p, K, method, factor in cases]
    found = page.evaluate(RUN, told)
    yield [(one, *case) for one, case in zip(found, cases, strict=True)]
    page.close()


def add_scripts(page: Page) -> None:
    page.evaluate("window.LQR = { figures: {} }")
    for name in ("matrices", "equations", "race"):
        page.add_script_tag(path=LIVE / f"{name}.js")


def expected(name: str, problem: LQR, K: Any, method: str, factor: float) -> Any:
    step = largest_step(problem, K, method)
    if name != "shares":
        return step if name == "allowed" else printed.decrease(problem, K, method=method)
    run = lqrlib.descend(DIRECTIONS[method](problem), K, factor * float(step), STEPS[method])
    gaps = lqrlib.optimality_gap(problem, run.gains)
    return gaps / gaps[0]


@pytest.mark.browser
@pytest.mark.parametrize("name", ["allowed", "rate", "shares"])
def test_steps_promises_and_gaps_agree_with_lqrpapers(
    runs: Pairs, name: str, record_property: Callable[[str, object], None]
) -> None:
    errors = []
    for found, *case in runs:
        true = np.asarray(expected(name, *case))
        # of gaps below a thousandth of the first the last digits are lost in those of the gain
        scale = np.maximum(true, 1e-3) if name == "shares" else true
        errors.append(float(np.max(np.abs(found[name] - true) / scale)))
    worst = max(errors)
    record_property("largest relative error", float(worst))
    print(f"{name}: largest relative error {worst:.1e} in {len(errors)} settings")
    assert len(errors) >= 200 and worst < 1e-9


@pytest.mark.browser
def test_every_allowed_step_keeps_its_promise(runs: Pairs) -> None:
    for found, _, _, _, factor in runs:
        shares = np.array(found["shares"])
        promised = (1 - factor * found["allowed"] * found["rate"]) ** np.arange(len(shares))
        assert (shares <= promised * (1 + 1e-12)).all()
        assert not found["left"] and not found["rose"]


@pytest.mark.browser
def test_a_descent_leaves_or_turns_around_where_that_of_lqrlib_does(page: Page) -> None:
    add_scripts(page)
    problem, K = systems.three_state(), np.zeros((2, 3))
    factors = {"gradient": 4.6e4, "natural_gradient": 8.0, "gauss_newton": 2.1}
    for method, factor in factors.items():
        found = page.evaluate(RUN, [[plain(problem), K.tolist(), method, factor, 40]])[0]
        step = factor * found["allowed"]
        run = lqrlib.descend(DIRECTIONS[method](problem), K, step, 40, on_leave="flag")
        costs = run.costs[: found["left"] or None]
        rises = np.flatnonzero(np.diff(costs[np.isfinite(costs)]) > 0)
        assert bool(run.left) == (found["left"] > 0)
        assert not run.left or found["left"] == np.isfinite(run.costs).sum()
        assert found["rose"] == (rises[0] + 1 if len(rises) else 0)
        assert found["left"] or found["rose"]


@pytest.fixture
def chapter(page: Page, base: str) -> Iterator[Page]:
    """Chapter 5 with its race drawn; whatever goes wrong while it is used is a fault."""
    faults = watch(page, base)
    page.goto(f"{base}/chapters/05_convergence.html", wait_until="domcontentloaded")
    page.wait_for_function(f"document.querySelector('{SENTENCE}')?.textContent")
    yield page
    assert faults == []


def set_slider(page: Page, place: int, value: float) -> str:
    """Move a slider; what the sentence then says."""
    before = page.locator(SENTENCE).text_content()
    change = "(input, value) => { input.value = value; input.dispatchEvent(new Event('input')) }"
    page.locator("#fig-race .lqr-live-slider input").nth(place).evaluate(change, value)
    text = f"document.querySelector('{SENTENCE}').textContent"
    page.wait_for_function(f"before => {text} !== before", arg=before)
    return page.locator(SENTENCE).text_content() or ""


@pytest.mark.pages
@pytest.mark.browser
class TestRace:
    """The figure in chapter 5, served and from disk."""

    def test_at_first_it_shows_what_the_picture_shows(self, chapter: Page) -> None:
        chapter.wait_for_function(f"({STATE})().done")
        for walk in chapter.evaluate(STATE)["walks"]:
            allowed = largest_step(systems.three_state(), np.zeros((2, 3)), walk["method"])
            assert walk["step"] == pytest.approx(float(allowed), rel=1e-9) and not walk["over"]
            promised = (1 - walk["step"] * walk["rate"]) ** np.arange(len(walk["shares"]))
            assert (np.array(walk["shares"]) <= promised * (1 + 1e-12)).all()
        assert chapter.locator("#fig-race .lqr-live-over").count() == 0

    def test_past_its_bound_an_assumption_turns_red_and_says_by_how_much(
        self, chapter: Page
    ) -> None:
        claim = chapter.locator("#fig-race .lqr-live-claim").nth(2)
        colour = "it => getComputedStyle(it).color"
        before = claim.evaluate(colour)
        assert claim.text_content() == "step ≤ ½ (S2, Theorem 3.4)"
        told = set_slider(chapter, 2, np.log10(1.25))
        assert claim.text_content() == "step exceeds ½ by 2.5× (S2, Theorem 3.4)"
        assert claim.evaluate(colour) != before
        assert "Gauss–Newton, at 2.5 times it, left the set at iteration" in told
        assert "Gauss–Newton, at" not in set_slider(chapter, 2, np.log10(0.4))
        theorem = claim.locator("a").get_attribute("href") or ""
        assert chapter.evaluate("id => !!document.getElementById(id)", theorem[1:])

    def test_at_both_ends_of_the_sliders_it_says_something_sensible(self, chapter: Page) -> None:
        ends = {-9: "at most all but", 9: "left the set at iteration 1"}
        for end, words in ends.items():
            change = f"input => {{ input.value = {end}; input.dispatchEvent(new Event('input')) }}"
            for slider in chapter.locator("#fig-race .lqr-live-slider input").all():
                slider.evaluate(change)
            text = f"document.querySelector('{SENTENCE}').textContent"
            chapter.wait_for_function(f"{text}.includes('{words}') && ({STATE})().done")
            told = chapter.locator(SENTENCE).text_content() or ""
            assert not any(wrong in told for wrong in ("NaN", "undefined", "Infinity", "∞"))
            assert [walk["over"] for walk in chapter.evaluate(STATE)["walks"]] == [end > 0] * 3

    def test_arrow_keys_move_a_slider(self, chapter: Page) -> None:
        before = chapter.locator(SENTENCE).text_content()
        chapter.locator("#fig-race .lqr-live-slider input").nth(0).press("PageUp")
        text = f"document.querySelector('{SENTENCE}').textContent"
        chapter.wait_for_function(f"before => {text} !== before", arg=before)

    def test_a_phone_shows_it_and_print_the_picture(self, chapter: Page) -> None:
        chapter.set_viewport_size({"width": 390, "height": 844})
        chapter.wait_for_function(
            "document.querySelector('#fig-race .lqr-live-plot canvas').clientWidth < 390"
        )
        assert chapter.evaluate(TOO_WIDE) == []
        chapter.emulate_media(media="print")
        assert chapter.locator("#fig-race img").is_visible()
        assert not chapter.locator("#fig-race .lqr-live-figure").is_visible()
