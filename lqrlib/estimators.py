r"""Derivatives from function values alone.

A function is a callable ``f(K) -> (...)`` on gains (..., m, n), typically an oracle. Directions U
are drawn uniformly on the Frobenius sphere of radius r in d = mn dimensions; samples go in a new
axis in front, so a stack of tasks (M,) meets samples (S, M) by broadcasting, and every task sees
the same directions, as in S1 Algorithm 3.

=============================  ===========================================  ====================
estimator                      average over samples of                      what it is unbiased for
=============================  ===========================================  ====================
`one_point_gradient`           d/r^2 f(K+U) U                               gradient of f_r
`two_point_gradient`           d/(2r^2) (f(K+U) - f(K-U)) U                 gradient of f_r
=============================  ===========================================  ====================

f_r is f averaged over the ball of radius r, so the bias is O(r^2) for a smooth f. Nothing here
knows of regulators.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from .validation import Array, finite_array, whole_number

Function: TypeAlias = Callable[[Array], Array]
Seed = int | np.random.SeedSequence | np.random.Generator


def sphere(samples: int, shape: tuple[int, ...], radius: float, rng: Seed) -> Array:
    """Directions (samples, m, n), uniform on the Frobenius sphere of `radius`."""
    count = whole_number("samples", samples)
    if not (np.isfinite(radius) and radius > 0):
        raise ValueError(f"radius: expected a positive number, got {radius!r}")
    directions = np.random.default_rng(rng).standard_normal((count, *shape))
    return np.asarray(
        radius * directions / np.linalg.norm(directions, axis=(-2, -1), keepdims=True)
    )


def _drawn(K: ArrayLike, radius: float, samples: int, rng: Seed) -> tuple[Array, Array]:
    """The gain, and directions with the batch axes of the gain left free for broadcasting."""
    gain = finite_array("K", K, 2)
    directions = sphere(samples, gain.shape[-2:], radius, rng)
    axes = (1,) * (gain.ndim - 2)
    return gain, directions.reshape(directions.shape[:1] + axes + directions.shape[1:])


def _weighted(weights: Array, directions: Array) -> Array:
    """Average over samples of weight times direction."""
    return np.asarray(np.mean(weights[..., None, None] * directions, axis=0))


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
    gain, U = _drawn(K, radius, samples, rng)
    dimension = gain.shape[-2] * gain.shape[-1]
    values = function(gain + U) - np.asarray(baseline)
    return _weighted(dimension / radius**2 * values, U)


def two_point_gradient(
    function: Function, K: ArrayLike, radius: float, samples: int, rng: Seed
) -> Array:
    """Gradient estimate from pairs K + U, K - U (S1 Algorithm 2, line 5), (..., m, n).

    Exact along U for a quadratic. Both signs are one call, (2, samples, ...), so a simulator can
    give both the same noise (`oracles.rollout_cost` with ``common_noise``): then, and for a
    function without noise, the variance stays bounded as the radius goes to zero.
    """
    gain, U = _drawn(K, radius, samples, rng)
    dimension = gain.shape[-2] * gain.shape[-1]
    plus, minus = function(np.stack([gain + U, gain - U]))
    differences = plus - minus
    return _weighted(dimension / (2 * radius**2) * differences, U)
