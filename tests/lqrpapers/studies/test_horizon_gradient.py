"""The gradient of the finite-horizon cost."""

import numpy as np
import pytest

import lqrlib
from lqrlib import oracles, systems
from lqrpapers.studies.horizon_gradient import finite_horizon_gradient


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
