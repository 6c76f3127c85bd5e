"""Closed loops whose powers grow before they decay: A = U (0.5 I + s N) U' and its relatives.

Relative error of tr P against 80 digits: n, s = 16, 1: 2e-13; 20, 1: 7e-13; 24, 1: 8e-12; 12, 2:
5e-11; 14, 2: 1e-9; 16, 2: 1e-9; 20, 2: 2e-7; the tests allow ten times that.
"""

import mpmath
import numpy as np
import pytest
import truth

import lqrlib
from lqrlib.matrix_equations import ClosedLoop, doubling, solve_lyapunov


def chain(n, s, rotated=True, middle=0.5):
    U = np.linalg.qr(np.random.default_rng(1).standard_normal((n, n)))[0]
    A = middle * np.eye(n) + s * np.eye(n, k=1)
    return U @ A @ U.T if rotated else A


def problem_of(A, variance=0.0):
    n = len(A)
    noise = ([variance], [np.eye(n)]) if variance else None
    return lqrlib.LQR(A, np.eye(n)[:, -1:], np.eye(n), [[1.0]], state_noise=noise)


def precise_trace(F):
    """tr X of X = F X F' + I in 80 digits."""
    with mpmath.workdps(80):
        power, X = mpmath.matrix(F.tolist()), mpmath.eye(len(F))
        while mpmath.mnorm(power, "f") > mpmath.mpf(10) ** -40:
            X += power * X * power.T
            power *= power
        return float(sum(X[i, i] for i in range(len(F))))


@pytest.mark.parametrize(
    ("n", "s", "digits"),
    [(16, 1, 12), (20, 1, 11), (24, 1, 10), (12, 2, 9), (14, 2, 8), (16, 2, 8), (20, 2, 5)],
)
def test_a_stable_loop_whose_powers_grow_is_stable_and_its_cost_has_digits(n, s, digits):
    problem, K = problem_of(chain(n, s)), np.zeros((1, n))
    at = lqrlib.at_gain(problem, K)
    exact = precise_trace(problem.A)
    assert at.loop.stable and at.decided and at.radius < 1
    error = abs(at.cost / exact - 1)
    assert error < 10.0**-digits
    assert error < 10 * at.condition < 1
    assert abs(np.trace(at.Sigma) / exact - 1) < 10.0**-digits


@pytest.mark.parametrize("variance", [0.0, 1e-12])
def test_what_float64_cannot_decide_is_nan_and_algorithms_that_need_a_start_say_so(variance):
    problem, K = problem_of(chain(24, 2), variance), np.zeros((1, 24))
    at = lqrlib.at_gain(problem, K)
    assert not at.decided and not lqrlib.is_stabilizing(problem, K)
    assert np.isnan(at.cost) and np.isnan(at.radius) and np.isnan(at.condition)
    assert np.isnan(at.gradient).all()
    easier = problem.replace(B=np.eye(24), R=np.eye(24))  # whose optimum is no chain
    assert np.isnan(lqrlib.optimality_gap(easier, np.zeros((24, 24))))
    with pytest.raises(lqrlib.NotStabilizingError, match="not decidable in float64"):
        lqrlib.descend(lqrlib.directions.gradient(problem), K, 1e-20, 1)


def test_an_unstable_loop_whose_powers_grow_is_decided_and_costs_inf():
    for middle in (1.001, 1.2, 3.0):
        A = chain(8, 1, middle=middle)
        at = lqrlib.at_gain(problem_of(A), np.zeros((1, 8)))
        assert at.decided and at.cost == np.inf and at.radius >= 1


def test_a_triangular_loop_is_judged_by_its_diagonal_exactly():
    for order in ([0, 1, 2], [2, 0, 1]):
        for corner, cost in ((1.0, np.inf), (0.5, None)):
            A = np.array([[0.5, 1e8, 3.0], [0.0, corner, 1e8], [0.0, 0.0, -0.5]])[order][:, order]
            at = lqrlib.at_gain(problem_of(A), np.zeros((1, 3)))
            assert at.decided
            assert at.cost == cost if cost else abs(at.cost / precise_trace(A) - 1) < 1e-13
            assert at.radius == corner**2


def test_bad_scaling_is_not_nonnormality():
    D = 10.0 ** np.array([0, 6, -6, 3])
    F = np.random.default_rng(3).standard_normal((4, 4))
    F *= 0.9 / np.abs(np.linalg.eigvals(F)).max()
    scaled = F * D[:, None] / D
    X = solve_lyapunov(scaled, np.diag(D**2))
    np.testing.assert_allclose(X / D / D[:, None], solve_lyapunov(F, np.eye(4)), rtol=1e-12)


