"""Suprema on a grid: the interval's ends have the level, and the bounds lie above them."""

import numpy as np

import lqrlib
from lqrlib import systems
from lqrpapers.claims import unseen
from lqrpapers.studies import scalar_suprema
from lqrpapers.studies.ensembles import tasks_around

RNG = np.random.default_rng(3)
MANY = systems.random_ensemble(30, 1, 1, RNG, radius=(0.2, 0.9))
FAMILY = tasks_around(MANY, 4, 1e-3, RNG)
K0 = systems.random_stabilizing_gains(MANY, RNG, fraction=(0.1, 0.4))


def test_the_ends_of_a_sublevel_set_have_its_level():
    level = lqrlib.cost(FAMILY, K0[:, None])
    for end in scalar_suprema.sublevel_interval(FAMILY, level):
        np.testing.assert_allclose(lqrlib.cost(FAMILY, end[..., None, None]), level, rtol=1e-9)


def test_on_the_grid_no_supremum_exceeds_its_bound():
    exact = scalar_suprema.unseen_suprema(FAMILY, K0)
    bound = unseen.unseen_suprema(FAMILY, K0)
    assert (exact.smoothness <= bound.smoothness).all()
    assert (exact.heterogeneity <= bound.heterogeneity).all()
    assert (exact.smoothness > 0.01 * bound.smoothness).any()


def test_the_distance_of_an_unseen_task_is_to_the_trained_ones():
    """Three equal tasks and another: theirs is zero, and the fourth's is that of a pair."""
    twins = FAMILY[:, [0, 0, 0, 1]]
    exact = scalar_suprema.unseen_suprema(twins, K0).heterogeneity
    pair = scalar_suprema.unseen_suprema(FAMILY[:, :2], K0).heterogeneity
    assert (exact[:, :3] == 0).all()
    np.testing.assert_allclose(exact[:, 3], pair[:, 1])
    bound = unseen.unseen_suprema(twins, K0).heterogeneity[:, 3]
    np.testing.assert_allclose(bound, unseen.unseen_suprema(FAMILY[:, :2], K0).heterogeneity[:, 1])
