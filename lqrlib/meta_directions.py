"""Directions of meta-learning: the MAML gradient, exact or from costs (S1 Algorithms 1 and 3).

A family of tasks is a stack (..., M) whose last batch axis counts the tasks; the directions are
callables on gains (..., m, n) without that axis, as `lqrlib.descend` takes them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from . import estimators, maml, objective
from .oracles import Oracle
from .problem import LQR, require_family
from .validation import Array, Seed, real_number, whole_number

ESTIMATES = ("printed", "none", "stein", "difference", "exact")


class MetaGradient:
    """Gradient of the MAML objective of a family (..., M) at gains (..., m, n)."""

    def __init__(
        self, tasks: LQR, inner_step_size: float | Array, hessian: str | maml.Hessian
    ) -> None:
        require_family(tasks)
        maml.require_hessian(hessian)
        self.tasks = tasks
        self.inner_step_size = maml.inner_steps(inner_step_size)
        self.hessian = hessian

    def __call__(self, K: ArrayLike) -> Array:
        return maml.gradient(self.tasks, K, self.inner_step_size, self.hessian)

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

    Parameters
    ----------
    tasks : LQR
        A family (..., M): the last batch axis counts the tasks.
    inner_step_size : number >= 0, or array (...) of them, one for each family or run
        eta_l of the one gradient step that adapts K to each task.
    hessian : "exact", "none" or callable
        The true Hessian operator, none (first-order MAML), or a stand-in (`maml.gradient`).

    Returns
    -------
    callable
        ``K -> (..., m, n)``; ``nan`` where K or an adapted gain does not stabilize its task.
    """
    return MetaGradient(tasks, inner_step_size, hessian)


class MetaZerothOrder:
    """The MAML gradient estimated from the costs of a family (..., M) at gains (..., m, n)."""

    def __init__(
        self,
        oracle: Oracle,
        inner_step_size: float,
        radius: float,
        samples: int,
        rng: Seed,
        hessian: str,
        fresh: bool,
        shared: bool,
    ) -> None:
        if hessian not in ESTIMATES:
            raise ValueError(f"hessian: expected one of {', '.join(ESTIMATES)}, got {hessian!r}")
        problem = getattr(oracle, "problem", None)
        if not isinstance(problem, LQR) or not problem.batch_shape:
            raise ValueError(f"oracle: expected one of a stack (..., M) of tasks, got {oracle!r}")
        self.oracle = oracle
        self.tasks = problem
        self.inner_step_size = maml.inner_step(inner_step_size)
        self.radius = real_number("radius", radius)
        self.samples = whole_number("samples", samples)
        self.rng = np.random.default_rng(rng)
        self.hessian = hessian
        self.fresh = fresh
        self.shared = shared

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

    @np.errstate(invalid="ignore", over="ignore")
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
        return np.asarray(np.where(lost, np.nan, outer).mean(axis=-3))

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

    A stack of gains is a stack of independent runs: each has directions of its own.

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

    Returns
    -------
    callable
        ``K -> (..., m, n)``; ``nan`` where a gain that is asked about does not stabilize its task.
    """
    return MetaZerothOrder(oracle, inner_step_size, radius, samples, rng, hessian, fresh, shared)
