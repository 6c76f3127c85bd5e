"""Three descents with steps of the reader's: against lqrpapers, and on the page of chapter 5."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from live_figure import NONSENSE, LiveFigure
from live_scripts import Record, agree, each
from playwright.sync_api import Page
from strategies import build

import lqrlib
from lqrlib import LQR, systems
from lqrpapers.claims.convergence import DIRECTIONS, largest_step
from lqrpapers.constants import printed
from lqrpapers.live import plain

PAGE, FIGURE = "chapters/05_convergence.html", "fig-race"
SCRIPTS = ("matrices", "equations", "page", "race")
SETTINGS, STEPS = 240, {"gradient": 5, "natural_gradient": 5, "gauss_newton": 2}
RUN = """settings => settings.map(([p, K, method, factor, count]) => {
  const E = LQR.equations, best = E.optimum(p), at = E.atGain(p, K);
  const allowed = E.allowedStep(p, at, best, method), rate = LQR.race.rate(p, best, method);
  const walk = LQR.race.begin(p, at, best, method, factor * allowed);
  LQR.race.grow(walk, count);
  return { allowed, rate, shares: walk.shares, left: walk.left, rose: walk.rose };
})"""


def settings() -> Iterator[tuple[LQR, Any, str, float]]:
    """Random problems, stabilizing gains, a method, and the share of the allowed step it takes."""
    for seed in range(SETTINGS):
        noise = int(seed % 4 != 0)
        case = build(seed, 1 + seed % 6, 1 + seed % 3, 2 * noise, noise, (), (0.05, 0.98))
        yield case.problem, case.K, list(STEPS)[seed % 3], 10 ** -(seed % 5 / 2)


Runs = list[tuple[dict[str, Any], LQR, Any, str, float]]


@pytest.fixture(scope="module")
def runs(scripts: Page) -> Runs:
    """What the scripts find in every setting."""
    cases = list(settings())
    told = [[plain(p), K.tolist(), method, factor, STEPS[method]] for p, K, method, factor in cases]
    return [(one, *case) for one, case in zip(scripts.evaluate(RUN, told), cases, strict=True)]


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
    runs: Runs, name: str, record_property: Record
) -> None:
    # of gaps below a thousandth of the first the last digits are lost in those of the gain
    least = 1e-3 if name == "shares" else 0.0
    both = [(found[name], expected(name, *case)) for found, *case in runs]
    agree(name, both, record_property, lambda found, true: each(found, true, least))


@pytest.mark.browser
def test_every_allowed_step_keeps_its_promise(runs: Runs) -> None:
    for found, _, _, _, factor in runs:
        shares = np.array(found["shares"])
        promised = (1 - factor * found["allowed"] * found["rate"]) ** np.arange(len(shares))
        assert (shares <= promised * (1 + 1e-12)).all()
        assert not found["left"] and not found["rose"]


@pytest.mark.browser
def test_a_descent_leaves_or_turns_around_where_that_of_lqrlib_does(scripts: Page) -> None:
    problem, K = systems.three_state(), np.zeros((2, 3))
    factors = {"gradient": 4.6e4, "natural_gradient": 8.0, "gauss_newton": 2.1}
    for method, factor in factors.items():
        found = scripts.evaluate(RUN, [[plain(problem), K.tolist(), method, factor, 40]])[0]
        step = factor * found["allowed"]
        run = lqrlib.descend(DIRECTIONS[method](problem), K, step, 40, on_leave="flag")
        costs = run.costs[: found["left"] or None]
        rises = np.flatnonzero(np.diff(costs[np.isfinite(costs)]) > 0)
        assert bool(run.left) == (found["left"] > 0)
        assert not run.left or found["left"] == np.isfinite(run.costs).sum()
        assert found["rose"] == (rises[0] + 1 if len(rises) else 0)
        assert found["left"] or found["rose"]


@pytest.mark.pages
@pytest.mark.browser
class TestRace:
    """The figure in chapter 5, served and from disk."""

    def test_at_first_it_shows_what_the_picture_shows(self, figure: LiveFigure) -> None:
        state = figure.state()
        assert state["done"]
        for walk in state["walks"]:
            allowed = largest_step(systems.three_state(), np.zeros((2, 3)), walk["method"])
            assert walk["step"] == pytest.approx(float(allowed), rel=1e-9) and not walk["over"]
            promised = (1 - walk["step"] * walk["rate"]) ** np.arange(len(walk["shares"]))
            assert (np.array(walk["shares"]) <= promised * (1 + 1e-12)).all()
        assert figure.over() == 0

    def test_past_its_bound_an_assumption_turns_red_and_says_by_how_much(
        self, figure: LiveFigure
    ) -> None:
        claim = figure.it.locator(".lqr-live-claim").nth(2)
        colour = "it => getComputedStyle(it).color"
        before = claim.evaluate(colour)
        assert claim.text_content() == "step ≤ ½ (S2, Theorem 3.4)"
        told = figure.set(2, np.log10(1.25))
        assert claim.text_content() == "step exceeds ½ by 2.5× (S2, Theorem 3.4)"
        assert claim.evaluate(colour) != before
        assert "Gauss–Newton, at 2.5 times it, left the set at iteration" in told
        assert "Gauss–Newton, at" not in figure.set(2, np.log10(0.4))
        theorem = claim.locator("a").get_attribute("href") or ""
        assert figure.has(theorem)

    def test_at_both_ends_of_the_sliders_it_says_something_sensible(
        self, figure: LiveFigure
    ) -> None:
        for end, words in ((-9, "at most all but"), (9, "left the set at iteration 1")):
            told = [figure.set(place, end) for place in range(figure.sliders.count())][-1]
            assert words in told and not any(wrong in told for wrong in NONSENSE)
            assert [walk["over"] for walk in figure.state()["walks"]] == [end > 0] * 3

    def test_arrow_keys_move_a_slider(self, figure: LiveFigure) -> None:
        before = figure.sentence
        figure.sliders.first.press("PageUp")
        assert figure.drawn() != before

    def test_a_phone_shows_it_and_print_the_picture(self, figure: LiveFigure) -> None:
        figure.fits_a_phone()
        figure.prints_its_picture()
