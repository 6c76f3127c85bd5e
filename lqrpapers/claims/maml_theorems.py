"""S1's Theorems 10 to 13: MAML stays in the sub-level sets, and converges.

Model-based (10 and 12) and model-free (11 and 13): as printed with exact gradients, or with
estimates that equal their limits as r goes to zero and the samples to infinity. Sharper and
model-based: `meta_descent`; with wrong estimates and less assumed: `wrong_steps`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lqrlib import LQR, maml, optimality_gap
from lqrlib.validation import Array

from ..constants import meta
from ..studies.training import PerfectSampling
from . import runs
from .registry import Inequalities, Sides, claim

# Steps of a run.
ITERATIONS = 3


def ideal_run(
    tasks: LQR, K0: ArrayLike, steps: meta.Steps, iterations: int, *, model_free: bool = False
) -> list[runs.Step]:
    """Algorithm 1 with the Hessian operator, or Algorithm 3 with the limits of its estimates."""
    sampled = PerfectSampling(tasks, steps.inner)

    def direction(gain: Array) -> tuple[Array, Array]:
        at = maml.at_gain(tasks, gain[..., 0, :, :], steps.inner)
        step = sampled(gain[..., 0, :, :]) if model_free else at.gradient()
        return -at.step * at.before.gradient, step

    return runs.run(tasks, K0, steps.outer, direction, iterations)


def _require(met: NDArray[np.bool_], what: str) -> None:
    if not met.all():
        missing = np.count_nonzero(~met)
        raise ValueError(f"tasks: expected {what}, got {missing} families without")


@claim("s1-thm-10", form=("partial", "corrected"), model_free=False)
@claim("s1-thm-11", form="partial", model_free=True)
def invariance(
    tasks: LQR, K0: ArrayLike, *, fraction: float = 1.0, model_free: bool, form: str = "printed"
) -> Inequalities:
    """K_t and all adapted gains in S_ML (gamma = 1) for a fraction of the largest printed steps.

    Raises ValueError unless the tasks are as near to each other as the theorem asks. The corrected
    form has the repaired constants.
    """
    over = meta.suprema(tasks, K0, "printed" if form == "partial" else form)
    met = meta.printed_admits(over, model_free=model_free)
    _require(met, f"what Theorem {11 if model_free else 10} admits")
    largest = meta.printed_steps(over, model_free=model_free)
    steps = meta.Steps(fraction * largest.inner, fraction * largest.outer)
    taken = ideal_run(tasks, K0, steps, ITERATIONS, model_free=model_free)
    yield from runs.stays(tasks, taken, steps, every_task=True)
    if not model_free:  # the sharper theorem allows 1
        scaled = steps.outer * meta.suprema(tasks, K0, "sharp").smoothness
        yield Sides("outer step times L", scaled, 0.25, role="guard")


@claim("s1-thm-10", form="dropped")
def invariance_of_distant_tasks(tasks: LQR, K0: ArrayLike) -> Inequalities:
    """20 short steps (1/L), but no condition is put on the heterogeneity."""
    steps = meta.sharp_steps(meta.suprema(tasks, K0, "sharp"))
    gain, trace = runs.descended(tasks, K0, *steps, 20)
    gaps = optimality_gap(tasks, trace.gain[..., None, :, :])
    gaps = np.where(trace.left[..., None], np.inf, gaps)
    assumption = "the tasks are near to each other"
    yield Sides("iterates in S_ML", gaps, optimality_gap(tasks, gain), 0.0, assumption)


@claim("s1-thm-11", form="dropped")
def perfect_sampling_on_distant_tasks(tasks: LQR, K0: ArrayLike) -> Inequalities:
    """Perfect sampling and 20 short steps (1/L), but no condition on the heterogeneity."""
    step = 1 / meta.suprema(tasks, K0, "sharp").smoothness
    taken = ideal_run(tasks, K0, meta.Steps(0.1 * step, step), 20, model_free=True)
    risen = sum(runs.change(each.at, each.outer) for each in taken)
    yield Sides("iterates in S_ML", risen, 0.0, 0.0, "the tasks are near to each other")


# --- Theorems 12 and 13 ---------------------------------------------------------------------------


@claim("s1-thm-12", form=("printed", "corrected"), model_free=False)
@claim("s1-thm-13", form=("printed", "corrected"), model_free=True)
def convergence(
    tasks: LQR,
    K0: ArrayLike,
    minimiser: ArrayLike | None = None,
    *,
    iterations: int = ITERATIONS,
    fraction: float = 1.0,
    model_free: bool,
    form: str,
) -> Inequalities:
    """(6) or (8) step by step: a step takes eta lambda/8 of gap - bias; (7) for a given minimiser.

    By induction the first gives (6), or (8) with 240 for 144, for every number of iterations, while
    they stay in S_ML. The corrected form has the repaired constants, and a minimiser in S_ML.
    """
    over = meta.suprema(tasks, K0, form)
    largest = meta.printed_steps(over, model_free=model_free)
    steps = meta.Steps(fraction * largest.inner, fraction * largest.outer)
    taken = ideal_run(tasks, K0, steps, iterations, model_free=model_free)
    # 1 - printed_rate, which loses its digits for short steps
    taken_off = steps.outer[..., None] * over.domination / 8
    bias = taken_off * meta.printed_bias(over, model_free=model_free)
    promised = [taken_off * step.at.gap for step in taken]
    part = f"({8 if model_free else 6}), decrease in a step"
    decrease = runs.decreases(taken, promised, [bias] * iterations, part)
    yield decrease
    if minimiser is None:
        return
    gaps = optimality_gap(tasks, maml.family_gain(tasks, minimiser))
    inside = bool((gaps <= over.gap * (1 + 1e-12)).all())
    if form == "corrected" and not inside:
        raise ValueError("minimiser: expected one in S_ML, got one outside")
    where = f"K*_ML {'in' if inside else 'outside'} S_ML"
    yield Sides(f"(7), {where}", gaps, meta.printed_optimum_bias(over), decrease.floor)
    if not model_free:
        bound = meta.printed_optimum_bias(over, report=True)
        yield Sides(f"(7) of the report, {where}", gaps, bound, decrease.floor)


@claim("s1-thm-13", form="dropped")
def convergence_with_few_samples(gaps: Array, promised: float) -> Inequalities:
    """Gaps (S,) that runs with few samples end with, over the start's; ``inf`` if they left."""
    yield Sides("final gap", gaps, promised, 0.0, "there are enough samples")
