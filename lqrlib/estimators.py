r"""Derivatives from function values alone.

A function is a callable ``f(K) -> (...)`` on gains (..., m, n), typically an oracle. Directions U
are drawn uniformly on the Frobenius sphere of radius r in d = mn dimensions; samples go in a new
axis in front, so a stack of tasks (M,) meets samples (S, M) by broadcasting, and every task sees
the same directions, as in S1 Algorithm 3.

=============================  ===========================================  ====================
estimator                      average over samples of                      what it estimates
=============================  ===========================================  ====================
`one_point_gradient`           d/r^2 f(K+U) U                               gradient of f_r
`two_point_gradient`           d/(2r^2) (f(K+U) - f(K-U)) U                 gradient of f_r
`printed_hessian`                m^2/r^2 (f(K+U) - f(K)) (UU' - I)            not a Hessian (E5)
`stein_hessian`                second differences times (uu' - c I)         Hessian of a smoothed f
`hessian_product`              difference of two gradient estimates         Hessian applied to X
=============================  ===========================================  ====================

f_r is f averaged over the ball of radius r, so the bias is O(r^2) for a smooth f. Nothing here
knows of regulators.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from .validation import (
    Array,
    Seed,
    choice,
    finite_array,
    function,
    generator,
    matrix,
    real_number,
    require_broadcast,
    whole_number,
)

Function: TypeAlias = Callable[[Array], Array]
# Largest number of entries of the matrices of a sample, over the samples taken at a time.
MOST_NUMBERS = 2**22


@np.errstate(over="ignore", under="ignore")
def sphere(samples: int, shape: tuple[int, ...], radius: float, rng: Seed) -> Array:
    """Directions (samples, m, n), uniform on the Frobenius sphere of `radius`."""
    count = whole_number("samples", samples)
    length = real_number("radius", radius)
    if not isinstance(shape, tuple) or len(shape) != 2:
        raise ValueError(f"shape: expected two whole numbers (m, n), got {shape!r}")
    size = [whole_number("shape", axis) for axis in shape]
    directions = generator("rng", rng).standard_normal((count, *size))
    return length * directions / np.linalg.norm(directions, axis=(-2, -1), keepdims=True)


@np.errstate(all="ignore")
def _average(
    estimate: Callable[[Array], Array],
    K: Array,
    radius: float,
    samples: int,
    rng: Seed,
    distribution: str = "sphere",
) -> Array:
    """The average of estimates from directions (samples, ..., m, n), some at a time.

    The batch axes of the gain are left free in the directions. They are drawn from one stream,
    however many there are at a time, and few enough are to bound the memory.
    """
    count, lengths = whole_number("samples", samples), generator("rng", rng)
    normals, size = lengths, K.shape[-2] * K.shape[-1]
    most = max(1, MOST_NUMBERS // (K.size * max(size, 8)))
    sizes = [min(most, count - first) for first in range(0, count, most)]
    if distribution == "gaussian" and len(sizes) > 1:
        normals = copy.deepcopy(lengths)  # lengths come after all normals in the stream
        for some in sizes:
            lengths.standard_normal((some, size))
    total = None
    for some in sizes:
        U = sphere(some, K.shape[-2:], radius, normals)
        if distribution == "gaussian":
            U = U * np.sqrt(lengths.chisquare(size, (some, 1, 1)) / size)
        U = U.reshape(U.shape[:1] + (1,) * (K.ndim - 2) + U.shape[1:])
        part = estimate(U) if len(sizes) == 1 else estimate(U) * (some / count)
        total = part if total is None else total + part
    assert total is not None
    return total


def _weighted(weights: Array, directions: Array) -> Array:
    """Average over samples of weight times direction; nan where a weight is not finite."""
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        return np.mean(weights[..., None, None] * directions, axis=0)


def _gain(name: str, f: Function, K: ArrayLike) -> Array:
    """The gain (..., m, n) of an estimate, whose function and gain are checked."""
    function("function", f)
    return finite_array(name, K, 2)


def one_point_gradient(
    function: Function,
    K: ArrayLike,
    radius: float,
    samples: int,
    rng: Seed,
    *,
    baseline: float | ArrayLike = 0.0,
) -> Array:
    """Gradient estimate from one value each sample (S2 Algorithm 1), (..., m, n).

    Its variance grows like (d f / r)^2 / samples. A `baseline` subtracted from every value, such
    as f(K), leaves the expectation alone and takes most of the variance away.
    """
    gain, level = _gain("K", function, K), finite_array("baseline", baseline, 0)
    dimension = gain.shape[-2] * gain.shape[-1]

    def estimate(U: Array) -> Array:
        values = np.asarray(function(gain + U))
        if level.ndim >= values.ndim:
            raise ValueError(f"baseline: expected shape {values.shape[1:]}, got {level.shape}")
        require_broadcast("baseline", level.shape, np.shape(values)[1:], "the function's values")
        return _weighted(dimension / np.square(radius) * (values - level), U)

    return _average(estimate, gain, radius, samples, rng)


def two_point_gradient(
    function: Function, K: ArrayLike, radius: float, samples: int, rng: Seed
) -> Array:
    """Gradient estimate from pairs K + U, K - U (S1 Algorithm 2, line 5), (..., m, n).

    Exact along U for a quadratic. Both signs are one call, (2, samples, ...), so a simulator can
    give both the same noise (`oracles.rollout_cost` with ``common_noise``): then, and for a
    function without noise, the variance stays bounded as the radius goes to zero.
    """
    gain = _gain("K", function, K)

    def estimate(U: Array) -> Array:
        return gradient_from_pairs(*pairs(function, gain, U), U)

    return _average(estimate, gain, radius, samples, rng)


def pairs(function: Function, K: Array, U: Array) -> tuple[Array, Array]:
    """Values at K + U and at K - U, each (samples, ...), from one call."""
    plus, minus = function(np.stack([K + U, K - U]))
    return plus, minus


def gradient_from_pairs(plus: Array, minus: Array, U: Array) -> Array:
    """Two-point gradient from values (samples, ...) at K + U and K - U, (..., m, n)."""
    dimension = U.shape[-2] * U.shape[-1]
    square = np.sum(U**2, axis=(-2, -1))
    with np.errstate(invalid="ignore", divide="ignore"):  # both ends outside
        return _weighted(dimension / (2 * square) * (plus - minus), U)


def printed_hessian(
    function: Function, K: ArrayLike, radius: float, samples: int, rng: Seed
) -> Array:
    """The Hessian estimate printed in S1 (Algorithm 2, line 6), (..., m, m).

    As the radius goes to zero its expectation tends to -(m/2n) tr(Hessian) I, whatever else the
    Hessian is (erratum E5); its standard deviation grows like 1/radius. Asks for f(K), too.
    """
    gain = _gain("K", function, K)
    centre: list[Array] = []

    def estimate(U: Array) -> Array:
        plus = function(gain + U)
        if not centre:  # asked for once, after the first samples
            centre.append(function(gain))
        return printed_hessian_from_values(plus, centre[0], U)

    return _average(estimate, gain, radius, samples, rng)


def printed_hessian_from_values(plus: Array, centre: Array, U: Array) -> Array:
    """`printed_hessian` from values (samples, ...) at K + U and (...) at K."""
    inputs = U.shape[-2]
    square = np.sum(U**2, axis=(-2, -1))
    weights = inputs**2 / square * (plus - centre)
    return _weighted(weights, U @ U.swapaxes(-1, -2) - np.eye(inputs))


def stein_hessian(
    function: Function,
    K: ArrayLike,
    radius: float,
    samples: int,
    rng: Seed,
    *,
    distribution: str = "sphere",
) -> Array:
    r"""Consistent estimate of the Hessian matrix on row-major vec K, (..., mn, mn), symmetric.

    Second-order Stein identity on u = vec U in d = mn dimensions, with second differences
    s = (f(K+U) + f(K-U) - 2 f(K))/2:

    .. math:: \frac{d(d+2)}{r^4}\,\mathbb E\Bigl[s\Bigl(uu^\top - \frac{r^2}{d+2}I\Bigr)\Bigr]
              \text{ on the sphere}, \qquad
              \sigma^{-4}\,\mathbb E\bigl[s\,(uu^\top - \sigma^2 I)\bigr]
              \text{ for Gaussian } u .

    Parameters
    ----------
    function, K, radius, samples, rng
        As for `two_point_gradient`; f(K) is asked for, too.
    distribution : "sphere" or "gaussian"
        Directions of length `radius`, or Gaussian ones of that root mean square length:
        sigma = radius / sqrt(mn).
    """
    choice("distribution", distribution, ("sphere", "gaussian"))
    gain = _gain("K", function, K)
    centre: list[Array] = []

    def estimate(U: Array) -> Array:
        plus, minus = pairs(function, gain, U)
        if not centre:  # asked for once, after the first samples
            centre.append(function(gain))
        return stein_hessian_from_values(plus, minus, centre[0], U, radius, distribution)

    return _average(estimate, gain, radius, samples, rng, distribution)


def stein_hessian_from_values(
    plus: Array, minus: Array, centre: Array, U: Array, radius: float, distribution: str = "sphere"
) -> Array:
    """`stein_hessian` from values (samples, ...) at K + U and K - U and (...) at K."""
    dimension = U.shape[-2] * U.shape[-1]
    radius = np.float64(radius)  # whose powers overflow to infinity
    if distribution == "sphere":
        scale, offset = dimension * (dimension + 2) / radius**4, radius**2 / (dimension + 2)
    else:
        scale, offset = dimension**2 / radius**4, radius**2 / dimension
    u = U.reshape((*U.shape[:-2], dimension, 1))
    weights = scale * (plus + minus - 2 * centre) / 2
    return _weighted(weights, u @ u.swapaxes(-1, -2) - offset * np.eye(dimension))


def hessian_product(
    function: Function,
    K: ArrayLike,
    X: ArrayLike,
    step: float,
    radius: float,
    samples: int,
    rng: Seed,
) -> Array:
    r"""Estimate of the Hessian applied to X, (..., m, n), from a difference of gradients.

    .. math:: \nabla^2 f(K)[X] \approx \frac{\|X\|_F}{2h}\Bigl(
              \hat\nabla f\bigl(K + hX/\|X\|_F\bigr) - \hat\nabla f\bigl(K - hX/\|X\|_F\bigr)\Bigr)

    Both gradients use the same directions, so most of their error cancels. Four queries a sample.

    Parameters
    ----------
    function, K, radius, samples, rng
        As for `two_point_gradient`.
    X : array (..., m, n)
        Direction; zero where it is zero.
    step : positive number
        h, a distance in the space of gains.
    """
    distance, gain = real_number("step", step), _gain("K", function, K)
    direction = matrix("X", X, *gain.shape[-2:])
    require_broadcast("X", direction.shape[:-2], gain.shape[:-2], "those of K,")
    gain = np.broadcast_to(gain, np.broadcast_shapes(direction.shape, gain.shape))

    def estimate(U: Array) -> Array:
        return product_from_gradients(function, gain, direction, distance, U)

    return _average(estimate, gain, radius, samples, rng)


def product_from_gradients(function: Function, K: Array, X: Array, step: float, U: Array) -> Array:
    """`hessian_product` with given directions U (samples, ..., m, n)."""
    length = np.linalg.norm(X, axis=(-2, -1), keepdims=True)
    move = step * X / np.where(length > 0, length, 1.0)

    def gradient(gain: Array) -> Array:
        plus, minus = pairs(function, gain, U)
        return gradient_from_pairs(plus, minus, U)

    return length * (gradient(K + move) - gradient(K - move)) / (2 * step)
