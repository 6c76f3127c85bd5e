"""The generalised Riccati equation: three methods, stacks, boundaries, problems without a gain.

Accuracy of P, relative: 1e-10 asked of random problems; 1e-9 for scalar problems in closed form
whose optimal loop comes within 1e-6 of the boundary.
"""

import time

import control
import numpy as np
import pytest
import scipy.linalg
import slycot
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import cases

from lqrlib import LQR, NotStabilizableError
from lqrlib.matrix_equations import closed_loop, riccati, solve_riccati
from lqrlib.matrix_equations.riccati import value_step
from lqrlib.matrix_equations.riccati_doubling import structured_doubling
from lqrlib.matrix_equations.stabilization import stabilizing_gain

METHODS = ["doubling", "policy_iteration", "value_iteration"]
NOISY_METHODS = ["policy_iteration", "value_iteration"]


def relative(X, Y):
    X, Y = np.asarray(X), np.asarray(Y)
    assert X.shape == Y.shape
    return (np.linalg.norm(X - Y, axis=(-2, -1)) / np.linalg.norm(Y, axis=(-2, -1))).max()


def scalar(a, b, q=1.0, r=1.0, alpha=0.0, beta=0.0):
    noises = {
        "state_noise": ([alpha], [[[1.0]]]) if alpha else None,
        "input_noise": ([beta], [[[1.0]]]) if beta else None,
    }
    return LQR([[a]], [[b]], [[q]], [[r]], **noises)


@settings(max_examples=20)
@given(cases(noise=False))
@pytest.mark.parametrize("method", METHODS)
def test_without_noise_every_method_agrees_with_scipy_slycot_and_control(method, case):
    solution = solve_riccati(case.problem, method=method)
    for problem, _, place in case.members():
        A, B, Q, R = problem.A, problem.B, problem.Q, problem.R
        assert relative(solution.P[place], scipy.linalg.solve_discrete_are(A, B, Q, R)) < 1e-8
        K, P, _ = control.dlqr(A, B, Q, R)
        assert relative(solution.P[place], P) < 1e-8
        assert np.linalg.norm(solution.K[place] - K) < 1e-8 * (1 + np.linalg.norm(K))
        n, m = B.shape
        P = slycot.sb02od(n, m, A, B, Q, R, "D")[0]
        assert relative(solution.P[place], P) < 1e-8


@settings(max_examples=20)
@given(cases(noise=True))
def test_with_noise_the_methods_agree_and_the_gain_is_certified(case):
    problem = case.problem
    policy, value = (solve_riccati(problem, method=method) for method in NOISY_METHODS)
    assert relative(value.P, policy.P) < 1e-10
    for solution in (policy, value):
        assert closed_loop(problem, solution.K).stable.all()
        assert (solution.residual < 1e-13).all()
        assert np.array_equal(solution.P, solution.P.swapaxes(-1, -2))
        assert solution.iterations.shape == problem.batch_shape


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("a", [0.0, 0.5, 1 - 1e-6, 1.0, 1 + 1e-6, 3.0, -100.0])
def test_scalar_problems_have_the_solution_of_a_quadratic(method, a):
    b, q, r = 0.7, 1e-10 if method != "value_iteration" else 1e-4, 2.0
    # b^2 P^2 + (r (1 - a^2) - q b^2) P - q r = 0, by the root formula that does not cancel
    half = (r * (1 - a * a) - q * b * b) / 2
    root = np.sqrt(half * half + b * b * q * r)
    P = (root - half) / (b * b) if half < 0 else q * r / (root + half)
    solution = solve_riccati(scalar(a, b, q, r), method=method)
    assert solution.P[0, 0] == pytest.approx(P, rel=1e-9)
    assert solution.K[0, 0] == pytest.approx(a * b * P / (r + b * b * P), rel=1e-9)


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
    monkeypatch.setattr(riccati, "MOST_SWEEPS", 100)
    with pytest.raises(RuntimeError, match="no convergence in 100 sweeps"):
        solve_riccati(scalar(1.0, 1e-3, q=1e-3), method="value_iteration")


