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
K has no such axis. Directions can be pickled and sent to processes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

import numpy as np
from numpy.typing import ArrayLike

from . import estimators, maml, objective
from .matrix_equations.elimination import solve_definite
from .objective import AtGain
from .oracles import Oracle
from .problem import LQR, require_family, require_problem
from .validation import Array, Seed, choice, function, generator, real_number, whole_number

__all__ = [
    "gauss_newton",
    "gradient",
    "meta_gradient",
    "meta_zeroth_order",
    "natural_gradient",
    "zeroth_order",
]

ESTIMATES = ("printed", "none", "stein", "difference", "exact")


class LQRDirection:
    """A direction that comes out of one evaluation of an LQR problem.

    Call it with a gain (..., m, n) for the direction; ``nan`` where the gain does not stabilize.
    """

    def __init__(self, name: str, problem: LQR, formula: Callable[[AtGain], Array]) -> None:
        require_problem(problem)
        self.name, self.problem, self._formula = name, problem, formula

    def __call__(self, K: ArrayLike) -> Array:
        return self._formula(objective.at_gain(self.problem, K))

    def with_cost(self, K: ArrayLike) -> tuple[Array, Array]:
        """Direction and cost at K from one evaluation."""
        at = objective.at_gain(self.problem, K)
        return self._formula(at), at.cost

    def cost(self, K: ArrayLike) -> Array:
        """Cost at K, (...)."""
        return objective.cost(self.problem, K)

    def radius(self, K: ArrayLike) -> Array:
        """Mean-square radius at K, (...): below one inside the domain."""
        return objective.mean_square_radius(self.problem, K)

    def require(self, K: ArrayLike) -> None:
        """Raise NotStabilizingError unless K stabilizes every member."""
        objective.require_stabilizing(self.problem, K, "K0")

    def __repr__(self) -> str:
        return f"<{self.name} of {self.problem!r}>"


@np.errstate(over="ignore", under="ignore")
def _natural_gradient(at: AtGain) -> Array:
    return 2 * at.E


@np.errstate(over="ignore", under="ignore")
def _gauss_newton(at: AtGain) -> Array:
    return 2 * solve_definite(at.R_K, at.E)


def gradient(problem: LQR) -> LQRDirection:
    """Policy gradient 2 E_K Sigma_K (S2 Theorem 3.6)."""
    return LQRDirection("gradient", problem, attrgetter("gradient"))


def natural_gradient(problem: LQR) -> LQRDirection:
    """Natural policy gradient, the gradient times Sigma_K^-1: 2 E_K (S2 Theorem 3.5)."""
    return LQRDirection("natural gradient", problem, _natural_gradient)


def gauss_newton(problem: LQR) -> LQRDirection:
    """Gauss-Newton direction 2 R_K^-1 E_K (S2 Theorem 3.4); step 1/2 is policy iteration."""
    return LQRDirection("Gauss-Newton", problem, _gauss_newton)


@dataclass(eq=False)
class ZerothOrder:
    """A gradient estimated from cost queries alone, with fresh directions at every call."""

    oracle: estimators.Function
    radius: float
    samples: int
    rng: np.random.Generator
    points: int

    def __post_init__(self) -> None:
        function("oracle", self.oracle)
        real_number("radius", self.radius)
        whole_number("samples", self.samples)
        if whole_number("points", self.points) not in (1, 2):
            raise ValueError(f"points: expected 1 or 2, got {self.points!r}")
        if self.points == 1 and getattr(self.oracle, "common_noise", False):
            raise ValueError("points: expected 2 with an oracle of common noise, got 1")

    def __call__(self, K: ArrayLike) -> Array:
        estimate = (estimators.one_point_gradient, estimators.two_point_gradient)[self.points - 1]
        return estimate(self.oracle, K, self.radius, self.samples, self.rng)


