"""Model-free MAML: what S1's Algorithm 3 estimates, and Theorems 11 and 13."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import scipy  # loads scipy.special when it is first used
from numpy.typing import ArrayLike

from lqrlib import maml, objective, oracles
from lqrlib.directions import meta_zeroth_order
from lqrlib.matrices import frobenius_norm
from lqrlib.objective import optimality_gap
from lqrlib.problem import LQR
from lqrlib.validation import Array, Seed

from ..constants import meta
from ..studies.training import PerfectSampling
from .convergence import SETTLED
from .maml import change, changes, inner_moves, lost_descent, per_task
from .registry import Sides, claim

# --- Algorithm 3 ----------------------------------------------------------------------------------


def _in_standard_errors(
    tasks: LQR,
    K: ArrayLike,
    inner_step_size: float,
    rng: Seed,
    hessian: str,
    target: Array,
    radius: float,
    samples: int,
    groups: int,
    confidence: float,
) -> Iterator[Sides]:
    """Mean of independent estimates minus the target, against the quantile of Student's t.

    A hundredth of the target is left to the radius and to the finite number of samples.
    """
    gain = per_task(tasks, K)[..., 0, :, :]
    many = np.broadcast_to(gain, (groups, *gain.shape))
    direction = meta_zeroth_order(
        oracles.exact_cost(tasks), inner_step_size, radius, samples, rng, hessian
    )
    found = direction(many)
    error = found.std(axis=0, ddof=1) / np.sqrt(groups)
    allowed = 0.01 * frobenius_norm(target)[..., None, None]
    excess = np.maximum(np.abs(found.mean(axis=0) - target) - allowed, 0.0)
    score = excess / np.maximum(error, 1e-12 * allowed)
    limit = -scipy.special.stdtrit(groups - 1, (1 - confidence) / (2 * score.size))
    yield Sides("mean of the estimates, in standard errors", score.max(axis=(-2, -1)), limit)


@claim("s1-alg-3")
def estimates_the_meta_gradient(
    tasks: LQR,
    K: ArrayLike,
    inner_step_size: float,
    rng: Seed,
    *,
    radius: float = 0.02,
    samples: int = 300,
    groups: int = 25,
    confidence: float = 0.999,
) -> Iterator[Sides]:
    """The direction of Algorithm 3, with its m x m Hessian estimate, has mean grad J_ML."""
    target = maml.gradient(tasks, K, inner_step_size)
    settings = (radius, samples, groups, confidence)
    yield from _in_standard_errors(tasks, K, inner_step_size, rng, "printed", target, *settings)


@claim("s1-alg-3", form="corrected")
def estimates_the_meta_gradient_with_a_consistent_hessian(
    tasks: LQR,
    K: ArrayLike,
    inner_step_size: float,
    rng: Seed,
    *,
    radius: float = 0.02,
    samples: int = 300,
    groups: int = 25,
    confidence: float = 0.999,
) -> Iterator[Sides]:
    """The same with the second-order Stein estimate of the mn x mn Hessian."""
    target = maml.gradient(tasks, K, inner_step_size)
    settings = (radius, samples, groups, confidence)
    yield from _in_standard_errors(tasks, K, inner_step_size, rng, "stein", target, *settings)


@claim("s1-alg-3", form="sharp")
def estimates_a_rescaled_first_order_direction(
    tasks: LQR,
    K: ArrayLike,
    inner_step_size: float,
    rng: Seed,
    *,
    radius: float = 0.02,
    samples: int = 300,
    groups: int = 25,
    confidence: float = 0.999,
) -> Iterator[Sides]:
    """As printed its mean is that of first-order MAML, each task scaled by its Hessian's trace."""
    target = PerfectSampling(tasks, inner_step_size)(K)
    settings = (radius, samples, groups, confidence)
    yield from _in_standard_errors(tasks, K, inner_step_size, rng, "printed", target, *settings)


# --- Theorems 11 and 13 as printed, with perfect sampling -----------------------------------------


class Step(NamedTuple):
    """A gain (..., 1, m, n), the move of each task's inner step (..., M, m, n) and of the outer."""

    gain: Array
    inner: Array
    outer: Array


Estimates = Callable[[Array], tuple[Array, Array]]


def run(tasks: LQR, K0: ArrayLike, step: Array, estimates: Estimates, many: int) -> list[Step]:
    """Steps of a run; `estimates` gives the inner moves and the direction at a gain."""
    gain, taken = per_task(tasks, K0), []
    for _ in range(many):
        inner, direction = estimates(gain)
        outer = -(step[..., None, None] * direction)[..., None, :, :]
        taken.append(Step(gain, inner, outer))
        gain = gain + outer
    return taken


