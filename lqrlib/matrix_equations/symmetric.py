"""Symmetric matrices as vectors, and operators on them as matrices half the size.

Coordinates are those of an orthonormal basis of the symmetric n x n matrices, h = n(n+1)/2 of
them, so the adjoint of an operator is the transpose of its matrix.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from lqrlib.matrices import Flags
from lqrlib.validation import Array


@lru_cache(maxsize=64)
def _triangle(n: int) -> tuple[NDArray[np.intp], NDArray[np.intp], Array]:
    """Rows, columns and weights (1 on the diagonal, sqrt 2 off it) of the upper triangle."""
    rows, columns = np.triu_indices(n)
    weights = np.where(rows == columns, 1.0, np.sqrt(2.0))
    return rows, columns, weights


def coordinates(X: Array) -> Array:
    """Coordinates (..., h) of symmetric matrices (..., n, n)."""
    rows, columns, weights = _triangle(X.shape[-1])
    return X[..., rows, columns] * weights


def from_coordinates(x: Array, n: int) -> Array:
    """Symmetric matrices (..., n, n) with the coordinates (..., h)."""
    rows, columns, weights = _triangle(n)
    X = np.empty(x.shape[:-1] + (n, n))
    X[..., rows, columns] = x / weights
    X[..., columns, rows] = x / weights
    return X


@lru_cache(maxsize=64)
def _congruence_weights(r: int, c: int) -> Array:
    """Weight (h_r, h_c) of each entry of the matrix of a congruence."""
    _, _, row_weights = _triangle(r)
    k, m, column_weights = _triangle(c)
    return row_weights[:, None] / column_weights * np.where(k == m, 0.5, 1.0)


def congruence(S: Array) -> Array:
    """Matrix (..., h_r, h_c) of X -> S X S' on symmetric matrices, S (..., r, c)."""
    r, c = S.shape[-2:]
    i, j, _ = _triangle(r)
    k, m, _ = _triangle(c)
    left, right = S.take(k, axis=-1), S.take(m, axis=-1)
    # entry (ij, km) is S_ik S_jm + S_im S_jk; whole rows are taken, which is fast
    matrix = left.take(i, axis=-2)
    matrix *= right.take(j, axis=-2)
    other = right.take(i, axis=-2)
    other *= left.take(j, axis=-2)
    matrix += other
    matrix *= _congruence_weights(r, c)
    return matrix


def positive_definite(X: Array) -> Flags:
    """Whether each symmetric matrix (..., n, n) of a stack is finite and positive definite."""
    good = np.asarray(np.isfinite(X).all(axis=(-2, -1)))
    safe = X if good.all() else np.where(good[..., None, None], X, np.eye(X.shape[-1]))
    try:
        np.linalg.cholesky(safe)
    except np.linalg.LinAlgError:
        # cholesky raises for the whole stack when one member is indefinite
        good &= np.linalg.eigvalsh(safe)[..., 0] > 0
    return good
