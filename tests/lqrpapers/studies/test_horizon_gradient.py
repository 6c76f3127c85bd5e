"""The gradient of the finite-horizon cost."""

import numpy as np
import pytest

import lqrlib
from lqrlib import oracles, systems
from lqrpapers.studies.horizon_gradient import finite_horizon_gradient, shortsighted_gain


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
