"""The peers: the same quantities by loops over scipy and slycot, and by JAX."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import scipy.linalg
import slycot

from lqrlib import LQR
from lqrlib.matrix_equations.doubling import MOST_SQUARINGS, NEGLIGIBLE

jax.config.update("jax_enable_x64", True)

Array = np.ndarray


def scipy_costs(problem: LQR, K: Array) -> Array:
    """Costs of gains (N, m, n) on one problem, by scipy's discrete Lyapunov solver."""
    A, B, Q, R, Sigma0 = problem.A, problem.B, problem.Q, problem.R, problem.Sigma0
    costs = np.empty(len(K))
    for i, gain in enumerate(K):
        F = A - B @ gain
        P = scipy.linalg.solve_discrete_lyapunov(F.T, Q + gain.T @ R @ gain)
        costs[i] = np.sum(P * Sigma0)
    return costs


def slycot_costs(problem: LQR, K: Array) -> Array:
    """Costs of gains (N, m, n) on one problem, by SLICOT's SB03MD."""
    A, B, Q, R, Sigma0 = problem.A, problem.B, problem.Q, problem.R, problem.Sigma0
    n = problem.states
    costs = np.empty(len(K))
    for i, gain in enumerate(K):
        F = A - B @ gain
        P, scale = _slycot_lyapunov(n, F, -(Q + gain.T @ R @ gain))
        costs[i] = np.sum(P * Sigma0) / scale
    return costs


def _slycot_lyapunov(n: int, F: Array, C: Array) -> tuple[Array, float]:
    result = slycot.sb03md57(F, C=C, dico="D")
    return result[2], result[3]


def jax_costs(problem: LQR, squarings: int | None = None) -> Callable[[Array], Array]:
    """A jitted cost in float64, for gains (N, m, n), by doubling with the members last.

    With `squarings`, so many and no certificate: 12 will do up to a radius of 0.995. Without, it
    stops and judges as lqrlib does: when every power is negligible, after 48 at most, ``inf`` where
    one is not. Here that is faster, as 8 will do. Tried at n = 4 and slower: members first (vmap; 4
    to 10 times), 48 unrolled steps (40 times), a half-vectorised linear solve (twice).
    """
    A, B, Q, R, Sigma0 = (
        jnp.asarray(np.array(x))[..., None]
        for x in (problem.A, problem.B, problem.Q, problem.R, problem.Sigma0)
    )

    def product(X: jax.Array, Y: jax.Array) -> jax.Array:
        return sum(X[:, k, None] * Y[None, k] for k in range(X.shape[1]))

    def size(F: jax.Array) -> jax.Array:
        return jnp.sum(F * F, axis=(0, 1))

    def step(pair: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        F, X = pair
        return product(F, F), X + product(F.swapaxes(0, 1), product(X, F))

    def going(state: tuple[int, tuple[jax.Array, jax.Array]]) -> jax.Array:
        count, (F, _) = state
        return (count < MOST_SQUARINGS) & ((size(F) > NEGLIGIBLE) & jnp.isfinite(size(F))).any()

    @jax.jit
    def costs(K: jax.Array) -> jax.Array:
        K = jnp.moveaxis(K, 0, -1)
        pair = A - product(B, K), Q + product(K.swapaxes(0, 1), product(R, K))
        if squarings is not None:
            _, P = jax.lax.fori_loop(0, squarings, lambda _, now: step(now), pair)
            return jnp.sum(P * Sigma0, axis=(0, 1))
        _, (F, P) = jax.lax.while_loop(going, lambda now: (now[0] + 1, step(now[1])), (0, pair))
        return jnp.where(size(F) <= NEGLIGIBLE, jnp.sum(P * Sigma0, axis=(0, 1)), jnp.inf)

    return lambda K: np.asarray(costs(K))


def scipy_gains(problem: LQR) -> Array:
    """Optimal gains of a stack of problems (N,), by scipy's Riccati solver."""
    gains = np.empty((len(problem), problem.inputs, problem.states))
    for i in range(len(gains)):
        A, B, R = problem.A[i], problem.B[i], problem.R[i]
        P = scipy.linalg.solve_discrete_are(A, B, problem.Q[i], R)
        gains[i] = np.linalg.solve(R + B.T @ P @ B, B.T @ P @ A)
    return gains


def slycot_gains(problem: LQR) -> Array:
    """Optimal gains of a stack of problems (N,), by SLICOT's SB02MD."""
    n = problem.states
    gains = np.empty((len(problem), problem.inputs, n))
    for i in range(len(gains)):
        A, B, R = problem.A[i], problem.B[i], problem.R[i]
        G = B @ np.linalg.solve(R, B.T)
        P = slycot.sb02md(n, A, G, problem.Q[i], "D", hinv="I")[0]
        gains[i] = np.linalg.solve(R + B.T @ P @ B, B.T @ P @ A)
    return gains
