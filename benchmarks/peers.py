"""The peers: the same quantities by loops over scipy and slycot, and by JAX."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import scipy.linalg
import slycot

from lqrlib import LQR

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


def jax_costs(problem: LQR) -> Callable[[Array], Array]:
    """A jitted, vmapped cost in float64, for gains (N, m, n).

    Of the formulations tried (doubling with a fixed or a convergence-dependent number of steps, a
    Kronecker solve, this) the half-vectorised solve is JAX's fastest at n = 4.
    """
    n = problem.states
    i, j = np.triu_indices(n)
    weights = np.where(i == j, 0.5, 1.0)
    A, B, Q, R, Sigma0 = (
        jnp.asarray(np.array(x))
        for x in (problem.A, problem.B, problem.Q, problem.R, problem.Sigma0)
    )
    identity = jnp.eye(len(i))

    def cost(K: jax.Array) -> jax.Array:
        F = (A - B @ K).T
        W = Q + K.T @ R @ K
        operator = (F[i][:, i] * F[j][:, j] + F[i][:, j] * F[j][:, i]) * weights
        P = jnp.linalg.solve(identity - operator, W[i, j])
        return jnp.sum(P * Sigma0[i, j] * 2 * weights)

    compiled = jax.jit(jax.vmap(cost))
    return lambda K: np.asarray(compiled(K))


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
