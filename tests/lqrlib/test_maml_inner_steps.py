"""One inner step size for each family or run gives what each alone gives."""

import numpy as np
import pytest

import lqrlib
from lqrlib import directions, maml, systems
from lqrpapers.studies.stationary import stationary_gain
from lqrpapers.studies.task_families import spectral_family

STEPS = np.array([0.0, 1e-6, 8e-6])


@pytest.fixture(scope="module")
def family():
    return spectral_family(systems.boeing(), 3, 1e-3, 0)


@pytest.mark.parametrize("function", [maml.cost, maml.gradient, maml.adapted_gains])
def test_a_step_for_each_run(family, function):
    K = np.broadcast_to(lqrlib.optimal_gain(family[0]) * 1.01, (3, 2, 4))
    together = function(family, K, STEPS)
    for index, step in enumerate(STEPS):
        np.testing.assert_allclose(together[index], function(family, K[index], step), rtol=1e-12)


def test_stationary_gains_and_directions(family):
    K = np.broadcast_to(lqrlib.optimal_gain(family[0]), (3, 2, 4))
    gains = stationary_gain(family, K, STEPS)
    slopes = directions.meta_gradient(family, STEPS)(K)
    for index, step in enumerate(STEPS):
        alone = stationary_gain(family, K[index], step)
        np.testing.assert_allclose(gains[index], alone, rtol=1e-8)
        np.testing.assert_allclose(slopes[index], maml.gradient(family, K[index], step))


@pytest.mark.parametrize("wrong", [np.array([1.0, -1.0]), np.array([np.nan]), np.array(["a"])])
def test_wrong_steps_are_refused(family, wrong):
    with pytest.raises(ValueError, match="inner_step_size: expected"):
        maml.cost(family, lqrlib.optimal_gain(family[0]), wrong)
