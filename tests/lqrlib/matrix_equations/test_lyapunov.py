"""Lyapunov equations without noise.

Relative forward error against 40 digits, n = 4, largest of 20 equations: by doubling 6e-14 at
margin 1 - rho(F) = 1e-3 and 7e-11 at 1e-6, by the direct solve 2e-13 and 9e-11; below eps / margin,
which is what rounding the entries of F alone may do. The tests allow 5 eps / margin.
"""

import tracemalloc

import control
import mpmath
import numpy as np
import pytest
import scipy.linalg
import slycot
from hypothesis import given, settings
from hypothesis import strategies as st

from lqrlib.matrix_equations import ClosedLoop, solve_lyapunov
from lqrlib.matrix_equations.symmetric import (
    congruence,
    coordinates,
    from_coordinates,
    positive_definite,
)

EPS = np.finfo(float).eps
METHODS = [None, "direct", "krylov"]


def stack(seed, batch, n, radius):
    """Matrices with the given spectral radius, and symmetric indefinite right-hand sides."""
    rng = np.random.default_rng(seed)
    F = rng.standard_normal((*batch, n, n))
    F *= (radius / np.abs(np.linalg.eigvals(F)).max(axis=-1))[..., None, None]
    W = rng.standard_normal((*batch, n, n))
    return F, W + W.swapaxes(-1, -2)


def relative(X, Y):
    """Largest Frobenius error of a member relative to its size."""
    X, Y = np.asarray(X), np.asarray(Y)
    assert X.shape == Y.shape
    return (np.linalg.norm(X - Y, axis=(-2, -1)) / np.linalg.norm(Y, axis=(-2, -1))).max()


sizes = st.integers(1, 8)
seeds = st.integers(0, 2**32 - 1)


@settings(max_examples=25)
@given(seeds, sizes, st.sampled_from([(), (1,), (3,), (2, 2)]), st.floats(0.05, 0.95))
@pytest.mark.parametrize("method", METHODS)
def test_solutions_agree_with_scipy_slycot_and_control(method, seed, n, batch, radius):
    F, W = stack(seed, batch, n, radius)
    X = solve_lyapunov(F, W, method=method)
    Y = solve_lyapunov(F, W, adjoint=True, method=method)
    assert np.array_equal(X, X.swapaxes(-1, -2))
    for i in np.ndindex(batch):
        expected = scipy.linalg.solve_discrete_lyapunov(F[i], W[i])
        assert relative(X[i], expected) < 1e-9
        assert relative(X[i], control.dlyap(F[i], W[i])) < 1e-9
        result = slycot.sb03md57(F[i].copy(), C=-W[i], dico="D")
        assert relative(Y[i], result[2] / result[3]) < 1e-9


def precise_solution(F, W):
    """X = F X F' + W in 40 digits, by doubling the sum of F^t W F'^t."""
    with mpmath.workdps(40):
        power, X = mpmath.matrix(F.tolist()), mpmath.matrix(W.tolist())
        while mpmath.mnorm(power, "f") > mpmath.mpf(10) ** -25:
            X += power * X * power.T
            power *= power
        return np.array(X.tolist(), dtype=float)


@pytest.mark.parametrize("margin", [1e-1, 1e-3, 1e-6])
@pytest.mark.parametrize("method", METHODS)
def test_forward_error_against_extended_precision_near_the_boundary(margin, method):
    F, _ = stack(3, (4,), 4, 1 - margin)
    X = solve_lyapunov(F, np.eye(4), method=method)
    # the radius itself is off by rounding, so compare with the exact solution for these floats
    expected = np.stack([precise_solution(f, np.eye(4)) for f in F])
    assert relative(X, expected) < 5 * EPS / margin


@settings(max_examples=20)
@given(seeds, sizes, st.floats(0.1, 0.95))
@pytest.mark.parametrize("method", METHODS)
def test_the_two_resolvents_are_adjoint(method, seed, n, radius):
    F, W = stack(seed, (2,), n, radius)
    _, Y = stack(seed + 1, (2,), n, 1.0)
    left = np.sum(solve_lyapunov(F, W, method=method) * Y)
    right = np.sum(W * solve_lyapunov(F, Y, adjoint=True, method=method))
    scale = np.linalg.norm(solve_lyapunov(F, W)) * np.linalg.norm(Y)
    assert abs(left - right) < 1e-11 * scale