def zeroth_order(
    oracle: estimators.Function, radius: float, samples: int, rng: Seed, points: int = 2
) -> ZerothOrder:
    """Gradient estimated from cost queries (S2 Algorithm 1; S1 Algorithm 2).

    A callable ``K -> (..., m, n)``; ``nan`` or ``inf`` where a perturbed gain leaves the domain.

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
    """
    return ZerothOrder(oracle, radius, samples, generator("rng", rng), points)


@dataclass(eq=False)
class MetaGradient:
    """Gradient of the MAML objective of a family (..., M) at gains (..., m, n)."""

    tasks: LQR
    inner_step_size: float | Array
    hessian: str | maml.Hessian

    def __post_init__(self) -> None:
        require_family(self.tasks)
        maml.require_hessian(self.hessian)
        self.inner_step_size = maml.inner_steps(self.inner_step_size)

    def __call__(self, K: ArrayLike) -> Array:
        return maml.at_gain(self.tasks, K, self.inner_step_size).gradient(self.hessian)

    def with_cost(self, K: ArrayLike) -> tuple[Array, Array]:
        """Direction and J_ML at K from one evaluation."""
        at = maml.at_gain(self.tasks, K, self.inner_step_size)
        return at.gradient(self.hessian), at.cost

    def cost(self, K: ArrayLike) -> Array:
        """J_ML(K), (...)."""
        return maml.cost(self.tasks, K, self.inner_step_size)

    def require(self, K: ArrayLike) -> None:
        """Raise NotStabilizingError unless K stabilizes every task."""
        objective.require_stabilizing(self.tasks, maml.family_gain(self.tasks, K, "K0"), "K0")


def meta_gradient(
    tasks: LQR, inner_step_size: float | Array, hessian: str | maml.Hessian = "exact"
) -> MetaGradient:
    """Gradient of the MAML objective (S1 equation 4, Algorithm 1).

    A callable ``K -> (..., m, n)``; ``nan`` where K or an adapted gain does not stabilize its task.

    Parameters
    ----------
    tasks : LQR
        A family (..., M): the last batch axis counts the tasks.
    inner_step_size : number >= 0, or array (...) of them, one for each family or run
        eta_l of the one gradient step that adapts K to each task.
    hessian : "exact", "none" or callable
        The true Hessian operator, none (first-order MAML), or a stand-in (`maml.gradient`).
    """
    return MetaGradient(tasks, inner_step_size, hessian)


