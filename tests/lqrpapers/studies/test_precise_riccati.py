"""The Riccati equation in many digits."""

import numpy as np
import pytest

import lqrlib
from lqrpapers.recorded import darex
from lqrpapers.studies.precise_riccati import correct_digits, precise_riccati, solver_digits


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


def test_digits_of_two_solvers_on_an_easy_and_on_an_ill_conditioned_case():
    ours, theirs = solver_digits(darex.CASES["darex2"])
    assert ours > 15 and theirs > 14
    ours, theirs = solver_digits(darex.CASES["darex13"])
    assert ours > 14 > theirs > 10


def test_a_solver_that_fails_has_no_digits(monkeypatch):
    def fail(*_):
        raise np.linalg.LinAlgError

    monkeypatch.setattr("scipy.linalg.solve_discrete_are", fail)
    assert solver_digits(darex.CASES["darex2"])[1] == 0
