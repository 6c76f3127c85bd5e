"""Random families: distances, starts and curvatures are those promised."""

import numpy as np
import pytest

import lqrlib
from lqrlib import tasks
from lqrpapers.studies import ensembles


@pytest.mark.parametrize("noise", [0, 2])
def test_random_families_are_near_and_their_starts_stabilize_every_task(noise):
    rng = np.random.default_rng(1)
    families, K0 = ensembles.random_families(10, 3, rng, noise_terms=noise)
    assert families.batch_shape == (10, 3) and K0.shape == (10, 3, 3)
    assert lqrlib.is_stabilizing(families, K0[:, None]).all()
    assert bool(families.has_noise) == bool(noise)
    for level in tasks.heterogeneity(families):
        assert (level <= 1e-6 * (1 + 1e-6)).all() and (level > 1e-8).all()


def test_normalised_families_differ_in_the_system_and_have_curvature_one():
    families, K = ensembles.normalised_families(10, 2, np.random.default_rng(2))
    A, B, Q, R = tasks.heterogeneity(families)
    assert (A > 1e-3).all() and (B > 1e-3).all() and (np.maximum(Q, R) < 1e-12).all()
    assert (np.maximum(A, B) <= 0.02 * (1 + 1e-9)).all()
    norms = np.linalg.norm(lqrlib.hessian_matrix(families, K[:, None]), 2, axis=(-2, -1))
    np.testing.assert_allclose(norms, 1, rtol=0.5)  # exactly one at the problem in the middle
    assert (np.abs(norms - 1) > 1e-6).any()


def test_random_cases_are_stabilized_and_repeat():
    many, K = ensembles.random_cases(7, 3, 2, 5, 1, fraction=(0.1, 0.9))
    again, L = ensembles.random_cases(7, 3, 2, 5, 1, fraction=(0.1, 0.9))
    assert many.batch_shape == (7,) and K.shape == (7, 2, 3)
    assert many.has_noise and lqrlib.is_stabilizing(many, K).all()
    assert (many.A == again.A).all() and (K == L).all()
