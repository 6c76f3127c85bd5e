"""Random generalised Lyapunov equations at a chosen distance from the boundary."""

import numpy as np
import truth

from lqrlib.matrix_equations import ClosedLoop, noise


def equation(seed, n, terms, radius, rank=None, batch=()):
    """F, variances, directions and W of a stack whose operator has the given spectral radius."""
    rng = np.random.default_rng(seed)
    rank = n if rank is None else rank
    F = rng.standard_normal((*batch, n, n))
    F *= 0.7 / np.abs(np.linalg.eigvals(F)).max(axis=-1)[..., None, None]
    left = rng.standard_normal((*batch, terms, n, rank))
    directions = left @ rng.standard_normal((*batch, terms, rank, n)) / np.sqrt(n * rank)
    variances = rng.uniform(0.1, 1.0, (*batch, terms))
    for i in np.ndindex(batch):
        if n <= 12:
            values = np.linalg.eigvals(matrix(F[i], variances[i], directions[i]))
            scale = np.abs(values).max()
        else:
            scale = loop_of(F[i], variances[i], directions[i]).radius()
        F[i] *= np.sqrt(radius / scale)
        variances[i] *= radius / scale
    W = rng.standard_normal((*batch, n, n))
    return F, variances, directions, W + W.swapaxes(-1, -2)


def matrix(F, variances, directions):
    """n^2 x n^2 Kronecker matrix of the operator."""
    return truth.kronecker([(1.0, F), *zip(variances, directions, strict=True)])


def loop_of(F, variances, directions):
    scaled = np.sqrt(variances)[..., None, None] * directions
    return ClosedLoop(F, noise.Directions(scaled.reshape((-1, *scaled.shape[-3:]))))


def relative(X, Y):
    """Largest Frobenius error of a member relative to its size."""
    X, Y = np.asarray(X), np.asarray(Y)
    assert X.shape == Y.shape
    return (np.linalg.norm(X - Y, axis=(-2, -1)) / np.linalg.norm(Y, axis=(-2, -1))).max()
