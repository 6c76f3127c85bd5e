"""Stationary gains of the MAML objective."""

import numpy as np
import pytest

import lqrlib
from lqrlib import LQR, NotStabilizingError, maml, systems
from lqrpapers.studies.stationary import stationary_gain
from lqrpapers.studies.task_families import spectral_family


@pytest.fixture(scope="module")
def family():
    return spectral_family(systems.boeing(), 4, 0.05, 0, families=3)


@pytest.fixture(scope="module")
def noisy_family():
    nominal = systems.three_state()
    assert nominal.has_noise
    return spectral_family(nominal, 3, 0.02, 0)


@pytest.mark.parametrize("inner", [0.0, 8e-6, 1e-4])
def test_stationary_gain_is_stationary_and_not_worse_than_the_start(family, inner):
    K0 = lqrlib.optimal_gain(systems.boeing())
    K = stationary_gain(family, K0, inner)
    before = np.linalg.norm(maml.gradient(family, np.broadcast_to(K0, K.shape), inner))
    assert np.linalg.norm(maml.gradient(family, K, inner)) < 1e-7 * before
    assert (maml.cost(family, K, inner) < maml.cost(family, K0, inner)).all()


def test_stationary_gain_of_equal_tasks_is_their_optimum():
    problem = systems.boeing()
    K = stationary_gain(LQR.stack([problem] * 3), systems.boeing_start(), 0)
    assert np.allclose(K, lqrlib.optimal_gain(problem), atol=1e-9)


def test_stationary_gain_of_noisy_tasks(noisy_family):
    K = stationary_gain(noisy_family, lqrlib.optimal_gain(noisy_family[0]), 1e-3)
    assert np.linalg.norm(maml.gradient(noisy_family, K, 1e-3)) < 1e-6


def test_stationary_gain_needs_a_common_stabilizing_start(family):
    with pytest.raises(NotStabilizingError, match="K0: expected a gain that stabilizes every task"):
        stationary_gain(family, np.zeros((2, 4)), 1e-5)