def test_members_are_named_by_their_place_in_the_batch():
    A = np.full((2, 3, 1, 1), 0.5)
    A[1, 2] = 2.0
    A[0, 1] = 3.0
    with pytest.raises(NotStabilizableError, match=r"\[0, 1\]; \[1, 2\]") as caught:
        solve_riccati(LQR(A, [[0.0]], [[1.0]], [[1.0]]))
    assert caught.value.members.tolist() == [[False, True, False], [False, False, True]]


@pytest.mark.parametrize("noise", [False, True])
def test_members_of_a_stack_in_different_states_do_not_disturb_each_other(noise):
    rng = np.random.default_rng(5)
    A = rng.standard_normal((6, 3, 3))
    A[1] *= 1e-3  # ends at once
    A[2] = np.eye(3) + np.diag([0.1, 0.1], 1)  # takes many steps
    A[3] = 0.0
    A[4] = 30 * rng.standard_normal((3, 3))
    terms = ([0.01], 0.1 * rng.standard_normal((1, 3, 3))) if noise else None
    B = rng.standard_normal((6, 3, 2))
    stack = LQR(A, B, np.eye(3), np.eye(2), state_noise=terms)
    for method in [None, *NOISY_METHODS[: 1 if not noise else 2]]:
        together = solve_riccati(stack, method=method)
        for i in range(6):
            alone = solve_riccati(stack[i], method=method)
            assert np.array_equal(together.P[i], alone.P)
            assert np.array_equal(together.K[i], alone.K)
            assert together.iterations[i] == alone.iterations


@pytest.mark.parametrize("method", [None, *METHODS])
def test_where_the_cost_does_not_see_an_unstable_mode_the_gain_still_stabilizes(method):
    # P = 0 solves the equation without residual; its gain, zero, does not stabilize
    problem = scalar(2.0, 1.0, q=0.0)
    assert value_step(problem, np.zeros((1, 1))) == 0.0
    solution = solve_riccati(problem, method=method)
    assert solution.P[0, 0] == pytest.approx(3.0, rel=1e-12)
    assert solution.K[0, 0] == pytest.approx(1.5, rel=1e-12)


@pytest.mark.parametrize("method", [None, *METHODS])
def test_a_semidefinite_cost_that_sees_the_unstable_mode_is_fine(method):
    A = np.array([[1.2, 1.0], [0.0, 0.3]])
    Q = np.diag([1.0, 0.0])
    solution = solve_riccati(LQR(A, np.eye(2), Q, np.eye(2)), method=method)
    expected = scipy.linalg.solve_discrete_are(A, np.eye(2), Q, np.eye(2))
    assert relative(solution.P, expected) < 1e-12


@pytest.mark.parametrize("method", [None, "policy_iteration"])
def test_an_unweighted_mode_on_the_unit_circle_has_no_optimal_gain(method):
    with pytest.raises(NotStabilizableError, match="Q does not weigh a mode on the unit circle"):
        solve_riccati(scalar(1.0, 1.0, q=0.0), method=method)


def test_value_iteration_stays_symmetric_with_an_open_loop_of_radius_ten():
    rng = np.random.default_rng(6)
    A = rng.standard_normal((4, 4))
    A *= 10 / np.abs(np.linalg.eigvals(A)).max()
    B = rng.standard_normal((4, 2))
    problem = LQR(A, B, np.eye(4), np.eye(2))
    P = plain = problem.Q
    for _ in range(12):
        P = value_step(problem, P)
        half = A.T @ plain @ B
        weight = np.eye(2) + B.T @ plain @ B
        plain = np.eye(4) + A.T @ plain @ A - half @ np.linalg.solve(weight, half.T)
    # as printed, rounding's skew part grows by the squared radius each sweep
    assert np.abs(plain - plain.T).max() > 1e-3 * np.abs(P).max()
    for _ in range(50):
        P = value_step(problem, P)
    assert np.array_equal(P, P.T)
    assert relative(P, scipy.linalg.solve_discrete_are(A, B, np.eye(4), np.eye(2))) < 1e-10


