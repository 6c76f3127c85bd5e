"""Numerical derivatives for checking closed forms: extrapolated central differences."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lqrlib import LQR, objective
from lqrlib.matrices import frobenius_norm
from lqrlib.validation import Array

# Central differences at h, h/2, h/4, h/8.
LEVELS = 4


def directional_derivative(
    function: Callable[[Array], Array], K: Array, X: Array, step: Array, core: int = 0
) -> Array:
    """Derivative of a function of the gain along X; `core` is the number of its core axes.

    Ridders' method: of all extrapolations of the central differences the one that differs least
    from those it is made of.
    """
    column: list[Array] = []
    for level in range(LEVELS):
        h = step / 2**level
        shift = h[..., None, None] * X
        width = (2 * h).reshape(h.shape + (1,) * core)
        column.append(np.asarray((function(K + shift) - function(K - shift)) / width))
    best, error = column[-1], np.full(column[-1].shape, np.inf)
    for order in range(1, LEVELS):
        factor = 4.0**order
        finer = []
        for coarse, fine in zip(column[:-1], column[1:], strict=True):
            value = (factor * fine - coarse) / (factor - 1)
            change = np.maximum(abs(value - fine), abs(value - coarse))
            best, error = np.where(change < error, value, best), np.minimum(change, error)
            finer.append(value)
        column = finer
    return best


def step_size(cost: Callable[[Array], Array], K: Array, X: Array, start: Array) -> Array:
    """A step along X (or each of a stack of X), halved from `start` while the cost changes much.

    Much is more than a tenth, on either side; so both ends stabilize.
    """
    here = cost(K)
    h = np.broadcast_to(start, np.broadcast_shapes(here.shape, X.shape[:-2])).copy()
    for _ in range(80):
        shift = h[..., None, None] * X
        move = np.maximum(abs(cost(K + shift) - here), abs(cost(K - shift) - here))
        large = ~(move <= 0.1 * here)
        if not large.any():
            break
        h = np.where(large, h / 2, h)
    return h


def first_step(problem: LQR, gain: Array) -> Array:
    """A first step for differences, (...): a fraction of the length on which the cost bends."""
    curvature = frobenius_norm(objective.hessian_matrix(problem, gain))
    return 0.016 * np.sqrt(objective.cost(problem, gain) / curvature)


def units(inputs: int, states: int, axes: int) -> Array:
    """The mn unit directions in front of `axes` batch axes, (mn, 1, ..., m, n)."""
    size = inputs * states
    return np.eye(size).reshape((size,) + (1,) * axes + (inputs, states))


def gradient_by_differences(
    function: Callable[[Array], Array], K: Array, start: Array
) -> tuple[Array, Array]:
    """Gradient (..., m, n) of a function (...) of the gain, and the steps (mn, ...) it took.

    `start` is the first step tried along each entry.
    """
    along = units(K.shape[-2], K.shape[-1], K.ndim - 2)
    step = step_size(function, K, along, start)
    slopes = directional_derivative(function, K, along, step)
    return np.moveaxis(slopes, 0, -1).reshape(K.shape), step
