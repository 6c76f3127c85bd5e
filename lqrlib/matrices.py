"""Stacks of matrices: transpose, inner product, norms, over the last two axes."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from .validation import Array

Flags = NDArray[np.bool_]


def transpose(X: Array) -> Array:
    """Transpose of each matrix of a stack."""
    return X.swapaxes(-1, -2)


def symmetric_part(X: Array) -> Array:
    """(X + X') / 2."""
    return (X + transpose(X)) * 0.5


def inner(X: Array, Y: Array) -> Array:
    """Frobenius inner product."""
    return np.einsum("...ij,...ij->...", X, Y)


def trace(X: Array) -> Array:
    """Sum of the diagonal."""
    return np.trace(X, axis1=-2, axis2=-1)


def least_eigenvalue(X: Array) -> Array:
    """Smallest eigenvalue of each symmetric matrix."""
    return np.asarray(np.linalg.eigvalsh(X)[..., 0])


def frobenius_norm(X: Array) -> Array:
    """Root of the sum of squares."""
    return np.linalg.norm(X, axis=(-2, -1))


def aligned(W: Array, A: Array) -> tuple[Array, Callable[[Array], Array]]:
    """W as (extra, members of A, n, n), and what brings a result back to W's broadcast shape."""
    given, batch, core = W.shape, A.shape[:-2], A.shape[-2:]
    flat = (-1, math.prod(batch)) + core
    if given[W.ndim - A.ndim :] == A.shape:
        return W.reshape(flat), lambda X: X.reshape(given)
    shape = np.broadcast_shapes(given[:-2], batch)
    front = len(shape) - len(batch)
    # where the batch has length one and W more, W's axis is an extra one
    stretched = [front + i for i, size in enumerate(batch) if size < shape[front + i]]
    moved, home = [*range(front), *stretched], range(front + len(stretched))
    W = np.moveaxis(np.broadcast_to(W, shape + core), moved, home)
    shape = W.shape
    return W.reshape(flat), lambda X: np.moveaxis(X.reshape(shape), home, moved)


def spectral_norm(X: Array) -> Array:
    """Largest singular value; nan where a matrix is not finite."""
    lost = np.asarray(~np.isfinite(X).all(axis=(-2, -1)))
    safe = np.where(lost[..., None, None], 0.0, X) if lost.any() else X
    if X.shape[-2:] == (1, 1):
        norm = np.abs(safe[..., 0, 0])
    else:
        norm = np.linalg.svd(safe, compute_uv=False)[..., 0]
    return np.where(lost, np.nan, norm)