def test_structured_doubling_says_where_it_did_not_converge():
    A = np.stack([np.eye(1) * 0.5, np.eye(1) * 2.0, np.eye(1) * 2.0])
    B = np.stack([np.eye(1), np.eye(1), np.zeros((1, 1))])
    Q = np.stack([np.eye(1), np.zeros((1, 1)), np.eye(1)])
    _, done = structured_doubling(A, B, Q, np.ones((3, 1, 1)))
    assert done.tolist() == [True, False, False]


def test_a_large_stack_survives_the_pivots_that_its_elimination_does_not_choose():
    rng = np.random.default_rng(9)
    A, B = rng.standard_normal((300, 3, 3)), rng.standard_normal((300, 3, 3))
    # members 0 to 2: I + G H has a first pivot that is zero, tiny, or lost in rounding
    A[:3] = 1.5 * np.eye(3)
    B[:3] = np.linalg.cholesky([[1.0, -0.9, 0.0], [-0.9, 1.0, 0.0], [0.0, 0.0, 1.0]])
    Q = np.broadcast_to(np.eye(3), (300, 3, 3)).copy()
    for i, pivot in enumerate([0.0, 1e-13, 1e-9]):
        # (G H)_11 = h_11 - 0.9 h_12 = pivot - 1
        h = (pivot - 1 - 2.0) / -0.9
        Q[i] = [[2.0, h, 0.0], [h, h * h, 0.0], [0.0, 0.0, 1.0]]
        assert abs((np.eye(3) + B[i] @ B[i].T @ Q[i])[0, 0] - pivot) < 1e-15
    problem = LQR(A, B, Q, np.eye(3))
    P = solve_riccati(problem).P
    for i in range(300):
        expected = scipy.linalg.solve_discrete_are(A[i], B[i], Q[i], np.eye(3))
        assert relative(P[i], expected) < 1e-9


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


@pytest.mark.parametrize("n", [25, 50])
def test_many_states_with_noise(n):
    rng = np.random.default_rng(n)
    A = rng.standard_normal((n, n))
    A *= 1.05 / np.abs(np.linalg.eigvals(A)).max()
    problem = LQR(
        A,
        rng.standard_normal((n, 3)),
        np.eye(n),
        np.eye(3),
        state_noise=([0.2, 0.1], rng.standard_normal((2, n, n)) / np.sqrt(2 * n)),
        input_noise=([0.1], rng.standard_normal((1, n, 3)) / n),
    )
    solution = solve_riccati(problem)
    assert closed_loop(problem, solution.K).stable
    assert solution.residual < 1e-13


def test_a_stack_with_two_batch_axes_keeps_its_shape():
    rng = np.random.default_rng(8)
    problem = LQR(
        rng.standard_normal((2, 3, 2, 2)), rng.standard_normal((3, 2, 1)), np.eye(2), [[1]]
    )
    solution = solve_riccati(problem)
    assert solution.P.shape == (2, 3, 2, 2) and solution.K.shape == (2, 3, 1, 2)
    assert solution.residual.shape == solution.iterations.shape == (2, 3)
    for i in np.ndindex(2, 3):
        assert np.array_equal(solution.K[i], solve_riccati(problem[i]).K)


def test_unknown_methods_and_doubling_with_noise_are_refused():
    with pytest.raises(ValueError, match="method: expected None or one of"):
        solve_riccati(scalar(0.5, 1.0), method="newton")
    with pytest.raises(ValueError, match="doubling takes no noise"):
        solve_riccati(scalar(0.5, 1.0, alpha=0.1), method="doubling")
