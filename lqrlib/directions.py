r"""Descent directions: a method is a direction and a step size.

==================  ==================================  =====================
direction           formula                             source
==================  ==================================  =====================
`gradient`          :math:`2 E_K \Sigma_K`              S2 Theorem 3.6
`natural_gradient`  :math:`2 E_K`                       S2 Theorem 3.5
`gauss_newton`      :math:`2 R_K^{-1} E_K`              S2 Theorem 3.4
==================  ==================================  =====================

Each factory takes a problem (one, or a stack) and returns a callable ``K -> (..., m, n)`` that
`lqrlib.descend` subtracts. With step size 1/2 Gauss-Newton is policy iteration.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from . import objective
from .objective import Evaluation
from .problem import LQR, Array


class LQRDirection:
    """A direction that comes out of one evaluation of an LQR problem.

    Call it with a gain (..., m, n) for the direction; ``nan`` where the gain does not stabilize.
    """

    def __init__(self, name: str, problem: LQR, formula: Callable[[Evaluation], Array]) -> None:
        if not isinstance(problem, LQR):
            raise ValueError(f"problem: expected an LQR, got {type(problem).__name__}")
        self.name = name
        self.problem = problem
        self._formula = formula

    def __call__(self, K: ArrayLike) -> Array:
        return self._formula(objective.evaluate(self.problem, K))

    def with_cost(self, K: ArrayLike) -> tuple[Array, Array]:
        """Direction and cost at K from one evaluation."""
        at = objective.evaluate(self.problem, K)
        return self._formula(at), at.cost

    def cost(self, K: ArrayLike) -> Array:
        """Cost at K, (...)."""
        return objective.cost(self.problem, K)

    def require(self, K: ArrayLike) -> None:
        """Raise NotStabilizingError unless K stabilizes every member."""
        objective.require_stabilizing(self.problem, K, "K0")

    def __repr__(self) -> str:
        return f"<{self.name} of {self.problem!r}>"


def gradient(problem: LQR) -> LQRDirection:
    """Policy gradient 2 E_K Sigma_K (S2 Theorem 3.6)."""
    return LQRDirection("gradient", problem, lambda at: at.gradient)


def natural_gradient(problem: LQR) -> LQRDirection:
    """Natural policy gradient, the gradient times Sigma_K^-1: 2 E_K (S2 Theorem 3.5)."""
    return LQRDirection("natural gradient", problem, lambda at: 2 * at.E)


def gauss_newton(problem: LQR) -> LQRDirection:
    """Gauss-Newton direction 2 R_K^-1 E_K (S2 Theorem 3.4); step 1/2 is policy iteration."""
    return LQRDirection("Gauss-Newton", problem, lambda at: 2 * _solve(at.R_K, at.E))


def _solve(R_K: Array, E: Array) -> Array:
    """R_K^-1 E, with nan members left nan."""
    lost = np.isnan(R_K).any(axis=(-2, -1), keepdims=True)
    solution = np.linalg.solve(np.where(lost, np.eye(R_K.shape[-1]), R_K), E)
    return np.where(lost, np.nan, solution)
