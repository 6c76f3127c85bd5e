"""The tour's formulas for one state against lqrlib, on random systems, gains and steps."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

import lqrlib
from lqrlib import LQR, directions, maml, systems
from lqrpapers.constants import printed
from lqrpapers.studies.scalar_landscape import stationary_gains

LIVE = Path(__file__).resolve().parent.parent.parent / "pages" / "_static" / "live"
SETTINGS = 300
ONE = """settings => settings.map(([s, k]) => {
  const E = LQR.oneState, best = E.optimum(s);
  return { cost: E.cost(s, k), slope: E.slope(s, k), curvature: E.curvature(s, k), gap: E.gap(s, k),
    optimum: best, least: E.cost(s, best), domination: E.domination(s), interval: E.interval(s) };
})"""
DOWN = """settings => settings.map(([s, k, step]) => {
  const E = LQR.oneState;
  return { opposite: E.opposite(s, k), safe: E.safeStep(s, k), path: E.descend(s, k, step, 15) };
})"""
SEVERAL = """settings => settings.map(([systems, k, step]) => {
  const E = LQR.oneState;
  return { average: E.average(systems, k), objective: E.objective(systems, k, step),
    slope: E.objectiveSlope(systems, k, step), common: E.common(systems),
    places: E.stationary(systems, step) };
})"""
Record = Callable[[str, object], None]


def problem(a: float, noise: float = 0.0) -> LQR:
    return systems.scalar(a, 1.0, 1.0, 1.0, state_variance=noise)


def error(found: Any, true: Any) -> float:
    """Largest relative error; both are infinite, or not a number, at the same places."""
    found, true = (np.array(each, dtype=float) for each in (found, true))
    there = np.isfinite(true)
    assert (np.isfinite(found) == there).all() and there.mean() > 0.7
    return float(np.max(np.abs(found[there] - true[there]) / np.abs(true[there])))


def agree(name: str, found: Any, true: Any, record: Record) -> None:
    worst = error(found, true)
    record(name, worst)
    print(f"{name}: largest relative error {worst:.1e} in {len(found)} settings")
    assert worst < 1e-9


@pytest.fixture(scope="module")
def scripts(browser: Browser) -> Any:
    page = browser.new_page()
    for name in ("matrices", "one_state"):
        page.add_script_tag(path=LIVE / f"{name}.js")
    yield page
    page.close()


@pytest.fixture(scope="module")
def one(scripts: Page) -> tuple[list[Any], list[Any]]:
    """Systems with and without noise, gains inside the interval and, in a tenth, outside."""
    rng = np.random.default_rng(1201)
    cases = []
    for i in range(SETTINGS):
        a, noise = rng.uniform(-2.5, 2.5), (i % 3 > 0) * rng.uniform(0, 0.95)
        within = rng.uniform(-0.98, 0.98) if i % 10 else rng.choice([-1.3, 1.2])
        cases.append(({"a": a, "noise": noise}, a + within * np.sqrt(1 - noise)))
    return cases, scripts.evaluate(ONE, [[s, float(k)] for s, k in cases])


QUANTITIES: dict[str, Callable[[LQR, Any], Any]] = {
    "cost": lqrlib.cost,
    "slope": lambda p, K: directions.gradient(p)(K)[0, 0],
    "curvature": lambda p, K: lqrlib.hessian(p, K, [[1.0]])[0, 0],
    "optimum": lambda p, K: lqrlib.optimal_gain(p)[0, 0],
    "least": lambda p, K: lqrlib.cost(p, lqrlib.optimal_gain(p)),
    "gap": lambda p, K: lqrlib.at_gain(p, K).gap,
    "domination": lambda p, K: printed.gradient_domination(p, lqrlib.optimal_gain(p)),
}


@pytest.mark.browser
@pytest.mark.parametrize("name", QUANTITIES)
def test_a_formula_of_one_system_agrees_with_lqrlib(
    one: Any, name: str, record_property: Record
) -> None:
    cases, found = one
    true = [QUANTITIES[name](problem(**s), [[k]]) for s, k in cases]
    agree(name, [each[name] for each in found], true, record_property)


@pytest.mark.browser
def test_the_interval_ends_where_the_cost_is_infinite(one: Any) -> None:
    for (system, _), found in zip(*one, strict=True):
        low, high = found["interval"]
        gains = np.array([low - 1e-7, low + 1e-7, high - 1e-7, high + 1e-7])
        costs = lqrlib.cost(problem(**system), gains[:, None, None])
        assert np.isfinite(costs).tolist() == [False, True, True, False]


@pytest.mark.browser
def test_with_a_variance_of_one_no_gain_stabilizes(scripts: Page) -> None:
    hopeless = {"a": 0.3, "noise": 1.0}
    ask = "s => [LQR.oneState.interval(s), LQR.oneState.optimum(s), LQR.oneState.cost(s, 0.3)]"
    assert scripts.evaluate(ask, hopeless) == [None, None, np.inf]


@pytest.mark.browser
def test_descents_and_the_safe_step_agree_with_lqrlib(
    scripts: Page, record_property: Record
) -> None:
    rng = np.random.default_rng(1202)
    cases = [
        (a, a + rng.uniform(-0.95, 0.95), 10 ** rng.uniform(-3, -0.3))
        for a in rng.uniform(-2, 2, SETTINGS)
    ]
    found = scripts.evaluate(DOWN, [[{"a": a}, float(k), step] for a, k, step in cases])
    safe, worst, left = [], 0.0, 0
    for (a, k, step), told in zip(cases, found, strict=True):
        system = problem(a)
        costs = lqrlib.cost(system, np.array([k, told["opposite"]])[:, None, None])
        assert costs[0] == pytest.approx(costs[1], rel=1e-9)
        # On a fine grid between the two gains no curvature is larger than at an end.
        gains = np.linspace(k, told["opposite"], 101)[:, None, None]
        bends = lqrlib.hessian(system, gains, [[1.0]])[:, 0, 0]
        safe.append((told["safe"], 1 / bends.max()))
        run = lqrlib.descend(directions.gradient(system), [[k]], step, 15, on_leave="flag")
        path, true = np.array(told["path"]), run.gains[:, 0, 0]
        left += int(run.left)
        assert np.isinf(lqrlib.cost(system, [[path[-1]]])) == run.left
        true = true[: len(path)]
        worst = max(worst, float(np.max(np.abs(path - true) / (1 + np.abs(true)))))
    assert SETTINGS / 10 < left < 0.9 * SETTINGS
    agree("safe step", *np.transpose(safe), record_property)
    record_property("descent", float(worst))
    print(f"descent: largest error {worst:.1e}")
    assert worst < 1e-9


@pytest.mark.browser
def test_a_step_that_is_safe_goes_down_from_everywhere_below(scripts: Page) -> None:
    for a, k in [(1.2, 1.5), (1.2, 0.3), (-0.7, 0.1), (0.0, 0.9)]:
        ((told,),) = [scripts.evaluate(DOWN, [[{"a": a}, k, 0.1]])]
        gains = np.linspace(k, told["opposite"], 401)[:, None, None]
        slopes = directions.gradient(problem(a))(gains)
        costs = lqrlib.cost(problem(a), gains)
        after = lqrlib.cost(problem(a), gains - told["safe"] * slopes)
        promised = costs - told["safe"] / 2 * slopes[:, 0, 0] ** 2
        assert (after <= promised * (1 + 1e-12)).all()


@pytest.fixture(scope="module")
def several(scripts: Page) -> tuple[list[Any], list[Any]]:
    """One to three systems, a gain that stabilizes all, and an inner step."""
    rng = np.random.default_rng(1203)
    cases = []
    for i in range(SETTINGS):
        a = rng.uniform(-1.5, 1.5) + rng.uniform(-0.6, 0.6, 1 + i % 3)
        low, high = a.max() - 1, a.min() + 1
        step = 0.0 if i % 7 == 0 else 10 ** rng.uniform(-2.5, -0.7)
        cases.append((a, low + rng.uniform(0.25, 0.75) * (high - low), step))
    given = [[[{"a": float(one)} for one in a], float(k), float(step)] for a, k, step in cases]
    return cases, scripts.evaluate(SEVERAL, given)


def family(a: Any) -> LQR:
    ones = np.ones((len(a), 1, 1))
    return LQR(np.asarray(a)[:, None, None], ones, ones, ones)


AVERAGES: dict[str, Callable[[LQR, Any, float], Any]] = {
    "average": lambda tasks, K, step: maml.cost(tasks, K, 0.0),
    "objective": maml.cost,
    "slope": lambda tasks, K, step: maml.gradient(tasks, K, step)[0, 0],
}


@pytest.mark.browser
@pytest.mark.parametrize("name", AVERAGES)
def test_the_objective_of_maml_agrees_with_lqrlib(
    several: Any, name: str, record_property: Record
) -> None:
    cases, found = several
    true = [AVERAGES[name](family(a), [[k]], step) for a, k, step in cases]
    agree(name, [each[name] for each in found], true, record_property)


@pytest.mark.browser
def test_the_stationary_gains_are_those_that_python_finds(several: Any) -> None:
    counts = set()
    for (a, _, step), told in list(zip(*several, strict=True))[::17]:
        low, high = told["common"]
        assert [low, high] == pytest.approx([a.max() - 1, a.min() + 1], rel=1e-12)
        places = stationary_gains(family(a), step, np.linspace(low, high, 2003)[1:-1])
        assert [one["k"] for one in told["places"]] == pytest.approx(places, rel=1e-9, abs=1e-10)
        # They take turns, and the first and the last is a minimum.
        assert [one["minimum"] for one in told["places"]] == [
            k % 2 == 0 for k in range(len(places))
        ]
        counts.add(len(places))
    assert {1, 3, 5} <= counts
