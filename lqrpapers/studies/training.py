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
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lqrlib import directions, maml, objective
from lqrlib.descent import descend
from lqrlib.finite_horizon import finite_horizon_cost
from lqrlib.oracles import Oracle
from lqrlib.problem import LQR, require_family
from lqrlib.validation import Array, Seed, real_number, whole_number

# Runs that have left are put aside every so many iterations.
BLOCK = 10


class Runs(NamedTuple):
    """Algorithm 3 from S seeds, T iterations.

    Attributes
    ----------
    gains : array (T + 1, S, m, n)
        Iterates; a run that left repeats its last one.
    left : int array (S,)
        Iteration after which a run had a gain that does not stabilize every task, or estimates
        that are not finite; T + 1 for a run that went through.
    queries : int
        Costs that all runs asked for.
    """

    gains: Array
    left: NDArray[np.int64]
    queries: int

    @property
    def inside(self) -> NDArray[np.bool_]:
        """Whether iterate t of run s is still inside, (T + 1, S)."""
        return np.asarray(np.arange(len(self.gains))[:, None] < self.left)


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
    inner_step_size: float | None = None,
    hessian: str = "printed",
    fresh: bool = True,
    shared: bool = True,
) -> Runs:
    """One run of Algorithm 3 on each family (S, M), with directions of its own.

    Parameters
    ----------
    families : LQR
        Tasks of each run.
    K0 : array (m, n) or (S, m, n)
        Start, stabilizing for every task.
    step_size, inner_step_size : positive numbers
        eta and eta_l; equal by default.
    iterations : int
        T.
    oracle : callable
        Makes the oracle of some of the families, such as `oracles.exact_cost`.
    rng : Generator, SeedSequence or int
    radius, samples, hessian, fresh, shared
        As for `directions.meta_zeroth_order`.
    """
    require_family(families, "families", many=True)
    count, last = len(families), whole_number("iterations", iterations)
    step_size = real_number("step_size", step_size)
    if not callable(oracle):
        raise ValueError(f"oracle: expected a callable, got {type(oracle).__name__}")
    objective.require_stabilizing(families, maml.family_gain(families, K0, "K0"), "K0")
    eta = step_size if inner_step_size is None else inner_step_size
    generator = np.random.default_rng(rng)
    start = np.broadcast_to(np.asarray(K0, dtype=float), (count, *np.shape(K0)[-2:]))
    gains = np.repeat(start[None], last + 1, axis=0)
    left = np.full(count, last + 1)
    active, queries = np.arange(count), 0
    for first in range(0, last, BLOCK):
        some = families[active]
        asked = oracle(some)
        direction = directions.meta_zeroth_order(
            asked, eta, radius, samples, generator, hessian, fresh=fresh, shared=shared
        )

        def cost(K: Array, some: LQR = some) -> Array:
            return maml.cost(some, K, 0.0)

        steps = min(BLOCK, last - first)
        trace = descend(
            direction, gains[first, active], step_size, steps, cost=cost, on_leave="flag"
        )
        gains[first + 1 :, active] = trace.gain
        gains[first : first + steps + 1, active] = trace.gains
        left[active[trace.left]] = first + trace.iterations[trace.left]
        queries += asked.queries
        active = active[~trace.left]
        if not len(active):
            break
    return Runs(gains, left, queries)


def nominal_gaps(
    nominal: LQR, runs: Runs, start: ArrayLike | None = None, horizon: int = 500
) -> Array:
    """J(K_t) - J(K*) of one task, (T + 1, S): from a fixed initial state over a horizon, as S1
    reports it, or for the task's own Sigma0 if none is given; ``inf`` for runs that left."""
    best = objective.optimal_gain(nominal)
    if nominal.batch_shape:
        raise ValueError(f"nominal: expected a single LQR, got {nominal!r}")
    if start is None:
        gaps = objective.cost(nominal, runs.gains) - objective.cost(nominal, best)
    else:
        costs = finite_horizon_cost(nominal, runs.gains, horizon, start)
        gaps = costs - finite_horizon_cost(nominal, best, horizon, start)
    return np.where(runs.inside, gaps, np.inf)


class Watched(Oracle):
    """An oracle of families (S, M) that notes which runs ask about a gain that does not stabilize.

    Attributes
    ----------
    outside : bool array (S,)
    """

    def __init__(self, oracle: Oracle) -> None:
        super().__init__(oracle.name, oracle.problem, oracle, oracle.horizon, oracle.common_noise)
        self.oracle = oracle
        self.outside = np.zeros(oracle.problem.batch_shape[:-1], dtype=bool)

    def __call__(self, K: ArrayLike) -> Array:
        self._note(K)
        return super().__call__(K)

    def together(self, *gains: ArrayLike) -> Array:
        for K in gains:
            self._note(K)
        return self.oracle.together(*gains)

    def _note(self, gain: ArrayLike) -> None:
        bad = ~objective.is_stabilizing(self.problem, gain)
        self.outside |= bad.reshape((-1, *bad.shape[-2:])).any(axis=(0, 2))


def asks_outside(
    families: LQR,
    K: ArrayLike,
    inner_step_size: float,
    oracle: Oracle,
    rng: Seed,
    *,
    radius: float,
    samples: int,
    **options: Any,
) -> NDArray[np.bool_]:
    """Whether one iteration of Algorithm 3 at K asks for a cost outside, (S,).

    Outside: of a gain that does not stabilize the task it is asked for. With the seed of a run
    these are the questions of its first iteration.
    """
    watch = Watched(oracle)
    direction = directions.meta_zeroth_order(
        watch, inner_step_size, radius, samples, rng, **options
    )
    direction(np.broadcast_to(np.asarray(K, dtype=float), (len(families), *np.shape(K)[-2:])))
    return watch.outside


class PerfectSampling:
    """The direction that S1's Algorithm 3 tends to, at gains (..., m, n)."""

    def __init__(self, tasks: LQR, inner_step_size: float | Array) -> None:
        require_family(tasks)
        self.tasks = tasks
        self.inner_step_size = maml.inner_steps(inner_step_size)

    def factors(self, K: ArrayLike) -> Array:
        """1 + eta_l (m/2n) tr Hessian, (..., M): what the printed estimate does to each task."""
        gain = maml.family_gain(self.tasks, K)
        traces = np.trace(objective.hessian_matrix(self.tasks, gain), axis1=-2, axis2=-1)
        share = self.tasks.inputs / (2 * self.tasks.states)
        return np.asarray(1 + np.asarray(self.inner_step_size)[..., None] * share * traces)

    def __call__(self, K: ArrayLike) -> Array:
        adapted = maml.adapted_gains(self.tasks, K, self.inner_step_size)
        lost = np.isnan(adapted).any(axis=(-2, -1), keepdims=True)
        outer = objective.gradient(self.tasks, np.where(lost, 0.0, adapted))
        outer = np.where(lost, np.nan, outer)
        return np.asarray((self.factors(K)[..., None, None] * outer).mean(axis=-3))

    def cost(self, K: ArrayLike) -> Array:
        """Average cost of the tasks, (...)."""
        return maml.cost(self.tasks, K, 0.0)


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
    low, high = 0.0, 1e-3
    while objective.cost(problem, best + high * step) < limit:
        low, high = high, 2 * high
    for _ in range(60):
        middle = (low + high) / 2
        below = objective.cost(problem, best + middle * step) < limit
        low, high = (middle, high) if below else (low, middle)
    return np.asarray(best + low * step)
