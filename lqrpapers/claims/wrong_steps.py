"""Steps along wrong gradients: one, and MAML with any bounded estimate of the Hessian."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import LQR, objective, optimality_gap
from lqrlib.matrices import frobenius_norm
from lqrlib.validation import Array, Seed

from ..constants import meta, printed, sharp, sublevel
from ..constants.magnitudes import at_stabilizing_gain
from . import runs
from .convergence import SETTLED
from .registry import Inequalities, Sides, claim

# Step sizes over 1/L.
FRACTIONS = (1.0, 0.5, 0.1, 1e-3)
# Of one step: relative errors kappa, b^2 over lambda D, and D over the gap where K lies inside.
KAPPAS, SHARES, INSIDE = (0.0, 0.5), (0.5, 0.95), 4.0
# Of MAML: steps of a run, and what the estimates may be.
ITERATIONS, ERRORS = 3, meta.Errors()


def _unit(X: Array) -> Array:
    size = frobenius_norm(X)[..., None, None]
    return X / np.where(size > 0, size, 1.0)


@claim("ours-lemma-wrong-step")
def one_step(problem: LQR, K: ArrayLike, rng: Seed) -> Inequalities:
    """One step from each K (..., m, n) with errors as large as the lemma allows.

    The errors point against the gradient, along it or anywhere, steps are `FRACTIONS` of 1/L. K is
    on the boundary of its set, where the gap falls, or inside, with b^2 / lambda above its gap.
    """
    at = at_stabilizing_gain(problem, K)
    slope, domination = at.gradient, printed.gradient_domination(problem, at.K)
    random = np.random.default_rng(rng).standard_normal(slope.shape)
    ways = [_unit(way) for way in (-slope, slope, random)]
    floor = SETTLED * at.cost
    stays, full, taken, weights = [], [], [], []
    for D in (at.gap, INSIDE * at.gap):
        smoothness = sharp.hessian_bound(sublevel(problem, at.cost - at.gap + D))
        for kappa, share, fraction, way in product(KAPPAS, SHARES, FRACTIONS, ways):
            b_squared, step = share * domination * D, fraction / smoothness
            size = np.sqrt(kappa * frobenius_norm(slope) ** 2 + (1 - kappa) * b_squared)
            wrong = slope + size[..., None, None] * way
            weights.append((1 - kappa) * step * domination / 2)
            full.append(weights[-1] * (at.gap - b_squared / domination))
            taken.append(-runs.change(at, -step[..., None, None] * wrong))
            stays.append((at.gap - taken[-1]) / D)
    promised, found = np.split(np.stack(full), 2), np.split(np.stack(taken), 2)
    yield Sides("the steps stay in the set", np.stack(stays), 1.0, role="guard")
    yield Sides("w is at most 1", np.stack(weights), 1.0, role="guard")
    yield Sides("decrease from the boundary", promised[0], found[0], floor)
    risen = np.maximum(-found[1], 0.0)
    yield Sides("rise inside the set", risen, -promised[1], floor, role="guard")


def wrong_estimates(
    tasks: LQR, inner_step: Array, error: Array, rng: Seed, against: Array
) -> runs.Estimates:
    """Estimates with the largest allowed errors; `against` tasks' gradients, or anywhere."""
    generator = np.random.default_rng(rng)
    d = tasks.inputs * tasks.states

    def estimates(gain: Array) -> tuple[Array, Array]:
        slope = objective.gradient(tasks, gain)
        random = _unit(generator.standard_normal(slope.shape))
        uphill = np.broadcast_to(_unit(slope[..., :1, :, :]), slope.shape)
        chosen = against[..., None, None, None]
        push = error[..., None, None, None] * np.where(chosen, -uphill, random)
        move = -inner_step[..., None, None, None] * (slope + push)
        outer = objective.gradient(tasks, gain + move) + push
        turns = np.linalg.qr(generator.standard_normal((*slope.shape[:-2], d, d)))[0]
        turned = (turns @ outer.reshape((*outer.shape[:-2], d, 1))).reshape(outer.shape)
        product = np.where(chosen, outer, turned)
        return move, (outer - ERRORS.kappa_hessian * product).mean(axis=-3)

    return estimates


def _run_with_errors(
    tasks: LQR, over: meta.Suprema, K0: ArrayLike, rng: Seed, used: float, fraction: float
) -> tuple[list[runs.Step], Array, meta.Steps]:
    """A run whose errors use this part of the largest that invariance allows."""
    limit = np.sqrt(over.domination * over.gap)
    margin = (1 - ERRORS.kappa) * limit - (1 + ERRORS.kappa) * over.heterogeneity
    if not (margin > 0).all():
        raise ValueError("tasks: expected families near enough to each other for invariance")
    error = used * margin.min(axis=-1) / float(ERRORS.outer(np.asarray(1.0)))
    steps = meta.Steps(ERRORS.scaled_inner_step / over.smoothness, fraction / over.smoothness)
    against = np.arange(error.size).reshape(error.shape) % 2 == 0
    estimates = wrong_estimates(tasks, steps.inner, error, rng, against)
    return runs.run(tasks, K0, steps.outer, estimates, ITERATIONS), ERRORS.outer(error), steps


@claim("ours-thm-model-free-maml")
def model_free_maml(tasks: LQR, K0: ArrayLike, rng: Seed, fraction: float = 1.0) -> Inequalities:
    """Runs with an outer step of this fraction of 1/L, wrong gradients and any Hessian.

    Gradient errors are 95 % of those with b_i^2 < lambda_i Delta_i where it is asked if the run
    stays, and half of them for the decrease; they point against a task's gradient (every other
    family) or anywhere. The Hessian estimate is kappa_H times a multiple of the identity, or a
    random rotation, over eta_l. In the decrease of a step f_i is measured at the gain, which is
    stronger than a supremum.
    """
    over = meta.suprema(tasks, K0, "sharp")
    taken, error, steps = _run_with_errors(tasks, over, K0, rng, 0.95, fraction)
    for sides in runs.stays(tasks, taken, steps, every_task=False):
        yield sides._replace(role="guard")
    rate = meta.sharp_rate(over, steps.outer, ERRORS.kappa)
    bias = meta.sharp_bias(over, np.full(error.shape, ERRORS.kappa), error)
    gaps = [optimality_gap(tasks, step.gain + step.outer) for step in taken]
    most = [rate**t * over.start_gap + bias for t in range(1, len(taken) + 1)]
    yield Sides("gap after t steps", np.stack(gaps), np.stack(most), role="guard")
    taken, error, steps = _run_with_errors(tasks, over, K0, rng, 0.5, fraction)
    yield runs.sharply_decreases(taken, steps.outer, ERRORS.kappa, error)