def stays(
    tasks: LQR, taken: list[Step], inner: Array, outer: Array, every_task: bool
) -> Iterator[Sides]:
    """No cost is above its start's (gamma = 1), after a step or an inner step.

    As `lost_descent`: the change over the fall along the task's own gradients, plus 1.
    """
    risen = own = np.zeros(taken[0].inner.shape[:-2])
    iterates, adapted = [], []
    for gain, inner_move, move in taken:
        squares = frobenius_norm(objective.gradient(tasks, gain)) ** 2
        if every_task:
            moved = changes(tasks, gain, inner_move).max(axis=-2)
        else:
            moved = change(tasks, gain, inner_move)
        adapted.append(lost_descent(risen + moved, own + inner[..., None] * squares))
        risen, own = risen + change(tasks, gain, move), own + outer[..., None] * squares
        iterates.append(lost_descent(risen, own))
    yield Sides("iterates in S_ML", np.stack(iterates), 1.0)
    where = "adapted gains in S_ML" if every_task else "adapted gains in S_i"
    yield Sides(where, np.stack(adapted), 1.0)


def _decreases(tasks: LQR, taken: list[Step], share: Array, bias: Array, part: str) -> Sides:
    """A step takes at least this share of (gap - bias) off each task's gap."""
    promised = np.stack([share * (optimality_gap(tasks, s.gain) - bias) for s in taken])
    found = np.stack([-change(tasks, s.gain, s.outer) for s in taken])
    return Sides(part, promised, found, SETTLED * objective.cost(tasks, taken[0].gain))


def admissible(tasks: LQR, K0: ArrayLike) -> Array:
    """Whether Theorem 11 admits the families from this start, bool (...): near, and E6 spares it.

    The printed h_H is negative for some problems (erratum E6), and then no inner step is allowed.
    """
    over = meta.suprema(tasks, K0)
    near = over.heterogeneity[..., 0] <= meta.printed_heterogeneity_limit(over, model_free=True)
    return np.asarray(near & (meta.printed_steps(over, model_free=True).inner > 0))


def _perfect(tasks: LQR, K0: ArrayLike, over: meta.Suprema, many: int) -> list[Step]:
    """A run at the largest printed steps with estimates that equal their expectations."""
    steps = meta.printed_steps(over, model_free=True)
    direction = PerfectSampling(tasks, steps.inner)

    def estimates(gain: Array) -> tuple[Array, Array]:
        return inner_moves(tasks, gain, steps.inner), direction(gain[..., 0, :, :])

    return run(tasks, K0, steps.outer, estimates, many)


@claim("s1-thm-11")
def invariance(tasks: LQR, K0: ArrayLike, *, iterations: int = 3) -> Iterator[Sides]:
    """K_t and all adapted gains in S_ML (gamma = 1) at the largest printed steps.

    Estimates take the values that they tend to as r goes to zero and the samples to infinity.
    Raises ValueError unless the families are `admissible`.
    """
    if not admissible(tasks, K0).all():
        raise ValueError("tasks: expected families that Theorem 11 admits")
    over = meta.suprema(tasks, K0)
    taken = _perfect(tasks, K0, over, iterations)
    steps = meta.printed_steps(over, model_free=True)
    yield from stays(tasks, taken, steps.inner, steps.outer, every_task=True)


def _convergence(
    tasks: LQR, K0: ArrayLike, minimiser: ArrayLike | None, form: str, iterations: int
) -> Iterator[Sides]:
    over = meta.suprema(tasks, K0, form)
    # 1 - printed_rate, which would lose its digits for such steps
    share = meta.printed_steps(over, model_free=True).outer[..., None] * over.domination / 8
    bias = meta.printed_bias(over, model_free=True)
    taken = _perfect(tasks, K0, over, iterations)
    yield _decreases(tasks, taken, share, bias, "(8), decrease in a step")
    if minimiser is None:
        return
    gain = maml.family_gain(tasks, minimiser)
    gaps = optimality_gap(tasks, gain)
    inside = bool((gaps <= over.gap * (1 + 1e-12)).all())
    if form == "corrected" and not inside:
        raise ValueError("minimiser: expected one in S_ML, got one outside")
    where = "in S_ML" if inside else "outside S_ML"
    bound = meta.printed_optimum_bias(over)
    yield Sides(f"(7), K*_ML {where}", gaps, bound, SETTLED * objective.cost(tasks, gain))


@claim("s1-thm-13")
def convergence(
    tasks: LQR, K0: ArrayLike, minimiser: ArrayLike | None = None, *, iterations: int = 3
) -> Iterator[Sides]:
    """(8) step by step, as in Theorem 12 with 240 for 144; (7) for a given minimiser of J_ML.

    Estimates take the values that they tend to as r goes to zero and the samples to infinity.
    """
    yield from _convergence(tasks, K0, minimiser, "printed", iterations)


@claim("s1-thm-13", form="corrected")
def corrected_convergence(
    tasks: LQR, K0: ArrayLike, minimiser: ArrayLike | None = None, *, iterations: int = 3
) -> Iterator[Sides]:
    """The same with repaired constants, and a minimiser that lies in S_ML."""
    yield from _convergence(tasks, K0, minimiser, "corrected", iterations)
