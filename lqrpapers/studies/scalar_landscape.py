"""Stationary points of the MAML objective over a gain of one entry."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import maml
from lqrlib.problem import LQR, require_family
from lqrlib.validation import Array, finite_array

from .bisection import bisect


class Landscape(NamedTuple):
    """J_ML over one gain, and the places where its slope vanishes."""

    values: Array  # (T,), infinite or nan where it is not defined
    stationary: Array  # (k,)
    heights: Array  # (k,)


def landscape(tasks: LQR, inner_step_size: float, gains: ArrayLike) -> Landscape:
    """J_ML of a scalar family over the rising gains (T,), with its `stationary_gains`."""
    places = stationary_gains(tasks, inner_step_size, gains)
    values, heights = (maml_cost(tasks, each, inner_step_size) for each in (gains, places))
    return Landscape(values, places, heights)


def maml_cost(tasks: LQR, gains: ArrayLike, inner_step_size: float) -> Array:
    """J_ML (T,) of one family of one-state, one-input tasks at the gains (T,)."""
    return maml.cost(tasks, _gains(tasks, gains)[:, None, None], inner_step_size)


def stationary_gains(tasks: LQR, inner_step_size: float, gains: ArrayLike) -> Array:
    """Gains (k,) at which the slope of J_ML of a scalar family (M,) changes sign, to rounding.

    Two sign changes between neighbours of the rising `gains` (T,) go unseen, and so does a gap in
    which J_ML is infinite.

    >>> task = LQR([[[0.0]]], [[1.0]], [[1.0]], [[1.0]])  # x+ = u
    >>> print(stationary_gains(task, 9 / 64, np.linspace(-0.9, 0.9, 200)).round(3) + 0.0)
    [-0.5   -0.315  0.     0.315  0.5  ]
    """
    grid = _gains(tasks, gains)
    if not (np.diff(grid) > 0).all():
        raise ValueError("gains: expected rising numbers")

    def slope(gain: Array) -> Array:
        return maml.gradient(tasks, gain[:, None, None], inner_step_size)[:, 0, 0]

    values = slope(grid)
    with np.errstate(invalid="ignore"):
        places = np.flatnonzero(values[:-1] * values[1:] < 0)
    sign = np.sign(values[places])
    low, high = bisect(
        lambda gain: np.sign(slope(gain)) == sign, grid[places], grid[places + 1], halvings=55
    )
    return (low + high) / 2


def _gains(tasks: LQR, gains: ArrayLike) -> Array:
    """The gains (T,), checked with the family they are for."""
    require_family(tasks)
    if len(tasks.batch_shape) != 1 or (tasks.states, tasks.inputs) != (1, 1):
        raise ValueError(
            "tasks: expected one family (M,) with one state and one input, got batch "
            f"{tasks.batch_shape}, n = {tasks.states}, m = {tasks.inputs}"
        )
    grid = finite_array("gains", gains, 1)
    if grid.ndim != 1:
        raise ValueError(f"gains: expected shape (T,), got {grid.shape}")
    return grid
