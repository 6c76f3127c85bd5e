"""Spectral radius of F_K by eigenvalues; `ClosedLoop.radius` certifies it."""

from __future__ import annotations

import numpy as np
import scipy  # loads scipy.sparse.linalg when it is first used, not with `import lqrlib`

from lqrlib.matrices import transpose
from lqrlib.matrix_equations.direct import MOST_DIRECT_STATES
from lqrlib.matrix_equations.doubling import chunks
from lqrlib.matrix_equations.noise import NoiseTerms
from lqrlib.matrix_equations.symmetric import congruence, coordinates, from_coordinates
from lqrlib.validation import Array

# Up to this many states all eigenvalues of F_K cost less than the iteration for the largest.
MOST_DENSE_STATES, DENSE_CHUNK_BYTES = 8, 250_000
# Relative distance at which a radius is certified on both sides.
CERTIFIED = 1e-9


def spectral_radius(A: Array, noise: NoiseTerms | None) -> Array:
    """rho(F) for F(X) = A X A' + noise, of a flat stack A (N, n, n); inf where A overflowed.

    rho(F) is an eigenvalue of F with a positive semidefinite eigenvector (Krein and Rutman), so
    without noise it is rho(A)^2, and Arnoldi's iteration from the identity finds it with noise.
    """
    finite = np.asarray(np.isfinite(A).all(axis=(-2, -1)))
    safe = np.where(finite[:, None, None], A, 0.0)
    if noise is None:
        with np.errstate(over="ignore"):
            radius = np.abs(np.linalg.eigvals(safe)).max(axis=-1) ** 2
        return np.where(finite, radius, np.inf)
    radius, n = np.empty(len(A)), A.shape[-1]
    with np.errstate(over="ignore", invalid="ignore"):
        if n <= MOST_DENSE_STATES:
            for part in chunks(len(A), 2 * (n * (n + 1)) ** 2, DENSE_CHUNK_BYTES):
                radius[part] = _dense(safe[part], noise, part)
            return np.where(finite, radius, np.inf)
        for i in range(len(A)):
            radius[i] = _with_noise(safe[i], noise, slice(i, i + 1)) if finite[i] else np.inf
    return radius


def _dense(A: Array, noise: NoiseTerms, part: slice) -> Array:
    """rho(F) of a part of the stack by all eigenvalues."""
    matrix = congruence(A) + noise.operator(part)
    finite = np.isfinite(matrix).all(axis=(-2, -1))
    matrix[~finite] = 0.0
    size = np.abs(matrix)
    # next to the underflow LAPACK's iteration does not end
    matrix[size < 1e-200 * size.max(axis=(-2, -1), keepdims=True)] = 0.0
    return np.where(finite, np.abs(np.linalg.eigvals(matrix)).max(axis=-1), np.inf)


def _with_noise(A: Array, noise: NoiseTerms, part: slice) -> float:
    n = A.shape[-1]
    h = n * (n + 1) // 2
    if n <= MOST_DIRECT_STATES:
        matrix = (congruence(A[None]) + noise.operator(part))[0]
        if not np.isfinite(matrix).all():
            return float("inf")
        operator = scipy.sparse.linalg.LinearOperator(
            (h, h), matvec=matrix.__matmul__, dtype=np.float64
        )
    else:
        S = np.concatenate([A[None], noise.directions(part)[0]])
        if not np.isfinite(np.sum(S**2)):
            return float("inf")

        def image(x: Array) -> Array:
            X = from_coordinates(x.reshape(-1), n)
            return coordinates((S @ X @ transpose(S)).sum(axis=0))

        operator = scipy.sparse.linalg.LinearOperator((h, h), matvec=image, dtype=np.float64)
    # The radius is the eigenvalue farthest to the right; ARPACK finds it sooner than by modulus.
    start = coordinates(np.eye(n))
    try:
        values = scipy.sparse.linalg.eigs(
            operator, k=1, which="LR", v0=start, tol=0, return_eigenvectors=False
        )
    except scipy.sparse.linalg.ArpackNoConvergence:
        matrix = np.stack([operator.matvec(e) for e in np.eye(h)], axis=-1)
        values = np.linalg.eigvals(matrix)
    return float(np.abs(values).max())
