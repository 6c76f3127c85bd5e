"""Generalised Lyapunov equations with many states: elimination, iteration, and what backs them."""

import numpy as np
import pytest
from lyapunov_cases import equation, loop_of, relative

from lqrlib.matrix_equations import large, solve_generalized_lyapunov


@pytest.mark.parametrize(("n", "rank"), [(50, 50), (50, 1), (100, 100), (100, 2)])
def test_many_states_and_ten_terms_near_the_boundary(n, rank):
    F, variances, directions, _ = equation(n + rank, n, 10, 0.999, rank)
    W = np.eye(n)
    X = solve_generalized_lyapunov(F, variances, directions, W)
    # the error solves the same equation with the residual on the right: at most |residual| X
    loop = loop_of(F, variances, directions)
    residual = np.linalg.norm(X - loop.apply(X) - W, 2)
    assert residual * np.linalg.norm(X, 2) < 1e-8 * np.linalg.norm(X)
    assert np.linalg.eigvalsh(X)[0] >= 1 - 1e-8


def test_elimination_and_iteration_agree_where_both_apply():
    data = equation(12, 40, 6, 0.9999, rank=2)
    eliminated = solve_generalized_lyapunov(*data, method="low_rank")
    iterated = solve_generalized_lyapunov(*data, method="krylov")
    assert relative(iterated, eliminated) < 1e-9
    # by default the rank decides, and it was seen
    assert np.array_equal(solve_generalized_lyapunov(*data), eliminated)


def test_an_iteration_that_fails_is_replaced_by_a_direct_solve(monkeypatch):
    data = equation(13, 22, 2, 0.99)
    expected = solve_generalized_lyapunov(*data, method="direct")

    def failing(operator, B):
        return np.zeros_like(B), np.zeros(B.shape[:-2], dtype=bool)

    monkeypatch.setattr(large, "bicgstab", failing)
    assert relative(solve_generalized_lyapunov(*data, method="krylov"), expected) < 1e-10
