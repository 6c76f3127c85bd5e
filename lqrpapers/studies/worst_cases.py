r"""A search for the problem that comes nearest to a bound, or violates it most.

A point of the unit cube is a problem with a stabilizing gain: it gives the closed loop A_K, which
is triangular and stable, and then A = A_K + BK. One coordinate moves the gain to the optimum, one
weakens each kind of noise. `differential_evolution` of scipy looks for the largest ratio.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import differential_evolution

from lqrlib import LQR, objective
from lqrlib.validation import Array, Seed

from .promises import Case
from .tightness import Bound

POPULATION = 30
# Ratios beyond are as good as infinite.
MOST = 1e12


class Worst(NamedTuple):
    """The largest ratio found, and where."""

    ratio: float
    case: Case  #: (1,), its numbers as short as they may be.


class _Numbers:
    """Coordinates (S,) of points (S, N) in the unit cube, one after the other."""

    def __init__(self, points: Array) -> None:
        self.points, self.used = points, 0

    def between(self, low: float, high: float, *shape: int) -> Array:
        count = int(np.prod(shape))
        taken = self.points[:, self.used : self.used + count]
        self.used += count
        return (low + (high - low) * taken).reshape(-1, *shape)

    def definite(self, size: int, low: float, high: float) -> Array:
        """Symmetric matrices with eigenvalues from 10^low to 10^high."""
        values = 10 ** self.between(low, high, size, 1)
        axis = self.between(-1, 1, size, 1) + 1e-9
        axis /= np.linalg.norm(axis, axis=1, keepdims=True)
        turn = np.eye(size) - 2 * axis @ axis.swapaxes(1, 2)
        return np.asarray(turn @ (values * turn))


def _rounded(values: Array, digits: int) -> Array:
    """To so many significant digits."""
    size = 10.0 ** (digits - 1 - np.floor(np.log10(np.abs(values) + 1e-200)))
    return np.asarray(np.round(values * size) / size)


def case_of(points: Array, states: int, inputs: int, *, noise: bool, digits: int = 15) -> Case:
    """The problems (S,) of points (S, N) in the unit cube, to so many significant digits."""
    n, m, between = states, inputs, (numbers := _Numbers(points)).between
    A_K = np.tanh(between(-3, 3, n, 1)) * np.eye(n) + np.triu(between(-3, 3, n, n), 1)
    B = between(-1, 1, n, m) * 10 ** between(-3, 0.5, 1, 1)
    K = between(-1, 1, m, n) * 10 ** between(-3, 0.5, 1, 1)
    Q, R = numbers.definite(n, -2, 2), numbers.definite(m, -4, 2)
    Sigma0 = numbers.definite(n, -2, 2)
    direction, left = between(-1, 1, m, n) + 1e-3, 10 ** between(-3, 1, 1, 1).clip(-3, 0)
    variances = 10 ** between(-4, 0, 2)
    apart, sides = 10 ** between(-5, -0.5, 1, 1), between(-1, 1, 4, 1, 1)
    B, K, Q, R, Sigma0, A, variances = (
        _rounded(X, digits) for X in (B, K, Q, R, Sigma0, A_K + B @ K, variances)
    )
    problem = LQR(A, B, Q, R, Sigma0)
    if noise:
        kicks = [(variances[:, [j]], X[:, None]) for j, X in enumerate((np.eye(n) + 0 * A, B))]
        problem = LQR(A, B, Q, R, Sigma0, *kicks)
        survives = objective.is_stabilizing(problem, K)[:, None]  # elsewhere there is none
        problem = LQR(A, B, Q, R, Sigma0, *((survives * level, X) for level, X in kicks))
    moved = _rounded(problem.optimum.K + left * (K - problem.optimum.K), digits)
    K = np.where(objective.is_stabilizing(problem, moved)[:, None, None], moved, K)
    far = 1 + apart[:, None] * sides
    second = problem.replace(A=A + (far[:, 0] - 1) * np.eye(n), B=far[:, 1] * B)
    return Case(problem, K, direction, second.replace(Q=far[:, 2] * Q, R=far[:, 3] * R))


def worst(
    bound: Bound, form: str, states: int, inputs: int, rng: Seed, generations: int = 60
) -> Worst:
    """The largest ratio that a search finds; S1's constants are for problems without noise."""
    options: Any = {"vectorized": True, "updating": "deferred", "polish": False, "tol": 0}
    axes = [(0.0, 1.0)] * _axes(states, inputs)

    def case(points: Array, digits: int = 15) -> Case:
        return case_of(points, states, inputs, noise=bound.noisy(form), digits=digits)

    def minus_log(points: Array) -> Array:
        with np.errstate(all="ignore"):
            return -np.log(np.clip(bound.ratio(form, case(points.T)), 1 / MOST, MOST))

    generator = np.random.default_rng(rng)
    options["init"] = generator.uniform(size=(POPULATION, len(axes)))
    found = differential_evolution(minus_log, axes, maxiter=generations, rng=generator, **options)
    ratio = float(np.exp(-found.fun))
    for digits in range(3, 15):  # the fewest that keep the ratio
        with suppress(ValueError, np.linalg.LinAlgError):
            short = case(found.x[None], digits)
            if bound.ratio(form, short).item() > 0.99 * min(ratio, 100.0):
                return Worst(ratio, short)
    return Worst(ratio, case(found.x[None]))


def _axes(states: int, inputs: int) -> int:
    """How many coordinates a case has."""
    n, m = states, inputs
    return n + n * n + 3 * n * m + 4 * n + 2 * m + 10
