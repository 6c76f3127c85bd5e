"""A task that was not trained on: S1's headline, as a theorem."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import LQR, objective, optimality_gap
from lqrlib.matrices import frobenius_norm
from lqrlib.validation import Array

from ..constants import meta, sharp, sublevel
from . import runs
from .convergence import SETTLED
from .maml_theorems import ITERATIONS, ideal_run
from .meta_descent import KAPPA, at_minimiser, require_invariant
from .registry import Inequalities, Sides, claim


def unseen_suprema(tasks: LQR, K0: ArrayLike) -> meta.Suprema:
    """Bounds for families (..., M + 1) whose last task is not trained on.

    L is over all tasks' sub-level sets; the mean distance f of each task is to the M trained ones.
    """
    over = meta.suprema(tasks, K0, "sharp")
    trained = meta.suprema(tasks[..., :-1], K0, "sharp").heterogeneity
    distance = over.heterogeneity[..., -1:] * over.tasks / (over.tasks - 1)
    return replace(over, heterogeneity=np.concatenate([trained, distance], axis=-1))


def _slope_and_limit(tasks: LQR, gain: Array, kappa: ArrayLike) -> tuple[Array, Array]:
    """||grad J_u|| and b_u = (1 + kappa) f_u / (1 - kappa) at gains (..., 1, m, n), (..., 1)."""
    own = objective.gradient(tasks[..., -1:], gain)
    f = frobenius_norm(own - objective.gradient(tasks[..., :-1], gain)).mean(axis=-1, keepdims=True)
    turned = np.asarray(kappa)[..., None]
    return frobenius_norm(own), (1 + turned) * f / (1 - turned)


@claim("ours-unseen")
def unseen_task(
    tasks: LQR,
    K0: ArrayLike,
    minimiser: ArrayLike | None = None,
    *,
    over: meta.Suprema | None = None,
    kappa: float = KAPPA,
    fraction: float = 1.0,
    iterations: int = ITERATIONS,
) -> Inequalities:
    """Parts 2 to 4 for eta = fraction/L and levels Delta_0; part 1 where a minimiser is given.

    The last task of each family is not trained on. Suprema are those given, or bounds; parts 2 and
    3 raise ValueError unless b^2 <= lambda Delta_0 for all tasks. A step is checked with f measured
    at each gain, part 1 with f measured at the minimiser and L over its own sub-level sets.
    """
    trained, unseen = tasks[..., :-1], tasks[..., -1:]
    over = unseen_suprema(tasks, K0) if over is None else over
    inner, outer = meta.sharp_steps(over, kappa)
    floor = SETTLED * objective.cost(unseen, runs.per_task(unseen, K0))
    if minimiser is not None:
        gain = runs.per_task(tasks, minimiser)
        there = sublevel(trained, objective.cost(trained, gain))
        turned = meta.kappa(inner, sharp.hessian_bound(there).max(axis=-1))
        yield from at_minimiser(unseen, gain, *_slope_and_limit(tasks, gain, turned), floor)
        return
    require_invariant(over, kappa)
    steps = meta.Steps(inner, fraction * outer)
    taken = [
        runs.Step(
            objective.at_gain(unseen, each.gain),
            runs.inner_moves(unseen, each.gain, steps.inner),
            each.outer,
        )
        for each in ideal_run(trained, K0, steps, iterations)
    ]
    for sides in runs.stays(unseen, taken, steps, every_task=False):
        named = {"iterates in S_ML": "iterates in S_u", "adapted gains in S_i": "adapted in S_u"}
        yield sides._replace(part=named[sides.part])
    size = (1 - kappa) * steps.outer[..., None] / 2
    at = [_slope_and_limit(tasks, each.gain, kappa) for each in taken]
    promised, bias = [size * length**2 for length, _ in at], [size * b**2 for _, b in at]
    yield runs.decreases(taken, promised, bias, "decrease in a step")
    gaps, promises = _gaps_and_promises(unseen, taken, over, steps, kappa)
    yield Sides("gap after t steps", gaps, promises, floor)
    own = 1 - steps.inner[..., None] * over.domination[..., -1:] / 2
    moved = [optimality_gap(unseen, each.gain + each.inner) for each in taken]
    before = np.stack([each.at.gap for each in taken])
    yield Sides("gap after one step of its own", np.stack(moved), own * before, floor, role="guard")


def _gaps_and_promises(
    unseen: LQR, taken: list[runs.Step], over: meta.Suprema, steps: meta.Steps, kappa: float
) -> tuple[Array, Array]:
    """Gaps of the unseen task after 1, 2, ... steps and what part 3 promises, (T - 1, ..., 1)."""
    left = meta.sharp_rate(over, steps.outer, kappa)[..., -1:]
    bias, start = meta.sharp_bias(over, kappa)[..., -1:], over.start_gap[..., -1:]
    gaps = np.stack([optimality_gap(unseen, each.gain) for each in taken[1:]])
    return gaps, np.stack([left**t * start + bias for t in range(1, len(taken))])


@claim("ours-unseen", form="dropped")
def unseen_task_at_its_optimum(
    tasks: LQR, K0: ArrayLike, over: meta.Suprema, iterations: int = 300
) -> Inequalities:
    """Part 3 where K_0 is too near the unseen task's optimum for b_u^2 <= lambda_u Delta_u."""
    steps = meta.sharp_steps(over, KAPPA)
    taken = ideal_run(tasks[..., :-1], K0, steps, iterations)
    gaps, promises = _gaps_and_promises(tasks[..., -1:], taken, over, steps, KAPPA)
    yield Sides("gap after t steps", gaps, promises, 0.0, "b_u^2 <= lambda_u l_u")
