"""Roll-outs whose noise is a few coins: means over noise, sphere and ball as finite sums.

With signs for noise and start there are finitely many roll-outs of `STEPS` steps, and their costs
are polynomials in the gain, which quadrature integrates exactly.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lqrlib import LQR
from lqrlib.validation import Array

from .horizon_gradient import finite_horizon_gradient

STEPS = 3


def coin_costs(problem: LQR, gains: NDArray[Any]) -> NDArray[Any]:
    """Costs (S, ..., W) of all equally likely roll-outs by coins, for gains (S, ..., m, n).

    Start and every noise term are plus or minus a standard deviation; gains may be complex.
    """
    (alpha, A_i), (beta, B_j) = problem.state_noise, problem.input_noise
    states = np.array(list(product((-1.0, 1.0), repeat=problem.states)))
    coins = list(product((-1.0, 1.0), repeat=alpha.shape[-1] + beta.shape[-1]))
    x = states @ np.linalg.cholesky(problem.Sigma0).swapaxes(-1, -2) + 0 * gains[..., :1, :1]
    total: NDArray[Any] = np.zeros(())
    for step in range(STEPS):
        u = -x @ gains.swapaxes(-1, -2)
        total = total + np.sum(x @ problem.Q * x, axis=-1) + np.sum(u @ problem.R * u, axis=-1)
        if step < STEPS - 1:
            drift = x @ problem.A.swapaxes(-1, -2) + u @ problem.B.swapaxes(-1, -2)
            kicks = [
                np.sqrt(noise[..., i, None, None]) * (z @ each[..., i, :, :].swapaxes(-1, -2))
                for noise, each, z in ((alpha, A_i, x), (beta, B_j, u))
                for i in range(noise.shape[-1])
            ]
            branches = [drift + sum(s * k for s, k in zip(c, kicks, strict=True)) for c in coins]
            x, total = np.concatenate(branches, axis=-2), np.tile(total, len(coins))
    return total


def circle(gain: Array, radius: float) -> Array:
    """Points (S, ..., m, n) whose mean is that over the sphere, for polynomials below degree 32."""
    shape = gain.shape[-2:]
    if np.prod(shape) > 2:
        raise ValueError(f"K: expected one or two entries, got shape {shape}")
    angles = 2 * np.pi * (np.arange(32) + 0.5) / 32
    points = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    points = np.array([[1.0], [-1.0]]) if np.prod(shape) == 1 else points
    return radius * points.reshape(-1, *(1,) * (gain.ndim - 2), *shape)


def ball_gradient(problem: LQR, gain: Array, radius: float) -> Array:
    """Gradient of the cost of `STEPS` steps, averaged over the ball exactly (Gauss-Legendre)."""
    nodes, weights = np.polynomial.legendre.leggauss(12)
    shares = (nodes + 1) / 2  # uniform: of the radius for one entry, of its square for two
    lengths = shares if gain.shape[-1] * gain.shape[-2] == 1 else np.sqrt(shares)
    rings = [circle(gain, radius * length) for length in lengths]
    slopes = [finite_horizon_gradient(problem, gain + ring, STEPS).mean(axis=0) for ring in rings]
    return np.tensordot(weights / 2, np.array(slopes), axes=1)
