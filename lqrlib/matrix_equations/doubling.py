"""Lyapunov equations X = F'X F + W of a stack, by doubling.

X_k = sum over t < 2^k of (F^t)' W F^t doubles its terms with X <- X + F'X F, F <- F^2. The part
left out is at most ||F^(2^k)||^2 / (1 - ||F^(2^k)||^2) of X, and a power of norm below one proves
rho(F) < 1, so the stopping rule is also the certificate of stability. A positive semidefinite W
only ever adds positive semidefinite terms: no cancellation near the boundary.
"""

from __future__ import annotations

import numpy as np

from lqrlib.matrices import Flags, symmetric_part, transpose
from lqrlib.validation import Array

# Squared norm of a power below which the rest of the sum is below rounding.
NEGLIGIBLE = 1e-17
# More squarings cannot be trusted: rounding moves rho(F)^(2^48) by 2^48 units in the last place.
MOST_SQUARINGS = 48
# Bytes of one temporary of a stacked step, so that a step stays in the cache.
CHUNK_BYTES = 100_000


def chunks(members: int, bytes_per_member: int, most: int = CHUNK_BYTES) -> list[slice]:
    """Slices of a stack whose temporaries stay under `most` bytes."""
    size = max(1, most // max(1, bytes_per_member))
    return [slice(start, start + size) for start in range(0, members, size)]


def squared_norms(F: Array) -> Array:
    """Squared Frobenius norm of each matrix of a stack (N, n, n)."""
    flat = F.reshape(F.shape[0], -1)
    return np.vecdot(flat, flat)


def _double(F: Array, X: Array) -> Flags:
    """Overwrite X (E, C, n, n) with the sums for F (C, n, n); return which members are stable."""
    stable = np.zeros(F.shape[0], dtype=bool)
    members = np.arange(F.shape[0])
    whole = X
    square, half, term = np.empty_like(F), np.empty_like(X), np.empty_like(X)
    for _ in range(MOST_SQUARINGS):
        size = squared_norms(F)
        small = size <= NEGLIGIBLE
        unfinished = ~small & np.isfinite(size)
        left = np.count_nonzero(unfinished)
        if 2 * left <= members.size:
            # put the finished members aside: a slow one does not keep the others working
            stable[members[small]] = True
            if X is not whole:
                whole[:, members] = X
            if not left:
                return stable
            members, F, X = members[unfinished], F[unfinished], X[:, unfinished]
            square, half, term = np.empty_like(F), np.empty_like(X), np.empty_like(X)
        elif left < members.size:
            # a finished member adds no more, whatever its neighbours still need
            F[small] = 0.0
        # plain and left-transposed products are the fast ones of OpenBLAS on small matrices
        np.matmul(X, F, out=half)
        np.matmul(transpose(F), half, out=term)
        X += term
        np.matmul(F, F, out=square)
        F, square = square, F
    stable[members] = squared_norms(F) <= NEGLIGIBLE
    whole[:, members] = X
    return stable


def doubling(F: Array, W: Array, adjoint: bool) -> tuple[Array, Flags]:
    """Solve X = F X F' + W, or X = F' X F + W with `adjoint`, for a flat stack F (N, n, n).

    W (E, N, n, n) is symmetric. Returns X like W, nan where the member is not stable, and the
    members (N,) with a certified rho(F) < 1, sharp to about 1e-13.
    """
    X = np.empty(W.shape)
    stable = np.zeros(F.shape[0], dtype=bool)
    extra, members, n, _ = W.shape
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        for part in chunks(members, 8 * n * n * max(extra, 1)):
            power = F[part] if adjoint else transpose(F[part])
            Y = np.array(W[:, part], order="C")
            stable[part] = _double(np.array(power, order="C"), Y)
            X[:, part] = symmetric_part(Y)
    if not stable.all():
        X[:, ~stable] = np.nan
    return X, stable


class Powers:
    """F, F^2, F^4, ... of a flat stack, computed once for many right-hand sides."""

    def __init__(self, F: Array) -> None:
        self.stable = np.zeros(F.shape[0], dtype=bool)
        unfinished = np.ones(F.shape[0], dtype=bool)
        forward = []
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            for _ in range(MOST_SQUARINGS + 1):
                size = squared_norms(F)
                self.stable |= unfinished & (size <= NEGLIGIBLE)
                unfinished &= ~self.stable & np.isfinite(size)
                if not unfinished.any():
                    break
                F = np.where(unfinished[:, None, None], F, 0.0)
                forward.append(F)
                F = F @ F
        # a member that turned out unstable gets the powers of zero
        forward = [np.where(self.stable[:, None, None], F, 0.0) for F in forward]
        self._powers = {True: forward, False: [np.array(transpose(F)) for F in forward]}

    def solve(self, W: Array, adjoint: bool) -> Array:
        """X = F X F' + W, or the adjoint equation, W (..., N, n, n); W itself where unstable."""
        X = W
        for F in self._powers[adjoint]:
            X = X + transpose(F) @ (X @ F)
        return X
