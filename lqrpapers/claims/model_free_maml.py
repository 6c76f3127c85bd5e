"""Model-free MAML: what S1's Algorithm 3 estimates, and Theorems 11 and 13.

As printed with perfect sampling; sharper, with wrong estimates and less assumed.
"""

from __future__ import annotations

import numpy as np
import scipy  # loads scipy.special when it is first used
from numpy.typing import ArrayLike, NDArray

from lqrlib import LQR, maml, objective, oracles
from lqrlib.directions import meta_zeroth_order
from lqrlib.matrices import frobenius_norm
from lqrlib.validation import Array, Seed

from ..constants import meta
from ..studies.training import PerfectSampling
from . import runs
from .registry import Inequalities, Sides, claim


@claim("s1-alg-3", form=("printed", "corrected", "sharp"))
def estimates_the_meta_gradient(
    tasks: LQR,
    K: ArrayLike,
    inner_step_size: float,
    rng: Seed,
    *,
    radius: float = 0.02,
    samples: int = 300,
    groups: int = 25,
    form: str,
) -> Inequalities:
    """The mean of Algorithm 3's direction in standard errors against Student's 0.999 quantile.

    As printed, with the m x m Hessian estimate, it should be grad J_ML; corrected, it is with the
    second-order Stein estimate of the mn x mn Hessian; sharp, what the printed one has for its
    mean, first-order MAML with each task scaled by its Hessian's trace. A hundredth of the target
    is left to the radius and to the finite number of samples.
    """
    gain = runs.per_task(tasks, K)[..., 0, :, :]
    target = maml.gradient(tasks, K, inner_step_size)
    if form == "sharp":
        target = PerfectSampling(tasks, inner_step_size)(K)
    hessian = "stein" if form == "corrected" else "printed"
    oracle = oracles.exact_cost(tasks)
    direction = meta_zeroth_order(oracle, inner_step_size, radius, samples, rng, hessian)
    found = direction(np.broadcast_to(gain, (groups, *gain.shape)))
    error = found.std(axis=0, ddof=1) / np.sqrt(groups)
    allowed = 0.01 * frobenius_norm(target)[..., None, None]
    excess = np.maximum(np.abs(found.mean(axis=0) - target) - allowed, 0.0)
    score = excess / np.maximum(error, 1e-12 * allowed)
    limit = -scipy.special.stdtrit(groups - 1, 1e-3 / (2 * score.size))
    yield Sides("mean of the estimates, in standard errors", score.max(axis=(-2, -1)), limit)


# --- Theorems 11 and 13 as printed, with perfect sampling -----------------------------------------


def admissible(tasks: LQR, K0: ArrayLike) -> NDArray[np.bool_]:
    """Whether Theorem 11 admits the families from this start, bool (...): near, and E6 spares it.

    The printed h_H is negative for some problems (erratum E6), and then no inner step is allowed.
    """
    return meta.printed_admits(meta.suprema(tasks, K0), model_free=True)


def _perfect(tasks: LQR, K0: ArrayLike, steps: meta.Steps, many: int) -> list[runs.Step]:
    """A run with the estimates' limits, as r goes to zero and the samples to infinity."""
    direction = PerfectSampling(tasks, steps.inner)

    def estimates(gain: Array) -> tuple[Array, Array]:
        return runs.inner_moves(tasks, gain, steps.inner), direction(gain[..., 0, :, :])

    return runs.run(tasks, K0, steps.outer, estimates, many)


@claim("s1-thm-11")
def invariance(tasks: LQR, K0: ArrayLike, *, iterations: int = 3) -> Inequalities:
    """K_t and all adapted gains in S_ML (gamma = 1) at the largest printed steps.

    Estimates take the values that they tend to as r goes to zero and the samples to infinity.
    Raises ValueError unless the families are `admissible`.
    """
    over = meta.suprema(tasks, K0)
    if not meta.printed_admits(over, model_free=True).all():
        raise ValueError("tasks: expected families that Theorem 11 admits")
    steps = meta.printed_steps(over, model_free=True)
    yield from runs.stays(tasks, _perfect(tasks, K0, steps, iterations), steps, every_task=True)


