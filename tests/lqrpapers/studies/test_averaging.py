"""MAML beside averaging: the covariance by differences, and the gain where costs tell it too."""

import numpy as np
import pytest

import lqrlib
from lqrlib import maml, systems
from lqrpapers.studies import averaging
from lqrpapers.studies.stationary import stationary_gain
from lqrpapers.studies.task_families import spectral_family

NOMINAL = systems.double_integrator()
FAMILY = spectral_family(NOMINAL, 4, 0.3, 1, families=2)
FOUND = averaging.covariance(FAMILY, lqrlib.optimal_gain(NOMINAL))
ETA = 0.05 / FOUND.steepest


def test_the_covariance_is_half_the_gradient_of_the_mean_squared_slope():
    """C = grad of mean ||grad J_i||^2 / 2, here by central differences."""

    def spread(K):
        slopes = lqrlib.gradient(FAMILY, K[:, None])
        return (slopes**2).sum(axis=(-2, -1)).mean(axis=-1) / 2

    for column in range(2):
        move = np.zeros((1, 2))
        move[0, column] = 1e-5
        slope = (spread(FOUND.average + move) - spread(FOUND.average - move)) / 2e-5
        C = (FOUND.mean_hessian @ FOUND.shift.reshape(2, 2, 1))[:, column, 0]
        np.testing.assert_allclose(slope, C, rtol=1e-6)


def test_the_gain_is_the_difference_of_the_costs():
    meta = stationary_gain(FAMILY, FOUND.average, ETA)
    by_costs = maml.cost(FAMILY, FOUND.average, ETA) - maml.cost(FAMILY, meta, ETA)
    gain = averaging.advantage(FAMILY, FOUND.average, meta, ETA)
    assert (gain > 0).all()
    np.testing.assert_allclose(gain, by_costs, rtol=1e-5)


def test_first_order_maml_comes_to_rest():
    K = averaging.first_order_gain(FAMILY, FOUND, ETA)
    slope = maml.gradient(FAMILY, K, ETA, "none")
    assert np.abs(slope).max() < 1e-12 * np.abs(lqrlib.gradient(FAMILY, K[:, None])).max()


def test_maml_wins_on_training_tasks_what_the_covariance_says():
    nominal = systems.boeing()
    family = spectral_family(nominal, 6, 0.1, 4, families=3)
    products, best = np.array([0.01, 0.05]), lqrlib.optimal_gain(nominal)
    measured, leading, ratios = averaging.one_step_advantages(family, family, best, products)
    assert measured / leading == pytest.approx([1, 1], rel=0.1)
    assert abs(measured[0] / leading[0] - 1) < abs(measured[1] / leading[1] - 1)
    assert ratios.shape == (2, 3) and (ratios < 1).all()  # on the training tasks themselves


def test_wins_are_counted_among_the_known():
    ratios = np.array([0.5, 0.9, np.nan, 1.1, 0.2, 0.3, 0.4])
    assert averaging.wins(ratios) == (5, 6, pytest.approx(2 * 7 / 64))
