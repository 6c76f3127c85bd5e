"""S2's suspension experiment (Figure 1) and its remark on what noise does to every quantity."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import objective
from lqrlib.problem import LQR
from lqrlib.validation import Array

from ..constants import printed, sharp
from ..constants.magnitudes import magnitudes
from .registry import Sides, claim

# What the text of Figure 1 leaves open: "minimized" is a relative gap of a thousandth, "slightly
# suboptimal" five per cent.
MINIMISED = 1e-3
SLIGHTLY = 0.05


def _gap(problem: LQR, K: Array) -> Array:
    least = objective.cost(problem, objective.optimal_gain(problem))
    return np.asarray(objective.cost(problem, K) / least - 1)


def _falls(problem: LQR, gains: Array, name: str) -> Iterator[Sides]:
    costs = objective.cost(problem, gains)
    yield Sides(f"the cost {name} noise falls at every step", costs[1:], costs[:-1])
    yield Sides(f"the cost {name} noise is minimised", _gap(problem, gains[-1]), MINIMISED)


def _agreement(recorded: ArrayLike, repeated: ArrayLike, tolerance: float) -> Iterator[Sides]:
    """Relative differences of two tables of costs; infinite costs must stand in the same places."""
    first, second = np.asarray(recorded, dtype=float), np.asarray(repeated, dtype=float)
    if first.shape != second.shape:
        raise ValueError(f"repeated: expected shape {first.shape}, got {second.shape}")
    with np.errstate(invalid="ignore"):
        difference = np.where(first == second, 0.0, np.abs(second / first - 1))
    difference = np.where(np.isfinite(difference), difference, np.inf)
    yield Sides("recorded costs, with the published solver", difference, tolerance)


@claim("s2-fig-1a")
def noise_aware_descent(
    problem: LQR,
    gains: ArrayLike,
    recorded: ArrayLike | None = None,
    repeated: ArrayLike | None = None,
    *,
    tolerance: float = 1e-9,
) -> Iterator[Sides]:
    """Descent on the cost with noise minimises it and keeps the cost without noise finite.

    Parameters
    ----------
    problem : LQR
        With noise.
    gains : array (T, m, n)
        Iterates of the run.
    recorded, repeated : arrays, optional
        Costs recorded by the authors, and ours from their solver; agree to `tolerance`.
    """
    K, quiet = objective.gain_array(problem, gains), problem.without_noise()
    yield from _falls(problem, K, "with")
    radius = objective.mean_square_radius(quiet, K)
    yield Sides("every iterate stabilizes without noise", radius, 1.0)
    yield Sides("the cost without noise ends slightly suboptimal", _gap(quiet, K[-1]), SLIGHTLY)
    if recorded is not None and repeated is not None:
        yield from _agreement(recorded, repeated, tolerance)


@claim("s2-fig-1b")
def noise_ignorant_descent(
    problem: LQR,
    gains: ArrayLike,
    recorded: ArrayLike | None = None,
    repeated: ArrayLike | None = None,
    *,
    tolerance: float = 1e-9,
) -> Iterator[Sides]:
    """Descent on the cost without noise minimises it and ends unstable in the mean square.

    Parameters as for s2-fig-1a.
    """
    K, quiet = objective.gain_array(problem, gains), problem.without_noise()
    yield from _falls(quiet, K, "without")
    radius = objective.mean_square_radius(problem, K)
    yield Sides("the start is stabilizing with noise", radius[0], 1.0)
    yield Sides("the end is not", 1.0, radius[-1])
    if recorded is not None and repeated is not None:
        yield from _agreement(recorded, repeated, tolerance)


@claim("s2-rem-4.2")
def noise_raises_every_quantity(problem: LQR, K: ArrayLike) -> Iterator[Sides]:
    """At a gain that stabilizes with noise: what noise raises, and the steps that it shrinks."""
    objective.require_stabilizing(problem, K)
    quiet = problem.without_noise()
    without, at = magnitudes(quiet, K), magnitudes(problem, K)
    yield Sides("C(K)", without.cost, at.cost)
    yield Sides("‖P_K‖", without.P, at.P)
    yield Sides("‖Σ_K‖", without.Sigma, at.Sigma)
    yield Sides("‖B‖² + Σβ_j‖B_j‖²", without.b, at.b)
    step = printed.natural_gradient_step
    yield Sides("step size of Theorem 3.5", step(problem, K), step(quiet, K))
    radius = sharp.smoothness_radius
    yield Sides("exploration radius", radius(at), radius(without))


@claim("s2-rem-4.2", form="dropped")
def noise_raises_the_optimal_covariance(problem: LQR) -> Iterator[Sides]:
    """‖Σ‖ without noise is at most that with noise, each at its own optimal gain."""
    quiet = problem.without_noise()
    without, at = (magnitudes(each, objective.optimal_gain(each)) for each in (quiet, problem))
    assumption = "both problems are judged at the same gain"
    yield Sides("‖Σ_K*‖", without.Sigma, at.Sigma, 0.0, assumption)