def test_outcomes_are_the_same_in_a_stack_and_alone_and_neighbours_keep_their_bits():
    ordinary = np.random.default_rng(0).standard_normal((3, 14, 14)) / 6
    odd = [chain(14, 2), chain(14, 6), 3 * chain(14, 1)]
    A = np.stack([ordinary[0], odd[0], ordinary[1], odd[1], odd[2], ordinary[2]])
    B = np.broadcast_to(np.eye(14)[:, -1:], (6, 14, 1))
    for noise in (None, ([1e-18], [np.eye(14)])):
        stack = lqrlib.LQR(A, B, np.eye(14), [[1.0]], state_noise=noise)
        at = lqrlib.evaluate(stack, np.zeros((1, 14)))
        assert at.decided.tolist() == [True, True, True, False, True, True]
        assert np.isnan(at.cost[3]) and at.cost[4] == np.inf
        for i in range(6):
            alone = lqrlib.evaluate(stack[i], np.zeros((1, 14)))
            for name in ("cost", "P", "Sigma", "gradient", "radius", "condition"):
                one, all_ = getattr(alone, name), getattr(at, name)[i]
                np.testing.assert_allclose(one, all_, rtol=2e-12, atol=2e-12 * np.abs(one).max())
        plain = lqrlib.evaluate(stack[[0, 2, 5]], np.zeros((1, 14)))
        assert np.array_equal(at.P[[0, 2, 5]], plain.P)


@pytest.mark.parametrize(("n", "s"), [(9, 10), (20, 1), (12, 5), (20, 5)])
def test_the_radius_with_noise_of_a_nonnormal_loop_is_not_made_of_rounding(n, s):
    """F = A (x) A + v I has the radius 0.25 + v exactly."""
    problem, K = problem_of(chain(n, s, rotated=False), 1e-12), np.zeros((1, n))
    assert lqrlib.mean_square_radius(problem, K) == pytest.approx(0.25, abs=1e-7)
    assert lqrlib.is_stabilizing(problem, K)


def test_noise_that_destabilizes_only_through_the_growth_of_the_powers_is_seen():
    """0.25 is the radius without noise; one entry in the corner feeds the growth back."""
    A, corner = chain(6, 4, rotated=False), np.eye(6, k=-5)
    for variance, stable in ((1e-12, True), (1e-4, False)):
        problem = lqrlib.LQR(
            A, np.eye(6)[:, :1], np.eye(6), [[1.0]], state_noise=([variance], [corner])
        )
        at = lqrlib.at_gain(problem, np.zeros((1, 6)))
        assert at.decided and bool(at.loop.stable) == stable == bool(at.radius < 1)
        with mpmath.workdps(40):
            if stable:
                exact = truth.precise_cost(problem, truth._mp(np.zeros((1, 6))))
                assert abs(at.cost / float(exact) - 1) < 10 * at.condition


def test_radius_and_verdict_never_contradict_one_another():
    rng = np.random.default_rng(5)
    for _ in range(60):
        n = int(rng.integers(2, 9))
        A = chain(n, 10 ** rng.uniform(-1, 1), middle=rng.uniform(0.2, 1.2))
        problem = problem_of(A, 10 ** rng.uniform(-14, -1) if rng.random() < 0.5 else 0.0)
        at = lqrlib.at_gain(problem, np.zeros((1, n)))
        assert bool(at.radius < 1) == bool(at.loop.stable)
        assert np.isnan(at.radius) == (not at.decided) == np.isnan(at.cost)
    # within rounding of the boundary, where the powers never come to an end
    for a in (1.0, 1 - 2e-16, 1 - 1e-14, 1 + 1e-14, np.sqrt(1 - 1e-13)):
        at = lqrlib.at_gain(lqrlib.systems.scalar(a, 1.0, 1.0, 1.0), [[0.0]])
        assert bool(at.radius < 1) == bool(at.loop.stable) == bool(np.isfinite(at.cost))


def test_a_radius_is_found_next_to_the_underflow_too():
    """Eigenvalues of matrices with entries of 1e-283 do not converge (LAPACK)."""
    problem = lqrlib.systems.double_integrator()
    noisy = problem.replace(A=0.5 * np.eye(2), input_noise=([0.3], [problem.B]))
    radius = lqrlib.mean_square_radius(noisy, np.full((1, 2), 1e-283))
    assert radius == pytest.approx(0.25, rel=1e-6)


@pytest.mark.parametrize("n", [4, 16])
def test_value_matrix_and_covariance_share_the_squarings_of_the_closed_loop(monkeypatch, n):
    F = np.random.default_rng(0).standard_normal((5, n, n)) / (2 * np.sqrt(n))
    squarings = []
    square = doubling._square
    monkeypatch.setattr(doubling, "_square", lambda *a: squarings.append(1) or square(*a))
    loop, W = ClosedLoop(F, None), np.eye(n)
    P = loop.solve_adjoint(W)
    alone = len(squarings)
    Sigma = loop.solve(W)
    squarings.clear()
    both = loop.solve_both(W, W)
    assert len(squarings) == alone
    # the same to the last bit where the products of a matrix and of its transpose are
    np.testing.assert_allclose(both[0], Sigma, rtol=0, atol=1e-14 * np.abs(Sigma).max())
    np.testing.assert_allclose(both[1], P, rtol=0, atol=1e-14 * np.abs(P).max())
