"""Model-free MAML with wrong estimates: Theorems 11 and 13 of S1, sharper and with less assumed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import objective
from lqrlib.matrices import frobenius_norm
from lqrlib.problem import LQR
from lqrlib.validation import Array, Seed

from ..constants import heterogeneity, meta
from ..studies.training import PerfectSampling
from .convergence import SETTLED
from .maml import change, inner_moves
from .model_free_maml import Estimates, Step, run, stays
from .registry import Sides, claim


def _unit(X: Array) -> Array:
    size = frobenius_norm(X)[..., None, None]
    return np.asarray(X / np.where(size > 0, size, 1.0))


def _wrong(
    tasks: LQR, inner_step: Array, errors: meta.Errors, error: Array, rng: Seed, against: Array
) -> Estimates:
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
        return move, (outer - errors.turn * product).mean(axis=-3)

    return estimates


def _run_with_errors(
    tasks: LQR, K0: ArrayLike, rng: Seed, errors: meta.Errors, share: float, many: int
) -> tuple[list[Step], Array, Array]:
    """A run with errors that use a share of what invariance leaves room for."""
    over = meta.suprema(tasks, K0, "sharp")
    limit = np.sqrt(over.domination * over.gap)
    room = (1 - errors.kappa) * limit - (1 + errors.kappa) * over.heterogeneity
    if not (room > 0).all():
        raise ValueError("tasks: expected families near enough to each other for invariance")
    error = share * room.min(axis=-1) / float(errors.outer(np.asarray(1.0)))
    step = 1 / over.smoothness
    against = np.arange(error.size).reshape(error.shape) % 2 == 0
    estimates = _wrong(tasks, errors.reach * step, errors, error, rng, against)
    return run(tasks, K0, step, estimates, many), error, step


@claim("s1-thm-11", form="sharp")
def sharp_invariance(
    tasks: LQR,
    K0: ArrayLike,
    rng: Seed,
    *,
    errors: meta.Errors = meta.Errors(),  # noqa: B008
    share: float = 0.95,
    iterations: int = 3,
) -> Iterator[Sides]:
    """K_t in S_ML and adapted gains in S_i for eta = 1/L, wrong gradients and any Hessian.

    Gradient errors use a share of b_i^2 < lambda_i Delta_0, against a task's gradient (every other
    family) or anywhere; the Hessian estimate is kappa_H times a multiple of the identity, or a
    random rotation, over eta_l.
    """
    taken, _, step = _run_with_errors(tasks, K0, rng, errors, share, iterations)
    yield from stays(tasks, taken, errors.reach * step, step, every_task=False)


@claim("s1-thm-13", form="sharp")
def sharp_convergence(
    tasks: LQR,
    K0: ArrayLike,
    rng: Seed,
    *,
    errors: meta.Errors = meta.Errors(),  # noqa: B008
    share: float = 0.5,
    iterations: int = 3,
) -> Iterator[Sides]:
    """A step of size 1/L with such errors takes off (1 - kappa) eta/2 (||grad J_i||^2 - b_i^2).

    f_i is measured at each gain: stronger than with suprema.
    """
    taken, error, step = _run_with_errors(tasks, K0, rng, errors, share, iterations)
    promised, found = [], []
    for gain, _, move in taken:
        slopes = objective.gradient(tasks, gain)
        apart = heterogeneity.frobenius_distances(slopes)
        b = (1 + errors.kappa) * apart.mean(axis=-1) + errors.outer(error)[..., None]
        b = b / (1 - errors.kappa)
        rate = (1 - errors.kappa) * step[..., None] / 2
        promised.append(rate * (frobenius_norm(slopes) ** 2 - b**2))
        found.append(-change(tasks, gain, move))
    floor = SETTLED * objective.cost(tasks, taken[0].gain)
    yield Sides("decrease in a step", np.stack(promised), np.stack(found), floor)


# --- assumptions dropped --------------------------------------------------------------------------


@claim("s1-thm-11", form="dropped")
def invariance_of_distant_tasks(
    tasks: LQR, K0: ArrayLike, *, iterations: int = 20
) -> Iterator[Sides]:
    """Perfect sampling and short steps (1/L), but no condition on the heterogeneity."""
    step = 1 / meta.suprema(tasks, K0, "sharp").smoothness
    direction = PerfectSampling(tasks, 0.1 * step)

    def estimates(gain: Array) -> tuple[Array, Array]:
        return inner_moves(tasks, gain, 0.1 * step), direction(gain[..., 0, :, :])

    risen = sum(change(tasks, s.gain, s.outer) for s in run(tasks, K0, step, estimates, iterations))
    yield Sides("iterates in S_ML", risen, 0.0, 0.0, "the tasks are near to each other")


@claim("s1-thm-13", form="dropped")
def convergence_with_few_samples(gaps: Array, promised: float) -> Iterator[Sides]:
    """Gaps (S,) that runs with few samples end with, over the start's; ``inf`` if they left."""
    yield Sides("final gap", gaps, promised, 0.0, "there are enough samples")
