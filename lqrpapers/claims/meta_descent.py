"""Model-based MAML, sharper than S1's Theorems 10 and 12, and which form of (7) holds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import LQR, objective, optimality_gap
from lqrlib.matrices import frobenius_norm
from lqrlib.validation import Array

from ..constants import meta, printed, sharp, sublevel
from . import runs
from .convergence import SETTLED
from .maml_theorems import ITERATIONS, ideal_run
from .registry import Inequalities, Sides, claim

# kappa of a run, unless another is given.
KAPPA = 0.25


@claim("ours-meta-descent")
def model_based_maml(
    tasks: LQR,
    K0: ArrayLike,
    minimiser: ArrayLike | None = None,
    *,
    kappa: float = KAPPA,
    fraction: float = 1.0,
    iterations: int = ITERATIONS,
) -> Inequalities:
    """Parts 2 and 3 for eta = fraction/L and levels Delta_0; part 1 where a minimiser is given.

    Parts 2 and 3 raise ValueError unless b_i^2 <= lambda_i Delta_0. A step is checked with f
    measured at each gain, the bias of part 1 with f measured at the minimiser and L over its own
    sub-level sets, with the inner step of the run: stronger than with suprema.
    """
    over = meta.suprema(tasks, K0, "sharp")
    inner, outer = meta.sharp_steps(over, kappa)
    floor = SETTLED * objective.cost(tasks, runs.per_task(tasks, K0))
    if minimiser is not None:
        gain = runs.per_task(tasks, minimiser)
        there = sublevel(tasks, objective.cost(tasks, gain))
        turned = meta.kappa(inner, sharp.hessian_bound(there).max(axis=-1))
        measured = runs.measured_bias(objective.at_gain(tasks, gain), turned)
        yield from at_minimiser(tasks, gain, *measured, floor)
        return
    require_invariant(over, kappa)
    steps = meta.Steps(inner, fraction * outer)
    taken = ideal_run(tasks, K0, steps, iterations)
    yield from runs.stays(tasks, taken, steps, every_task=False)
    yield runs.sharply_decreases(taken, steps.outer, kappa)
    left, bias = meta.sharp_rate(over, steps.outer, kappa), meta.sharp_bias(over, kappa)
    gaps = np.stack([step.at.gap for step in taken])
    promised = np.stack([left**t * over.start_gap + bias for t in range(iterations)])
    yield Sides("gap after t steps", gaps[1:], promised[1:], floor, role="guard")


def at_minimiser(tasks: LQR, gain: Array, length: Array, b: Array, floor: Array) -> Inequalities:
    """Part 1 for tasks whose gradients at a minimiser have these lengths, and limits b."""
    yield Sides("gradient at K*_ML", length, b, 1e-9 * length, role="guard")
    bound = b**2 / printed.gradient_domination(tasks, gain)
    yield Sides("gap at K*_ML", optimality_gap(tasks, gain), bound, floor)


def require_invariant(over: meta.Suprema, kappa: float) -> None:
    """Raise ValueError unless b^2 <= lambda Delta_0 for every task."""
    missing = np.count_nonzero(~meta.sharp_invariant(over, np.asarray(kappa)))
    if missing:
        raise ValueError(f"tasks: expected b^2 <= lambda Delta_0, got {missing} families without")


@claim("ours-seven")
def bias_of_the_optimum(tasks: LQR, K0: ArrayLike, K: ArrayLike) -> Inequalities:
    """(7) with 24 for 96, for the least f with ||grad J_i(K)||^2 <= 96 m^3 f^2, task by task."""
    gain = runs.per_task(tasks, K)
    f = frobenius_norm(objective.gradient(tasks, gain)) / np.sqrt(96 * tasks.inputs**3)
    over = replace(meta.suprema(tasks, K0), heterogeneity=f)
    floor = SETTLED * objective.cost(tasks, gain)
    bound = meta.printed_optimum_bias(over) / 4
    yield Sides("(7) with 24", optimality_gap(tasks, gain), bound, floor)
