"""Descent directions: formulas, what they offer to descend, and what they refuse."""

import numpy as np
import pytest
import truth
from hypothesis import given, settings
from strategies import build, cases

import lqrlib
from lqrlib import directions

FACTORIES = [directions.gradient, directions.natural_gradient, directions.gauss_newton]


@given(cases())
@settings(max_examples=40)
def test_directions_agree_with_their_formulas(case):
    """Relative to the size of the terms that E_K is the difference of."""
    found = [factory(case.problem)(case.K) for factory in FACTORIES]
    for problem, K, i in case.members():
        P, Sigma = truth.value_matrix(problem, K), truth.state_covariance(problem, K)
        weight = truth.input_weight(problem, P)
        E = weight @ K - problem.B.T @ P @ problem.A
        size = np.linalg.norm(weight @ K) + np.linalg.norm(E)
        expected = [2 * E @ Sigma, 2 * E, 2 * np.linalg.solve(weight, E)]
        sizes = [2 * size * np.linalg.norm(Sigma), 2 * size, 2 * size / np.linalg.norm(weight, -2)]
        for actual, want, scale in zip(found, expected, sizes, strict=True):
            assert np.linalg.norm(actual[i] - want) <= 1e-8 * scale


@given(cases())
@settings(max_examples=20)
def test_gradient_direction_is_the_gradient_and_its_cost_the_cost(case):
    direction = directions.gradient(case.problem)
    assert np.array_equal(direction(case.K), lqrlib.gradient(case.problem, case.K))
    step, cost = direction.with_cost(case.K)
    assert np.array_equal(step, direction(case.K))
    assert np.array_equal(cost, lqrlib.cost(case.problem, case.K))
    assert np.array_equal(direction.cost(case.K), cost)


@given(cases())
@settings(max_examples=20)
def test_every_direction_points_uphill(case):
    """<gradient, direction> > 0: subtracting a small multiple lowers the cost."""
    gradient = lqrlib.gradient(case.problem, case.K)
    for factory in FACTORIES:
        assert (np.sum(gradient * factory(case.problem)(case.K), axis=(-2, -1)) > 0).all()


@given(cases())
@settings(max_examples=20)
def test_every_direction_vanishes_at_the_optimum(case):
    best = lqrlib.optimal_gain(case.problem)
    at = lqrlib.evaluate(case.problem, best)
    sizes = [np.linalg.norm(at.R_K) * np.linalg.norm(at.Sigma), np.linalg.norm(at.R_K), 1.0]
    for factory, size in zip(FACTORIES, sizes, strict=True):
        limit = 1e-8 * size * (1 + np.linalg.norm(best))
        assert np.linalg.norm(factory(case.problem)(best)) <= limit


@given(cases())
@settings(max_examples=30)
def test_gauss_newton_with_step_one_half_is_policy_iteration(case):
    after = case.K - 0.5 * directions.gauss_newton(case.problem)(case.K)
    for problem, K, i in case.members():
        P = truth.value_matrix(problem, K)
        weight = truth.input_weight(problem, P)
        improved = np.linalg.solve(weight, problem.B.T @ P @ problem.A)
        scale = np.linalg.norm(K) + np.linalg.norm(improved)
        assert np.linalg.norm(after[i] - improved) <= 1e-8 * scale


@pytest.mark.parametrize("factory", FACTORIES)
@pytest.mark.parametrize("p, q", [(0, 0), (1, 1)])
def test_a_member_outside_is_nan_and_changes_no_bit_of_its_neighbours(factory, p, q):
    case = build(8, 3, 2, p, q, (4,), 0.6)
    direction = factory(case.problem)
    fine = direction(case.K)
    K = case.K.copy()
    K[1] += 1e3
    spoilt = direction(K)
    good = np.arange(4) != 1
    assert np.isnan(spoilt[1]).all()
    assert np.array_equal(spoilt[good], fine[good])
    assert direction.cost(K)[1] == np.inf


@pytest.mark.parametrize("factory", FACTORIES)
def test_a_start_outside_is_refused_with_members_and_radius(factory):
    case = build(8, 3, 2, 0, 1, (3,), 0.6)
    K = case.K.copy()
    K[2] += 1e3
    with pytest.raises(lqrlib.NotStabilizingError, match=r"K0: .* in member \[2\]") as caught:
        factory(case.problem).require(K)
    assert caught.value.members.tolist() == [False, False, True]
    assert caught.value.radius == pytest.approx(lqrlib.mean_square_radius(case.problem, K))


@pytest.mark.parametrize("factory", FACTORIES)
def test_a_direction_of_something_else_is_refused_and_its_name_can_be_read(factory):
    with pytest.raises(ValueError, match="problem: expected an LQR, got ndarray"):
        factory(np.eye(2))
    direction = factory(lqrlib.systems.double_integrator())
    assert factory.__name__.split("_")[0] in direction.name.lower().replace("-", " ")
    assert "2 states" in repr(direction)


@pytest.mark.parametrize("points", [1, 2])
def test_zeroth_order_descends_on_any_function_and_draws_afresh(points):
    def parabola(K):
        return np.sum((K - 1.0) ** 2, axis=(-2, -1))

    direction = directions.zeroth_order(parabola, 0.1, 400, 3, points=points)
    K = np.zeros((2, 3))
    assert not np.array_equal(direction(K), direction(K))
    end = lqrlib.descend(direction, K, 0.05, 60, cost=parabola).costs[-1]
    assert end < 0.2 * parabola(K)


def test_zeroth_order_of_a_stack_gives_a_direction_to_each_member():
    problem = lqrlib.LQR.stack([lqrlib.systems.three_state()] * 4)
    oracle = lqrlib.oracles.exact_cost(problem)
    K = lqrlib.systems.random_stabilizing_gains(problem, 0, fraction=0.3)
    estimate = directions.zeroth_order(oracle, 1e-3, 4000, 1)(K)
    exact = lqrlib.gradient(problem, K)
    error = np.linalg.norm(estimate - exact, axis=(-2, -1))
    # d = 6 and 4,000 pairs: the relative error is about sqrt((d - 1) / 4000)
    assert (error < 0.15 * np.linalg.norm(exact, axis=(-2, -1))).all()
    assert oracle.queries == 2 * 4000 * 4


def test_zeroth_order_wants_one_or_two_points_and_pairs_for_common_noise():
    oracle = lqrlib.oracles.rollout_cost(lqrlib.systems.three_state(), 5, 0, common_noise=True)
    with pytest.raises(ValueError, match="points: expected 1 or 2, got 3"):
        directions.zeroth_order(oracle, 0.1, 10, 0, points=3)
    with pytest.raises(ValueError, match="points: expected 2 with an oracle of common noise"):
        directions.zeroth_order(oracle, 0.1, 10, 0, points=1)
