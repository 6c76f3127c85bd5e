"""Generalised Lyapunov equations for larger n: BiCGStab on (I - L Pi) X = L W.

L solves the equation without noise by cached powers of A and Pi(X) = sum_i S_i X S_i'. The plain
fixed point X <- L(Pi(X) + W) needs thousands of sweeps near the boundary, this some dozens. The
iteration runs on a stack with a state per member and ends relative to X, or when rounding stops
its progress: a tolerance relative to W is out of reach near the boundary.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lqrlib.matrices import Flags
from lqrlib.validation import Array

MOST_APPLICATIONS = 400
# Steps without a new smallest residual after which a member has stagnated.
PATIENCE = 12
TOLERANCE = 4 * np.finfo(float).eps


def _inner(X: Array, Y: Array) -> Array:
    """Frobenius inner products, with the matrix axes kept at length one."""
    return np.einsum("...ij,...ij->...", X, Y)[..., None, None]


def _norm(X: Array) -> Array:
    return np.sqrt(_inner(X, X))


def _sweep(operator: Callable[[Array], Array], X: Array, R: Array) -> tuple[Array, Array]:
    """One BiCGStab run from X with residual R; the best iterate and its residual norm."""
    best, best_norm = X, _norm(R)
    shadow, P, active = R, R, best_norm > TOLERANCE * _norm(X)
    since = np.zeros(active.shape, dtype=int)
    rho = _inner(shadow, R)
    for _ in range(MOST_APPLICATIONS // 2):
        if not active.any():
            break
        V = operator(P)
        alpha = rho / _inner(shadow, V)
        S = R - alpha * V
        T = operator(S)
        size = _inner(T, T)
        omega = np.where(size == 0, 0.0, _inner(T, S) / size)  # S = 0: the half step was exact
        # a member that is done or broke down keeps its best iterate; nan never spreads
        X = X + alpha * P + omega * S
        R = S - omega * T
        norm = _norm(R)
        better = active & (norm < best_norm)
        best, best_norm = np.where(better, X, best), np.where(better, norm, best_norm)
        since = np.where(better, 0, since + 1)
        active = active & np.isfinite(norm) & (since < PATIENCE)
        active = active & (best_norm > TOLERANCE * _norm(best))
        rho, previous = _inner(shadow, R), rho
        P = R + (rho / previous) * (alpha / omega) * (P - omega * V)
    return best, best_norm


def bicgstab(operator: Callable[[Array], Array], B: Array) -> tuple[Array, Flags]:
    """Solve operator(X) = B for a stack (..., n, n), restarted from the true residual.

    Returns X and whether the residual ended within 1e-10 of X. Members are independent.
    """
    X = np.zeros_like(B)
    R, norm = B, _norm(B)
    with np.errstate(all="ignore"):
        for _ in range(5):
            trial, _ = _sweep(operator, X, R)
            residual = B - operator(trial)
            size = _norm(residual)
            better = size < norm
            gained = size < 0.5 * norm
            X, R = np.where(better, trial, X), np.where(better, residual, R)
            norm = np.where(better, size, norm)
            if not (gained & (norm > TOLERANCE * _norm(X))).any():
                break
        converged = np.asarray(norm <= 1e-10 * _norm(X))[..., 0, 0]
    return X, converged
