"""Where a predicate of a positive number stops holding, for a stack of predicates at once.

The predicate takes an array (...) and returns as many truth values. It holds at the lower end of
each interval and fails at the upper one; where it changes more than once in between, one of its
changes is found. A predicate on the sign of a function gives a root.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lqrlib.validation import Array

Predicate = Callable[[Array], NDArray[np.bool_] | np.bool_]


def double(
    holds: Predicate, low: ArrayLike, high: ArrayLike, most: float = np.inf
) -> tuple[Array, Array]:
    """Double `high` (...) up to `most`, until the predicate fails there.

    Returns the last numbers (...) at which it held and failed; both are `most` where it never does.
    """
    low, high = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    while True:
        good = holds(high)
        low = np.where(good, high, low)
        if not (good & (high < most)).any():
            return low, high
        high = np.where(good, np.minimum(2 * high, most), high)


def bisect(
    holds: Predicate, low: ArrayLike, high: ArrayLike, halvings: int, *, geometric: bool = False
) -> tuple[Array, Array]:
    """Halve the intervals [low, high] (...) between where the predicate holds and where it fails.

    Returns the ends of what is left. `geometric` halves the logarithms instead, for intervals of
    several orders of magnitude.

    >>> low, high = bisect(lambda x: x**2 < np.array([2.0, 9.0]), 0.0, 4.0, halvings=40)
    >>> print(low.round(6))
    [1.414214 3.      ]
    """
    low, high = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    for _ in range(halvings):
        middle = np.sqrt(low * high) if geometric else (low + high) / 2
        good = holds(middle)
        low, high = np.where(good, middle, low), np.where(good, high, middle)
    return low, high
