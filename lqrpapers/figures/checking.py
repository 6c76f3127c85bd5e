"""What a figure asks of its data, in one voice: the argument, what was expected, what was given."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import ArrayLike

from lqrlib.validation import Array


def shaped(name: str, values: ArrayLike, *shape: int | str) -> Array:
    """Return `values` as a float array of that shape, or raise ValueError naming it.

    A text in the shape stands for any length but zero: ``shaped("costs", costs, 3, "samples")``.
    """
    array = np.asarray(values, dtype=float)
    fits = array.ndim == len(shape) and all(
        given > 0 if isinstance(wanted, str) else given == wanted
        for given, wanted in zip(array.shape, shape, strict=True)
    )
    if not fits:
        comma = "," if len(shape) == 1 else ""
        expected = f"({', '.join(map(str, shape))}{comma})"
        raise ValueError(f"{name}: expected shape {expected}, got {array.shape}")
    return array


def same_names(name: str, given: Collection[str], expected: Collection[str]) -> None:
    """Raise ValueError unless two mappings have the same names in the same order."""
    if list(given) != list(expected) or not expected:
        raise ValueError(f"{name}: expected the names {list(expected)}, got {list(given)}")


def positive(name: str, values: ArrayLike) -> Array:
    """Return `values` as a float array, or raise ValueError if a logarithm has no place for one."""
    array = np.asarray(values, dtype=float)
    if not (array > 0).all():
        raise ValueError(f"{name}: expected positive numbers, as the axis is logarithmic")
    return array
