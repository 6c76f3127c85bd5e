"""Sub-level sets, Assumption 1, heterogeneity, the MAML objective and its gradient, Lemma 8."""

import dataclasses
from fractions import Fraction

import numpy as np
import pytest

import lqrlib
from lqrlib import LQR, maml, systems
from lqrlib.tasks import heterogeneity, levels
from lqrpapers import claims, constants
from lqrpapers.claims.tasks import matrix_reading_error
from lqrpapers.studies.ensembles import tasks_around
from lqrpapers.studies.landscape_cases import attaining_pairs
from lqrpapers.studies.task_families import masked_family, spectral_family


def families(n, m, terms=0, count=20, epsilon=0.02, setting="both"):
    nominal = systems.random_ensemble(
        count, n, m, 3, state_noise_terms=terms, input_noise_terms=terms
    )
    tasks = tasks_around(nominal, 3, levels(epsilon, setting), 4, noise=0.01 * bool(terms))
    K = systems.random_stabilizing_gains(nominal, 5, fraction=(0.1, 0.6))
    kept = lqrlib.is_stabilizing(tasks, K[:, None]).all(axis=-1)
    assert kept.sum() > count / 2
    tasks, K = tasks[kept], K[kept]
    # Curvature 1, so that one inner step suits all.
    size = np.linalg.norm(lqrlib.hessian_matrix(tasks, K[:, None]), 2, axis=(-2, -1)).max(axis=-1)
    scale = size[:, None, None, None]
    return tasks.replace(Q=tasks.Q / scale, R=tasks.R / scale), K


@pytest.mark.parametrize("sizes", [(1, 1), (1, 2), (3, 2), (2, 1, 2)])
def test_objective_and_gradient_hold(sizes):
    tasks, K = families(*sizes)
    for step in (0.0, 0.1, 0.4):
        [objective] = claims.check("s1-eq-3", tasks, K, step)
        [gradient] = claims.check("s1-eq-4", tasks, K, step, form="corrected")
        assert objective.violated == gradient.violated == 0, (objective.tightest, gradient.tightest)


def test_objective_notices_a_wrong_step():
    tasks, K = families(3, 2)
    [objective] = claims.check("s1-eq-3", tasks, K, 0.2)
    other = maml.cost(tasks, K, 0.21)
    assert (np.abs(other - maml.cost(tasks, K, 0.2)) / other > 10 * objective.rhs).any()


def test_an_m_by_m_hessian_is_right_with_one_state_only():
    one, K = families(1, 2)
    matrix, formula = claims.check("s1-eq-4", one, K, 0.3)
    assert matrix.violated == 0 and formula.violated > 0
    more, K = families(3, 2)
    matrix, formula = claims.check("s1-eq-4", more, K, 0.3)
    assert matrix.violated > 0.9 * matrix.checked and formula.violated > 0


def test_no_m_by_m_matrix_comes_nearer_than_the_error_says():
    tasks, K = families(3, 2, count=4)
    error = matrix_reading_error(tasks, K, 0.3)
    gain = K[:, None]
    adapted = maml.adapted_gains(tasks, K, 0.3)
    G = lqrlib.gradient(tasks, adapted)
    target = G - 0.3 * lqrlib.hessian(tasks, gain, G)
    for i, j in np.ndindex(error.shape):
        H = np.linalg.lstsq(G[i, j].T, target[i, j].T, rcond=None)[0].T
        left = np.linalg.norm(H @ G[i, j] - target[i, j]) / np.linalg.norm(target[i, j])
        assert left == pytest.approx(error[i, j], rel=1e-8)


def test_sublevel_sets_stabilize_and_are_bounded():
    nominal = systems.double_integrator()
    tasks = spectral_family(nominal, 4, 0.1, 1)
    K0 = np.array([[0.4, 0.9]])
    K = K0 + 0.3 * np.random.default_rng(2).standard_normal((500, 1, 2))
    stabilizes, bounded = claims.check("s1-def-2", tasks, K0, K)
    assert stabilizes.violated == bounded.violated == 0
    assert 0 < len(stabilizes.lhs) < 500
    with pytest.raises(ValueError, match="got none"):
        claims.check("s1-def-2", tasks, K0, K0 + 50.0)


def test_sublevel_bound_is_attained_on_a_scalar():
    """At A_K = 0, Sigma_K = Sigma_0, and the bound on ||K|| is an equality."""
    tasks = LQR.stack([systems.scalar(0.5, 1.0, 1.0, 1.0)])
    _, bounded = claims.check("s1-def-2", tasks, [[0.5]], [[[0.5]]])
    assert bounded.tightest == pytest.approx(1, abs=1e-9)


