"""Input checks: every malformed argument is refused by name, with what was expected and given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
# Where randomness comes from: whatever numpy.random.default_rng takes.
Seed = int | Sequence[int] | np.random.SeedSequence | np.random.Generator

# Asymmetry or negative eigenvalues up to this size, relative to the norm, count as rounding.
ROUNDING = 1e-10


class Noise(NamedTuple):
    """Multiplicative noise terms: variances (..., p) and directions (..., p, rows, columns)."""

    variances: Array
    directions: Array


def finite_array(name: str, value: ArrayLike, core: int) -> Array:
    """Return `value` as a float64 array of at least `core` axes, or raise ValueError."""
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name}: expected a rectangular array of numbers, got {error}") from None
    if array.dtype.kind not in "iufb":
        raise ValueError(f"{name}: expected real numbers, got dtype {array.dtype}")
    if array.ndim < core:
        raise ValueError(f"{name}: expected at least {core} axes, got shape {array.shape}")
    if array.size == 0:
        raise ValueError(f"{name}: expected at least one entry, got shape {array.shape}")
    array = array.astype(np.float64)
    if not np.isfinite(array).all():
        raise ValueError(f"{name}: expected finite numbers, got NaN or infinity")
    return array


def whole_number(name: str, value: int, least: int = 1) -> int:
    """Return `value` as an int, or raise ValueError naming what was expected."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise ValueError(f"{name}: expected a whole number >= {least}, got {value!r}")
    return int(value)


def real_number(name: str, value: float, *, positive: bool = True) -> float:
    """Return a finite number > 0 (or >= 0) as a float, or raise ValueError."""
    number = np.asarray(value)
    usable = number.shape == () and number.dtype.kind in "iuf" and bool(np.isfinite(number))
    if not usable or number < 0 or (positive and number == 0):
        expected = "a positive number" if positive else "a number >= 0"
        raise ValueError(f"{name}: expected {expected}, got {value!r}")
    return float(number)


def positive_array(name: str, value: ArrayLike) -> Array:
    """Finite numbers > 0 of any shape, or raise ValueError."""
    array = finite_array(name, value, 0)
    if (array <= 0).any():
        raise ValueError(f"{name}: expected positive numbers, got {array.min():.3g}")
    return array


def matrix(name: str, value: ArrayLike, rows: int | None, columns: int | None) -> Array:
    """A finite matrix (..., rows, columns); None leaves a size free. A number is a 1 x 1 matrix."""
    array = finite_array(name, value, 0)
    found = array.reshape(1, 1) if array.ndim == 0 else array
    sizes = found.shape[-2:] if found.ndim > 1 else (None, None)
    if sizes != (rows or sizes[0], columns or sizes[1]) or found.ndim < 2:
        raise ValueError(
            f"{name}: expected shape (..., {rows or 'n'}, {columns or 'm'}), got {array.shape}"
        )
    return found


def square_matrix(name: str, value: ArrayLike) -> Array:
    """A finite square matrix (..., n, n); a number is a 1 x 1 matrix."""
    array = finite_array(name, value, 0)
    found = array.reshape(1, 1) if array.ndim == 0 else array
    if found.ndim < 2 or found.shape[-1] != found.shape[-2]:
        raise ValueError(f"{name}: expected a square matrix (..., n, n), got {array.shape}")
    return found


def symmetric_matrix(name: str, value: ArrayLike, size: int, *, definite: bool) -> Array:
    """A symmetric positive (semi)definite matrix, exactly symmetric on return."""
    array = matrix(name, value, size, size)
    scale = np.abs(array).max(axis=(-2, -1))
    transpose = array.swapaxes(-1, -2)
    if (np.abs(array - transpose).max(axis=(-2, -1)) > ROUNDING * scale).any():
        raise ValueError(f"{name}: expected a symmetric matrix, got an asymmetric one")
    array = array / 2 + transpose / 2
    least = np.linalg.eigvalsh(array)[..., 0]
    if definite and (least <= 0).any():
        raise ValueError(
            f"{name}: expected a positive definite matrix, "
            f"got smallest eigenvalue {least.min():.3g}"
        )
    if (least < -ROUNDING * scale).any():
        raise ValueError(
            f"{name}: expected a positive semidefinite matrix, "
            f"got smallest eigenvalue {least.min():.3g}"
        )
    return array


def _is_empty(value: Any) -> bool:
    try:
        return np.size(value) == 0
    except ValueError:  # a ragged list; finite_array says so by name
        return False


def noise_terms(name: str, value: Any, rows: int, columns: int) -> Noise:
    """Variances and directions as float64 arrays; no noise is an empty axis."""
    if value is None:
        return Noise(np.zeros(0), np.zeros((0, rows, columns)))
    try:
        variances, directions = value
    except (TypeError, ValueError):
        raise ValueError(
            f"{name}: expected a pair (variances (..., p), directions (..., p, {rows}, {columns}))"
        ) from None
    if _is_empty(variances) and _is_empty(directions):
        return Noise(np.zeros(0), np.zeros((0, rows, columns)))
    variances = finite_array(f"{name} variances", variances, 0)
    if variances.ndim == 0:  # one variance and its direction
        variances = variances.reshape(1)
        direction = matrix(f"{name} directions", directions, None, None)
        if direction.ndim != 2:
            raise ValueError(
                f"{name} directions: expected one matrix ({rows}, {columns}) to go with one "
                f"variance, got {direction.shape}"
            )
        directions = direction[None]
    directions = finite_array(f"{name} directions", directions, 3)
    want = (variances.shape[-1], rows, columns)
    if directions.shape[-3:] != want:
        raise ValueError(
            f"{name} directions: expected shape (..., {want[0]}, {want[1]}, {want[2]}) to go with "
            f"variances {variances.shape}, got {directions.shape}"
        )
    if (variances < 0).any():
        raise ValueError(f"{name} variances: expected no negative entry, got {variances.min():.3g}")
    return Noise(variances, directions)
