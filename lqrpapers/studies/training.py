r"""Runs of S1's Algorithm 3 from many seeds, and what they tend to when sampling is perfect.

With ever more samples and an ever smaller radius the gradient estimates of Algorithm 3 tend to
the gradients, and its Hessian estimate to :math:`-\tfrac m{2n}\operatorname{tr}\nabla^2J_i(K)\,I`
(erratum E5). So the algorithm as printed tends to first-order MAML with a rescaled step for each
task,

.. math:: K_{t+1} = K_t - \frac\eta M\sum_i\Bigl(1 + \eta_l\frac m{2n}
          \operatorname{tr}\nabla^2J_i(K_t)\Bigr)\nabla J_i\bigl(K_t - \eta_l\nabla J_i(K_t)\bigr) .
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lqrlib import directions, maml, objective
from lqrlib.descent import descend
from lqrlib.finite_horizon import finite_horizon_cost
from lqrlib.matrices import trace
from lqrlib.oracles import Oracle
from lqrlib.problem import LQR, require_family
from lqrlib.validation import Array, Seed, real_number, whole_number

from ..recorded.s1 import HORIZON
from .bisection import bisect, double

# Runs that have left are put aside every so many iterations.
BLOCK = 10


class Runs(NamedTuple):
    """Algorithm 3 from S seeds, T iterations."""

    gains: Array  #: Iterates (T + 1, S, m, n); a run that left repeats its last one.
    #: Iteration after which a run had a gain that does not stabilize every task, or estimates that
    #: are not finite, (S,); T + 1 for a run that went through.
    left: NDArray[np.int64]
    queries: int  #: Costs that all runs asked for.

    @property
    def inside(self) -> NDArray[np.bool_]:
        """Whether iterate t of run s is still inside, (T + 1, S)."""
        return np.arange(len(self.gains))[:, None] < self.left


def average_cost(tasks: LQR, K: ArrayLike) -> Array:
    """Average cost of the tasks of families (..., M) at K (..., m, n), (...)."""
    return objective.cost(tasks, maml.family_gain(tasks, K)).mean(axis=-1)


def train(
    families: LQR,
    K0: ArrayLike,
    step_size: float,
    iterations: int,
    oracle: Callable[[LQR], Oracle],
    rng: Seed,
    *,
    radius: float,
    samples: int,
    inner_step: float | None = None,
    hessian: str = "printed",
    fresh: bool = True,
    shared: bool = True,
) -> Runs:
    """One run of Algorithm 3 on each family (S, M), with directions of its own.

    The inner step is as long as the outer one unless it is given. K0 (m, n) or (S, m, n) must
    stabilize every task. `oracle` makes the oracle of some of the families, as
    `oracles.exact_cost` does; radius, samples, hessian, fresh and shared are those of
    `directions.meta_zeroth_order`.
    """
    require_family(families, "families", many=True)
    count, last = len(families), whole_number("iterations", iterations)
    step_size = real_number("step_size", step_size)
    inner = step_size if inner_step is None else real_number("inner_step", inner_step)
    if not callable(oracle):
        raise ValueError(f"oracle: expected a callable, got {type(oracle).__name__}")
    objective.require_stabilizing(families, maml.family_gain(families, K0, "K0"), "K0")
    generator = np.random.default_rng(rng)
    start = np.broadcast_to(np.asarray(K0, dtype=float), (count, *np.shape(K0)[-2:]))
    gains = np.repeat(start[None], last + 1, axis=0)
    left = np.full(count, last + 1)
    active, queries = np.arange(count), 0
    for first in range(0, last, BLOCK):
        inside = families[active]
        counted = oracle(inside)
        direction = directions.meta_zeroth_order(
            counted, inner, radius, samples, generator, hessian, fresh=fresh, shared=shared
        )
        cost = partial(average_cost, inside)
        steps = min(BLOCK, last - first)
        trace = descend(
            direction, gains[first, active], step_size, steps, cost=cost, on_leave="flag"
        )
        gains[first + 1 :, active] = trace.gain
        gains[first : first + steps + 1, active] = trace.gains
        left[active[trace.left]] = first + trace.iterations[trace.left]
        queries += counted.queries
        active = active[~trace.left]
        if not len(active):
            break
    return Runs(gains, left, queries)


def nominal_gaps(nominal: LQR, runs: Runs | Array, start: ArrayLike | None = None) -> Array:
    """J(K_t) - J(K*) of one task, (T + 1, S); ``inf`` for runs that left.

    Of runs, or of gains (T + 1, S, m, n) that all stabilize. From a fixed initial state over a
    horizon, as S1 reports it, or for the task's own Sigma0.
    """
    best = objective.optimal_gain(nominal)
    if nominal.batch_shape:
        raise ValueError(f"nominal: expected a single LQR, got {nominal!r}")
    if not isinstance(runs, Runs):
        runs = Runs(runs, np.full(runs.shape[1], len(runs)), 0)
    if start is None:
        gaps = objective.cost(nominal, runs.gains) - objective.cost(nominal, best)
    else:
        costs = finite_horizon_cost(nominal, runs.gains, HORIZON, start)
        gaps = costs - finite_horizon_cost(nominal, best, HORIZON, start)
    return np.where(runs.inside, gaps, np.inf)


class _Noting(Oracle):
    """Notes which runs of families (S, M) ask about a gain that does not stabilize its task."""

    def __init__(self, oracle: Oracle) -> None:
        super().__init__(oracle.name, oracle.problem, self._noted, oracle.horizon)
        self.common_noise, self.oracle = oracle.common_noise, oracle
        self.outside = np.zeros(len(oracle.problem), dtype=bool)

    def _noted(self, K: Array) -> Array:
        stable = objective.is_stabilizing(self.problem, K)
        self.outside |= ~stable.reshape((-1, *stable.shape[-2:])).all(axis=(0, 2))
        return self.oracle(K)


def asks_outside(
    families: LQR,
    K: ArrayLike,
    inner_step_size: float,
    oracle: Callable[[LQR], Oracle],
    rng: Seed,
    *,
    radius: float,
    samples: int,
    **options: Any,
) -> NDArray[np.bool_]:
    """Whether one iteration of Algorithm 3 at K asks for a cost outside, (S,).

    Outside: of a gain that does not stabilize the task it is asked for. With the seed of a run
    of `train`, and its oracle, these are the questions of its first iteration.
    """
    noting = _Noting(oracle(families))
    direction = directions.meta_zeroth_order(
        noting, inner_step_size, radius, samples, rng, **options
    )
    direction(np.broadcast_to(np.asarray(K, dtype=float), (len(families), *np.shape(K)[-2:])))
    return noting.outside


class PerfectSampling:
    """The direction that S1's Algorithm 3 tends to, at gains (..., m, n)."""

    def __init__(self, tasks: LQR, inner_step_size: float | Array) -> None:
        require_family(tasks)
        self.tasks = tasks
        self.inner_step_size = maml.inner_steps(inner_step_size)

    def factors(self, K: ArrayLike) -> Array:
        """1 + eta_l (m/2n) tr Hessian, (..., M): what the printed estimate does to each task."""
        return self._factors(objective.at_gain(self.tasks, maml.family_gain(self.tasks, K)))

    def _factors(self, at: objective.AtGain) -> Array:
        weight = self.tasks.inputs / (2 * self.tasks.states)
        return 1 + np.asarray(self.inner_step_size)[..., None] * weight * trace(at.hessian_matrix)

    def __call__(self, K: ArrayLike) -> Array:
        at = maml.at_gain(self.tasks, K, self.inner_step_size)
        return (self._factors(at.before)[..., None, None] * at.after.gradient).mean(axis=-3)

    def cost(self, K: ArrayLike) -> Array:
        """Average cost of the tasks, (...)."""
        return average_cost(self.tasks, K)


def gain_of_relative_cost(problem: LQR, direction: ArrayLike, ratio: float) -> Array:
    """K* + s * direction, s > 0, whose cost is `ratio` times the optimal one; (m, n).

    For one problem; found by bisection between the optimum and the first gain tried beyond.
    """
    best = objective.optimal_gain(problem)
    if problem.batch_shape:
        raise ValueError(f"problem: expected a single LQR, got {problem!r}")
    if not real_number("ratio", ratio) > 1:
        raise ValueError(f"ratio: expected a number > 1, got {ratio!r}")
    step = objective.gain_array(problem, direction, "direction")
    if not step.any():
        raise ValueError("direction: expected one that is not zero")
    limit = ratio * objective.cost(problem, best)

    def below(distance: Array) -> NDArray[np.bool_]:
        return objective.cost(problem, best + distance * step) < limit

    low, _ = bisect(below, *double(below, 0.0, 1e-3), halvings=60)
    return best + low * step
