"""Random families: distances, starts and curvatures are those promised."""

import numpy as np
import pytest

import lqrlib
from lqrlib import systems, tasks
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


@pytest.mark.parametrize("noise", [0, 2])
def test_unit_families_have_a_gain_at_which_the_largest_curvature_is_one(noise):
    families, K = ensembles.unit_families(10, 3, 3, noise_terms=noise)
    assert families.batch_shape == (len(K), 4) and 5 < len(K) <= 10
    assert bool(families.has_noise) == bool(noise)
    assert lqrlib.is_stabilizing(families, K[:, None]).all()
    norms = np.linalg.norm(lqrlib.hessian_matrix(families, K[:, None]), 2, axis=(-2, -1))
    np.testing.assert_allclose(norms.max(axis=1), 1, rtol=1e-12)
    assert (tasks.heterogeneity(families).A <= 0.05 * (1 + 1e-9)).all()


@pytest.mark.parametrize("noise", [0, 2])
def test_pairs_are_near_and_share_a_gain(noise):
    first, second, K = ensembles.pairs(10, 3, tasks.levels(1e-3, "cost"), 4, noise_terms=noise)
    assert first.batch_shape == second.batch_shape == (len(K),) and 5 < len(K) <= 10
    assert lqrlib.is_stabilizing(first, K).all() and lqrlib.is_stabilizing(second, K).all()
    A, B, Q, R = tasks.distances(first, second)
    assert (A == 0).all() and (B == 0).all()
    np.testing.assert_allclose(np.stack([Q, R]), 5e-4, rtol=1e-9)
    moved = np.abs(first.state_noise[1] - second.state_noise[1])
    assert (moved.sum(axis=(1, 2, 3)) > 1e-4).all() if noise else moved.size == 0


def test_problems_by_size_come_without_and_with_noise_from_their_own_seeds():
    cases = ensembles.without_and_with_noise(5, [1, 2, 3], [7, 1], inputs=2, noise_level=0.2)
    assert [(many.states, many.inputs) for many, _ in cases] == [(1, 1), (2, 2), (3, 2)] * 2
    assert [many.has_noise for many, _ in cases] == [False] * 3 + [True] * 3
    assert all(lqrlib.is_stabilizing(many, K).all() for many, K in cases)
    rng = np.random.default_rng([7, 1, 2, 3])
    alone = systems.random_ensemble(
        5, 3, 2, rng, state_noise_terms=2, input_noise_terms=2, noise_level=0.2
    )
    np.testing.assert_array_equal(cases[-1][0].A, alone.A)
    np.testing.assert_array_equal(cases[-1][1], systems.random_stabilizing_gains(alone, rng))


def test_where_inputs_are_not_given_there_are_half_as_many_as_states():
    found = ensembles.problems_by_size(3, range(1, 5), [7], inputs=None, spread=1)
    assert [many.inputs for many, _ in found.values()] == [1, 1, 2, 2]
    np.testing.assert_allclose(found[4][0].Q, np.broadcast_to(np.eye(4), (3, 4, 4)), atol=1e-12)


def test_random_cases_are_stabilized_and_repeat():
    many, K = ensembles.random_cases(7, 3, 2, 5, 1, fraction=(0.1, 0.9))
    again, L = ensembles.random_cases(7, 3, 2, 5, 1, fraction=(0.1, 0.9))
    assert many.batch_shape == (7,) and K.shape == (7, 2, 3)
    assert many.has_noise and lqrlib.is_stabilizing(many, K).all()
    assert (many.A == again.A).all() and (K == L).all()


def test_cheap_inputs_are_random_cases_with_smaller_weights_that_repeat():
    one, *many = ensembles.cheap_inputs(3, [5])
    assert one[0].batch_shape == () and [p.states for p, _ in many] == [1, 2, 3, 4, 6, 8]
    again = ensembles.cheap_inputs(3, [5])
    for (problem, K), (same, _) in zip([one, *many], again, strict=True):
        assert lqrlib.is_stabilizing(problem, K).all() and (problem.R == same.R).all()
    plain, _ = ensembles.random_cases(3, 2, 2, [5, 1], fraction=(0.05, 0.9))
    share = many[1][0].R / plain.R
    assert (share <= 1).all() and (share >= 1e-8).all() and (many[1][0].A == plain.A).all()
