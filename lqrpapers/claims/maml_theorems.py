"""S1's Theorems 10 and 12: model-based MAML stays in the sub-level sets, and converges."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import LQR, maml, objective, optimality_gap
from lqrlib.validation import Array

from ..constants import meta, printed, sharp, sublevel
from . import runs
from .registry import Inequalities, Sides, claim


def exact_run(tasks: LQR, K0: ArrayLike, steps: meta.Steps, iterations: int) -> list[runs.Step]:
    """Algorithm 1 with the Hessian operator."""

    def exact(gain: Array) -> tuple[Array, Array]:
        at = maml.at_gain(tasks, gain[..., 0, :, :], steps.inner)
        return -at.step * at.before.gradient, at.gradient()

    return runs.run(tasks, K0, steps.outer, exact, iterations)


def _require(met: ArrayLike, what: str) -> None:
    missing = np.size(met) - np.count_nonzero(met)
    if missing:
        raise ValueError(f"tasks: expected {what}, which {missing} families do not have")


@claim("s1-thm-10", form=("printed", "corrected"))
def invariance(tasks: LQR, K0: ArrayLike, *, iterations: int = 3, form: str) -> Inequalities:
    """K_t and all adapted gains in S_ML (gamma = 1) at the largest printed steps.

    Raises ValueError unless the tasks are as near to each other as the theorem asks. The corrected
    form has the repaired constants.
    """
    over = meta.suprema(tasks, K0, form)
    _require(meta.printed_admits(over), "the heterogeneity of Theorem 10")
    steps = meta.printed_steps(over)
    yield from runs.stays(tasks, exact_run(tasks, K0, steps, iterations), steps, every_task=True)


@claim("s1-thm-10", form="sharp")
def sharp_invariance(
    tasks: LQR,
    K0: ArrayLike,
    *,
    largest_kappa: float = 0.25,
    gamma: ArrayLike = 1.0,
    iterations: int = 3,
) -> Inequalities:
    """K_t in S_ML, adapted gains in S_i, for eta = 1/L, if b_i^2 <= lambda_i gamma_i Delta_0."""
    over = meta.suprema(tasks, K0, "sharp", gamma=gamma)
    _require(meta.sharp_invariant(over, np.asarray(largest_kappa)), "b^2 <= lambda gamma Delta_0")
    steps, margin = meta.sharp_steps(over, largest_kappa), over.gap - over.start_gap
    taken = exact_run(tasks, K0, steps, iterations)
    yield from runs.stays(tasks, taken, steps, every_task=False, margin=margin)


@claim("s1-thm-10", form="dropped")
def invariance_of_distant_tasks(tasks: LQR, K0: ArrayLike, *, iterations: int = 20) -> Inequalities:
    """The steps are short (1/L), but no condition is put on the heterogeneity."""
    steps = meta.sharp_steps(meta.suprema(tasks, K0, "sharp"))
    yield _last_gaps(tasks, K0, *steps, iterations)._replace(
        assumption="the tasks are near to each other"
    )


def _last_gaps(
    tasks: LQR, K0: ArrayLike, inner: ArrayLike, outer: ArrayLike, iterations: int
) -> Sides:
    """The gap of each task after a run against that of its start; ``inf`` for runs that left."""
    gain, trace = runs.descended(tasks, K0, inner, outer, iterations)
    gaps = optimality_gap(tasks, trace.gain[..., None, :, :])
    gaps = np.where(trace.left[..., None], np.inf, gaps)
    return Sides("iterates in S_ML", gaps, optimality_gap(tasks, gain))


# --- Theorem 12 -----------------------------------------------------------------------------------


@claim("s1-thm-12", form=("printed", "corrected"))
def convergence(
    tasks: LQR,
    K0: ArrayLike,
    minimiser: ArrayLike | None = None,
    *,
    iterations: int = 3,
    form: str,
) -> Inequalities:
    """(6) step by step: a step takes eta lambda/8 of gap - bias; (7) for a given minimiser.

    By induction the first gives (6) for every number of iterations, while they stay in S_ML. The
    corrected form has the repaired constants, and a minimiser that lies in S_ML.
    """
    over = meta.suprema(tasks, K0, form)
    steps = meta.printed_steps(over)
    taken = exact_run(tasks, K0, steps, iterations)
    fraction = 1 - meta.printed_rate(over, steps.outer)
    part = "(6), decrease in a step"
    decrease = runs.towards_the_bias(tasks, taken, fraction, meta.printed_bias(over), part)
    yield decrease
    if minimiser is not None:
        floor = np.asarray(decrease.floor)
        yield from runs.optimum_bias(tasks, minimiser, over, floor, form=form, report=True)


@claim("s1-thm-12", form="sharp")
def sharp_convergence(
    tasks: LQR,
    K0: ArrayLike,
    minimiser: ArrayLike | None = None,
    *,
    largest_kappa: float = 0.25,
    iterations: int = 3,
) -> Inequalities:
    """Every step of size 1/L, and the bias of a stationary gain of J_ML (kappa <= 1/4 there).

    The step is checked with f measured at each gain, the bias with f measured at the minimiser and
    L over its own sub-level sets, with the inner step of the run: stronger than with suprema.
    """
    steps = meta.sharp_steps(meta.suprema(tasks, K0, "sharp"), largest_kappa)
    taken = exact_run(tasks, K0, steps, iterations)
    decrease = runs.sharply_decreases(tasks, taken, steps.outer, largest_kappa)
    yield decrease
    if minimiser is None:
        return
    gain = runs.per_task(tasks, minimiser)
    there = sublevel(tasks, objective.cost(tasks, gain))
    kappa = meta.kappa(steps.inner, sharp.hessian_bound(there).max(axis=-1))
    length, b = runs.measured_bias(tasks, gain, kappa)
    yield Sides("gradient at K*_ML", length, b, 1e-9 * length)
    bound = b**2 / printed.gradient_domination(tasks, gain)
    yield Sides("gap at K*_ML", optimality_gap(tasks, gain), bound, decrease.floor)


@claim("s1-thm-12", form="dropped")
def convergence_with_long_inner_steps(
    tasks: LQR, K0: ArrayLike, inner: ArrayLike, outer: ArrayLike, *, iterations: int = 200
) -> Inequalities:
    """The gap falls although the inner step is longer than 1/L, whatever kappa."""
    yield _last_gaps(tasks, K0, inner, outer, iterations)._replace(assumption="kappa < 1")
