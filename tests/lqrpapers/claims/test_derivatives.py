"""Gradient and Hessian claims: true where they should be, false where they should be."""

from fractions import Fraction

import numpy as np
import pytest

import lqrlib
from lqrlib import systems
from lqrpapers.claims import check
from lqrpapers.constants import printed
from lqrpapers.studies import moments


def ensemble(noise: int, states: int = 3, inputs: int = 2) -> tuple[lqrlib.LQR, np.ndarray]:
    problems = systems.random_ensemble(
        30, states, inputs, 3, state_noise_terms=noise, input_noise_terms=noise
    )
    return problems, systems.random_stabilizing_gains(problems, 4, fraction=(0.1, 0.95))


@pytest.mark.parametrize("noise", [0, 2])
@pytest.mark.parametrize("id", ["s2-lemma-3.1", "s2-lemma-b.1", "s1-grad"])
def test_the_gradient_is_the_derivative_and_the_check_would_notice(id, noise, monkeypatch):
    problems, K = ensemble(noise)
    for each in check(id, problems, K):
        assert each.holds.all()
        # The allowance for rounding must stay far below the tolerance on ordinary problems.
        assert np.median(each.floor / each.rhs) < 0.1
    true = lqrlib.objective.gradient
    monkeypatch.setattr(lqrlib.objective, "gradient", lambda p, K: true(p, K) * (1 + 1e-6))
    # Along a single direction the slope may happen to be small.
    assert check(id, problems, K)[0].violated > 0.8 * len(K)


def test_recursion_fails_for_a_wrong_E(monkeypatch):
    problems, K = ensemble(0)
    true = lqrlib.objective.evaluate

    def half(problem, K):
        at = true(problem, K)
        at.E = at.E / 2
        return at

    monkeypatch.setattr(lqrlib.objective, "evaluate", half)
    [recursion] = check("s2-lemma-b.1", problems, K, part="recursion")
    assert not recursion.holds.any()


@pytest.mark.parametrize("noise", [0, 2])
def test_the_printed_hessian_has_the_right_form_and_is_the_wrong_operator(noise):
    problems, K = ensemble(noise)
    X = np.random.default_rng(5).standard_normal(K.shape)
    operator, form = check("s1-hess", problems, K, X)
    assert not operator.holds.any() and form.holds.all()
    assert all(each.holds.all() for each in check("s1-hess", problems, K, X, form="corrected"))
    claimed, true = printed.hessian_matrix(problems, K), lqrlib.hessian_matrix(problems, K)
    scale = np.linalg.norm(true, axis=(-2, -1), keepdims=True)
    np.testing.assert_allclose((claimed + claimed.mT) / 2 / scale, true / scale, atol=1e-12)


def test_the_printed_hessian_is_right_for_one_entry_and_at_the_optimum():
    problems, K = ensemble(1, states=1, inputs=1)
    np.testing.assert_allclose(
        printed.hessian_matrix(problems, K), lqrlib.hessian_matrix(problems, K), rtol=1e-12
    )
    problems, _ = ensemble(1)
    best = lqrlib.optimal_gain(problems)
    claimed, true = printed.hessian_matrix(problems, best), lqrlib.hessian_matrix(problems, best)
    assert (abs(claimed - true).max(axis=(-2, -1)) < 1e-9 * abs(true).max(axis=(-2, -1))).all()


def test_smallest_counterexample_in_exact_numbers():
    # J(k1, k2) = N/D with N = 1 + k1^2 + k2^2, D = k1 (2 - k1), differentiated by hand.
    k = Fraction(1, 2)
    N, D, D1, D2 = 1 + 2 * k * k, k * (2 - k), 2 - 2 * k, Fraction(-2)
    first = 2 / D - 4 * k * D1 / D**2 - N * D2 / D**2 + 2 * N * D1**2 / D**3
    cross, second = -2 * k * D1 / D**2, 2 / D
    assert (first, cross, second) == (Fraction(104, 9), Fraction(-16, 9), Fraction(8, 3))
    # The printed formula: 2 R_K X Sigma - 4 B'P'[X] A_K Sigma, with one state.
    A_K, P, Sigma = k, Fraction(2), Fraction(4, 3)
    assert P == 1 + 2 * k * k + A_K * P * A_K and Sigma == 1 + A_K * Sigma * A_K
    E = ((1 + P) * k - P, k)
    rows = [
        [
            2 * (1 + P) * Sigma - 4 * Sigma * 2 * E[0] * A_K * Sigma,
            -4 * Sigma * 2 * E[1] * A_K * Sigma,
        ],
        [Fraction(0), 2 * Sigma],
    ]
    assert rows == [[Fraction(104, 9), Fraction(-32, 9)], [0, Fraction(8, 3)]]
    problem, K = lqrlib.LQR([[1]], [[1, 0]], [[1]], np.eye(2)), [[0.5], [0.5]]
    exact = np.array([[first, cross], [cross, second]], dtype=float)
    np.testing.assert_allclose(lqrlib.hessian_matrix(problem, K), exact, rtol=1e-14)
    np.testing.assert_allclose(
        printed.hessian_matrix(problem, K), np.array(rows, dtype=float), rtol=1e-14
    )


def test_indefinite_hessian_in_exact_numbers():
    problem = lqrlib.LQR([[0, 1 / 2], [1, 0]], [[1], [1]], np.eye(2), [[1]])
    want = 4 / 125 * np.array([[518.0, 1589.0], [1589.0, 4872.0]])
    np.testing.assert_allclose(lqrlib.hessian_matrix(problem, [[0, 1]]), want, rtol=1e-13)
    assert 518 * 4872 - 1589**2 == -(35**2)


def test_formal_cost_is_the_cost_inside_and_below_it_outside():
    problems, K = ensemble(2)
    np.testing.assert_allclose(
        moments.formal_cost(problems, K), lqrlib.cost(problems, K), rtol=1e-9
    )
    [inside] = check("s2-lemma-3.1", problems, K, form="dropped")
    assert inside.holds.all()
    suspension = systems.suspension()
    path = np.linspace(0.5, 0, 20)[:, None, None] * lqrlib.optimal_gain(suspension)
    assert not lqrlib.is_stabilizing(suspension, path).any()
    [outside] = check("s2-lemma-3.1", suspension, path, form="dropped")
    assert np.isfinite(outside.rhs).all() and not outside.holds.any()
