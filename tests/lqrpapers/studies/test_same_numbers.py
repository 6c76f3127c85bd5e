"""Twins share every number that the bound on the Hessian is made of, and are far steeper."""

from __future__ import annotations

import numpy as np
import pytest

from lqrlib import LQR, objective, systems
from lqrlib.matrices import spectral_norm
from lqrpapers.constants import sharp, sublevel
from lqrpapers.studies import same_numbers

CAR, START = systems.suspension(), systems.suspension_start()
LEVEL = float(objective.cost(CAR, START))
NUMBERS = ("mu", "q", "r", "Q", "R", "Sigma0", "trace", "B", "noise", "optimal_cost", "cost", "K")


@pytest.fixture(scope="module")
def found():
    return same_numbers.losses(CAR, START, 3, 4)


@pytest.mark.parametrize("drift", [-0.9, 0.3])
def test_a_twin_has_the_same_numbers_and_so_the_same_bound(drift):
    mine, theirs = (sublevel(p, LEVEL) for p in (CAR, same_numbers.twin(CAR, drift)))
    for name in NUMBERS:
        np.testing.assert_allclose(getattr(mine, name), getattr(theirs, name), rtol=1e-9)
    np.testing.assert_allclose(sharp.hessian_bound(mine), sharp.hessian_bound(theirs), rtol=1e-9)


def test_each_curvature_is_below_the_one_before(found):
    sizes = [found.bound, found.twin.hessian, found.own.hessian, found.start, found.optimum]
    assert sizes == sorted(sizes, reverse=True) and found.optimum > 0


def test_the_steepest_places_lie_in_their_sub_level_sets(found):
    for place in (found.twin, found.own):
        assert objective.cost(place.problem, place.K) <= LEVEL * (1 + 1e-9)
        there = spectral_norm(objective.at_gain(place.problem, place.K).hessian_matrix)
        assert there == pytest.approx(place.hessian, rel=1e-6)


def test_other_weights_are_refused():
    with pytest.raises(ValueError, match="unit matrices"):
        same_numbers.twin(LQR([[0.5]], [[1.0]], [[2.0]], [[1.0]]), 0.5)
