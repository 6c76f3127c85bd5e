"""Random families: distances, starts and curvatures are those promised."""

import numpy as np
import pytest

import lqrlib
from lqrlib import tasks
from lqrpapers.studies import ensembles


@pytest.mark.parametrize("terms", [0, 2])
def test_problems_by_size_are_stabilized_and_a_size_does_not_depend_on_the_others(terms):
    found = ensembles.problems_by_size(6, [1, 4], [3, 1], terms)
    for n, (many, K) in found.items():
        assert many.batch_shape == (6,) and K.shape == (6, min(n, 3), n)
        assert many.state_noise.variances.shape[-1] == many.input_noise.variances.shape[-1] == terms
        assert lqrlib.is_stabilizing(many, K).all()
    [(alone, K)] = ensembles.problems_by_size(6, [4], [3, 1], terms).values()
    np.testing.assert_array_equal(K, found[4][1])
    other = ensembles.problems_by_size(6, [4], [3, 2], terms)
    assert (other[4][0].A != alone.A).all()


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


def test_random_cases_have_every_size_without_and_with_noise():
    found = list(ensembles.random_cases(3, [7, 1], spread=1))
    assert [problem.states for problem, _ in found] == 2 * list(range(1, 9))
    assert [problem.inputs for problem, _ in found[:8]] == [1, 1, 2, 2, 3, 3, 4, 4]
    assert [bool(problem.has_noise) for problem, _ in found] == 8 * [False] + 8 * [True]
    for problem, K in found:
        assert problem.batch_shape == (3,) and lqrlib.is_stabilizing(problem, K).all()
        np.testing.assert_allclose(
            problem.Q, np.broadcast_to(np.eye(problem.states), problem.Q.shape), atol=1e-12
        )
    other = next(ensembles.random_cases(3, [8, 1], spread=1))
    assert not np.array_equal(other[0].A, found[0][0].A)
