"""Moments of a roll-out's cost: against brute force, closed forms and simulation."""

import itertools

import numpy as np
import pytest

from lqrlib import oracles
from lqrpapers.studies.rollout_variance import Estimate, cost_moments, journal_system, one_point

JOURNAL, K = journal_system(), np.array([[0.1, -0.05]])


def test_without_noise_the_cost_is_a_quadratic_form_of_a_gaussian():
    quiet, steps = JOURNAL.without_noise(), 7
    P = _summed(quiet, steps)
    mean, square = cost_moments(quiet, K, steps)
    assert mean == pytest.approx(np.trace(P))
    assert square == pytest.approx(np.trace(P) ** 2 + 2 * np.trace(P @ P))


def _summed(problem, steps):
    A_K, weight = problem.A - problem.B @ K, problem.Q + K.T @ problem.R @ K
    powers = [np.linalg.matrix_power(A_K, t) for t in range(steps)]
    return sum(M.T @ weight @ M for M in powers)


def test_with_noise_the_moments_are_sums_over_all_draws():
    # Two noises by Gauss-Hermite with 7 nodes, given them a quadratic form of the start.
    nodes, weights = np.polynomial.hermite_e.hermegauss(7)
    weights, steps = weights / weights.sum(), 3
    (alpha,), (direction,) = JOURNAL.state_noise
    weight, mean, square = JOURNAL.Q + K.T @ JOURNAL.R @ K, 0.0, 0.0
    for pair in itertools.product(range(7), repeat=steps - 1):
        M, P = np.eye(2), weight
        for k in pair:
            M = (JOURNAL.A - JOURNAL.B @ K + np.sqrt(alpha) * nodes[k] * direction) @ M
            P = P + M.T @ weight @ M
        chance = weights[list(pair)].prod()
        mean += chance * np.trace(P)
        square += chance * (np.trace(P) ** 2 + 2 * np.trace(P @ P))
    assert cost_moments(JOURNAL, K, steps) == pytest.approx((mean, square))


def test_simulated_costs_have_these_moments():
    costs = oracles.rollout_cost(JOURNAL, 5, 3)(np.broadcast_to(K, (40_000, 1, 2)))
    for power, exact in enumerate(cost_moments(JOURNAL, K, 5), 1):
        error = costs**power - exact
        assert abs(error.mean()) < 4 * error.std() / np.sqrt(len(costs))


def test_the_mean_of_the_estimate_tends_to_the_gradient():
    bias = [one_point(JOURNAL, K, r, 400).bias for r in (0.02, 0.01)]
    assert bias[1] < 0.3 * bias[0] < 0.05


def test_rollouts_and_error_belong_together():
    found = Estimate(0.03, 50.0)
    assert found.error(found.rollouts(0.05)) == pytest.approx(0.05)
    assert found.rollouts(0.03) == np.inf