def test_a_common_start_may_exist_or_not():
    tasks = spectral_family(systems.boeing(), 5, 1e-3, 1)
    [start] = claims.check("s1-asm-1", tasks, systems.boeing_start())
    assert start.violated == 0
    [start] = claims.check("s1-asm-1", tasks, np.zeros((2, 4)))
    assert start.violated == start.checked == 5
    opposite = LQR([[1.5]], [[[1.0]], [[-1.0]]], [[1.0]], [[1.0]])
    [gain] = claims.check("s1-asm-1", opposite, form="dropped")
    assert gain.violated == 1 and gain.lhs == pytest.approx(0.5)
    stable = LQR([[0.5]], [[[1.0]], [[-1.0]]], [[1.0]], [[1.0]])
    [gain] = claims.check("s1-asm-1", stable, form="dropped")
    assert gain.violated == 0


@pytest.mark.parametrize("setting", ["system", "cost", "both"])
def test_levels_bound_distances_in_each_setting(setting):
    bounds = levels(0.01, setting)
    for draw in (spectral_family, masked_family):
        checks = claims.check("s1-het", draw(systems.boeing(), 4, bounds, 1, families=5), bounds)
        assert [each.part for each in checks] == ["A", "B", "Q", "R"]
        assert not any(each.violated for each in checks)


def test_masks_of_ones_go_beyond_the_levels():
    masks = {"A": np.ones((4, 4))}
    tasks = masked_family(systems.boeing(), 10, 0.01, 1, families=5, masks=masks)
    A, *others = claims.check("s1-het", tasks, 0.01, form="dropped")
    assert A.violated == 5 and A.assumption and not any(each.violated for each in others)


@pytest.mark.parametrize("noise", [0.0, 0.3])
def test_tasks_around_keep_their_distance(noise):
    terms = 2 * bool(noise)
    nominal = systems.random_ensemble(6, 3, 2, 1, state_noise_terms=terms, input_noise_terms=terms)
    tasks = tasks_around(nominal, 4, (0.1, 0.2, 0.03, 0.04), 2, noise=noise)
    assert tasks.batch_shape == (6, 4)
    np.testing.assert_array_equal(tasks.A[:, 0], nominal.A)
    for name, level in zip("ABQR", (0.1, 0.2, 0.03, 0.04), strict=True):
        moved = getattr(tasks, name)[:, 1:] - getattr(nominal, name)[:, None]
        np.testing.assert_allclose(np.linalg.norm(moved, 2, axis=(-2, -1)), level / 2)
    assert (heterogeneity(tasks).A <= 0.1).all()
    if noise:
        moved = tasks.input_noise.directions[:, 1:] - nominal.input_noise.directions[:, None]
        np.testing.assert_allclose(np.linalg.norm(moved, axis=(-2, -1)), noise)
    with pytest.raises(ValueError, match="problems"):
        tasks_around(nominal[0], 3, 0.1, 1)
    with pytest.raises(ValueError, match="noise"):
        tasks_around(nominal, 3, 0.1, 1, noise=-1.0)


def test_printed_heterogeneity_factors_with_a_strong_input():
    """By hand: a = 1/2, b = 2, q = r = 1, K = 0, so A_K = 1/2 and J = P = nu = 4/3."""
    a, b, J = Fraction(1, 2), 2, Fraction(4, 3)
    e = J * b * a
    first = J * b * (J + 4 * a**2 * J**2) + 4 * e * J**2 * a
    second = J * a * J
    third, fourth = J * b * a * J, 0
    factors = constants.printed.gradient_heterogeneity(systems.scalar(0.5, 2, 1, 1), [[0.0]])
    assert [float(each) for each in factors] == pytest.approx(
        [float(each) for each in (first, second, third, fourth)]
    )


def test_the_ratio_of_e3_has_a_closed_form():
    """x+ = u against x+ = a x + u at K = 0: 2 (1 - a^2)/(1 + 7 a^2), 2 in the limit."""
    a = np.array([1e-6, 0.1, 0.25, 1 / 3, 0.9])
    second = LQR(a[:, None, None], [[1.0]], [[1.0]], [[1.0]])
    first = second.replace(A=np.zeros((5, 1, 1)))
    [printed] = claims.check("e3", first, second, np.zeros((1, 1)))
    np.testing.assert_allclose(printed.lhs / printed.rhs, 2 * (1 - a**2) / (1 + 7 * a**2))


def test_the_sharp_bound_is_attained_whatever_differs_noise_included():
    found = claims.check("ours-thm-heterogeneity", *attaining_pairs())
    for part in ("gradient", "gradient, Frobenius norm"):
        np.testing.assert_allclose(found[part].ratio, 1, rtol=1e-9)
        smaller = dataclasses.replace(found[part], rhs=0.999 * found[part].rhs, floor=0.0)
        assert smaller.violated == smaller.checked == 8
    assert not any(each.violated for each in found)
