"""What the page of the reader's own system finds, against lqrlib on random systems."""

from typing import Any

import numpy as np
import pytest
from live_scripts import Record, agree, whole
from playwright.sync_api import Page
from scipy.optimize import linear_sum_assignment
from strategies import build

import lqrlib
from lqrlib import LQR, directions
from lqrpapers.live import plain
from lqrpapers.live.landscape import allowed_steps
from lqrpapers.studies.robustness import critical_scale, scaled_noise

SCRIPTS = ("matrices", "equations", "page", "system_input", "system_facts")
SETTINGS = 300
FIND = """settings => settings.map(([problem, K0], k) => {
  const S = LQR.system, found = S.facts(problem), { ignorant } = found;
  const told = { stabilizable: !!found.best, open: found.open };
  const at = LQR.equations.atGain(problem, K0);
  if (isFinite(at.cost)) told.steps = S.steps(problem, at, LQR.equations.optimum(problem));
  if (ignorant) told.ignorant = [ignorant.K, ignorant.cost, ignorant.radius, ignorant.critical];
  if (!found.best) return told;
  const { K, cost, poles, radius, critical, price, residual } = found;
  Object.assign(told, { K, cost, poles, radius, critical, price, residual });
  if (k % 4) return told;
  const ways = S.ways(problem, found), [, second = null] = ways;
  const cut = second ? S.slice(problem, found.best, ways.at(-2), ways[0])
    : S.line(problem, found.best, ways[0]);
  told.ways = ways.map(({ name, X }) => ({ name, X }));
  return Object.assign(told, { cut, start: cut.K });
})"""


def settings() -> list[tuple[LQR, Any]]:
    """Random problems of 1 to 6 states, some that nothing stabilizes, and a gain for each."""
    found = []
    for seed in range(SETTINGS):
        n, m, p, q = 1 + seed % 6, 1 + seed // 6 % 6, seed % 4 and seed % 3, seed % 4 and seed % 2
        case = build(seed, n, m, p, q, (), (0.05, 0.97))
        problem = scaled_noise(case.problem, 400.0) if seed % 9 == 1 else case.problem
        found.append((problem, case.K))
    return found


Pair = tuple[LQR, dict[str, Any], dict[str, Any]]


@pytest.fixture(scope="module")
def pairs(scripts: Page) -> list[Pair]:
    """Each problem, what the scripts find and what lqrlib does."""
    cases = settings()
    found = scripts.evaluate(FIND, [[plain(problem), K.tolist()] for problem, K in cases])
    return [(case[0], each, expected(*case)) for case, each in zip(cases, found, strict=True)]


def expected(problem: LQR, K: Any) -> dict[str, Any]:
    true: dict[str, Any] = {}
    noisy = any(variances.any() for variances, _ in (problem.state_noise, problem.input_noise))
    true["open"] = lqrlib.mean_square_radius(problem, np.zeros((problem.inputs, problem.states)))
    ignorant = lqrlib.at_gain(problem, lqrlib.optimal_gain(problem.without_noise()))
    if noisy:
        critical = critical_scale(problem, ignorant.K)
        true["ignorant"] = [ignorant.K, ignorant.cost, ignorant.radius, critical]
    if lqrlib.is_stabilizing(problem, K):
        true["steps"] = allowed_steps(problem, K)
    try:
        best = lqrlib.at_gain(problem, lqrlib.optimal_gain(problem))
    except lqrlib.NotStabilizableError:
        return true | {"stabilizable": False}
    poles = np.linalg.eigvals(problem.A - problem.B @ best.K)
    true |= {"stabilizable": True, "K": best.K, "cost": best.cost, "radius": best.radius}
    true |= {"poles": poles, "critical": critical_scale(problem, best.K) if noisy else np.inf}
    true["price"] = lqrlib.optimality_gap(problem, ignorant.K) / best.cost if noisy else 0.0
    return true


def pole_error(found: Any, true: Any) -> float:
    far = np.abs(np.array(found) @ [1, 1j] - np.asarray(true)[:, None])
    return float(np.linalg.norm(far[linear_sum_assignment(far)]) / np.linalg.norm(true))


def price_error(found: float, true: float) -> float:
    """Of the cost; it is a share, and zero where there is no noise."""
    return abs(found - true) / (1 + true) if np.isfinite(true) else whole(found, true)


ERRORS = {
    "K": whole,
    "cost": whole,
    "poles": pole_error,
    "radius": whole,
    "critical": whole,
    "price": price_error,
    "ignorant": lambda found, true: max(map(whole, found, true)),
    "steps": lambda found, true: max(whole(found[name], true[name]) for name in true),
    "open": whole,
}


@pytest.mark.browser
@pytest.mark.parametrize("name", ERRORS)
def test_every_number_agrees_with_lqrlib(
    pairs: list[Pair], name: str, record_property: Record
) -> None:
    both = [(found[name], true[name]) for _, found, true in pairs if name in true]
    agree(name, both, record_property, ERRORS[name])


