"""S2's three convergence theorems, one step or a whole run."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import LQR, descend, directions, objective, optimality_gap
from lqrlib.validation import Array

from ..constants import printed, sharp, sublevel
from .domination import value_difference_along
from .registry import Inequalities, Sides, claim

# Gaps and decreases this small against the cost are rounding error of the optimal gain.
SETTLED = 1e-20

DIRECTIONS = {
    "gradient": directions.gradient,
    "natural_gradient": directions.natural_gradient,
    "gauss_newton": directions.gauss_newton,
}


def largest_step(problem: LQR, K: ArrayLike, method: str, iterations: int) -> Array:
    """Largest constant step (...) that the method's theorem allows for so many from K (..., m, n).

    "gradient" takes our c_pg: at K for one step, over the sub-level set of C(K) for a run.
    """
    if method == "gauss_newton":
        return np.full(problem.batch_shape, 0.5)
    if method == "natural_gradient":
        return printed.natural_gradient_step(problem, K)
    if iterations == 1:
        return sharp.gradient_step(problem, K)
    return sharp.gradient_step(sublevel(problem, objective.cost(problem, K)))


@claim("s2-thm-3.4", method="gauss_newton")
@claim("s2-thm-3.5", method="natural_gradient")
@claim("s2-thm-3.6", method="gradient")
def convergence(
    problem: LQR,
    K: ArrayLike,
    step_size: ArrayLike | None = None,
    *,
    iterations: int = 1,
    method: str,
) -> Inequalities:
    """Every iterate stabilizes; a step, by default the largest allowed, takes its part of the gap.

    ================  ==========================================  ===================
    method            fraction of the gap, at least               steps up to
    ================  ==========================================  ===================
    Gauss-Newton      2 step mu / ||Sigma*||                      1/2
    natural gradient  2 step sigma_min(R) mu / ||Sigma*||         the theorem's
    gradient          2 step sigma_min(R) mu^2 / ||Sigma*||       our c_pg
    ================  ==========================================  ===================

    One gradient step is taken with c_pg at K; a run with c_pg over the sub-level set of C(K). The
    decrease comes from the value-difference lemma, which keeps its digits for tiny steps.
    """
    objective.require_stabilizing(problem, K)
    rate = printed.decrease(problem, K, method=method)
    largest = largest_step(problem, K, method, iterations)
    step = largest if step_size is None else np.asarray(step_size, dtype=float)
    if (step <= 0).any() or (step > largest * (1 + 1e-12)).any():
        raise ValueError(f"step_size: expected numbers in (0, {largest}], got {step_size!r}")
    shape = np.broadcast_shapes(problem.batch_shape, np.shape(K)[:-2])
    gain = np.broadcast_to(objective.gain_array(problem, K), shape + np.shape(K)[-2:])
    floor, direction = SETTLED * objective.cost(problem, gain), DIRECTIONS[method](problem)
    promised, taken, radii = [], [], []
    for _ in range(iterations):
        move = -step[..., None, None] * direction(gain)
        promised.append(step * rate * optimality_gap(problem, gain))
        taken.append(-value_difference_along(problem, gain, move))
        gain = gain + move
        radii.append(objective.mean_square_radius(problem, gain))
    yield Sides("stability", np.stack(radii), 1.0, role="guard")
    yield Sides("decrease", np.stack(promised), np.stack(taken), floor)


@claim("s2-thm-3.4", form="dropped", method="gauss_newton", bound="1/2")
@claim("s2-thm-3.5", form="dropped", method="natural_gradient", bound="the stated one")
@claim("s2-thm-3.6", form="dropped", method="gradient", bound="c_pg")
def convergence_with_a_large_step(
    problem: LQR,
    K: ArrayLike,
    step_size: ArrayLike,
    *,
    iterations: int = 1,
    method: str,
    bound: str,
) -> Inequalities:
    """The gap after a number of steps is at most that before, for steps that are not allowed.

    It is ``inf`` once a step has left the stabilizing set.
    """
    objective.require_stabilizing(problem, K)
    trace = descend(DIRECTIONS[method](problem), K, step_size, iterations, on_leave="flag")
    first, last = optimality_gap(problem, trace.gains[0]), optimality_gap(problem, trace.gain)
    yield Sides("", last, first, 0.0, f"the step is at most {bound}")
