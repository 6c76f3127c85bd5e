"""The ensemble of chapter 9: near families, starts that serve all tasks, gains in S_ML."""

import numpy as np
import pytest

import lqrlib
from lqrlib.tasks import heterogeneity
from lqrpapers.constants import meta
from lqrpapers.studies import maml_ensemble


@pytest.fixture(scope="module")
def ensemble():
    return maml_ensemble.random_families(5, (1, 2), 3)


def test_families_are_near_and_starts_stabilize_them(ensemble):
    assert list(ensemble) == [(0, 1), (0, 2), (2, 1), (2, 2)]
    for (terms, size), (family, K0) in ensemble.items():
        assert (family.batch_shape, family.states) == ((5, 3), size)
        assert family.has_noise == (terms > 0)
        assert (heterogeneity(family).A <= maml_ensemble.LEVEL * (1 + 1e-9)).all()
        assert lqrlib.is_stabilizing(family, K0[:, None]).all()


def test_a_form_admits_the_families_at_the_levels_that_it_says(ensemble):
    levels, near = maml_ensemble.admitted(ensemble, "sharp")
    assert list(levels) == list(ensemble) and len(near) == 4
    for family, K0 in near:
        over = meta.suprema(family, K0, "sharp")
        assert meta.sharp_invariant(over, np.asarray(0.25)).all()


def test_starts_near_the_optimum_and_minimisers_in_the_sets(ensemble):
    for family, K0 in maml_ensemble.near_optima(ensemble, 3).values():
        assert np.abs(K0 - lqrlib.optimal_gain(family[:, 0])).max() < 0.01
    family, K0, K = maml_ensemble.minimisers(ensemble)[0, 2]
    kept, starts, gains = maml_ensemble.in_sublevel_sets(family, K0, K)
    assert 0 < len(gains) <= len(K) and len(kept) == len(starts) == len(gains)
    gap, least = (lqrlib.optimality_gap(kept, each[:, None]) for each in (starts, gains))
    assert (least <= gap).all()
