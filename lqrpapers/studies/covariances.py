r"""Noise given by a covariance of the entries of A or of B (S2, Section 2, and its footnote 1).

An `LQR` has independent noise on A and on B. So it represents every covariance of the entries of A
and every one of the entries of B, but none between the two: with entries :math:`A_k, B_k` that move
together, :math:`F_K(X)` contains :math:`\sum_k (A_k - B_kK)X(A_k - B_kK)^\top`, whose part that is
linear in K no `LQR` has.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import Noise
from lqrlib.matrices import transpose
from lqrlib.validation import Array, symmetric_matrix


def noise_from_covariance(covariance: ArrayLike, rows: int) -> Noise:
    """Independent noise terms with this covariance (..., s, s) of vec M, M with so many rows.

    vec stacks columns, as S2's does: variances are the eigenvalues, directions the eigenvectors,
    each reshaped. For `LQR(..., state_noise=...)`, or `input_noise`. ValueError where the matrix is
    not positive semidefinite, or its size no multiple of `rows`.
    """
    size = np.shape(covariance)[-1] if np.ndim(covariance) > 1 else 1
    if size % rows:
        raise ValueError(f"covariance: expected a size that is a multiple of {rows}, got {size}")
    values, vectors = np.linalg.eigh(
        symmetric_matrix("covariance", covariance, size, definite=False)
    )
    terms = transpose(transpose(vectors).reshape(*vectors.shape[:-1], size // rows, rows))
    return Noise(np.maximum(values, 0.0), terms)


def covariance_of(noise: Noise) -> Array:
    """The covariance (..., s, s) of vec M, M the sum of the noise terms."""
    columns = transpose(noise.directions).reshape(*noise.directions.shape[:-2], -1)
    return np.asarray(np.einsum("...i,...ik,...il->...kl", noise.variances, columns, columns))
