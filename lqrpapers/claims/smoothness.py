"""Uniform bounds (S1 Lemma 5) and local smoothness (S1 Lemma 6), printed, repaired and sharp."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import objective
from lqrlib.matrices import frobenius_norm, spectral_norm
from lqrlib.problem import LQR
from lqrlib.validation import Array

from ..constants import Magnitudes, corrected, magnitudes, printed, sharp
from .registry import Sides, claim

# Rounding error of a difference of two costs, gradients, ..., relative to their size.
CANCELLATION = 1e-12

NO_NOISE = "there is no multiplicative noise"


def _gradient(problem: LQR, K: ArrayLike, bound: Callable[[Magnitudes], Array]) -> Sides:
    objective.require_stabilizing(problem, K)
    size = frobenius_norm(objective.gradient(problem, K))
    return Sides("gradient", size, bound(magnitudes(problem, K)))


def _hessian(problem: LQR, K: ArrayLike, bound: Callable[[Magnitudes], Array]) -> Sides:
    objective.require_stabilizing(problem, K)
    size = spectral_norm(objective.hessian_matrix(problem, K))
    return Sides("Hessian", size, bound(magnitudes(problem, K)))


def _gain(problem: LQR, K: ArrayLike, bound: Callable[[Magnitudes], Array]) -> Sides:
    return Sides("gain", frobenius_norm(np.asarray(K, dtype=float)), bound(magnitudes(problem, K)))


@claim("s1-lemma-5")
def uniform_bounds(problem: LQR, K: ArrayLike) -> Iterator[Sides]:
    """||grad J||_F <= h_G, ||Hessian|| <= h_H, ||K||_F <= h_c, each task with its own numbers.

    The Hessian is measured as an operator on Frobenius norms, the weakest reading of the lemma.
    """
    yield _gradient(problem, K, printed.gradient_bound)
    yield _hessian(problem, K, printed.hessian_bound)
    yield _gain(problem, K, printed.gain_bound)


@claim("s1-lemma-5", form="corrected")
def corrected_uniform_bounds(problem: LQR, K: ArrayLike) -> Iterator[Sides]:
    """The same with the repaired constants (no noise)."""
    yield _gradient(problem, K, corrected.gradient_bound)
    yield _hessian(problem, K, corrected.hessian_bound)
    yield _gain(problem, K, corrected.gain_bound)


@claim("s1-lemma-5", form="dropped")
def uniform_bounds_under_noise(problem: LQR, K: ArrayLike) -> Iterator[Sides]:
    """The repaired h_H, a formula without noise terms, on problems with noise."""
    yield _hessian(problem, K, corrected.hessian_bound)._replace(assumption=NO_NOISE)


@claim("s1-lemma-5", form="sharp")
def sharp_uniform_bounds(problem: LQR, K: ArrayLike) -> Iterator[Sides]:
    """The same with the sharp constants, noise included."""
    yield _gradient(problem, K, sharp.gradient_bound)
    yield _hessian(problem, K, sharp.hessian_bound)
    yield _gain(problem, K, sharp.gain_bound)


@claim("e1")
def printed_gradient_bound(problem: LQR, K: ArrayLike) -> Iterator[Sides]:
    """||grad J||_F <= h_G as printed."""
    yield _gradient(problem, K, printed.gradient_bound)


@claim("e1", form="corrected")
def corrected_gradient_bound(problem: LQR, K: ArrayLike) -> Iterator[Sides]:
    """||grad J||_F <= 2 h_G."""
    yield _gradient(problem, K, corrected.gradient_bound)


@claim("e6")
def printed_hessian_bound(problem: LQR, K: ArrayLike) -> Iterator[Sides]:
    """||Hessian|| <= h_H as printed."""
    yield _hessian(problem, K, printed.hessian_bound)


@claim("e6", form="corrected")
def corrected_hessian_bound(problem: LQR, K: ArrayLike) -> Iterator[Sides]:
    """||Hessian|| <= the repaired h_H."""
    yield _hessian(problem, K, corrected.hessian_bound)


def _neighbour(K: ArrayLike, direction: ArrayLike, distance: Array) -> Array:
    """K moved along a direction by a spectral distance."""
    unit = np.asarray(direction, dtype=float)
    unit = unit / spectral_norm(unit)[..., None, None]
    return np.asarray(np.asarray(K, dtype=float) + distance[..., None, None] * unit)


def _move(
    problem: LQR, K: ArrayLike, direction: ArrayLike, share: ArrayLike, radius: Array
) -> tuple[Array, Array, Array]:
    """The neighbour at a share of the radius, and its spectral and Frobenius distances."""
    objective.require_stabilizing(problem, K)
    if (np.asarray(share) <= 0).any() or (np.asarray(share) > 1).any():
        raise ValueError(f"share: expected numbers in (0, 1], got {share!r}")
    distance = np.asarray(share) * radius
    other = _neighbour(K, direction, distance)
    # Of the step wanted, not of the rounded difference of gains.
    unit = np.asarray(direction, dtype=float)
    return other, distance, distance * frobenius_norm(unit) / spectral_norm(unit)


def _printed_smoothness(
    problem: LQR,
    K: ArrayLike,
    direction: ArrayLike,
    share: ArrayLike,
    cost_constant: Callable[[Magnitudes], Array],
    gradient_constant: Callable[[Magnitudes], Array],
) -> Iterator[Sides]:
    at = magnitudes(problem, K)
    other, _, length = _move(problem, K, direction, share, printed.smoothness_radius(at))
    yield Sides("stability", objective.mean_square_radius(problem, other), 1.0)
    here, there = objective.evaluate(problem, K), objective.evaluate(problem, other)
    change = np.abs(there.cost - here.cost)
    yield Sides("cost", change, cost_constant(at) * at.cost * length, CANCELLATION * at.cost)
    slope = frobenius_norm(there.gradient - here.gradient)
    floor = CANCELLATION * frobenius_norm(here.gradient)
    yield Sides("gradient", slope, gradient_constant(at) * length, floor)


@claim("s1-lemma-6")
def local_smoothness(
    problem: LQR, K: ArrayLike, direction: ArrayLike, share: ArrayLike = 1.0
) -> Iterator[Sides]:
    """S1's bounds at K' = K + share h_Delta direction/||direction||, 0 < share <= 1.

    The report gives no formula for h_hess; see the sharp form.
    """
    yield from _printed_smoothness(
        problem, K, direction, share, printed.cost_smoothness, printed.gradient_smoothness
    )


@claim("s1-lemma-6", form="corrected")
def corrected_local_smoothness(
    problem: LQR, K: ArrayLike, direction: ArrayLike, share: ArrayLike = 1.0
) -> Iterator[Sides]:
    """The same with the repaired h_cost and h_grad (no noise)."""
    yield from _printed_smoothness(
        problem, K, direction, share, corrected.cost_smoothness, corrected.gradient_smoothness
    )


@claim("s1-lemma-6", form="dropped")
def local_smoothness_under_noise(
    problem: LQR, K: ArrayLike, direction: ArrayLike, share: ArrayLike = 1.0
) -> Iterator[Sides]:
    """S1's h_Delta, a formula without noise terms, on problems with noise: K' may not stabilize."""
    stability, *_ = local_smoothness(problem, K, direction, share)
    yield stability._replace(assumption=NO_NOISE)


@claim("e2")
def printed_cost_smoothness(
    problem: LQR, K: ArrayLike, direction: ArrayLike, share: ArrayLike = 1.0
) -> Iterator[Sides]:
    """|J(K') - J(K)| <= h_cost J(K) ||K' - K||_F as printed."""
    parts = local_smoothness(problem, K, direction, share)
    yield from (sides for sides in parts if sides.part == "cost")


@claim("e2", form="corrected")
def corrected_cost_smoothness(
    problem: LQR, K: ArrayLike, direction: ArrayLike, share: ArrayLike = 1.0
) -> Iterator[Sides]:
    """The same with the repaired h_cost."""
    parts = corrected_local_smoothness(problem, K, direction, share)
    yield from (sides for sides in parts if sides.part == "cost")


@claim("s1-lemma-6", form="sharp")
def sharp_local_smoothness(
    problem: LQR, K: ArrayLike, direction: ArrayLike, share: ArrayLike = 1.0
) -> Iterator[Sides]:
    """Sharp bounds on every difference at a share of the (larger) sharp h_Delta, noise included.

    The part "stability" is taken at the same share of the radius that ensures stability alone.
    """
    at = magnitudes(problem, K)
    reach, *_ = _move(problem, K, direction, share, sharp.stability_radius(at))
    yield Sides("stability", objective.mean_square_radius(problem, reach), 1.0)
    other, d, length = _move(problem, K, direction, share, sharp.smoothness_radius(at))
    here, there = objective.evaluate(problem, K), objective.evaluate(problem, other)

    def change(name: str) -> tuple[Array, Array]:
        old, new = getattr(here, name), getattr(there, name)
        return spectral_norm(new - old), CANCELLATION * spectral_norm(old)

    size, floor = change("Sigma")
    yield Sides("covariance", size, at.Sigma * sharp.covariance_change(at, distance=d), floor)
    size, floor = change("P")
    yield Sides("value", size, sharp.value_change(at, distance=d), floor)
    cost = np.abs(there.cost - here.cost)
    yield Sides("cost", cost, sharp.cost_change(at, distance=d), CANCELLATION * at.cost)
    size, floor = change("E")
    yield Sides("E", size, sharp.E_change(at, distance=d), floor)
    size, floor = change("gradient")
    yield Sides("gradient", size, sharp.gradient_change(at, distance=d), floor)
    slope = frobenius_norm(there.gradient - here.gradient)
    constant = sharp.gradient_smoothness(at)
    yield Sides("gradient, Frobenius norm", slope, constant * length, floor)
    old, new = (objective.hessian_matrix(problem, gain) for gain in (K, other))
    curvature = spectral_norm(new - old)
    floor = CANCELLATION * spectral_norm(old)
    yield Sides("Hessian", curvature, sharp.hessian_change(at, distance=d), floor)