@pytest.mark.parametrize("method", METHODS)
def test_extra_axes_stand_in_front_and_members_match_single_solves(method):
    F, _ = stack(5, (3, 2), 4, 0.9)
    _, W = stack(6, (5, 3, 2), 4, 1.0)
    X = solve_lyapunov(F, W, method=method)
    for i in np.ndindex(5, 3, 2):
        assert relative(X[i], solve_lyapunov(F[i[1:]], W[i], method=method)) < 1e-12
    assert relative(solve_lyapunov(F, W[0, 0, 0], method=method)[2, 1],
                    solve_lyapunov(F[2, 1], W[0, 0, 0], method=method)) < 1e-12  # fmt: skip


def test_a_batch_axis_of_length_one_stretches_to_that_of_the_right_hand_side():
    F, _ = stack(5, (3, 1), 4, 0.9)
    _, W = stack(6, (3, 5), 4, 1.0)
    X = solve_lyapunov(F, W)
    assert X.shape == (3, 5, 4, 4)
    for i in np.ndindex(3, 5):
        assert np.array_equal(X[i], solve_lyapunov(F[i[0], 0], W[i]))


@pytest.mark.parametrize("method", METHODS)
def test_unstable_members_are_nan_and_change_no_bit_of_their_neighbours(method):
    F, W = stack(7, (40,), 3, 0.8)
    bad = np.zeros(40, dtype=bool)
    bad[[0, 7, 8, 9, 20, 39]] = True
    mixed = F.copy()
    mixed[0] = np.eye(3)  # I - F (x) F is exactly singular
    mixed[7] *= 2.0
    mixed[8] = 1e200 * np.ones((3, 3))  # squares overflow
    mixed[9] = np.diag([0.5, 1.0, 0.5])
    mixed[20] = np.diag([2.0, 0.5, 0.0])  # reciprocal eigenvalues
    mixed[39] = scipy.linalg.block_diag([[np.cos(1), -np.sin(1)], [np.sin(1), np.cos(1)]], 0.1)
    X = solve_lyapunov(mixed, W, method=method)
    assert np.array_equal(np.isnan(X).all(axis=(-2, -1)), bad)
    assert not np.isnan(X[~bad]).any()
    alone = solve_lyapunov(F, W, method=method)[~bad]
    if method == "krylov":
        assert relative(X[~bad], alone) < 1e-13
    else:
        assert np.array_equal(X[~bad], alone)


def test_a_linear_solve_of_an_unstable_problem_is_finite_nonsense_and_not_believed():
    F = np.diag([1.5, 0.2])
    plain = np.linalg.solve(np.eye(4) - np.kron(F, F), np.eye(2).ravel())
    assert np.isfinite(plain).all() and plain[0] < 0
    for method in METHODS:
        assert np.isnan(solve_lyapunov(F, np.eye(2), method=method)).all()


def test_a_semidefinite_right_hand_side_does_not_hide_an_unstable_mode():
    # W does not see the unstable mode, and the sum over time is finite
    F, W = np.diag([1.5, 0.2]), np.diag([0.0, 1.0])
    for method in METHODS:
        assert np.isnan(solve_lyapunov(F, W, method=method)).all()


@pytest.mark.parametrize("margin", [1e-3, 1e-6, 1e-9, 1e-11])
@pytest.mark.parametrize("side", [-1, 1])
def test_stability_is_told_on_both_sides_of_the_boundary(margin, side):
    rng = np.random.default_rng(2)
    frame = np.linalg.qr(rng.standard_normal((6, 6)))[0]
    values = np.diag([1 + side * margin, -0.9, 0.5, 0.1, -0.99, 0.0])
    loop = ClosedLoop(frame @ values @ frame.T, None)
    assert bool(loop.stable) == (side < 0)
    assert abs(loop.radius() - (1 + side * margin) ** 2) < 1e-14