@pytest.mark.browser
def test_what_can_be_stabilized_is_found(pairs: list[Pair]) -> None:
    found = [each["stabilizable"] for _, each, _ in pairs]
    assert found == [true["stabilizable"] for *_, true in pairs]
    assert 10 < found.count(False) < 60


@pytest.mark.browser
def test_the_check_is_small_where_all_agrees(pairs: list[Pair]) -> None:
    residuals = [found["residual"] for _, found, _ in pairs if "residual" in found]
    print(f"largest residual of the Riccati equation {max(residuals):.1e}")
    assert max(residuals) < 1e-10


@pytest.mark.browser
def test_the_residual_tells_a_wrong_solution(scripts: Page) -> None:
    wrong = """problem => { const best = LQR.equations.optimum(problem);
      best.P[0][0] *= 1.001; return LQR.system.residual(problem, best) }"""
    assert scripts.evaluate(wrong, plain(build(3, 3, 2, 1, 1, (), 0.5).problem)) > 1e-5


@pytest.mark.browser
def test_a_slice_goes_through_the_optimum_and_its_start_stabilizes(pairs: list[Pair]) -> None:
    for problem, found, true in pairs:
        if "cut" not in found:
            continue
        cut, K = found["cut"], np.array(found["K"])
        plane = {name: np.array(value) for name, value in cut["plane"].items()}
        ways = [plane["across"]] + [plane["up"]] * (K.size > 1)
        gram = [[np.sum(X * Y) for Y in ways] for X in ways]
        assert np.allclose(gram, np.eye(len(ways)), atol=1e-9)
        away = K - plane["origin"]
        inside = [np.sum(away * X) for X in ways]
        rest = away - sum(z * X for z, X in zip(inside, ways, strict=True))
        assert np.linalg.norm(rest) < 1e-9 * (1 + np.linalg.norm(K))
        for z, ends in zip(inside, (cut["x"], cut["y"]), strict=False):
            assert ends[0] < z < ends[1]
        assert float(lqrlib.cost(problem, cut["K"])) < 12.001 * true["cost"]
        ends = np.array([z - cut["x"][0] for z in inside[:1]]) / 1.2
        edge = K - ends[0] * plane["across"]
        assert float(lqrlib.cost(problem, edge)) > 29.9 * true["cost"]


@pytest.mark.browser
def test_the_steepest_direction_is_the_steepest_and_the_flattest_the_flattest(
    pairs: list[Pair],
) -> None:
    seen = 0
    for problem, found, _ in pairs:
        ways = {way["name"]: np.array(way["X"]) for way in found.get("ways", [])}
        if "steepest rise of the cost" not in ways:
            continue
        curvature = np.linalg.eigvalsh(lqrlib.hessian_matrix(problem, found["K"]))
        for name, value in (("steepest", curvature[-1]), ("flattest", curvature[0])):
            X = ways[f"{name} rise of the cost"]
            bent = float(np.sum(X * lqrlib.hessian(problem, found["K"], X)))
            assert bent == pytest.approx(value, rel=1e-6)
        seen += 1
    assert seen > 50


@pytest.mark.browser
def test_the_first_steps_descend(scripts: Page, pairs: list[Pair]) -> None:
    begin = """([p, K]) =>
      LQR.system.sliders(p, LQR.equations.atGain(p, K), LQR.equations.optimum(p))"""
    for problem, found, _ in pairs[::10]:
        if "start" not in found:
            continue
        K = np.array(found["start"])
        for name, slider in scripts.evaluate(begin, [plain(problem), found["start"]]).items():
            assert slider["least"] <= slider["step"] <= slider["most"]
            run = lqrlib.descend(getattr(directions, name)(problem), K, slider["step"], 1)
            assert run.costs[1] < run.costs[0]


@pytest.mark.browser
def test_a_close_call_is_told_from_a_hopeless_one(scripts: Page) -> None:
    edge = "problem => LQR.system.facts(problem).edge"
    for pole, close in ((1.0005, True), (1.1, False)):
        problem = LQR(np.diag([0.5, pole]), [[1.0], [0.0]], np.eye(2), [[1.0]])
        assert scripts.evaluate(edge, plain(problem)) is close


@pytest.mark.browser
@pytest.mark.parametrize(
    "M",
    [
        np.eye(4),
        np.zeros((3, 3)),
        np.roll(np.eye(6), 1, 0),
        np.kron(np.roll(np.eye(3), 1, 0), [[0.0, 1.0], [-1.0, 0.0]]),
        np.kron(np.eye(3), [[0.6, 0.8], [-0.8, 0.6]]),
        np.triu(np.arange(1.0, 26.0).reshape(5, 5)),
        np.ones((6, 6)),
    ],
    ids=["identity", "zero", "cycle", "sixth roots", "a pair thrice", "triangle", "ones"],
)
def test_poles_that_coincide_or_lie_on_a_circle_are_found(scripts: Page, M: Any) -> None:
    found = scripts.evaluate("M => LQR.matrices.eigenvalues(M)", M.tolist())
    far = np.abs(np.array(found) @ [1, 1j] - np.linalg.eigvals(M)[:, None])
    assert far[linear_sum_assignment(far)].max() < 1e-9 * (1 + np.abs(M).max())
