"""The same numbers from libraries that others wrote; those not installed are left out."""

from types import SimpleNamespace

import numpy as np
import pytest
import scipy.linalg
from strategies import build

import lqrlib

CASES = [(n, m) for n in (1, 2, 4, 6) for m in (1, 3)]


def cases(n, m):
    """A problem without noise, a gain, and where the rounding of a solve may go."""
    case = build(10 * n + m, n, m, 0, 0, (), 0.7)
    return case.problem, case.K


def close(found, expected, tolerance=1e-9):
    np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance * np.abs(expected).max())


@pytest.mark.parametrize("n, m", CASES)
@pytest.mark.parametrize("discount", [1.0 - 1e-12, 0.9])
def test_the_gradient_is_that_of_mushroom_rl_in_closed_form(n, m, discount):
    """Its value is minus the cost from a state; a discount goes into A and B."""
    theirs = pytest.importorskip("mushroom_rl.solvers.lqr")
    p, K = cases(n, m)
    system = SimpleNamespace(A=p.A, B=p.B, Q=p.Q, R=p.R, info=SimpleNamespace(gamma=discount))
    ours = p.replace(A=np.sqrt(discount) * p.A, B=np.sqrt(discount) * p.B)
    close(lqrlib.value_matrix(ours, K), theirs.compute_lqr_P(system, K))
    root, still = np.linalg.cholesky(p.Sigma0), np.zeros((m, m))
    slopes = [theirs.compute_lqr_V_gaussian_policy_gradient_K(x, system, K, still) for x in root.T]
    close(lqrlib.gradient(ours, K).ravel(), -np.sum(slopes, axis=0).ravel())
    best = theirs.compute_lqr_feedback_gain(system, max_iterations=5000)
    close(lqrlib.optimal_gain(ours), best, 1e-8)


@pytest.mark.parametrize("n, m", CASES)
def test_solve_is_what_dlqr_of_python_control_returns(n, m):
    control = pytest.importorskip("control")
    p, _ = cases(n, m)
    K, P, poles = control.dlqr(p.A, p.B, p.Q, p.R)
    found = lqrlib.solve(p)
    close(found.K, K, 1e-8)
    close(found.P, P)
    close(np.sort_complex(found.poles), np.sort_complex(poles), 1e-7)


@pytest.mark.parametrize("n, m", CASES)
def test_value_matrix_and_covariance_are_those_of_slycot_control_and_scipy(n, m):
    p, K = cases(n, m)
    F, W = p.A - p.B @ K, p.Q + K.T @ p.R @ K
    W = (W + W.T) / 2
    at = lqrlib.evaluate(p, K)
    close(at.P, scipy.linalg.solve_discrete_lyapunov(F.T, W))
    close(at.Sigma, scipy.linalg.solve_discrete_lyapunov(F, p.Sigma0))
    pytest.importorskip("slycot")
    control = pytest.importorskip("control")
    close(at.P, control.dlyap(F.T, W, method="slycot"))
    close(at.Sigma, control.dlyap(F, p.Sigma0, method="slycot"))