def test_large_transients_do_not_pass_for_instability():
    F = np.triu(np.full((6, 6), 100.0), 1) + 0.5 * np.eye(6)
    X = solve_lyapunov(F, np.eye(6))
    assert relative(X, precise_solution(F, np.eye(6))) < 1e-10
    nilpotent = np.array([[0.0, 1e60], [0.0, 0.0]])
    assert solve_lyapunov(nilpotent, np.eye(2))[0, 0] == pytest.approx(1e120)


@pytest.mark.parametrize("n", [20, 50, 100])
def test_many_states_agree_with_scipy(n):
    F, W = stack(n, (2,), n, 0.97)
    X = solve_lyapunov(F, W)
    for i in range(2):
        assert relative(X[i], scipy.linalg.solve_discrete_lyapunov(F[i], W[i])) < 1e-10


def test_a_large_stack_is_solved_in_chunks_of_bounded_memory():
    F, W = stack(1, (20_000,), 4, 0.8)
    loop = ClosedLoop(F, None, "direct")  # its operators alone would take 16 MB
    tracemalloc.start()
    loop.solve(W)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * F.nbytes


def test_coordinates_are_orthonormal_and_congruence_acts_as_it_should():
    rng = np.random.default_rng(0)
    X, Y = (x + x.T for x in rng.standard_normal((2, 5, 5)))
    assert coordinates(X) @ coordinates(Y) == pytest.approx(np.sum(X * Y))
    assert np.allclose(from_coordinates(coordinates(X), 5), X, atol=1e-15)
    S = rng.standard_normal((3, 5))
    assert np.allclose(congruence(S) @ coordinates(X), coordinates(S @ X @ S.T), atol=1e-13)


def test_definiteness_of_a_stack_is_told_member_by_member():
    # numpy's own cholesky raises for all of these because of one
    members = np.stack([np.eye(2), -np.eye(2), np.diag([1.0, 0.0]), np.full((2, 2), np.nan)])
    with pytest.raises(np.linalg.LinAlgError):
        np.linalg.cholesky(members[:2])
    assert positive_definite(members).tolist() == [True, False, False, False]


@pytest.mark.parametrize(
    ("F", "W", "message"),
    [
        (np.ones((2, 3)), np.eye(2), "F: expected a square matrix"),
        (np.eye(2), np.eye(3), r"W: expected shape \(..., 2, 2\), got \(3, 3\)"),
        (np.eye(2), [[1.0, 2.0], [0.0, 1.0]], "W: expected a symmetric"),
        ([[np.nan]], [[1.0]], "F: expected finite"),
        (np.zeros((0, 0)), np.zeros((0, 0)), "F: expected at least one entry"),
        (np.zeros((2, 1, 1)), np.zeros((3, 1, 1)), "do not broadcast"),
    ],
)
def test_malformed_input_is_refused_by_name(F, W, message):
    with pytest.raises(ValueError, match=message):
        solve_lyapunov(F, W)


def test_unknown_methods_are_refused():
    with pytest.raises(ValueError, match="method: expected .*one of"):
        solve_lyapunov([[0.5]], [[1.0]], method="fast")


def test_lists_integers_and_read_only_arrays_are_taken_and_left_unchanged():
    F, W = np.array([[0, 1], [0, 0]]), np.eye(2)
    F.setflags(write=False)
    W.setflags(write=False)
    before = F.copy(), W.copy()
    expected = [[2.0, 0.0], [0.0, 1.0]]
    assert solve_lyapunov(F, W).tolist() == expected
    assert solve_lyapunov(F.tolist(), W.tolist()).tolist() == expected
    assert np.array_equal(F, before[0]) and np.array_equal(W, before[1])


def test_asymmetry_is_judged_for_each_member():
    W = np.stack([1e12 * np.eye(2), [[0.0, 1.0], [0.0, 0.0]]])
    with pytest.raises(ValueError, match="W: expected a symmetric matrix"):
        solve_lyapunov(0.5 * np.eye(2), W)
    almost = W + [[[0.0, 1.0], [0.0, 0.0]], [[0.0, 1e-11], [1.0, 0.0]]]
    assert np.isfinite(solve_lyapunov(0.5 * np.eye(2), almost)).all()
