"""Equations with known solutions: exact to the last bit, at the margin asked for."""

from fractions import Fraction

import numpy as np
import pytest

from lqrlib.matrix_equations import solve_generalized_lyapunov
from lqrpapers.studies.known_solutions import known_equation


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
