"""Derivatives of the cost at a gain, up to the second of the Hessian's trace, and on a line."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import objective
from lqrlib.matrices import frobenius_norm, inner, trace
from lqrlib.problem import LQR
from lqrlib.systems import boundary_distance
from lqrlib.validation import Array


class Expansion(NamedTuple):
    """Derivatives of the cost at a gain, for one problem or a stack, on row-major vec K; d = mn."""

    shape: tuple[int, int]  #: (m, n)
    value: Array  #: (...)
    gradient: Array  #: (..., d)
    hessian: Array  #: (..., d, d)
    laplacian_gradient: Array  #: Gradient of tr(Hessian), (..., d).
    laplacian_hessian: Array  #: Hessian of tr(Hessian), (..., d, d).
    room: Array | float = np.nan  #: The `distance_to_boundary`, (...).

    @property
    def dimension(self) -> int:
        """d = mn, the number of entries of a gain."""
        return self.shape[0] * self.shape[1]

    @property
    def laplacian(self) -> Array:
        """tr(Hessian), (...)."""
        return trace(self.hessian)

    @property
    def bilaplacian(self) -> Array:
        """Laplacian of tr(Hessian), (...)."""
        return trace(self.laplacian_hessian)

    @property
    def square(self) -> Array:
        """Squared norm of the gradient, (...)."""
        return np.sum(self.gradient**2, axis=-1)

    @property
    def second_moment(self) -> Array:
        """(tr H)^2 + 2 ||H||_F^2, (...): d(d+2) times the mean square of <W, HW>."""
        return self.laplacian**2 + 2 * np.sum(self.hessian**2, axis=(-2, -1))

    @property
    def slope(self) -> Array:
        """<g, gradient of the Laplacian>, (...)."""
        return np.sum(self.gradient * self.laplacian_gradient, axis=-1)


def distance_to_boundary(problem: LQR, K: ArrayLike) -> Array:
    """Least distance from K to the boundary of the stabilizing set along 2d + 2 rays, (...).

    Along both signs of each coordinate and of the gradient: a scale for radii and steps.
    """
    gain = objective.gain_array(problem, K)
    slope = objective.gradient(problem, gain)
    m, n = gain.shape[-2:]
    units = np.eye(m * n).reshape((m * n,) + (1,) * (slope.ndim - 2) + (m, n))
    length = frobenius_norm(slope)[..., None, None]
    steepest = np.where(length > 0, slope / np.where(length > 0, length, 1.0), units[0])
    rays = np.concatenate([np.broadcast_to(units, (m * n, *slope.shape)), steepest[None]])
    both = boundary_distance(problem, gain, np.concatenate([rays, -rays]))
    return both.min(axis=0)


def expansion(problem: LQR, K: ArrayLike) -> Expansion:
    """Derivatives of the cost at K up to the Hessian of the Laplacian; K stabilizes, or is refused.

    Gradient and Hessian are exact, those of the Laplacian are central differences of the exact
    Hessian's trace over 0.003 of the `distance_to_boundary`.
    """
    objective.require_stabilizing(problem, K)
    gain = objective.gain_array(problem, K)
    m, n = gain.shape[-2:]
    d = m * n
    room = distance_to_boundary(problem, gain)
    h = 0.003 * room
    batch = h.shape
    gain = np.broadcast_to(gain, (*batch, m, n))

    def laplacian(moves: Array) -> Array:
        """tr(Hessian) at K + h * move for moves (k, d): (k, ...)."""
        each = moves.reshape((len(moves),) + (1,) * len(batch) + (m, n))
        return trace(objective.hessian_matrix(problem, gain + h[..., None, None] * each))

    at = objective.at_gain(problem, gain)
    units = np.eye(d)
    plus, minus, centre = laplacian(units), laplacian(-units), trace(at.hessian_matrix)
    slopes = np.moveaxis((plus - minus) / (2 * h), 0, -1)
    curvature = np.zeros((d, d, *batch))
    first, second = np.triu_indices(d, 1)
    curvature[np.arange(d), np.arange(d)] = plus + minus - 2 * centre
    if len(first):
        corners = laplacian(units[first] + units[second]) + laplacian(-units[first] - units[second])
        sides = plus[first] + minus[first] + plus[second] + minus[second]
        curvature[first, second] = (corners - sides + 2 * centre) / 2
        curvature[second, first] = curvature[first, second]
    return Expansion(
        (m, n),
        at.cost,
        at.gradient.reshape((*batch, d)),
        at.hessian_matrix,
        slopes,
        np.moveaxis(curvature / h**2, (0, 1), (-2, -1)),
        room,
    )


def derivatives_along(problem: LQR, K: ArrayLike, X: ArrayLike, step: float) -> Array:
    """Derivatives of order 2, 3 and 5 of C(K + tX) at t = 0, for one problem and gain, (3,).

    The last two are central differences of the Hessian with this step.
    """
    steps = step * np.arange(-2.0, 3.0)
    places = np.asarray(K) + np.multiply.outer(steps, X)
    f = inner(np.asarray(X), objective.hessian(problem, places, X))
    third, fifth = f[3] - f[1], f[4] - 2 * f[3] + 2 * f[1] - f[0]
    return np.array([f[2], third / (2 * step), fifth / (2 * step**3)])
