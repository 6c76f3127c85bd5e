"""Equations of chapter 4: many states near the boundary, and three ways to the Riccati equation.

The chapter counts operations, since a clock has no place in a page that must come out the same;
here are the times.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import cvxpy
import numpy as np

from benchmarks.agreement import agree
from benchmarks.timing import Row, Work, microseconds
from lqrlib import LQR, systems
from lqrlib.matrix_equations import solve_generalized_lyapunov, solve_riccati
from lqrpapers.studies.known_solutions import known_equation

Array = np.ndarray
TERMS = 10


def large_lyapunov(
    states: int, rank: int | None, margin: float, targets: dict[str, float], repeats: int
) -> Iterator[Row]:
    """One equation with 10 noise terms whose solution is the identity, method by method."""
    A, S, W, _ = known_equation(states, TERMS, margin, [0, states], rank=rank)
    kind = "full" if rank is None else f"rank {rank}"
    label = f"generalised Lyapunov, n={states}, {kind}, {1 - margin:g}"
    ones = np.ones(TERMS)
    works: dict[str, tuple[Work, int]] = {
        "lqrlib": (partial(solve_generalized_lyapunov, A, ones, S, W), 1)
    }
    for method in targets:
        works[method] = (partial(solve_generalized_lyapunov, A, ones, S, W, method=method), 1)
    for work, _ in works.values():
        agree(label, work(), np.eye(states), 1e-9)
    times = microseconds(works, repeats)
    for method, target in targets.items():
        yield Row(label, times["lqrlib"], method, times[method], target)


def program(problem: LQR) -> Array:
    """P as the largest solution of the linear matrix inequality, by cvxpy and Clarabel."""
    Z = cvxpy.Variable((problem.states, problem.states), symmetric=True)
    state = sum(a * D.T @ Z @ D for a, D in zip(*problem.state_noise, strict=True))
    steering = sum(b * D.T @ Z @ D for b, D in zip(*problem.input_noise, strict=True))
    AZB = problem.A.T @ Z @ problem.B
    matrix = cvxpy.bmat(
        [
            [problem.Q + problem.A.T @ Z @ problem.A + state - Z, AZB],
            [AZB.T, problem.R + problem.B.T @ Z @ problem.B + steering],
        ]
    )
    goal = cvxpy.Maximize(cvxpy.trace(Z @ problem.Sigma0))
    cvxpy.Problem(goal, [matrix >> 0]).solve(solver=cvxpy.CLARABEL)
    return np.asarray(Z.value)


def riccati_ways(rng: np.random.Generator, states: int, targets: dict[str, float]) -> Iterator[Row]:
    """The generalised Riccati equation of one problem: policy iteration against the other ways."""
    label = f"generalised Riccati, n={states}, 2 + 2 noise terms"
    [problem] = systems.random_ensemble(
        1, states, states // 2, rng, state_noise_terms=2, input_noise_terms=2, noise_level=0.9
    )
    works: dict[str, tuple[Work, int]] = {
        "lqrlib": (lambda: solve_riccati(problem).P, 1),
        "value iteration": (lambda: solve_riccati(problem, "value_iteration").P, 1),
        "cvxpy, Clarabel": (lambda: program(problem), 1),
    }
    for name, (work, _) in works.items():
        agree(f"{label}, {name}", works["lqrlib"][0](), work(), 1e-5)
    times = microseconds(works, 5)
    for name, target in targets.items():
        yield Row(label, times["lqrlib"], name, times[name], target)


def chapter_4(rng: np.random.Generator) -> Iterator[Row]:
    """Rows of this module."""
    yield from large_lyapunov(10, None, 1e-3, {"krylov": 1}, 20)
    yield from large_lyapunov(50, None, 1e-3, {"direct": 3}, 3)
    yield from large_lyapunov(50, 1, 1e-5, {"direct": 10, "krylov": 1}, 3)
    yield from large_lyapunov(100, None, 1e-5, {"direct": 20}, 1)
    yield from large_lyapunov(100, 1, 1e-5, {"krylov": 1}, 5)
    yield from riccati_ways(rng, 4, {"value iteration": 1, "cvxpy, Clarabel": 1})
    yield from riccati_ways(rng, 8, {"value iteration": 1, "cvxpy, Clarabel": 1})
