"""Generalised Lyapunov equations: noise, every method, every distance to the boundary.

Relative forward error against 40 digits, n = 3, 2 noise terms, largest of 12 equations: 3e-13 at
margin 1 - rho(F) = 1e-3 and 2e-10 at 1e-6, and 7e-10 by BiCGStab; 1 to 3 eps / margin, which is
what rounding the entries of F alone may do. The tests allow 10 eps / margin.
"""

import mpmath
import numpy as np
import pytest
import truth
from hypothesis import given, settings
from hypothesis import strategies as st
from lyapunov_cases import equation, loop_of, matrix, relative

from lqrlib import LQR
from lqrlib.matrix_equations import ClosedLoop, closed_loop, noise, solve_generalized_lyapunov

EPS = np.finfo(float).eps
METHODS = [None, "direct", "low_rank", "krylov"]
seeds = st.integers(0, 2**32 - 1)


def brute_force(F, variances, directions, W, adjoint=False):
    n = len(F)
    system = np.eye(n * n) - matrix(F, variances, directions)
    return np.linalg.solve(system.T if adjoint else system, W.ravel()).reshape(n, n)


@settings(max_examples=20)
@given(
    seeds,
    st.integers(1, 8),
    st.integers(1, 4),
    st.sampled_from([(), (1,), (3,), (2, 2)]),
    st.floats(0.05, 0.95),
    st.booleans(),
)
@pytest.mark.parametrize("method", METHODS)
def test_solutions_agree_with_a_kronecker_solve(method, seed, n, terms, batch, radius, adjoint):
    data = equation(seed, n, terms, radius, batch=batch)
    X = solve_generalized_lyapunov(*data, adjoint=adjoint, method=method)
    assert np.array_equal(X, X.swapaxes(-1, -2))
    for i in np.ndindex(batch):
        assert relative(X[i], brute_force(*(x[i] for x in data), adjoint=adjoint)) < 1e-9


