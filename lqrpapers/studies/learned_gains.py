"""Gains learned from costs and adapted to new tasks, at the settings of S1's published code.

Costs are those of initial states near (1/2, ..., 1/2), drawn anew; `streams` are whole numbers that
name the random streams of a study.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lqrlib import LQR, Trace, descend, directions, objective
from lqrlib.validation import Array, Seed

from ..recorded.s1 import RADIUS, SAMPLES, START, TRAINING_DEVIATION, TRAINING_MEAN
from .sampled_start import SampledStartCost, sampled_start_cost
from .task_families import spectral_family

# Training: step and iterations. Adaptation: radius, directions and iterations.
STEP, TRAINING = 8e-6, 200
NARROW, DIRECTIONS, ADAPTATION = 1e-5, 50, 300
# Every entry of the gain of a lost run: it stabilizes nothing.
LOST = 1e3


def published_cost(
    tasks: LQR,
    rng: Seed,
    mean: float = TRAINING_MEAN,
    deviation: float = TRAINING_DEVIATION,
    horizon: int | None = None,
) -> SampledStartCost:
    """The oracle that S1's code trains with, from a state with this mean in every coordinate."""
    return sampled_start_cost(tasks, np.full(tasks.states, mean), deviation, rng, horizon=horizon)


def as_trained(tasks: LQR) -> LQR:
    """The tasks with the second moment of the initial states that S1's code trains with."""
    n = tasks.states
    moment = np.full((n, n), TRAINING_MEAN**2) + TRAINING_DEVIATION**2 * np.eye(n)
    return tasks.replace(Sigma0=moment)


def reported_cost(tasks: LQR) -> SampledStartCost:
    """The cost that S1 reports: from one other initial state."""
    return sampled_start_cost(tasks, START, 0.0, 0)


def learn(
    families: LQR, start: ArrayLike, streams: Sequence[int]
) -> tuple[NDArray[np.intp], Array]:
    """Algorithm 3 on families (D, M): the runs that stay inside (S,), and their gains (T, S, m, n).

    Most runs that leave do so in the first iteration, so that is made apart.
    """
    seeds = np.random.SeedSequence(streams)
    inside = np.arange(len(families))
    gains = np.broadcast_to(np.asarray(start), (1, len(inside), *np.shape(start)))
    for iterations in (1, TRAINING - 1):
        if len(inside):
            states, draws = seeds.spawn(2)
            cost = published_cost(families[inside], states)
            direction = directions.meta_zeroth_order(
                cost, STEP, RADIUS, SAMPLES, draws, fresh=False
            )
            trace = descend(direction, gains[-1], STEP, iterations, on_leave="flag")
            gains = np.concatenate([gains[:-1], trace.gains])[:, ~trace.left]
            inside = inside[~trace.left]
    return inside, gains


def learn_each(families: LQR, start: ArrayLike, streams: Sequence[int]) -> tuple[Array, int, int]:
    """Algorithm 3 on families (D, M): last gains (D, m, n), and how many are able and survive.

    Able are families whose tasks the start stabilizes all, one at least; the gain of a family that
    is not, or whose run leaves, is `LOST`.
    """
    able = np.isfinite(objective.cost(families, start)).all(axis=-1)
    inside, gains = learn(families[able], start, streams)
    last = np.full((len(families), *np.shape(start)), LOST)
    last[np.flatnonzero(able)[inside]] = gains[-1]
    return last, int(able.sum()), len(inside)


def learn_alone(problem: LQR, start: ArrayLike, count: int, streams: Sequence[int]) -> Array:
    """Gains (count, m, n) of plain policy gradient on one task; runs that leave are repeated."""
    found: list[Array] = []
    seeds = np.random.SeedSequence(streams)
    while len(found) < count:
        states, draws = seeds.spawn(2)
        direction = directions.zeroth_order(published_cost(problem, states), RADIUS, SAMPLES, draws)
        trace = descend(direction, start, STEP, TRAINING, on_leave="flag")
        found += [] if trace.left else [trace.gain]
    return np.array(found)


def adapt_by_pairs(problems: LQR, starts: ArrayLike, step: float, streams: Sequence[int]) -> Array:
    """Gaps over J* (T + 1, D, U) of model-free policy gradient on tasks (D, U), as reported.

    One start (m, n), or (D, m, n) for the tasks of each row; ``inf`` for runs that left.
    """
    starts = np.broadcast_to(starts, (len(problems), *np.shape(starts)[-2:]))
    found = []
    for number, (tasks, K) in enumerate(zip(problems, starts, strict=True)):
        states, draws = np.random.SeedSequence([*streams, number]).spawn(2)
        direction = directions.zeroth_order(
            published_cost(tasks, states), NARROW, DIRECTIONS, draws
        )
        gains = np.broadcast_to(K, (len(tasks), *K.shape))
        trace = descend(direction, gains, step, ADAPTATION, on_leave="flag")
        found.append(_reported_gaps(tasks, trace))
    return np.stack(found, axis=1)


def race(problems: LQR, start: ArrayLike, *phases: tuple[float, int]) -> Array:
    """Gaps over J* (T + 1, ...) of exact policy gradient for the cost trained on, as reported.

    The start broadcasts over the tasks (...), the phases are (step size, iterations) one after the
    other; ``inf`` for runs that left.
    """
    steps = [step for step, iterations in phases for _ in range(iterations)]
    following = iter(steps)
    trace = descend(
        directions.gradient(as_trained(problems)),
        start,
        lambda *_: np.asarray(next(following)),
        len(steps),
        on_leave="flag",
    )
    return _reported_gaps(problems, trace)


def _reported_gaps(problems: LQR, trace: Trace) -> Array:
    """Gaps over J* (T + 1, ...) of runs, as S1 reports them; ``inf`` once one has left."""
    judge, steps = reported_cost(problems), np.arange(len(trace.gains))
    gaps = judge(trace.gains) / judge(objective.optimal_gain(problems)) - 1
    gone = steps.reshape(-1, *(1,) * trace.left.ndim) >= trace.iterations
    return np.where(trace.left & gone, np.inf, gaps)


def unseen_tasks(
    nominal: LQR, families: LQR, level: float, count: int, streams: Sequence[int]
) -> LQR:
    """Tasks (D, count), each as near to all training tasks of its family (D, M) as they are."""
    rows = (
        spectral_family(nominal, count, level, [*streams, number], near=seen)
        for number, seen in enumerate(families)
    )
    return LQR.stack(list(rows))
