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

Memory: a few arrays of the size of the directions, and the function's own. A function that says it
is `deterministic`, as the exact oracles do, is asked about some samples at a time; any other is
asked about all of them at once, since what it draws may depend on the order of the gains.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from . import validation
from .matrix_equations.doubling import chunks
from .validation import Array, Seed

Function: TypeAlias = Callable[[Array], Array]
# Most entries of the gains, or of the matrices to be averaged, of samples taken at a time.
MOST_NUMBERS = 2**20
# What overflows, or leaves the domain, ends as inf or nan; that is its value, not a warning.
_quiet = np.errstate(all="ignore")


@np.errstate(over="ignore", under="ignore")
def sphere(samples: int, shape: tuple[int, ...], radius: float, rng: Seed) -> Array:
    """Directions (samples, m, n), uniform on the Frobenius sphere of `radius`."""
    count = validation.whole_number("samples", samples)
    length = validation.real_number("radius", radius)
    if not isinstance(shape, tuple) or len(shape) != 2:
        raise ValueError(f"shape: expected two whole numbers (m, n), got {shape!r}")
    size = [validation.whole_number("shape", axis) for axis in shape]
    directions = validation.generator("rng", rng).standard_normal((count, *size))
    norms = np.linalg.norm(directions, axis=(-2, -1), keepdims=True)
    directions *= length
    directions /= norms
    return directions


@np.errstate(over="ignore", under="ignore")
def _drawn(K: Array, radius: float, samples: int, rng: Seed, distribution: str = "sphere") -> Array:
    """Directions (samples, ..., m, n) with the batch axes of the gain left free."""
    rng, shape = validation.generator("rng", rng), K.shape[-2:]
    directions = sphere(samples, shape, radius, rng)
    if distribution == "gaussian":
        lengths = np.sqrt(rng.chisquare(np.prod(shape), (len(directions), 1, 1)))
        directions = directions * lengths / np.sqrt(np.prod(shape))
    return directions.reshape(directions.shape[:1] + (1,) * (K.ndim - 2) + shape)


def _values(
    function: Function, ends: Callable[[Array], Array], K: Array, U: Array, axis: int = 0
) -> Array:
    """Values at the gains that `ends` makes of directions; samples in the given axis."""
    if not getattr(function, "deterministic", False):
        return np.asarray(function(ends(U)))
    parts = chunks(len(U), K.size, MOST_NUMBERS)
    return np.concatenate([function(ends(U[part])) for part in parts], axis=axis)


def _weighted(
    weights: Array, directions: Array, matrices: Callable[[Array], Array] = np.positive
) -> Array:
    """Average over samples of weight times matrix; nan where a weight is not finite."""
    numbers = weights[0].size * directions.shape[-2] ** 2 * directions.shape[-1] ** 2
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        total = np.zeros(())
        for part in chunks(len(directions), numbers, MOST_NUMBERS):
            terms = weights[part][..., None, None] * matrices(directions[part])
            terms[0] += total  # the order of one sum over all
            total = terms.sum(axis=0)
        return np.asarray(total / len(directions))


def _gain(name: str, f: Function, K: ArrayLike) -> Array:
    """The gain (..., m, n) of an estimate, whose function and gain are checked."""
    validation.function("function", f)
    return validation.finite_array(name, K, 2)


@_quiet
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
    gain, level = _gain("K", function, K), validation.finite_array("baseline", baseline, 0)
    U = _drawn(gain, radius, samples, rng)
    values = _values(function, lambda part: gain + part, gain, U)
    if level.ndim >= values.ndim:
        raise ValueError(f"baseline: expected shape {values.shape[1:]}, got {level.shape}")
    validation.require_broadcast("baseline", level.shape, values.shape[1:], "the function's values")
    dimension = gain.shape[-2] * gain.shape[-1]
    return _weighted(dimension / np.square(radius) * (values - level), U)


