"""What must not matter: stacking, coordinates, the scale of the weights, silent or split noise."""

import numpy as np
import pytest
from compare import EXACT, TRUTH, assert_close
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import cases, unit

import lqrlib

# Invariances.


@given(cases(layouts=[(3,), (2, 2)]))
@settings(max_examples=30)
def test_a_stack_gives_what_its_members_give_one_by_one(case):
    X = unit(case)
    at = lqrlib.evaluate(case.problem, case.K)
    H = lqrlib.hessian(case.problem, case.K, X)
    best = lqrlib.optimal_gain(case.problem)
    radius = lqrlib.mean_square_radius(case.problem, case.K)
    for problem, K, i in case.members():
        alone = lqrlib.evaluate(problem, K)
        for name in ("cost", "P", "Sigma", "E", "R_K"):
            scale = np.linalg.norm(alone.R_K @ K) if name == "E" else None
            assert_close(getattr(at, name)[i], getattr(alone, name), EXACT, name, scale)
        assert_close(H[i], lqrlib.hessian(problem, K, X[i]), EXACT, "Hessian")
        assert_close(best[i], lqrlib.optimal_gain(problem), EXACT, "optimal gain")
        assert radius[i] == pytest.approx(lqrlib.mean_square_radius(problem, K), rel=EXACT)


@given(cases(most=5, layouts=[(3,)]), st.integers(1, 4))
@settings(max_examples=20)
def test_problems_and_gains_broadcast_and_added_axes_stand_in_front(case, count):
    K = case.K + 0.01 * case.rng.standard_normal((count, *case.K.shape))
    at = lqrlib.evaluate(case.problem, K)
    H = lqrlib.hessian(case.problem, case.K, K)
    matrices = lqrlib.hessian_matrix(case.problem, K)
    assert at.cost.shape == (count, 3)
    for s in range(count):
        for i in range(3):
            assert_close(at.cost[s, i], lqrlib.cost(case.problem[i], K[s, i]), EXACT, "cost")
            alone = lqrlib.hessian(case.problem[i], case.K[i], K[s, i])
            assert_close(H[s, i], alone, EXACT, "Hessian")
            alone = lqrlib.hessian_matrix(case.problem[i], K[s, i])
            assert_close(matrices[s, i], alone, EXACT, "Hessian matrix")
    one = lqrlib.cost(case.problem[0], K[:, 0])
    assert one.shape == (count,)


@given(cases())
@settings(max_examples=30)
def test_a_change_of_coordinates_leaves_the_cost_and_transforms_the_gradient(case):
    """x = S z and u = T v: K becomes T^-1 K S and the gradient T' gradient S^-T."""
    p, K = case.problem, case.K
    n, m = p.states, p.inputs
    S = np.eye(n) + 0.3 * case.rng.standard_normal((n, n)) / np.sqrt(n)
    T = np.eye(m) + 0.3 * case.rng.standard_normal((m, m)) / np.sqrt(m)
    back, undo = np.linalg.inv(S), np.linalg.inv(T)
    other = lqrlib.LQR(
        back @ p.A @ S,
        back @ p.B @ T,
        S.T @ p.Q @ S,
        T.T @ p.R @ T,
        back @ p.Sigma0 @ back.T,
        state_noise=(p.state_noise.variances, back @ p.state_noise.directions @ S),
        input_noise=(p.input_noise.variances, back @ p.input_noise.directions @ T),
    )
    moved = undo @ K @ S
    assert_close(lqrlib.cost(other, moved), lqrlib.cost(p, K), TRUTH, "cost")
    expected = T.T @ lqrlib.gradient(p, K) @ back.T
    assert_close(lqrlib.gradient(other, moved), expected, TRUTH, "gradient")
    best = lqrlib.optimal_gain(p)
    scale = np.linalg.norm(best) + np.linalg.norm(K)
    assert_close(lqrlib.optimal_gain(other), undo @ best @ S, TRUTH, "optimal gain", scale)


@given(cases(), st.floats(1e-6, 1e6))
@settings(max_examples=30)
def test_scaling_both_weights_scales_the_cost_and_leaves_the_optimal_gain(case, factor):
    scaled = case.problem.replace(Q=factor * case.problem.Q, R=factor * case.problem.R)
    here, there = (lqrlib.evaluate(p, case.K) for p in (case.problem, scaled))
    for name in ("cost", "P", "R_K", "E"):
        assert_close(getattr(there, name), factor * getattr(here, name), EXACT, name)
    assert np.array_equal(there.Sigma, here.Sigma)
    gain = lqrlib.optimal_gain(case.problem)
    scale = np.linalg.norm(gain) + np.linalg.norm(case.K)
    assert_close(lqrlib.optimal_gain(scaled), gain, TRUTH, "optimal gain", scale)


@given(cases(noise=False))
@settings(max_examples=30)
def test_noise_of_variance_zero_is_no_noise(case):
    n, m = case.problem.states, case.problem.inputs
    silent = case.problem.replace(
        state_noise=(np.zeros(2), case.rng.standard_normal((2, n, n))),
        input_noise=(np.zeros(3), case.rng.standard_normal((3, n, m))),
    )
    X = unit(case)
    assert_close(lqrlib.cost(silent, case.K), lqrlib.cost(case.problem, case.K), EXACT)
    H = lqrlib.hessian(case.problem, case.K, X)
    assert_close(lqrlib.hessian(silent, case.K, X), H, EXACT)
    best = lqrlib.optimal_gain(case.problem)
    scale = np.linalg.norm(best) + np.linalg.norm(case.K)
    assert_close(lqrlib.optimal_gain(silent), best, TRUTH, scale=scale)


@given(cases(noise=True))
@settings(max_examples=30)
def test_splitting_noise_terms_in_two_halves_changes_nothing(case):
    def halves(noise):
        return (
            np.concatenate([noise.variances / 2] * 2, axis=-1),
            np.concatenate([noise.directions] * 2, axis=-3),
        )

    p = case.problem
    split = p.replace(state_noise=halves(p.state_noise), input_noise=halves(p.input_noise))
    X = unit(case)
    assert_close(lqrlib.cost(split, case.K), lqrlib.cost(p, case.K), EXACT, "cost")
    expected = lqrlib.hessian(p, case.K, X)
    assert_close(lqrlib.hessian(split, case.K, X), expected, EXACT, "Hessian")
