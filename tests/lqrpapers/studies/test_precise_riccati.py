"""The Riccati equation in many digits."""

import numpy as np
import pytest

import lqrlib
from lqrpapers.studies.precise_riccati import correct_digits, precise_riccati


def test_a_scalar_equation_with_a_known_root():
    """p = 1 + 4p - 4p^2 / (1 + p) has the root 2 + sqrt(5)."""
    P = precise_riccati([[2.0]], [[1.0]], [[1.0]], [[1.0]], [[1.6]])
    assert P == 2 + np.sqrt(5)


def test_it_agrees_with_the_solver_on_an_ordinary_problem():
    problem = lqrlib.systems.boeing()
    K, P, *_ = lqrlib.solve(problem)
    exact = precise_riccati(problem.A, problem.B, problem.Q, problem.R, K)
    assert correct_digits(P, exact) > 13
    assert correct_digits(P * (1 + 1e-6), exact) == pytest.approx(6, abs=0.1)


def test_no_solution_has_no_digits():
    assert (
        correct_digits(None, np.eye(2)) == correct_digits(np.full((2, 2), np.nan), np.eye(2)) == 0
    )


def test_a_gain_that_does_not_stabilize_is_refused():
    with pytest.raises(ValueError, match="K: expected a stabilizing gain"):
        precise_riccati([[2.0]], [[1.0]], [[1.0]], [[1.0]], [[0.5]])
