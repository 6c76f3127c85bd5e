"""Oracles: what they answer, what they count, how they treat gains that do not stabilize."""

import numpy as np
import pytest

import lqrlib
from lqrlib import oracles, systems


@pytest.fixture
def noisy():
    return systems.random_ensemble(
        3, 4, 2, 7, state_noise_terms=2, input_noise_terms=1, noise_level=0.2
    )


def explicit_sum(problem, K, horizon):
    """The truncated cost by propagating second moments of the full operator, n^2 x n^2."""
    closed = problem.A - problem.B @ K
    operator = np.kron(closed, closed)
    for variance, direction in zip(*problem.state_noise, strict=True):
        operator = operator + variance * np.kron(direction, direction)
    for variance, direction in zip(*problem.input_noise, strict=True):
        operator = operator + variance * np.kron(direction @ K, direction @ K)
    moment, weight, total = problem.Sigma0.ravel(), (problem.Q + K.T @ problem.R @ K).ravel(), 0.0
    for _ in range(horizon):
        total += weight @ moment
        moment = operator @ moment
    return total


def test_exact_cost_is_the_cost_and_counts_every_gain(noisy):
    K = lqrlib.optimal_gain(noisy)
    oracle = oracles.exact_cost(noisy)
    stack = K + 1e-3 * np.random.default_rng(0).standard_normal((5, 3, 2, 4))
    np.testing.assert_array_equal(oracle(stack), lqrlib.cost(noisy, stack))
    assert (oracle.queries, oracle.steps) == (15, 0)


@pytest.mark.parametrize("horizon", [1, 2, 3, 7, 12, 33])
@pytest.mark.parametrize("noise", [True, False])
def test_finite_horizon_is_the_sum_of_that_many_steps(noisy, horizon, noise):
    problem = noisy if noise else noisy.without_noise()
    K = lqrlib.optimal_gain(problem)
    expected = [explicit_sum(p, k, horizon) for p, k in zip(problem, K, strict=True)]
    answer = oracles.finite_horizon_cost(problem, horizon)(K)
    np.testing.assert_allclose(answer, expected, rtol=1e-12)


def test_finite_horizon_tends_to_the_exact_cost(noisy):
    K = lqrlib.optimal_gain(noisy)
    gap = [
        float(np.max(1 - oracles.finite_horizon_cost(noisy, horizon)(K) / lqrlib.cost(noisy, K)))
        for horizon in (2, 6, 1000)
    ]
    assert gap[0] > gap[1] > 0
    assert abs(gap[2]) < 1e-9


def test_finite_horizon_of_a_fixed_state_is_a_rank_one_moment():
    problem = systems.double_integrator()
    K, x0 = lqrlib.optimal_gain(problem), np.array([1.0, -2.0])
    P = lqrlib.evaluate(problem, K).P
    assert oracles.finite_horizon_cost(problem, 400, x0)(K) == pytest.approx(x0 @ P @ x0, rel=1e-12)


def test_finite_horizon_is_finite_for_a_gain_that_does_not_stabilize():
    problem = systems.scalar(2.0, 1.0, 1.0, 1.0)
    answer = oracles.finite_horizon_cost(problem, 10)(np.zeros((1, 1)))
    assert answer == pytest.approx(sum(4.0**t for t in range(10)), rel=1e-14)


def test_rollouts_average_to_the_finite_horizon_cost_of_every_task(noisy):
    K = lqrlib.optimal_gain(noisy)
    oracle = oracles.rollout_cost(noisy, 12, 5)
    answers = oracle(np.broadcast_to(K, (20_000, 3, 2, 4)))
    error = answers.mean(axis=0) - oracles.finite_horizon_cost(noisy, 12)(K)
    # Five standard errors of a fixed seed: a wrong moment misses by far more.
    assert (np.abs(error) < 5 * answers.std(axis=0) / np.sqrt(20_000)).all()
    assert (oracle.queries, oracle.steps) == (60_000, 720_000)


