"""The tour's formulas for one state against lqrlib, on random systems, gains and steps."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from live_scripts import Record, agree, each
from playwright.sync_api import Page

import lqrlib
from lqrlib import LQR, directions, maml
from lqrpapers.constants import printed
from lqrpapers.studies.scalar_landscape import stationary_gains

SCRIPTS, SETTINGS = ("matrices", "one_state"), 300
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


def problem(a: Any, noise: Any = 0.0) -> LQR:
    """Systems x+ = (a + delta) x + u with unit weights, one for each a."""
    a, noise = np.broadcast_arrays(a, noise)
    ones = np.ones((*a.shape, 1, 1))
    noises = noise[..., None], ones[..., None]
    return LQR(a[..., None, None], ones, ones, ones, state_noise=noises)


def column(gains: Any) -> Any:
    return np.asarray(gains, dtype=float)[..., None, None]


def agree_where_finite(name: str, found: Any, true: Any, record: Record) -> None:
    """Both are infinite in the same settings, and agree in the others."""
    found, true = np.asarray(found, dtype=float), np.asarray(true, dtype=float)
    there = np.isfinite(true)
    assert (np.isfinite(found) == there).all()
    pairs = zip(found[there], true[there], strict=True)
    agree(name, pairs, record, each, least=SETTINGS * 7 // 10)


@pytest.fixture(scope="module")
def one(scripts: Page) -> tuple[LQR, Any, list[Any]]:
    """Systems with and without noise, gains inside the interval and, in a tenth, outside."""
    rng, i = np.random.default_rng(1201), np.arange(SETTINGS)
    a, noise = rng.uniform(-2.5, 2.5, SETTINGS), (i % 3 > 0) * rng.uniform(0, 0.95, SETTINGS)
    within = rng.uniform(-0.98, 0.98, SETTINGS)
    within[::10] = rng.choice([-1.3, 1.2], len(within[::10]))
    k = a + within * np.sqrt(1 - noise)
    told = [[{"a": a, "noise": v}, k] for a, v, k in np.stack([a, noise, k], axis=1).tolist()]
    return problem(a, noise), column(k), scripts.evaluate(ONE, told)


QUANTITIES: dict[str, Callable[[LQR, Any], Any]] = {
    "cost": lqrlib.cost,
    "slope": lambda p, K: directions.gradient(p)(K),
    "curvature": lambda p, K: lqrlib.hessian(p, K, [[1.0]]),
    "optimum": lambda p, K: lqrlib.optimal_gain(p),
    "least": lambda p, K: lqrlib.cost(p, lqrlib.optimal_gain(p)),
    "gap": lambda p, K: lqrlib.at_gain(p, K).gap,
    "domination": lambda p, K: printed.gradient_domination(p, lqrlib.optimal_gain(p)),
}


@pytest.mark.browser
@pytest.mark.parametrize("name", QUANTITIES)
def test_a_formula_of_one_system_agrees_with_lqrlib(
    one: Any, name: str, record_property: Record
) -> None:
    problems, K, found = one
    true = np.ravel(QUANTITIES[name](problems, K))
    agree_where_finite(name, [it[name] for it in found], true, record_property)


@pytest.mark.browser
def test_the_interval_ends_where_the_cost_is_infinite(one: Any) -> None:
    problems, _, found = one
    low, high = np.transpose([it["interval"] for it in found])
    gains = np.stack([low - 1e-7, low + 1e-7, high - 1e-7, high + 1e-7])
    costs = lqrlib.cost(problems, column(gains))
    assert (np.isfinite(costs).T == [False, True, True, False]).all()


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
    a = rng.uniform(-2, 2, SETTINGS)
    k, step = a + rng.uniform(-0.95, 0.95, SETTINGS), 10 ** rng.uniform(-3, -0.3, SETTINGS)
    told = np.stack([a, k, step], axis=1).tolist()
    found = scripts.evaluate(DOWN, [[{"a": a}, k, step] for a, k, step in told])
    system, opposite = problem(a), np.array([it["opposite"] for it in found])
    assert lqrlib.cost(system, column(opposite)) == pytest.approx(
        lqrlib.cost(system, column(k)), rel=1e-9
    )
    # On a fine grid between the two gains no curvature is larger than at an end.
    bends = lqrlib.hessian(system, column(np.linspace(k, opposite, 101)), [[1.0]])
    safe = 1 / bends[..., 0, 0].max(axis=0)
    agree_where_finite("safe step", [it["safe"] for it in found], safe, record_property)
    run = lqrlib.descend(directions.gradient(system), column(k), step, 15, on_leave="flag")
    # A path ends where it has left.
    last = column([it["path"][-1] for it in found])
    assert (np.isinf(lqrlib.cost(system, last)) == run.left).all()
    assert SETTINGS / 10 < run.left.sum() < 0.9 * SETTINGS
    paths = [(it["path"], run.gains[: len(it["path"]), i, 0, 0]) for i, it in enumerate(found)]
    agree("descent", paths, record_property, beside_one)


def beside_one(found: Any, true: Any) -> float:
    return float(np.max(np.abs(found - true) / (1 + np.abs(true))))


@pytest.mark.browser
def test_a_step_that_is_safe_goes_down_from_everywhere_below(scripts: Page) -> None:
    for a, k in [(1.2, 1.5), (1.2, 0.3), (-0.7, 0.1), (0.0, 0.9)]:
        (told,) = scripts.evaluate(DOWN, [[{"a": a}, k, 0.1]])
        gains = column(np.linspace(k, told["opposite"], 401))
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
    true = [AVERAGES[name](problem(a), [[k]], step) for a, k, step in cases]
    agree_where_finite(name, [it[name] for it in found], true, record_property)


@pytest.mark.browser
def test_the_stationary_gains_are_those_that_python_finds(several: Any) -> None:
    counts = set()
    for (a, _, step), told in list(zip(*several, strict=True))[::17]:
        low, high = told["common"]
        assert [low, high] == pytest.approx([a.max() - 1, a.min() + 1], rel=1e-12)
        places = stationary_gains(problem(a), step, np.linspace(low, high, 2003)[1:-1])
        assert [one["k"] for one in told["places"]] == pytest.approx(places, rel=1e-9, abs=1e-10)
        # They take turns, and the first and the last is a minimum.
        assert [one["minimum"] for one in told["places"]] == [
            k % 2 == 0 for k in range(len(places))
        ]
        counts.add(len(places))
    assert {1, 3, 5} <= counts