@dataclass(eq=False)
class MetaZerothOrder:
    """The MAML gradient estimated from the costs of a family (..., M) at gains (..., m, n)."""

    oracle: Oracle
    inner_step_size: float
    radius: float
    samples: int
    rng: np.random.Generator
    hessian: str
    fresh: bool
    shared: bool

    def __post_init__(self) -> None:
        choice("hessian", self.hessian, ESTIMATES)
        tasks = getattr(self.oracle, "problem", None)
        if not isinstance(tasks, LQR) or not tasks.batch_shape:
            raise ValueError(
                f"oracle: expected one of a stack (..., M) of tasks, got {self.oracle!r}"
            )
        self.tasks = tasks
        real_number("inner_step_size", self.inner_step_size, positive=False)
        real_number("radius", self.radius)
        whole_number("samples", self.samples)

    def _directions(self, gain: Array) -> Array:
        """(samples, ..., M or 1, m, n): each run has its own, tasks share them or not."""
        batch = np.broadcast_shapes(gain.shape[:-3], self.tasks.batch_shape[:-1])
        batch += (1,) if self.shared else (self.tasks.batch_shape[-1],)
        count = int(np.prod(batch))
        U = estimators.sphere(self.samples * count, gain.shape[-2:], self.radius, self.rng)
        return U.reshape((self.samples, *batch, *gain.shape[-2:]))

    def _costs(self, gain: Array, U: Array) -> tuple[Array, Array, Array]:
        """Values at K + U, K - U, each (samples, ...), and at K if the Hessian needs it."""
        ends = [gain + U, gain - U]
        if self.hessian not in ("printed", "stein"):
            plus, minus = self.oracle(np.stack(ends))
            return plus, minus, np.zeros(())
        if getattr(self.oracle, "common_noise", False):
            # K meets the noise of each sample, so that the difference does not see it
            plus, minus, centre = self.oracle.together(*ends, gain)
            return plus, minus, centre
        values = self.oracle(np.concatenate([*ends, np.zeros_like(U[:1]) + gain]))
        return values[: self.samples], values[self.samples : -1], values[-1]

    @np.errstate(all="ignore")
    def __call__(self, K: ArrayLike) -> Array:
        gain = maml.family_gain(self.tasks, K)
        eta, oracle = self.inner_step_size, self.oracle
        U = self._directions(gain)
        plus, minus, centre = self._costs(gain, U)
        adapted = gain - eta * estimators.gradient_from_pairs(plus, minus, U)
        lost = ~np.isfinite(adapted).all(axis=(-2, -1), keepdims=True)
        adapted = np.where(lost, gain, adapted)
        second = self._directions(gain) if self.fresh else U
        outer = estimators.gradient_from_pairs(*estimators.pairs(oracle, adapted, second), U=second)
        lost |= ~np.isfinite(outer).all(axis=(-2, -1), keepdims=True)
        outer = np.where(lost, 0.0, outer)
        if self.hessian == "printed":
            outer = outer - eta * estimators.printed_hessian_from_values(plus, centre, U) @ outer
        elif self.hessian == "stein":
            curvature = estimators.stein_hessian_from_values(plus, minus, centre, U, self.radius)
            flat = outer.reshape((*outer.shape[:-2], -1, 1))
            outer = outer - eta * (curvature @ flat).reshape(outer.shape)
        elif self.hessian == "difference":
            outer = outer - eta * estimators.product_from_gradients(
                oracle, gain, outer, self.radius, U
            )
        elif self.hessian == "exact":
            outer = outer - eta * objective.hessian(self.tasks, gain, outer)
        return np.where(lost, np.nan, outer).mean(axis=-3)

    def require(self, K: ArrayLike) -> None:
        """Raise NotStabilizingError unless K stabilizes every task."""
        objective.require_stabilizing(self.tasks, maml.family_gain(self.tasks, K, "K0"), "K0")


def meta_zeroth_order(
    oracle: Oracle,
    inner_step_size: float,
    radius: float,
    samples: int,
    rng: Seed,
    hessian: str = "printed",
    *,
    fresh: bool = True,
    shared: bool = True,
) -> MetaZerothOrder:
    """The MAML gradient estimated from cost queries (S1 Algorithm 3).

    A callable ``K -> (..., m, n)``; ``nan`` where a gain that is asked about does not stabilize its
    task. A stack of gains is a stack of independent runs: each has directions of its own.

    Parameters
    ----------
    oracle : Oracle
        Of a family (..., M): the last batch axis counts the tasks.
    inner_step_size : number >= 0
        eta_l of the inner gradient step.
    radius : float
        Frobenius norm of the exploring perturbations.
    samples : int
        Perturbations for each estimate. Queries for each task and iteration: 4 samples without
        Hessian, one more for "printed" and "stein" (with an oracle of common noise as many more as
        samples: K is asked about with the noise of each), 8 samples for "difference".
    rng : Generator, SeedSequence or int
        Source of randomness, used up call by call.
    hessian : "printed", "none", "stein", "difference" or "exact"
        The m x m estimate printed in S1 (erratum E5); none at all (first-order MAML); a consistent
        estimate of the Hessian matrix; or the product with the outer gradient as a difference of
        gradients over the distance `radius`. They use the directions of the inner gradient. For
        comparison, the true operator from the model, at no queries.
    fresh : bool
        Whether the outer gradient draws new directions, as Algorithm 3 is printed; the published
        code uses the same ones throughout an iteration.
    shared : bool
        Whether all tasks see the same directions, as in the published code.
    """
    rng = generator("rng", rng)
    return MetaZerothOrder(oracle, inner_step_size, radius, samples, rng, hessian, fresh, shared)
