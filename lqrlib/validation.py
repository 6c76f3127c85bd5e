"""Input checks: every malformed argument is refused by name, with what was expected and given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
# Where randomness comes from: whatever numpy.random.default_rng takes.
Seed = int | Sequence[int] | np.random.SeedSequence | np.random.Generator

# Asymmetry or negative eigenvalues up to this size, relative to the norm, count as rounding.
ROUNDING, LARGEST = 1e-10, np.finfo(float).max


class Noise(NamedTuple):
    """Multiplicative noise terms: variances (..., p) and directions (..., p, rows, columns)."""

    variances: Array
    directions: Array


def _is_masked(value: Any) -> bool:
    """Whether there is a masked array in a list, or a list of lists."""
    if isinstance(value, list | tuple):
        return any(map(_is_masked, value))
    return isinstance(value, np.ma.MaskedArray)


@np.errstate(over="ignore", under="ignore")  # of a longer float
def finite_array(name: str, value: ArrayLike, core: int) -> Array:
    """Return `value` as a float64 array of at least `core` axes, or raise ValueError."""
    if _is_masked(value):
        raise ValueError(f"{name}: expected plain numbers, got a masked array")
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
    if np.count_nonzero(np.isfinite(array)) < array.size:
        raise ValueError(f"{name}: expected finite numbers, got NaN or infinity")
    return array


def choice(name: str, value: Any, options: Iterable[str]) -> str:
    """One of the words in `options`, or raise ValueError."""
    if not isinstance(value, str) or value not in options:
        raise ValueError(f"{name}: expected one of {', '.join(options)}, got {value!r}")
    return value


def function(name: str, value: Any) -> Any:
    """Something to call, or raise ValueError."""
    if not callable(value):
        raise ValueError(f"{name}: expected a callable, got {type(value).__name__}")
    return value


def require_broadcast(
    name: str, axes: tuple[int, ...], others: tuple[int, ...], whose: str = "the problem's"
) -> None:
    """Refuse batch axes that do not broadcast against the others."""
    try:
        np.broadcast_shapes(axes, others)
    except ValueError:
        raise ValueError(
            f"{name}: batch axes {axes} do not broadcast against {whose} {others}"
        ) from None


def whole_number(name: str, value: int, least: int = 1) -> int:
    """Return `value` as an int, or raise ValueError naming what was expected."""
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or not least <= value < 2**62:
        raise ValueError(f"{name}: expected a whole number >= {least}, got {value!r}")
    return int(value)


def generator(name: str, rng: Seed) -> np.random.Generator:
    """The random generator that numpy makes of `rng`, or raise ValueError naming the argument."""
    try:
        if isinstance(rng, np.matrix | np.ma.MaskedArray):
            raise TypeError("no seed")
        return np.random.default_rng(rng)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{name}: expected a whole number >= 0, a sequence of them, a SeedSequence or a "
            f"Generator, got {type(rng).__name__} ({error})"
        ) from None


def real_number(name: str, value: Any, *, positive: bool = True) -> float:
    """Return a finite number > 0 (or >= 0) as a float, or raise ValueError."""
    number = np.asarray(None if isinstance(value, list | np.ma.MaskedArray) else value)
    usable = number.shape == () and number.dtype.kind in "iuf" and bool(abs(number) <= LARGEST)
    if not usable or number < 0 or (positive and number == 0):
        expected = "a positive number" if positive else "a number >= 0"
        raise ValueError(f"{name}: expected {expected}, got {value!r}")
    return float(number)


def bounds(name: str, value: Any, least: float = -1e100) -> tuple[float, float]:
    """Two numbers low <= high, not below the least; a number stands for both."""
    ends = finite_array(name, value, 0)
    low, high = np.broadcast_to(ends, 2) if ends.shape in ((), (2,)) else (1.0, 0.0)
    if not least <= low <= high <= 1e100:
        raise ValueError(f"{name}: expected a number or (low, high), got {value!r}")
    return float(low), float(high)


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


@np.errstate(under="ignore")
def symmetric_matrix(name: str, value: ArrayLike, size: int, *, definite: bool) -> Array:
    """A symmetric positive (semi)definite matrix, exactly symmetric on return."""
    array = matrix(name, value, size, size)
    transpose = array.swapaxes(-1, -2)
    if (array != transpose).any():
        # no entry of a semidefinite matrix exceeds the root of the diagonal entries beside it
        root = np.sqrt(np.abs(np.diagonal(array, axis1=-2, axis2=-1)))
        entries = root[..., :, None] * root[..., None, :]
        if (np.abs(array / 2 - transpose / 2) > ROUNDING / 2 * entries).any():
            raise ValueError(
                f"{name}: expected a symmetric matrix, got an asymmetric one (if by rounding, pass "
                f"({name} + {name}.T) / 2)"
            )
        array = array / 2 + transpose / 2
    least, scale = np.linalg.eigvalsh(array)[..., 0], np.abs(array).max(axis=(-2, -1))
    if (least <= 0 if definite else least < -ROUNDING * scale).any():
        kind = "definite" if definite else "semidefinite"
        raise ValueError(
            f"{name}: expected a positive {kind} matrix, got smallest eigenvalue {least.min():.3g}"
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
