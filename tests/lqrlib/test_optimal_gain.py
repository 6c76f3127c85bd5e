"""The optimal gain against python-control, slycot, scipy and value iteration."""

import control
import numpy as np
import pytest
import scipy.linalg
import truth
from compare import EXACT, TRUTH, assert_close
from hypothesis import given, settings
from strategies import build, cases

import lqrlib

# The optimal gain.


@given(cases(noise=False))
@settings(max_examples=40)
def test_deterministic_optimal_gain_agrees_with_python_control_slycot_and_scipy(case):
    best = lqrlib.optimal_gain(case.problem)
    for problem, _, i in case.members():
        A, B, Q, R = problem.A, problem.B, problem.Q, problem.R
        S = scipy.linalg.solve_discrete_are(A, B, Q, R)
        scale = np.linalg.norm(best[i]) + np.linalg.norm(A) / np.linalg.norm(B)
        expected = np.linalg.solve(R + B.T @ S @ B, B.T @ S @ A)
        assert_close(best[i], expected, TRUTH, "scipy", scale)
        for method in ("slycot", "scipy"):
            gain, _, _ = control.dlqr(A, B, Q, R, method=method)
            assert_close(best[i], gain, TRUTH, method, scale)


@given(cases())
@settings(max_examples=40)
def test_optimal_gain_agrees_with_value_iteration(case):
    best = lqrlib.optimal_gain(case.problem)
    for problem, _, i in case.members():
        gain, P = truth.value_iteration(problem)
        assert_close(best[i], gain, TRUTH, "gain", np.linalg.norm(best[i]) + 1e-3)
        assert_close(lqrlib.evaluate(problem, best[i]).P, P, TRUTH, "P")


@given(cases())
@settings(max_examples=30)
def test_optimal_gain_stabilizes_is_stationary_and_costs_no_more_than_the_given_gain(case):
    best = lqrlib.optimal_gain(case.problem)
    at = lqrlib.evaluate(case.problem, best)
    assert np.isfinite(at.cost).all()
    assert (at.cost <= lqrlib.cost(case.problem, case.K) * (1 + EXACT)).all()
    size = np.linalg.norm(at.R_K, axis=(-2, -1)) * (1 + np.linalg.norm(best, axis=(-2, -1)))
    assert (np.linalg.norm(at.E, axis=(-2, -1)) <= TRUTH * size).all()


@pytest.mark.parametrize("p, q", [(0, 0), (2, 1)])
def test_optimal_gain_is_found_where_the_best_gain_is_near_the_boundary(p, q):
    """No control to speak of (B = 1e-8): the radius of the optimal loop is that of A, 1 - 1e-3."""
    case = build(5, 4, 2, p, q, (3,), 1 - 1e-3)
    closed = case.problem.A - case.problem.B @ case.K
    problem = case.problem.replace(A=closed, B=1e-8 * case.problem.B, input_noise=None)
    best = lqrlib.optimal_gain(problem)
    for i in range(3):
        P = lqrlib.evaluate(problem[i], best[i]).P
        greedy = np.linalg.solve(
            truth.input_weight(problem[i], P), problem[i].B.T @ P @ problem[i].A
        )
        assert_close(best[i], greedy, TRUTH)
        assert_close(P, truth.value_matrix(problem[i], best[i]), TRUTH)
