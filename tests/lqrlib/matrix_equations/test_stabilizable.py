"""Which problems have a mean-square stabilizing gain, an optimal one, or none: on both sides."""

import time

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st
from riccati_cases import scalar

from lqrlib import LQR, NotStabilizableError
from lqrlib.matrix_equations import closed_loop, iteration, solve_riccati, stabilization
from lqrlib.matrix_equations.iteration import value_step
from lqrlib.matrix_equations.stabilization import stabilizing_gain

METHODS = ["doubling", "policy_iteration", "value_iteration"]


@settings(max_examples=60, deadline=None)
@given(
    st.floats(-3, 3).filter(lambda a: abs(a) > 0.05),
    st.floats(0.1, 2),
    st.floats(0, 0.8),
    st.floats(0.02, 0.98),
    st.sampled_from([1e-1, 1e-3, 1e-6, -1e-6, -1e-3, -1e-1]),
)
def test_noise_up_to_the_level_that_no_gain_can_take(a, b, alpha, share, margin):
    # min over K of rho is alpha + a^2 beta / (b^2 + beta): choose alpha, beta to make it 1 - margin
    left = 1 - margin - alpha
    factor = left / a**2
    if not 0 < factor < 0.99:
        alpha, factor = 1 - margin - share * min(a**2, 0.9), share * min(a**2, 0.9) / a**2
    if alpha <= 0:
        return
    beta = b * b * factor / (1 - factor)
    problem = scalar(a, b, alpha=alpha, beta=beta)
    if margin < 0:
        with pytest.raises(NotStabilizableError):
            solve_riccati(problem)
    else:
        solution = solve_riccati(problem)
        assert closed_loop(problem, solution.K).stable
        assert solution.residual < 1e-13


def test_policy_iteration_matches_extended_value_iteration_near_the_boundary():
    problem = scalar(2.0, 1.0, alpha=0.199, beta=0.25)  # the least radius is 0.999
    solution = solve_riccati(problem)
    assert closed_loop(problem, solution.K).radius() > 0.999
    # P = 1 + (4 + 0.199) P - 4 P^2 / (1 + 1.25 P), a quadratic in P
    root = max(np.roots([1.25 * 3.199 - 4.0, 1.25 + 3.199, 1.0]))
    assert solution.P[0, 0] == pytest.approx(root, rel=1e-10)


@pytest.mark.parametrize("eigenvalue", [1.1, 1.001, 1 + 1e-6, 1.0])
@pytest.mark.parametrize("method", [None, "doubling", "policy_iteration"])
def test_an_uncontrollable_unstable_mode_is_named_within_bounded_work(eigenvalue, method):
    rng = np.random.default_rng(0)
    frame = rng.standard_normal((3, 3))
    A = frame @ np.diag([eigenvalue, 0.5, 2.0]) @ np.linalg.inv(frame)
    B = frame @ np.array([[0.0], [1.0], [1.0]])
    good = np.diag([0.5, 0.5, 2.0])
    stack = LQR(np.stack([good, A, good]), np.stack([B, B, B]), np.eye(3), [[1.0]])
    start = time.perf_counter()
    with pytest.raises(NotStabilizableError, match=r"\[1\]") as caught:
        solve_riccati(stack, method=method)
    assert caught.value.members.tolist() == [False, True, False]
    assert time.perf_counter() - start < 20


def test_value_iteration_ends_with_a_verdict_or_says_that_it_has_not_converged(monkeypatch):
    stack = LQR([[[1.2]], [[0.5]]], [[[0.0]], [[1.0]]], [[1.0]], [[1.0]])
    with pytest.raises(NotStabilizableError) as caught:
        solve_riccati(stack, method="value_iteration")
    assert caught.value.members.tolist() == [True, False]
    monkeypatch.setattr(iteration, "MOST_SWEEPS", 100)
    with pytest.raises(RuntimeError, match="no convergence in 100 sweeps"):
        solve_riccati(scalar(1.0, 1e-3, q=1e-3), method="value_iteration")


def test_members_are_named_by_their_place_in_the_batch():
    A = np.full((2, 3, 1, 1), 0.5)
    A[1, 2] = 2.0
    A[0, 1] = 3.0
    with pytest.raises(NotStabilizableError, match=r"\[0, 1\]; \[1, 2\]") as caught:
        solve_riccati(LQR(A, [[0.0]], [[1.0]], [[1.0]]))
    assert caught.value.members.tolist() == [[False, True, False], [False, False, True]]


@pytest.mark.parametrize("method", [None, *METHODS])
def test_where_the_cost_does_not_see_an_unstable_mode_the_gain_still_stabilizes(method):
    # P = 0 solves the equation without residual; its gain, zero, does not stabilize
    problem = scalar(2.0, 1.0, q=0.0)
    assert value_step(problem, np.zeros((1, 1))) == 0.0
    solution = solve_riccati(problem, method=method)
    assert solution.P[0, 0] == pytest.approx(3.0, rel=1e-12)
    assert solution.K[0, 0] == pytest.approx(1.5, rel=1e-12)


@pytest.mark.parametrize("method", [None, "policy_iteration"])
def test_an_unweighted_mode_on_the_unit_circle_has_no_optimal_gain(method):
    with pytest.raises(NotStabilizableError, match="Q does not weigh a mode on the unit circle"):
        solve_riccati(scalar(1.0, 1.0, q=0.0), method=method)


def test_the_search_for_a_stabilizing_gain_starts_from_any_gain():
    rng = np.random.default_rng(7)
    problem = LQR(
        2 * rng.standard_normal((4, 3, 3)),
        rng.standard_normal((4, 3, 2)),
        np.eye(3),
        np.eye(2),
        input_noise=([0.01], 0.3 * rng.standard_normal((1, 3, 2))),
    )
    for scale in (0.0, 1.0, 1e3):
        K, stable = stabilizing_gain(problem, scale * rng.standard_normal((4, 2, 3)))
        assert stable.all() and closed_loop(problem, K).stable.all()


def test_a_gain_that_stabilizes_is_taken_without_its_eigenvalues(monkeypatch):
    problem = LQR(0.5 * np.eye(2), np.eye(2), np.eye(2), np.eye(2)).reshape(1)
    monkeypatch.setattr(stabilization, "spectral_radius", None)
    K, stable = stabilizing_gain(problem, np.zeros((1, 2, 2)))
    assert stable.all() and not K.any()


@pytest.mark.parametrize("method", [None, "policy_iteration"])
@pytest.mark.parametrize("largest", [12.0, 20.0, 25.0])
def test_rounding_that_ends_policy_iteration_early_is_no_missing_solution(method, largest):
    # one input for five unstable modes: P has condition 1e13 and is found to 1e-2 or so
    frame = np.linalg.qr(np.random.default_rng(0).standard_normal((5, 5)))[0]
    A = frame @ np.diag([largest, 0.8 * largest, 0.6 * largest, 10.0, 5.0]) @ frame.T
    problem = LQR(A, frame @ np.ones((5, 1)), 1e3 * np.eye(5), [[1.0]])
    solution = solve_riccati(problem, method=method)
    assert closed_loop(problem, solution.K).stable
    expected = scipy.linalg.solve_discrete_are(A, problem.B, problem.Q, problem.R)
    assert np.linalg.norm(solution.P - expected) < 0.05 * np.linalg.norm(expected)
