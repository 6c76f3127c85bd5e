r"""Descent directions: a method is a direction and a step size.

===================  ==================================  =====================
direction            formula                             source
===================  ==================================  =====================
`gradient`           :math:`2 E_K \Sigma_K`              S2 Theorem 3.6
`natural_gradient`   :math:`2 E_K`                       S2 Theorem 3.5
`gauss_newton`       :math:`2 R_K^{-1} E_K`              S2 Theorem 3.4
`zeroth_order`       estimated from costs                S2 Algorithm 1
`meta_gradient`      gradient of the MAML objective      S1 Algorithm 1
`meta_zeroth_order`  the same, estimated from costs      S1 Algorithm 3
===================  ==================================  =====================

Each factory takes a problem (one, or a stack), those of zeroth order an oracle, and returns a
callable ``K -> (..., m, n)`` that `lqrlib.descend` subtracts. With step size 1/2 Gauss-Newton is
policy iteration. For the meta-directions the last batch axis of the problem counts the tasks, and
K has no such axis.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from . import estimators, objective
from .meta_directions import meta_gradient, meta_zeroth_order
from .objective import Evaluation
from .problem import LQR
from .validation import Array, Seed

__all__ = [
    "gauss_newton",
    "gradient",
    "meta_gradient",
    "meta_zeroth_order",
    "natural_gradient",
    "zeroth_order",
]


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


class ZerothOrder:
    """A gradient estimated from cost queries alone, with fresh directions at every call."""

    def __init__(
        self,
        oracle: estimators.Function,
        radius: float,
        samples: int,
        rng: Seed,
        points: int,
    ) -> None:
        if points not in (1, 2):
            raise ValueError(f"points: expected 1 or 2, got {points!r}")
        if points == 1 and getattr(oracle, "common_noise", False):
            raise ValueError("points: expected 2 with an oracle of common noise, got 1")
        self.oracle = oracle
        self.radius = radius
        self.samples = samples
        self.rng = np.random.default_rng(rng)
        self._estimate = (
            estimators.one_point_gradient if points == 1 else estimators.two_point_gradient
        )

    def __call__(self, K: ArrayLike) -> Array:
        return self._estimate(
            self.oracle, np.asarray(K, dtype=float), self.radius, self.samples, self.rng
        )


def zeroth_order(
    oracle: estimators.Function, radius: float, samples: int, rng: Seed, points: int = 2
) -> ZerothOrder:
    """Gradient estimated from cost queries (S2 Algorithm 1; S1 Algorithm 2).

    Parameters
    ----------
    oracle : callable
        ``oracle(K) -> (...)``, as from `lqrlib.oracles`.
    radius : float
        Frobenius norm of the exploring perturbations.
    samples : int
        Perturbations for each estimate; `points` queries each.
    rng : Generator, SeedSequence or int
        Source of randomness, used up call by call.
    points : 1 or 2
        One-point estimate as published in S2, or symmetric pairs.

    Returns
    -------
    callable
        ``K -> (..., m, n)``; ``nan`` or ``inf`` where a perturbed gain leaves the domain.
    """
    return ZerothOrder(oracle, radius, samples, rng, points)
