r"""Adapting a gain to new tasks: what it costs, counted in cost queries.

A run of policy gradient from a start :math:`K_0` on each of many tasks is judged by the queries it
spends until the relative gap :math:`J(K)/J^* - 1` first falls to a level. Two quantities govern it.

- Its *clock* :math:`\tau_t = \eta_0 + \dots + \eta_{t-1}`: if every step lowers the cost by at
  least :math:`\tfrac{\eta_t}{2}\|\nabla J(K_t)\|_F^2`, gradient domination gives
  :math:`J(K_t) - J^* \le e^{-\lambda\tau_t/2}\,(J(K_0) - J^*)`.
- The *spectrum* of the start: the Hessian at :math:`K^*` with eigenpairs :math:`(h_k, v_k)` splits
  the gap, to second order, into parts :math:`\tfrac12 h_k\langle v_k, K_0 - K^*\rangle^2`, and the
  clock shrinks each by about :math:`e^{-2h_k\tau}`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import directions, objective
from lqrlib.descent import backtracking, descend
from lqrlib.matrices import transpose
from lqrlib.problem import LQR, require_family
from lqrlib.tasks import MATRICES
from lqrlib.validation import Array, Seed, real_number

from ..constants import printed
from .stationary import stationary_gain

# Directions behind each gradient, which costs two queries for each.
DIRECTIONS = 50
# Level of the bootstrap intervals, and how often the values are redrawn for one.
LEVEL, DRAWS = 0.95, 1000


class Adaptation(NamedTuple):
    """Policy gradient on many tasks at once; T iterations."""

    gaps: Array  #: J(K_t)/J* - 1, (T + 1, ...); ``inf`` for a start that does not stabilize.
    queries: Array  #: Cost queries spent before iterate t was known, (T + 1, ...).
    clocks: Array  #: Sums of the step sizes taken, (T + 1, ...).

    def priced(self, each: int) -> Adaptation:
        """The run with so many queries counted for each gradient."""
        gradients = np.arange(len(self.queries)).reshape(-1, *(1,) * (self.queries.ndim - 1))
        less = (2 * DIRECTIONS - each) * gradients
        return self._replace(queries=np.maximum(self.queries - less, 0))


def adapt(
    tasks: LQR,
    K0: ArrayLike,
    iterations: int,
    *,
    first_step: float = 1e-3,
    sufficient: float = 0.01,
) -> Adaptation:
    """Policy gradient with backtracking from K0 (..., m, n) on every task, the same rule for all.

    Gradients are exact; each is counted as a two-point estimate from `DIRECTIONS`, and each trial
    of the step as one query. The first trial of every step is `first_step`, halved until the cost
    falls by the `sufficient` fraction of the linear decrease (gradient domination needs 1/2). A
    member whose start does not stabilize has infinite gaps and spends nothing.
    """
    start = objective.gain_array(tasks, K0, "K0")
    shape = np.broadcast_shapes(start.shape[:-2], tasks.batch_shape)
    first_step = real_number("first_step", first_step)
    best = objective.optimal_gain(tasks)
    start = np.broadcast_to(start, shape + start.shape[-2:])
    usable = np.isfinite(objective.cost(tasks, start))
    trace = descend(
        directions.gradient(tasks),
        np.where(usable[..., None, None], start, best),
        backtracking(first_step, sufficient=sufficient),
        iterations,
    )
    assert trace.costs is not None
    steps = np.where(usable, trace.step_sizes, 0.0)
    with np.errstate(divide="ignore"):
        halvings = np.where(steps > 0, np.log2(first_step / steps), 0.0)
    price = np.where(steps > 0, 2 * DIRECTIONS + 1 + np.round(halvings), 0.0)
    none = np.zeros((1, *shape))
    gaps = np.where(usable, trace.costs / objective.cost(tasks, best) - 1, np.inf)
    return Adaptation(
        gaps,
        np.concatenate([none, np.cumsum(price, axis=0)]),
        np.concatenate([none, np.cumsum(steps, axis=0)]),
    )


def queries_to(run: Adaptation, level: float) -> Array:
    """Queries (...) spent until the gap is first at or below a level; ``inf`` if it never is."""
    below = run.gaps <= real_number("level", level)
    first = np.argmax(below, axis=0)
    spent = np.take_along_axis(run.queries, first[None], axis=0)[0]
    return np.where(below.any(axis=0), spent, np.inf)


def adapt_from(
    tasks: LQR, starts: Mapping[str, ArrayLike], iterations: int
) -> dict[str, Adaptation]:
    """`adapt` from several starts, each broadcast over the tasks, in one stack."""
    shape = (*tasks.batch_shape, tasks.inputs, tasks.states)
    stack = np.stack([np.broadcast_to(np.asarray(K), shape) for K in starts.values()])
    run = adapt(tasks, stack, iterations)
    parts = (Adaptation(*(part[:, place] for part in run)) for place in range(len(starts)))
    return dict(zip(starts, parts, strict=True))


def queries_to_learn(family: LQR, K0: ArrayLike, level: float, iterations: int) -> float:
    """Queries until the average cost of a family (M,) is within `level` of its least, from K0.

    Policy gradient by the same rule as `adapt`, M tasks at each step; ``inf`` if never.
    """
    trace = descend(
        lambda K: objective.gradient(family, K).mean(axis=0),
        K0,
        backtracking(1e-3),
        iterations,
        cost=lambda K: objective.cost(family, K).mean(),
    )
    assert trace.costs is not None
    best = stationary_gain(family, objective.optimal_gain(family[0]), 0.0)
    below = trace.costs / objective.cost(family, best).mean() - 1 <= level
    if not below.any():
        return np.inf
    trials = 1 + np.round(np.log2(1e-3 / trace.step_sizes[: int(below.argmax())]))
    return float(len(family) * (len(trials) * 2 * DIRECTIONS + trials.sum()))


def random_starts(tasks: LQR, centre: ArrayLike, spread: float, rng: Seed) -> Array:
    """Stabilizing gains (..., m, n): a centre plus entries uniform in (0, spread).

    Each is redrawn until it stabilizes its task. S1's published code perturbs the nominal optimum
    in this way, with spread 0.22.
    """
    generator = np.random.default_rng(rng)
    middle, width = objective.gain_array(tasks, centre, "centre"), real_number("spread", spread)
    shape = tasks.batch_shape + middle.shape[-2:]
    gains = np.full(shape, np.nan)
    for _ in range(1000):
        waiting = np.isnan(gains).any(axis=(-2, -1))
        if not waiting.any():
            return gains
        trial = middle + width * generator.random(shape)
        good = waiting & np.isfinite(objective.cost(tasks, trial))
        gains = np.where(good[..., None, None], trial, gains)
    raise ValueError("spread: no stabilizing gain found in 1000 draws for some task")


def start_spectrum(tasks: LQR, K: ArrayLike) -> tuple[Array, Array]:
    """Eigenvalues h_k (..., mn), ascending, of the Hessian at each optimum, and the gap's parts.

    The parts (..., mn) are h_k <v_k, K - K*>^2 / (2 J*); they sum to the relative gap, to second
    order.
    """
    best = objective.optimal_gain(tasks)
    gain, at = objective.gain_array(tasks, K), objective.at_gain(tasks, best)
    values, vectors = np.linalg.eigh(at.hessian_matrix)
    error = (gain - best).reshape((*np.broadcast_shapes(gain.shape, best.shape)[:-2], -1, 1))
    coordinates = (transpose(vectors) @ error)[..., 0]
    parts = values * coordinates**2 / 2 / at.cost[..., None]
    return np.broadcast_to(values, parts.shape), parts


def median_interval(values: ArrayLike, rng: Seed) -> tuple[float, float, float]:
    """Median of values (F, P) with a bootstrap interval: families redrawn, then their tasks.

    Values may be infinite. Returns median, lower and upper end.
    """
    table = np.asarray(values, dtype=float)
    if table.ndim != 2 or not table.size or np.isnan(table).any():
        raise ValueError(f"values: expected shape (F, P) without nan, got {table.shape}")
    generator = np.random.default_rng(rng)
    families, tasks = table.shape
    rows = generator.integers(families, size=(DRAWS, families, 1))
    columns = generator.integers(tasks, size=(DRAWS, families, tasks))
    middle = (table.size - 1) // 2  # a value that occurs, so that infinities do no harm
    medians = np.partition(table[rows, columns].reshape(DRAWS, -1), middle, axis=1)[:, middle]
    low, high = np.quantile(medians, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], method="inverted_cdf")
    return float(np.partition(table, middle, axis=None)[middle]), float(low), float(high)


def query_intervals(runs: Sequence[Adaptation], levels: Sequence[float], rng: Seed) -> Array:
    """`median_interval` of the queries (F, P) of each run to each level, (runs, levels, 3)."""
    generator = np.random.default_rng(rng)
    found = [[median_interval(queries_to(run, x), generator) for x in levels] for run in runs]
    return np.array(found)


def clock_at(level: float, clocks: Array, gaps: Array) -> float:
    """Clock at which the median of falling gaps (T + 1, runs) reaches a level, interpolated.

    The last clock where it does not.
    """
    middle = np.log(np.median(gaps, axis=1))
    return float(np.interp(np.log(level), middle[::-1], clocks[::-1]))


def clock_bound(problem: LQR, run: Adaptation) -> Array:
    """Gap (T + 1, ...) that gradient domination promises a run: its first, times e^(-lambda tau/2).

    For steps that each lower the cost by half the linear prediction at least (``sufficient=0.5``).
    """
    rate = printed.gradient_domination(problem, objective.optimal_gain(problem))
    return run.gaps[0] * np.exp(-rate * run.clocks / 2)


def average_model(tasks: LQR) -> LQR:
    """The problem with the average A, B, Q, R and Sigma0 of a family (..., M), without noise.

    Raises
    ------
    ValueError
        If the tasks have noise, which an average of matrices does not describe.
    """
    require_family(tasks)
    if tasks.has_noise:
        raise ValueError("tasks: expected tasks without noise")
    return LQR(*(getattr(tasks, name).mean(axis=-3) for name in (*MATRICES, "Sigma0")))


def exact_starts(families: LQR, near: ArrayLike, inner_step_size: float = 1e-4) -> dict[str, Array]:
    """What can be learned exactly from families (D, M): starts (D, 1, m, n) by name.

    The optimum of the average model, of the average cost, and K*_ML, both found from the gain
    `near` them.
    """
    average = stationary_gain(families, near, 0.0)
    starts = {
        "average model": objective.optimal_gain(average_model(families)),
        "average cost": average,
        "maml": stationary_gain(families, average, inner_step_size),
    }
    return {name: K[:, None] for name, K in starts.items()}
