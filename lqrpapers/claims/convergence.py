"""S2's three convergence theorems, one step or a whole run."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import directions, objective
from lqrlib.descent import descend
from lqrlib.objective import optimality_gap
from lqrlib.problem import LQR
from lqrlib.validation import Array

from ..constants import magnitudes, printed, sharp, sublevel
from .domination import value_difference_along
from .registry import Sides, claim

# Gaps and decreases this small against the cost are rounding error of the optimal gain.
SETTLED = 1e-20


def _descent(
    problem: LQR,
    K: ArrayLike,
    direction: Callable[[Array], Array],
    step: Array,
    share: Array,
    iterations: int,
) -> Iterator[Sides]:
    """Every iterate stabilizes, and every step takes away at least a `share` of the gap.

    The decrease comes from the value-difference lemma, which keeps its digits for tiny steps.
    """
    objective.require_stabilizing(problem, K)
    shape = np.broadcast_shapes(problem.batch_shape, np.shape(K)[:-2])
    gain = np.broadcast_to(objective.gain_array(problem, K), shape + np.shape(K)[-2:])
    floor = SETTLED * objective.cost(problem, gain)
    promised, taken, radii = [], [], []
    for _ in range(iterations):
        move = -step[..., None, None] * direction(gain)
        promised.append(share * optimality_gap(problem, gain))
        taken.append(-value_difference_along(problem, gain, move))
        gain = gain + move
        radii.append(objective.mean_square_radius(problem, gain))
    yield Sides("stability", np.stack(radii), 1.0)
    yield Sides("decrease", np.stack(promised), np.stack(taken), floor)


def _steps(given: ArrayLike | None, largest: Array) -> Array:
    """The step size given, or the largest that the theorem allows."""
    if given is None:
        return largest
    step = np.asarray(given, dtype=float)
    if (step <= 0).any() or (step > largest * (1 + 1e-12)).any():
        raise ValueError(f"step_size: expected numbers in (0, {largest}], got {given!r}")
    return np.broadcast_to(step, np.broadcast_shapes(step.shape, largest.shape))


@claim("s2-thm-3.4")
def gauss_newton_convergence(
    problem: LQR, K: ArrayLike, step_size: ArrayLike | None = None, *, iterations: int = 1
) -> Iterator[Sides]:
    """A step takes at least 2 step mu / ||Sigma*|| of the gap, for steps up to 1/2 (default)."""
    step = _steps(step_size, np.full(problem.batch_shape, 0.5))
    at = magnitudes(problem, objective.optimal_gain(problem))
    share = 2 * step * at.mu / at.optimal_Sigma
    yield from _descent(problem, K, directions.gauss_newton(problem), step, share, iterations)


@claim("s2-thm-3.5")
def natural_gradient_convergence(
    problem: LQR, K: ArrayLike, step_size: ArrayLike | None = None, *, iterations: int = 1
) -> Iterator[Sides]:
    """A step takes at least 2 step sigma_min(R) mu / ||Sigma*|| of the gap.

    For steps up to the theorem's, which is the default.
    """
    step = _steps(step_size, printed.natural_gradient_step(problem, K))
    at = magnitudes(problem, objective.optimal_gain(problem))
    share = 2 * step * at.r * at.mu / at.optimal_Sigma
    yield from _descent(problem, K, directions.natural_gradient(problem), step, share, iterations)


@claim("s2-thm-3.6")
def gradient_convergence(
    problem: LQR, K: ArrayLike, step_size: ArrayLike | None = None, *, iterations: int = 1
) -> Iterator[Sides]:
    """A step takes at least 2 step sigma_min(R) mu^2 / ||Sigma*|| of the gap, up to our c_pg.

    One step is taken with c_pg at K; a run with c_pg over the sub-level set of C(K).
    """
    if iterations == 1:
        largest = sharp.gradient_step(problem, K)
    else:
        largest = sharp.gradient_step(sublevel(problem, objective.cost(problem, K)))
    step = _steps(step_size, largest)
    share = step * printed.gradient_domination(problem, K) / 2
    yield from _descent(problem, K, directions.gradient(problem), step, share, iterations)


def _too_large(
    problem: LQR,
    K: ArrayLike,
    direction: Callable[[Array], Array],
    step_size: ArrayLike,
    iterations: int,
    assumption: str,
) -> Iterator[Sides]:
    """The gap after a number of steps against the gap before them; ``inf`` once outside."""
    objective.require_stabilizing(problem, K)
    trace = descend(direction, K, step_size, iterations, on_leave="flag")
    first, last = optimality_gap(problem, trace.gains[0]), optimality_gap(problem, trace.gain)
    yield Sides("", last, first, 0.0, assumption)


@claim("s2-thm-3.4", form="dropped")
def gauss_newton_with_a_large_step(
    problem: LQR, K: ArrayLike, step_size: ArrayLike, *, iterations: int = 1
) -> Iterator[Sides]:
    """The gap does not grow, for steps that the theorem does not allow."""
    direction = directions.gauss_newton(problem)
    yield from _too_large(problem, K, direction, step_size, iterations, "the step is at most 1/2")


@claim("s2-thm-3.5", form="dropped")
def natural_gradient_with_a_large_step(
    problem: LQR, K: ArrayLike, step_size: ArrayLike, *, iterations: int = 1
) -> Iterator[Sides]:
    """The gap does not grow, for steps that the theorem does not allow."""
    direction, bound = directions.natural_gradient(problem), "the step is at most the stated one"
    yield from _too_large(problem, K, direction, step_size, iterations, bound)


@claim("s2-thm-3.6", form="dropped")
def gradient_with_a_large_step(
    problem: LQR, K: ArrayLike, step_size: ArrayLike, *, iterations: int = 1
) -> Iterator[Sides]:
    """The gap does not grow, for steps that the theorem does not allow."""
    direction, bound = directions.gradient(problem), "the step is at most c_pg"
    yield from _too_large(problem, K, direction, step_size, iterations, bound)
