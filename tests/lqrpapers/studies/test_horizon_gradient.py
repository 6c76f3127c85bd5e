"""The gradient of the finite-horizon cost."""

import numpy as np
import pytest

import lqrlib
from lqrlib import finite_horizon, oracles, systems
from lqrpapers.studies.horizon_gradient import (
    cut_off_curves,
    finite_horizon_gradient,
    shortsighted_gain,
)


@pytest.fixture
def noisy():
    return systems.random_ensemble(
        3, 4, 2, 7, state_noise_terms=2, input_noise_terms=1, noise_level=0.2
    )


@pytest.mark.parametrize("noise", [True, False])
@pytest.mark.parametrize("horizon", [1, 2, 9])
def test_finite_horizon_gradient_is_the_derivative_of_the_cost(noisy, horizon, noise):
    problem = noisy if noise else noisy.without_noise()
    K = lqrlib.optimal_gain(problem) + 0.05
    X = np.random.default_rng(1).standard_normal(K.shape)
    cost = oracles.finite_horizon_cost(problem, horizon)
    difference = (cost(K + 1e-5 * X) - cost(K - 1e-5 * X)) / 2e-5
    gradient = finite_horizon_gradient(problem, K, horizon)
    np.testing.assert_allclose(np.sum(gradient * X, axis=(-2, -1)), difference, rtol=1e-6)


def test_finite_horizon_gradient_tends_to_the_gradient(noisy):
    K = lqrlib.optimal_gain(noisy) + 0.02
    long = finite_horizon_gradient(noisy, K, 600)
    np.testing.assert_allclose(long, lqrlib.gradient(noisy, K), rtol=1e-8)


def test_shortsighted_gain_is_nothing_for_one_step_and_tends_to_the_optimum():
    problem = systems.three_state()
    np.testing.assert_allclose(shortsighted_gain(problem, 1), 0, atol=1e-7)
    best = lqrlib.optimal_gain(problem)
    np.testing.assert_allclose(shortsighted_gain(problem, 80), best, atol=1e-6)
    off = finite_horizon_gradient(problem, shortsighted_gain(problem, 3), 3)
    start = finite_horizon_gradient(problem, np.zeros_like(best), 3)
    assert np.abs(off).max() < 1e-7 * np.abs(start).max()
    assert np.abs(shortsighted_gain(problem, 3) - best).max() > 0.01


def test_curves_of_what_horizons_cut_off_fall_to_nothing():
    task, K = systems.boeing(), systems.boeing_start()
    horizons = np.array([1, 50, 400])
    (x, cost), (_, gradient) = cut_off_curves(task, K, horizons)
    assert x is horizons and cost.shape == gradient.shape == (1, 3)
    exact, fifty = lqrlib.cost(task, K), finite_horizon.finite_horizon_cost(task, K, 50)
    assert cost[0, 1] == pytest.approx(1 - fifty / exact)
    slope, short = lqrlib.gradient(task, K), finite_horizon_gradient(task, K, 50)
    assert gradient[0, 1] == pytest.approx(np.linalg.norm(short - slope) / np.linalg.norm(slope))
    assert cost[0, 0] > 0.5 and cost[0, 2] < 1e-9 and gradient[0, 2] < 1e-9
