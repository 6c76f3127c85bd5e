"""What chapter 4's equations are timed against computes the same thing."""

import numpy as np
import pytest

from benchmarks import equations
from benchmarks.agreement import WrongResult
from lqrlib import systems
from lqrlib.matrix_equations import solve_riccati


def test_the_program_solves_the_riccati_equation():
    P = solve_riccati(systems.three_state()).P
    np.testing.assert_allclose(equations.program(systems.three_state()), P, atol=1e-5)


def test_every_method_is_compared_with_the_known_solution(monkeypatch):
    [row] = equations.large_lyapunov(5, None, 0.1, {"krylov": 1.0}, 1)
    assert row.peer_name == "krylov" and row.peer > 0
    honest = equations.solve_generalized_lyapunov
    monkeypatch.setattr(
        equations, "solve_generalized_lyapunov", lambda *given, **more: 2 * honest(*given, **more)
    )
    with pytest.raises(WrongResult, match="generalised Lyapunov, n=5"):
        list(equations.large_lyapunov(5, None, 0.1, {"krylov": 1.0}, 1))


def test_a_wrong_program_is_found_out(monkeypatch):
    monkeypatch.setattr(equations, "program", lambda problem: 2 * solve_riccati(problem).P)
    with pytest.raises(WrongResult, match="cvxpy"):
        list(equations.riccati_ways(np.random.default_rng(0), 2, {"cvxpy, Clarabel": 1.0}))
