"""Uniform bounds (S1 Lemma 5) and local smoothness (S1 Lemma 6), printed, repaired and sharp."""

from __future__ import annotations

from types import ModuleType

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import LQR, objective
from lqrlib.matrices import frobenius_norm, spectral_norm
from lqrlib.validation import Array

from ..constants import at_stabilizing_gain, magnitudes, printed, sharp
from .registry import Inequalities, Sides, claim, part_of

# Rounding error of a difference of two costs, gradients, ..., relative to their size.
CANCELLATION = 1e-12


@claim("s1-lemma-5", form=("printed", "corrected", "sharp"))
def uniform_bounds(problem: LQR, K: ArrayLike, *, constants: ModuleType) -> Inequalities:
    """||grad J||_F <= h_G, ||Hessian|| <= h_H, ||K||_F <= h_c, each task with its own numbers.

    The Hessian is measured as an operator on Frobenius norms, the weakest reading of the lemma.
    The repaired constants are for problems without noise, the sharp ones include it.
    """
    here, at = at_stabilizing_gain(problem, K), magnitudes(problem, K)
    yield Sides("gradient", frobenius_norm(here.gradient), constants.gradient_bound(at))
    yield Sides("Hessian", spectral_norm(here.hessian_matrix), constants.hessian_bound(at))
    yield Sides("gain", frobenius_norm(here.K), constants.gain_bound(at))


part_of("e1", "s1-lemma-5", "gradient", "printed", "corrected")
part_of("e6", "s1-lemma-5", "Hessian", "printed", "corrected")


def _move(
    problem: LQR, K: ArrayLike, direction: ArrayLike, fraction: ArrayLike, radius: Array
) -> tuple[Array, Array, Array]:
    """The neighbour at a fraction of the radius, and its spectral and Frobenius distances."""
    objective.require_stabilizing(problem, K)
    if (np.asarray(fraction) <= 0).any() or (np.asarray(fraction) > 1).any():
        raise ValueError(f"fraction: expected numbers in (0, 1], got {fraction!r}")
    distance = np.asarray(fraction) * radius
    step = np.asarray(direction, dtype=float)
    unit = step / spectral_norm(step)[..., None, None]
    other = np.asarray(K, dtype=float) + distance[..., None, None] * unit
    # Of the step wanted, not of the rounded difference of gains.
    return other, distance, distance * frobenius_norm(step) / spectral_norm(step)


@claim("s1-lemma-6", form=("printed", "corrected"))
def local_smoothness(
    problem: LQR,
    K: ArrayLike,
    direction: ArrayLike,
    fraction: ArrayLike = 1.0,
    *,
    constants: ModuleType,
) -> Inequalities:
    """S1's bounds at K' = K + fraction h_Delta direction/||direction||, 0 < fraction <= 1.

    ``|J(K') - J(K)| <= h_cost J(K) ||K' - K||_F`` and ||grad J(K') - grad J(K)||_F <= h_grad
    ||K' - K||_F. The report gives no formula for h_hess; see the sharp form. The repaired h_cost
    and h_grad are for problems without noise.
    """
    at = magnitudes(problem, K)
    other, _, length = _move(problem, K, direction, fraction, printed.smoothness_radius(at))
    yield Sides("stability", objective.mean_square_radius(problem, other), 1.0, role="guard")
    here, there = objective.evaluate(problem, K), objective.evaluate(problem, other)
    change, bound = np.abs(there.cost - here.cost), constants.cost_smoothness(at) * at.cost * length
    yield Sides("cost", change, bound, CANCELLATION * at.cost)
    slope = frobenius_norm(there.gradient - here.gradient)
    floor = CANCELLATION * frobenius_norm(here.gradient)
    yield Sides("gradient", slope, constants.gradient_smoothness(at) * length, floor)


part_of("e2", "s1-lemma-6", "cost", "printed", "corrected")


@claim("s1-lemma-6", form="sharp")
def sharp_local_smoothness(
    problem: LQR, K: ArrayLike, direction: ArrayLike, fraction: ArrayLike = 1.0
) -> Inequalities:
    """Sharp bounds on every difference at a fraction of the (larger) sharp h_Delta, with noise.

    The distance is spectral; the gradient's change is measured in the Frobenius norm, the Hessian's
    as an operator on Frobenius norms, all others in the spectral norm. h_grad and h_hess are the
    Lipschitz constants of both for the whole radius. The part "stability" is taken at the same
    fraction of the radius that ensures stability alone.
    """
    at = magnitudes(problem, K)
    far, *_ = _move(problem, K, direction, fraction, sharp.stability_radius(at))
    yield Sides("stability", objective.mean_square_radius(problem, far), 1.0, role="guard")
    other, d, _ = _move(problem, K, direction, fraction, sharp.smoothness_radius(at))
    here, there = objective.evaluate(problem, K), objective.evaluate(problem, other)

    def change(part: str, old: Array, new: Array, bound: Array) -> Sides:
        return Sides(part, spectral_norm(new - old), bound, CANCELLATION * spectral_norm(old))

    covariance = at.Sigma * sharp.covariance_change(at, distance=d)
    yield change("covariance", here.Sigma, there.Sigma, covariance)
    yield change("value", here.P, there.P, sharp.value_change(at, distance=d))
    cost = np.abs(there.cost - here.cost)
    yield Sides("cost", cost, sharp.cost_change(at, distance=d), CANCELLATION * at.cost)
    yield change("E", here.E, there.E, sharp.E_change(at, distance=d))
    slope = frobenius_norm(there.gradient - here.gradient)
    floor = CANCELLATION * frobenius_norm(here.gradient)
    yield Sides("gradient", slope, sharp.gradient_change(at, distance=d), floor)
    old, new = (objective.hessian_matrix(problem, gain) for gain in (K, other))
    bend = change("Hessian", old, new, sharp.hessian_change(at, distance=d))
    yield bend
    yield Sides("h_grad", slope, sharp.gradient_smoothness(at) * d, floor)
    yield bend._replace(part="h_hess", rhs=sharp.hessian_smoothness(at) * d)


@claim("ours-smoothness")
def local_bounds(
    problem: LQR, K: ArrayLike, direction: ArrayLike, fraction: ArrayLike = 1.0
) -> Inequalities:
    """All bounds of the theorem: at K, and on changes at fractions of h_Delta along a direction."""
    yield from uniform_bounds(problem, K, constants=sharp)
    stability, *changes, h_grad, h_hess = sharp_local_smoothness(problem, K, direction, fraction)
    yield stability
    yield from (each._replace(part=f"change of {each.part}") for each in changes)
    yield from (h_grad, h_hess)


@claim("ours-printed-radius")
def printed_radius(problem: LQR, K: ArrayLike, direction: ArrayLike) -> Inequalities:
    """Without noise: nu phi(h) <= 1/2 at the printed h, which is at most ours; K' stabilizes."""
    at = magnitudes(problem, K)
    radius = printed.smoothness_radius(at)
    other, d, _ = _move(problem, K, direction, 1.0, radius)
    yield Sides("nu phi", at.nu * sharp.operator_change(at, distance=d), 0.5)
    yield Sides("radius", radius, sharp.smoothness_radius(at))
    yield Sides("stability", objective.mean_square_radius(problem, other), 1.0, role="guard")
