"""The generalised Riccati equation: three methods, stacks, boundaries, problems without a gain.

Accuracy of P, relative: 1e-10 asked of random problems; 1e-9 for scalar problems in closed form
whose optimal loop comes within 1e-6 of the boundary.
"""

import control
import numpy as np
import pytest
import scipy.linalg
import slycot
from hypothesis import given, settings
from riccati_cases import scalar
from strategies import cases

from lqrlib import LQR
from lqrlib.matrix_equations import closed_loop, solve_riccati
from lqrlib.matrix_equations.iteration import value_step
from lqrlib.matrix_equations.riccati_doubling import structured_doubling

METHODS = ["doubling", "policy_iteration", "value_iteration"]
NOISY_METHODS = ["policy_iteration", "value_iteration"]


def relative(X, Y):
    X, Y = np.asarray(X), np.asarray(Y)
    assert X.shape == Y.shape
    return (np.linalg.norm(X - Y, axis=(-2, -1)) / np.linalg.norm(Y, axis=(-2, -1))).max()


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
            alone = solve_riccati(stack[[i]], method=method)
            assert np.array_equal(together.P[i], alone.P[0])
            assert np.array_equal(together.K[i], alone.K[0])
            assert together.iterations[i] == alone.iterations[0]


@pytest.mark.parametrize("method", [None, *METHODS])
def test_a_semidefinite_cost_that_sees_the_unstable_mode_is_fine(method):
    A = np.array([[1.2, 1.0], [0.0, 0.3]])
    Q = np.diag([1.0, 0.0])
    solution = solve_riccati(LQR(A, np.eye(2), Q, np.eye(2)), method=method)
    expected = scipy.linalg.solve_discrete_are(A, np.eye(2), Q, np.eye(2))
    assert relative(solution.P, expected) < 1e-12


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
    for i, j in np.ndindex(2, 3):
        alone = solve_riccati(problem[[i]][:, [j]])
        assert np.array_equal(solution.K[i, j], alone.K[0, 0])


def test_unknown_methods_and_doubling_with_noise_are_refused():
    with pytest.raises(ValueError, match="method: expected .*one of"):
        solve_riccati(scalar(0.5, 1.0), method="newton")
    with pytest.raises(ValueError, match="doubling takes no noise"):
        solve_riccati(scalar(0.5, 1.0, alpha=0.1), method="doubling")
