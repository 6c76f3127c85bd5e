"""How large a constant step may be before descent stops converging, measured.

Like `lqrlib.descent` this knows nothing of regulators: a direction and a start are enough.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lqrlib.descent import Direction, descend
from lqrlib.validation import Array

from .bisection import bisect


def converges(
    direction: Direction, K0: ArrayLike, step_size: ArrayLike, iterations: int = 60
) -> NDArray[np.bool_]:
    """Whether descent with a constant step seems to converge, bool (...).

    It does where the iterates stay in the domain and the direction is shorter at the end than half
    way through, or has fallen to a millionth of its first length. A finite run cannot prove more.
    """
    trace = descend(direction, K0, step_size, iterations, on_leave="flag")
    first, middle, last = (trace.norms[i] for i in (0, iterations // 2, -1))
    with np.errstate(invalid="ignore"):  # nan of members that stopped
        shrinking = (last < middle) | (last <= 1e-6 * first)
    return ~trace.left & (shrinking | trace.converged)


def critical_step(
    direction: Direction,
    K0: ArrayLike,
    works: ArrayLike,
    fails: ArrayLike,
    *,
    iterations: int = 60,
    bisections: int = 8,
) -> Array:
    """Constant step size (...) at which descent from K0 (..., m, n) ceases to converge.

    Geometric bisection between steps (...) of which one `works` and one `fails`, taken for granted,
    up to the factor (fails / works)^(1 / 2^bisections); the answer worked (`converges` within the
    `iterations`). Where the two alternate in between, it is one of the places where they change.
    """
    low, high = np.broadcast_arrays(np.asarray(works, float), np.asarray(fails, float))
    if not ((low > 0) & (low < high) & np.isfinite(high)).all():
        raise ValueError("works, fails: expected 0 < works < fails < inf in every member")

    def works_at(step_size: Array) -> NDArray[np.bool_]:
        return converges(direction, K0, step_size, iterations)

    return bisect(works_at, low, high, bisections, geometric=True)[0]
