"""S2's suspension experiment (Figure 1) and its remark on what noise does to every quantity."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import LQR, objective
from lqrlib.validation import Array

from ..constants import magnitudes, printed, sharp
from .registry import Inequalities, Sides, claim

# What the text of Figure 1 leaves open: "minimized" is a relative gap of a thousandth, "slightly
# suboptimal" five per cent.
MINIMISED = 1e-3
SLIGHTLY = 0.05


def _agreement(recorded: ArrayLike, repeated: ArrayLike, tolerance: float) -> Sides:
    """Relative differences of two tables of costs; infinite costs must stand in the same places."""
    first, second = np.asarray(recorded, dtype=float), np.asarray(repeated, dtype=float)
    if first.shape != second.shape:
        raise ValueError(f"repeated: expected shape {first.shape}, got {second.shape}")
    with np.errstate(invalid="ignore"):
        difference = np.where(first == second, 0.0, np.abs(second / first - 1))
    difference = np.where(np.isfinite(difference), difference, np.inf)
    return Sides("recorded costs, with the published solver", difference, tolerance)


@claim("s2-fig-1a", aware=True)
@claim("s2-fig-1b", aware=False)
def descent_with_noise_in_mind_or_not(
    problem: LQR,
    gains: ArrayLike,
    recorded: ArrayLike | None = None,
    repeated: ArrayLike | None = None,
    *,
    tolerance: float = 1e-9,
    aware: bool,
) -> Inequalities:
    """What a run minimises, with noise (a) or without (b), and what becomes of the other cost.

    For the problem with noise and the iterates `gains` (T, m, n): (a) descent on the cost with
    noise keeps the cost without noise finite, (b) descent on the cost without noise ends unstable
    in the mean square. Costs recorded by the authors agree with ours, repeated by their solver.
    """
    K, quiet = objective.gain_array(problem, gains), problem.without_noise()
    meant, other, name = (problem, quiet, "with") if aware else (quiet, problem, "without")

    def gap(each: LQR) -> Array:
        least = objective.cost(each, objective.optimal_gain(each))
        return objective.cost(each, K[-1]) / least - 1

    costs, radius = objective.cost(meant, K), objective.mean_square_radius(other, K)
    yield Sides(f"the cost {name} noise falls at every step", costs[1:], costs[:-1])
    yield Sides(f"the cost {name} noise is minimised", gap(meant), MINIMISED)
    if aware:
        yield Sides("every iterate stabilizes without noise", radius, 1.0, role="guard")
        yield Sides("the cost without noise ends slightly suboptimal", gap(quiet), SLIGHTLY)
    else:
        yield Sides("the start is stabilizing with noise", radius[0], 1.0, role="guard")
        yield Sides("the end is not", 1.0, radius[-1], role="guard")
    if recorded is not None and repeated is not None:
        yield _agreement(recorded, repeated, tolerance)


@claim("s2-rem-4.2")
def noise_raises_every_quantity(problem: LQR, K: ArrayLike) -> Inequalities:
    """At a gain that stabilizes with noise: what noise raises, and the steps that it shrinks."""
    objective.require_stabilizing(problem, K)
    quiet = problem.without_noise()
    without, at = magnitudes(quiet, K), magnitudes(problem, K)
    yield Sides("C(K)", without.cost, at.cost)
    yield Sides("‖P_K‖", without.P, at.P)
    yield Sides("‖Σ_K‖", without.Sigma, at.Sigma)
    yield Sides("‖B‖² + Σβ_j‖B_j‖²", at.B**2, at.B**2 + at.printed_noise)
    step = printed.natural_gradient_step
    yield Sides("step size of Theorem 3.5", step(problem, K), step(quiet, K))
    radius = sharp.smoothness_radius
    yield Sides("exploration radius", radius(at), radius(without))


@claim("s2-rem-4.2", form="dropped")
def noise_raises_the_optimal_covariance(problem: LQR) -> Inequalities:
    """‖Σ‖ without noise is at most that with noise, each at its own optimal gain."""
    quiet = problem.without_noise()
    without, at = (magnitudes(each, objective.optimal_gain(each)) for each in (quiet, problem))
    assumption = "both problems are judged at the same gain"
    yield Sides("‖Σ_K*‖", without.Sigma, at.Sigma, 0.0, assumption)