def test_rollouts_of_one_gain_and_one_state_without_noise_are_exact():
    problem, x0 = systems.double_integrator(), [1.0, 1.0]
    K = lqrlib.optimal_gain(problem)
    exact = oracles.finite_horizon_cost(problem, 30, x0)(K)
    answer = oracles.rollout_cost(problem, 30, 0, x0=x0)(K)
    assert answer.shape == ()
    assert answer == pytest.approx(float(exact), rel=1e-12)


def test_rollouts_repeat_with_the_seed_and_differ_between_queries():
    problem = systems.three_state()
    K = lqrlib.optimal_gain(problem)
    first, second = (oracles.rollout_cost(problem, 20, 3) for _ in range(2))
    one = first(K)
    assert one == second(K)
    assert first(K) != one


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda p: oracles.finite_horizon_cost(p, 0), "horizon: expected a whole number >= 1"),
        (lambda p: oracles.rollout_cost(p, 2.5, 0), "horizon: expected a whole number >= 1"),
        (lambda p: oracles.finite_horizon_cost(p, 5, [1.0]), r"x0: expected shape \(..., 2\)"),
        (lambda p: oracles.rollout_cost(p, 5, 0, x0=[1.0]), r"x0: expected shape \(..., 2\)"),
        (lambda p: oracles.rollout_cost(p, 5, 0, draws="dice"), "draws: expected one of gaussian"),
        (lambda p: oracles.exact_cost("p"), "problem: expected an LQR"),
        (lambda p: oracles.exact_cost(p)(np.eye(2)), r"K: expected shape \(..., 1, 2\)"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call(systems.double_integrator())


def test_pairs_with_common_noise_differ_by_the_gain_alone(noisy):
    K = lqrlib.optimal_gain(noisy)
    stack = np.broadcast_to(K, (2, 500, 3, 2, 4))
    common = oracles.rollout_cost(noisy, 12, 5, common_noise=True)
    first, second = common(stack)
    np.testing.assert_array_equal(first, second)
    assert len(np.unique(first)) == first.size
    assert (common.queries, common.steps) == (3000, 36_000)
    error = first.mean(axis=0) - oracles.finite_horizon_cost(noisy, 12)(K)
    assert (np.abs(error) < 5 * first.std(axis=0) / np.sqrt(500)).all()
    first, second = oracles.rollout_cost(noisy, 12, 5)(stack)
    assert (first != second).all()


def test_signs_have_the_same_mean_and_are_bounded():
    problem = systems.scalar(0.3, 1.0, 2.0, 1.0, sigma0=4.0, state_variance=0.04)
    K = np.broadcast_to([[0.1]], (20_000, 1, 1))
    signs = oracles.rollout_cost(problem, 8, 1, draws="signs")(K)
    gaussian = oracles.rollout_cost(problem, 8, 1)(K)
    exact = oracles.finite_horizon_cost(problem, 8)(K[0])
    assert abs(signs.mean() - exact) < 5 * signs.std() / np.sqrt(20_000)
    # x+ = (0.2 +- 0.2) x: between one step and a geometric series with factor 0.16
    assert signs.min() >= 4 * 2.01 - 1e-12 and signs.max() < 4 * 2.01 / (1 - 0.16) + 1e-9
    assert gaussian.max() > 2 * signs.max()


def test_rollouts_do_not_depend_on_how_samples_are_cut_into_blocks(monkeypatch):
    """Without noise and with a fixed start; the order of random draws does depend on it."""
    problem = systems.double_integrator()
    K = lqrlib.optimal_gain(problem) * np.linspace(0.9, 1.1, 101)[:, None, None]
    whole = oracles.rollout_cost(problem, 30, 0, x0=[1.0, 2.0])(K)
    monkeypatch.setattr("lqrlib.simulation.BLOCK_BYTES", 0)
    np.testing.assert_allclose(
        oracles.rollout_cost(problem, 30, 0, x0=[1.0, 2.0])(K), whole, rtol=1e-13
    )


def test_a_rollout_that_overflows_costs_infinity_and_warns_of_nothing():
    problem = systems.scalar(1e3, 1.0, 1.0, 1.0)
    costs = oracles.rollout_cost(problem, 200, 0)(np.array([[[0.0]], [[1e3]]]))
    assert np.isinf(costs[0]) and np.isfinite(costs[1])
