"""Equations with known solutions: exact to the last bit, at the margin asked for."""

from fractions import Fraction

import numpy as np
import pytest

from lqrlib.matrix_equations import solve_generalized_lyapunov, solve_lyapunov
from lqrpapers.studies.known_solutions import (
    MARGINS,
    known_equation,
    krylov,
    multiplications,
    solve_known,
)

TERMS = 3


def exact(array):
    return np.vectorize(Fraction, otypes=[object])(array)


@pytest.mark.parametrize("rank", [None, 1, 2])
def test_the_identity_solves_the_equation_exactly(rank):
    A, S, W, _ = known_equation(6, 3, 1e-3, 0, rank=rank)
    image = exact(A) @ exact(A).T + sum(exact(D) @ exact(D).T for D in S)
    assert (exact(W) == exact(np.eye(6)) - image).all()
    if rank:
        assert (np.linalg.matrix_rank(S) == rank).all()


@pytest.mark.parametrize("margin", [0.5, 1e-3, 1e-5])
@pytest.mark.parametrize("rank", [None, 1])
def test_the_margin_is_the_one_asked_for(margin, rank):
    A, S, _, reached = known_equation(5, 4, margin, 1, rank=rank)
    operator = np.kron(A, A) + sum(np.kron(D, D) for D in S)
    assert reached == pytest.approx(1 - np.abs(np.linalg.eigvals(operator)).max(), abs=1e-11)
    assert abs(reached - margin) <= 0.3 * margin


def test_solvers_reach_the_identity():
    for rank, method in ((None, "direct"), (None, "krylov"), (1, "low_rank")):
        A, S, W, _ = known_equation(30, 10, 1e-3, 2, rank=rank)
        X = solve_generalized_lyapunov(A, np.ones(10), S, W, method=method)
        assert np.abs(X - np.eye(30)).max() < 1e-11


@pytest.mark.parametrize(
    "arguments", [(0, 1, 0.1, None), (3, 1, 0.0, None), (3, 1, 1.0, None), (3, 1, 0.1, 4)]
)
def test_arguments_out_of_range_are_refused(arguments):
    *sizes, rank = arguments
    with pytest.raises(ValueError, match="expected"):
        known_equation(*sizes, 0, rank=rank)


@pytest.fixture(scope="module")
def runs():
    return solve_known([5, 25], TERMS, 7)


def test_every_method_solves_what_it_can(runs):
    counts = {
        name: int(np.sum(runs.method == name)) for name in ("BiCGStab", "direct", "elimination")
    }
    assert counts == {"BiCGStab": 12, "direct": 6, "elimination": 6}
    assert set(runs.n[runs.method == "direct"]) == {5}
    assert set(runs.rank[runs.method == "elimination"]) == {1}
    assert (runs.error < 100 * np.finfo(float).eps / runs.margin).all() and (runs.error > 0).any()
    assert (runs.residual < 1e-9).all()


def test_the_rate_of_the_fixed_point_is_that_of_its_iterates():
    A, S, W, _ = known_equation(4, TERMS, 0.05, 1, rank=None)
    X, count, rate = krylov(A, S, W)
    np.testing.assert_allclose(X, np.eye(4), atol=1e-12)
    assert 0 < count < 100
    errors, iterate = [], np.zeros((4, 4))
    for _ in range(60):
        noise = (S @ iterate @ S.swapaxes(-1, -2)).sum(axis=0)
        iterate = solve_lyapunov(A, noise + W)
        errors.append(np.linalg.norm(iterate - np.eye(4)))
    assert errors[-1] / errors[-2] == pytest.approx(rate, rel=1e-6)


def test_sweeps_grow_towards_the_boundary_and_multiplications_follow_the_formulas(runs):
    each = runs[(runs.method == "BiCGStab") & (runs.rank == 1) & (runs.n == 5)]
    assert len(each) == len(MARGINS) and (np.diff(each.sweeps) > 0).all()
    work = multiplications(each, TERMS)
    np.testing.assert_array_equal(work["direct"], 15**3 / 3 + 8 * 15**2)
    np.testing.assert_array_equal(work["elimination"], 125 * each.squarings * 9)
    spent = each.squarings + 2 * each.applications * (each.squarings + 3)
    np.testing.assert_array_equal(work["BiCGStab"], 125 * spent)
    assert (work["fixed point (predicted)"] > work["BiCGStab"]).any()
