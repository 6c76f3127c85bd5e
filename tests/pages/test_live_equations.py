"""The equations of the live figures against lqrlib, on random problems and gains."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from live_scripts import Record, agree
from playwright.sync_api import Page
from scipy.optimize import linear_sum_assignment
from strategies import build

import lqrlib
from lqrlib import LQR, directions
from lqrpapers.live import plain
from lqrpapers.live.landscape import allowed_steps, fish

SCRIPTS = ("matrices", "equations")
METHODS = ("gradient", "natural_gradient", "gauss_newton")
SETTINGS = 300
EVALUATE = """settings => settings.map(([problem, K]) => {
  const E = LQR.equations, at = E.atGain(problem, K), best = E.optimum(problem);
  const found = { cost: at.cost, poles: E.poles(problem, K) };
  found.radius = E.meanSquareRadius(problem, K);
  if (best) found.optimal_gain = best.K;
  if (!isFinite(at.cost)) return found;
  for (const name of E.METHODS) found[name] = at[name];
  found.steps = E.METHODS.map(name => E.allowedStep(problem, at, best, name));
  return { ...found, gap: E.gap(best, at) };
})"""


def settings() -> Iterator[tuple[LQR, Any]]:
    """Random problems and gains: 1 to 6 states, with and without noise, stabilizing and not."""
    for seed in range(SETTINGS):
        n, m, noise = 1 + seed % 6, 1 + seed % 3, seed % 4 != 0
        radius = (0.05, 0.98) if seed % 5 else (1.02, 1.6)
        case = build(seed, n, m, noise * (seed % 3), noise * (1 + seed % 2), (), radius)
        yield case.problem, case.K


def expected(problem: LQR, K: Any) -> dict[str, Any]:
    """What the scripts are to find."""
    at = lqrlib.at_gain(problem, K)
    found = {"cost": at.cost, "radius": at.radius}
    poles = np.linalg.eigvals(problem.A - problem.B @ K)
    found["poles"] = np.stack([poles.real, poles.imag], axis=-1)
    try:
        found["optimal_gain"] = lqrlib.optimal_gain(problem)
    except lqrlib.NotStabilizableError:
        return found
    if np.isfinite(at.cost):
        found |= {name: getattr(directions, name)(problem)(K) for name in METHODS}
        steps = allowed_steps(problem, K)
        found |= {"gap": at.gap, "steps": [steps[name] for name in METHODS]}
    return found


def paired(found: dict[str, Any], true: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both, with the poles that were found in the order of the true ones."""
    poles = np.array(found["poles"])
    far = np.linalg.norm(poles[:, None] - true["poles"], axis=-1)
    return found | {"poles": poles[linear_sum_assignment(far.T)[1]]}, true


@pytest.fixture(scope="module")
def pairs(scripts: Page) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """What the scripts find, and what lqrlib does, in every setting."""
    cases = list(settings())
    found = scripts.evaluate(EVALUATE, [[plain(problem), K.tolist()] for problem, K in cases])
    return [paired(f, expected(*case)) for f, case in zip(found, cases, strict=True)]


NAMES = ("cost", "radius", "optimal_gain", "gap", "steps", "poles", *METHODS)


@pytest.mark.browser
@pytest.mark.parametrize("name", NAMES)
def test_the_equations_agree_with_lqrlib(pairs: Any, name: str, record_property: Record) -> None:
    both = [(found[name], true[name]) for found, true in pairs if name in true]
    if name == "cost":
        assert [found == np.inf for found, _ in both] == [true == np.inf for _, true in both]
        both = [(found, true) for found, true in both if np.isfinite(true)]
    agree(name, both, record_property, least=int(0.7 * SETTINGS) + 1)


@pytest.mark.browser
def test_a_problem_that_no_gain_stabilizes_has_no_optimum(scripts: Page) -> None:
    hopeless = plain(LQR([[2.0]], [[1.0]], [[1.0]], [[1.0]], state_noise=([1.5], [[[1.0]]])))
    assert scripts.evaluate("problem => LQR.equations.optimum(problem)", hopeless) is None


@pytest.mark.browser
@pytest.mark.parametrize("noise", [0.0, 1.0, 10.0])
def test_the_map_agrees_with_lqrlib(scripts: Page, noise: float) -> None:
    problem, plane = fish()
    variances, shapes = problem.state_noise
    problem = problem.replace(state_noise=(noise * variances, shapes))
    xs, ys = np.linspace(-1.4, 5.4, 128), np.linspace(-2.5, 4.3, 128)
    K = xs[:, None, None] * plane["across"] + ys[:, None, None, None] * plane["up"]
    given = [plain(problem), {name: M.tolist() for name, M in plane.items()}, list(xs), list(ys)]
    map_of = "given => Array.from(LQR.equations.inverseCosts(...given))"
    inverse = np.reshape(scripts.evaluate(map_of, given), (128, 128))
    costs = lqrlib.cost(problem, K)
    there = np.isfinite(costs)
    assert ((inverse > 0) == there).all() and there.any() and not there.all()
    assert np.abs(inverse * costs - 1)[there].max() < 1e-9