@claim("s1-thm-13", form=("printed", "corrected"))
def convergence(
    tasks: LQR,
    K0: ArrayLike,
    minimiser: ArrayLike | None = None,
    *,
    iterations: int = 3,
    form: str,
) -> Inequalities:
    """(8) step by step, as in Theorem 12 with 240 for 144; (7) for a given minimiser of J_ML.

    Estimates take the values that they tend to as r goes to zero and the samples to infinity. The
    corrected form has the repaired constants, and a minimiser that lies in S_ML.
    """
    over = meta.suprema(tasks, K0, form)
    steps = meta.printed_steps(over, model_free=True)
    taken = _perfect(tasks, K0, steps, iterations)
    # 1 - printed_rate, which would lose its digits for such steps
    fraction = steps.outer[..., None] * over.domination / 8
    bias = meta.printed_bias(over, model_free=True)
    decrease = runs.towards_the_bias(tasks, taken, fraction, bias, "(8), decrease in a step")
    yield decrease
    if minimiser is not None:
        floor = np.asarray(decrease.floor)
        yield from runs.optimum_bias(tasks, minimiser, over, floor, form=form, report=False)


# --- sharper, with wrong estimates ----------------------------------------------------------------


def _unit(X: Array) -> Array:
    size = frobenius_norm(X)[..., None, None]
    return X / np.where(size > 0, size, 1.0)


def _wrong(
    tasks: LQR, inner_step: Array, errors: meta.Errors, error: Array, rng: Seed, against: Array
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
        return move, (outer - errors.kappa_hessian * product).mean(axis=-3)

    return estimates


def _run_with_errors(
    tasks: LQR, K0: ArrayLike, rng: Seed, errors: meta.Errors, fraction: float, many: int
) -> tuple[list[runs.Step], Array, meta.Steps]:
    """A run whose errors are this fraction of the largest that invariance allows."""
    over = meta.suprema(tasks, K0, "sharp")
    limit = np.sqrt(over.domination * over.gap)
    margin = (1 - errors.kappa) * limit - (1 + errors.kappa) * over.heterogeneity
    if not (margin > 0).all():
        raise ValueError("tasks: expected families near enough to each other for invariance")
    error = fraction * margin.min(axis=-1) / float(errors.outer(np.asarray(1.0)))
    steps = meta.Steps(errors.scaled_inner_step * (1 / over.smoothness), 1 / over.smoothness)
    against = np.arange(error.size).reshape(error.shape) % 2 == 0
    estimates = _wrong(tasks, steps.inner, errors, error, rng, against)
    return runs.run(tasks, K0, steps.outer, estimates, many), error, steps


@claim("s1-thm-11", form="sharp")
def sharp_invariance(
    tasks: LQR,
    K0: ArrayLike,
    rng: Seed,
    *,
    errors: meta.Errors = meta.Errors(),  # noqa: B008
    fraction: float = 0.95,
    iterations: int = 3,
) -> Inequalities:
    """K_t in S_ML and adapted gains in S_i for eta = 1/L, wrong gradients and any Hessian.

    Gradient errors are a fraction of those with b_i^2 < lambda_i Delta_0, against a task's gradient
    (every other family) or anywhere; the Hessian estimate is kappa_H times a multiple of the
    identity, or a random rotation, over eta_l.
    """
    taken, _, steps = _run_with_errors(tasks, K0, rng, errors, fraction, iterations)
    yield from runs.stays(tasks, taken, steps, every_task=False)


@claim("s1-thm-13", form="sharp")
def sharp_convergence(
    tasks: LQR,
    K0: ArrayLike,
    rng: Seed,
    *,
    errors: meta.Errors = meta.Errors(),  # noqa: B008
    fraction: float = 0.5,
    iterations: int = 3,
) -> Inequalities:
    """A step of size 1/L with such errors takes off (1 - kappa) eta/2 (||grad J_i||^2 - b_i^2).

    f_i is measured at each gain: stronger than with suprema.
    """
    taken, error, steps = _run_with_errors(tasks, K0, rng, errors, fraction, iterations)
    yield runs.sharply_decreases(tasks, taken, steps.outer, errors.kappa, errors.outer(error))


@claim("s1-thm-11", form="dropped")
def invariance_of_distant_tasks(tasks: LQR, K0: ArrayLike, *, iterations: int = 20) -> Inequalities:
    """Perfect sampling and short steps (1/L), but no condition on the heterogeneity."""
    step = 1 / meta.suprema(tasks, K0, "sharp").smoothness
    taken = _perfect(tasks, K0, meta.Steps(0.1 * step, step), iterations)
    risen = sum(runs.change(tasks, each.gain, each.outer) for each in taken)
    yield Sides("iterates in S_ML", risen, 0.0, 0.0, "the tasks are near to each other")


@claim("s1-thm-13", form="dropped")
def convergence_with_few_samples(gaps: Array, promised: float) -> Inequalities:
    """Gaps (S,) that runs with few samples end with, over the start's; ``inf`` if they left."""
    yield Sides("final gap", gaps, promised, 0.0, "there are enough samples")