@_quiet
def two_point_gradient(
    function: Function, K: ArrayLike, radius: float, samples: int, rng: Seed
) -> Array:
    """Gradient estimate from pairs K + U, K - U (S1 Algorithm 2, line 5), (..., m, n).

    Exact along U for a quadratic. Both signs are one call, (2, samples, ...), so a simulator can
    give both the same noise (`oracles.rollout_cost` with ``common_noise``): then, and for a
    function without noise, the variance stays bounded as the radius goes to zero.
    """
    gain = _gain("K", function, K)
    U = _drawn(gain, radius, samples, rng)
    return gradient_from_pairs(*pairs(function, gain, U), U)


def pairs(function: Function, K: Array, U: Array) -> tuple[Array, Array]:
    """Values at K + U and at K - U, each (samples, ...), from one call, or some deterministic."""
    plus, minus = _values(function, lambda part: np.stack([K + part, K - part]), K, U, 1)
    return plus, minus


def gradient_from_pairs(plus: Array, minus: Array, U: Array) -> Array:
    """Two-point gradient from values (samples, ...) at K + U and K - U, (..., m, n)."""
    dimension = U.shape[-2] * U.shape[-1]
    square = np.sum(U**2, axis=(-2, -1))
    with np.errstate(invalid="ignore", divide="ignore"):  # both ends outside
        return _weighted(dimension / (2 * square) * (plus - minus), U)


@_quiet
def printed_hessian(
    function: Function, K: ArrayLike, radius: float, samples: int, rng: Seed
) -> Array:
    """The Hessian estimate printed in S1 (Algorithm 2, line 6), (..., m, m).

    As the radius goes to zero its expectation tends to -(m/2n) tr(Hessian) I, whatever else the
    Hessian is (erratum E5); its standard deviation grows like 1/radius. Asks for f(K), too.
    """
    gain = _gain("K", function, K)
    U = _drawn(gain, radius, samples, rng)
    plus = _values(function, lambda part: gain + part, gain, U)
    return printed_hessian_from_values(plus, function(gain), U)


def printed_hessian_from_values(plus: Array, centre: Array, U: Array) -> Array:
    """`printed_hessian` from values (samples, ...) at K + U and (...) at K."""
    inputs = U.shape[-2]
    square = np.sum(U**2, axis=(-2, -1))
    weights = inputs**2 / square * (plus - centre)
    return _weighted(weights, U, lambda part: part @ part.swapaxes(-1, -2) - np.eye(inputs))


@_quiet
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
    validation.choice("distribution", distribution, ("sphere", "gaussian"))
    gain = _gain("K", function, K)
    U = _drawn(gain, radius, samples, rng, distribution)
    plus, minus = pairs(function, gain, U)
    return stein_hessian_from_values(plus, minus, function(gain), U, radius, distribution)


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
    weights = scale * (plus + minus - 2 * centre) / 2

    def matrices(part: Array) -> Array:
        u = part.reshape((*part.shape[:-2], dimension, 1))
        return u @ u.swapaxes(-1, -2) - offset * np.eye(dimension)

    return _weighted(weights, U, matrices)


@_quiet
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
    distance, gain = validation.real_number("step", step), _gain("K", function, K)
    direction = validation.matrix("X", X, *gain.shape[-2:])
    validation.require_broadcast("X", direction.shape[:-2], gain.shape[:-2], "those of K,")
    gain = np.broadcast_to(gain, np.broadcast_shapes(direction.shape, gain.shape))
    U = _drawn(gain, radius, samples, rng)
    return product_from_gradients(function, gain, direction, distance, U)


def product_from_gradients(function: Function, K: Array, X: Array, step: float, U: Array) -> Array:
    """`hessian_product` with given directions U (samples, ..., m, n)."""
    length = np.linalg.norm(X, axis=(-2, -1), keepdims=True)
    move = step * X / np.where(length > 0, length, 1.0)

    def gradient(gain: Array) -> Array:
        return gradient_from_pairs(*pairs(function, gain, U), U)

    return length * (gradient(K + move) - gradient(K - move)) / (2 * step)