def precise_solution(F, variances, directions, W):
    """The n^2 x n^2 system in 40 digits."""
    n = len(F)
    with mpmath.workdps(40):
        system = mpmath.eye(n * n)
        terms = [(1.0, F), *zip(variances, directions, strict=True)]
        for variance, S in ((mpmath.mpf(float(v)), mpmath.matrix(S.tolist())) for v, S in terms):
            for row in range(n * n):
                for column in range(n * n):
                    entry = S[row // n, column // n] * S[row % n, column % n]
                    system[row, column] -= variance * entry
        x = mpmath.lu_solve(system, mpmath.matrix(W.ravel().tolist()))
        return np.array(x.tolist(), dtype=float).reshape(n, n)


@pytest.mark.parametrize("margin", [1e-1, 1e-3, 1e-6])
@pytest.mark.parametrize("method", METHODS)
def test_forward_error_against_extended_precision_near_the_boundary(margin, method):
    F, variances, directions, _ = equation(4, 3, 2, 1 - margin)
    X = solve_generalized_lyapunov(F, variances, directions, np.eye(3), method=method)
    expected = precise_solution(F, variances, directions, np.eye(3))
    assert relative(X, expected) < 10 * EPS / margin


@pytest.mark.parametrize(("n", "rank"), [(3, 3), (25, 25), (25, 1)])
def test_operators_and_resolvents_come_in_adjoint_pairs(n, rank):
    F, variances, directions, W = equation(5, n, 3, 0.9, rank, batch=(2,))
    Y = equation(6, n, 3, 0.9, rank, batch=(2,))[3]
    loop = loop_of(F, variances, directions)
    for forth, back in ((loop.apply, loop.apply_adjoint), (loop.solve, loop.solve_adjoint)):
        left, right = np.sum(forth(W) * Y), np.sum(W * back(Y))
        assert abs(left - right) < 1e-11 * np.linalg.norm(forth(W)) * np.linalg.norm(Y)
    X = loop.solve(W)
    assert relative(X, loop.apply(X) + W) < 1e-13
    X = loop.solve_adjoint(W)
    assert relative(X, loop.apply_adjoint(X) + W) < 1e-13


@pytest.mark.parametrize("n", [4, 25])
@pytest.mark.parametrize("terms", [0, 2])
def test_both_solutions_at_once_are_those_found_one_by_one(n, terms):
    F, variances, directions, W = equation(12, n, 2, 0.9, batch=(2,))
    V = equation(13, n, 2, 0.9, batch=(3, 2))[3]
    loop = loop_of(F, variances, directions) if terms else ClosedLoop(F, None)
    X, Y = loop.solve_both(W, V)
    assert np.array_equal(X, loop.solve(W)) and np.array_equal(Y, loop.solve_adjoint(V))
    assert loop.stable.all()


@pytest.mark.parametrize("n", [4, 25])
def test_extra_axes_stand_in_front_of_the_batch(n):
    F, variances, directions, _ = equation(7, n, 2, 0.9, batch=(2,))
    W = equation(8, n, 2, 0.9, batch=(3, 2))[3]
    loop = loop_of(F, variances, directions)
    X, image = loop.solve(W), loop.apply(W)
    assert X.shape == image.shape == (3, 2, n, n)
    for i in range(3):
        assert relative(X[i], loop.solve(W[i])) < 1e-12
        assert relative(image[i], loop.apply(W[i])) < 1e-13


@pytest.mark.parametrize("n", [5, 12, 25])
@pytest.mark.parametrize("margin", [1e-2, 1e-6, 1e-9])
@pytest.mark.parametrize("side", [-1, 1])
def test_stability_and_radius_on_both_sides_of_the_boundary(n, margin, side):
    F, variances, directions, _ = equation(9, n, 3, 1 + side * margin)
    loop = loop_of(F, variances, directions)
    assert bool(loop.stable) == (side < 0)
    assert abs(loop.radius() - (1 + side * margin)) < 1e-12
    if n <= 12:
        values = np.linalg.eigvals(matrix(F, variances, directions))
        assert loop.radius() == pytest.approx(np.abs(values).max(), rel=1e-12)


@pytest.mark.parametrize("rank", [1, 30])
def test_a_stable_mean_does_not_pass_for_mean_square_stability(rank):
    F, variances, directions, W = equation(10, 30, 3, 1.05, rank)
    assert np.abs(np.linalg.eigvals(F)).max() < 1
    for method in METHODS:
        solution = solve_generalized_lyapunov(F, variances, directions, W, method=method)
        assert np.isnan(solution).all()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("n", [4, 24])
def test_bad_members_are_nan_and_leave_their_neighbours_alone(n, method):
    F, variances, directions, W = equation(11, n, 2, 0.9, batch=(6,))
    bad = np.array([False, True, True, False, True, False])
    mixed, louder = F.copy(), variances.copy()
    mixed[1] *= 5  # the mean is unstable
    louder[2] *= 50  # the noise is too strong
    mixed[4] = 1e200
    X = solve_generalized_lyapunov(mixed, louder, directions, W, method=method)
    assert np.array_equal(np.isnan(X).all(axis=(-2, -1)), bad)
    alone = solve_generalized_lyapunov(F, variances, directions, W, method=method)
    assert relative(X[~bad], alone[~bad]) < 1e-12


def test_an_exactly_singular_member_does_not_raise_for_the_stack():
    # 1/4 + 3/4 = 1: the mean-square radius of the second member is 1 exactly
    X = solve_generalized_lyapunov(
        [[[0.0]], [[0.5]]], [[0.25] * 3, [0.25] * 3], np.ones((2, 3, 1, 1)), [[1.0]]
    )
    assert X[0, 0, 0] == pytest.approx(4.0) and np.isnan(X[1, 0, 0])


def test_noise_moments_are_computed_once_per_problem(monkeypatch):
    rng = np.random.default_rng(0)
    problem = LQR(
        0.5 * np.eye(3),
        rng.standard_normal((3, 2)),
        np.eye(3),
        np.eye(2),
        state_noise=(np.full(40, 1e-3), rng.standard_normal((40, 3, 3))),
        input_noise=(np.full(40, 1e-3), rng.standard_normal((40, 3, 2))),
    )
    seen = []
    original = noise.congruence
    monkeypatch.setattr(noise, "congruence", lambda S: seen.append(S.shape) or original(S))
    K = 0.1 * rng.standard_normal((50, 2, 3))
    first = closed_loop(problem, K).solve(np.eye(3))
    assert (1, 40, 3, 3) in seen and (1, 40, 3, 2) in seen
    seen.clear()
    again = closed_loop(problem, K)
    assert np.array_equal(again.solve(np.eye(3)), first)
    # the second time only the gains are new, whatever the number of noise terms
    assert seen == [(50, 2, 3)]
    for i in (0, 49):
        terms = truth.closed_loop_terms(problem, K[i])
        system = np.eye(9) - truth.kronecker(terms)
        assert relative(first[i], np.linalg.solve(system, np.eye(3).ravel()).reshape(3, 3)) < 1e-10


def test_a_stack_of_noisy_problems_meets_a_stack_of_gains():
    rng = np.random.default_rng(1)
    problem = LQR(
        0.5 * rng.standard_normal((3, 2, 2)) / 2,
        rng.standard_normal((3, 2, 1)),
        np.eye(2),
        [[1.0]],
        state_noise=(np.full((3, 2), 0.02), rng.standard_normal((3, 2, 2, 2))),
        input_noise=([0.05], rng.standard_normal((3, 1, 2, 1))),
    )
    K = 0.1 * rng.standard_normal((4, 1, 1, 2))
    loop = closed_loop(problem, K)
    X, image = loop.solve_adjoint(np.eye(2)), loop.apply(np.eye(2))
    assert X.shape == image.shape == (4, 3, 2, 2)
    for i, j in np.ndindex(4, 3):
        operator = truth.kronecker(truth.closed_loop_terms(problem[j], K[i, 0]))
        expected = np.linalg.solve(np.eye(4) - operator.T, np.eye(2).ravel()).reshape(2, 2)
        assert relative(X[i, j], expected) < 1e-12
        assert relative(image[i, j], (operator @ np.eye(2).ravel()).reshape(2, 2)) < 1e-12


@pytest.mark.parametrize(
    ("variances", "directions", "message"),
    [
        ([-1.0], np.ones((1, 2, 2)), "variances: expected no negative entry"),
        ([1.0], np.ones((2, 2, 2)), r"directions: expected shape \(..., 1, 2, 2\)"),
        (np.ones((2, 1)), np.ones((1, 2, 2)), r"W: batch axes \(3,\) do not broadcast"),
    ],
)
def test_malformed_noise_is_refused_by_name(variances, directions, message):
    with pytest.raises(ValueError, match=message):
        solve_generalized_lyapunov(np.eye(2) / 2, variances, directions, np.ones((3, 2, 2)))


def test_doubling_is_refused_with_noise():
    with pytest.raises(ValueError, match="doubling takes no noise"):
        solve_generalized_lyapunov([[0.5]], [0.1], [[[1.0]]], [[1.0]], method="doubling")
