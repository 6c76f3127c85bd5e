"""Lyapunov equations X = F'X F + W of a stack, by doubling.

X_k = sum over t < 2^k of (F^t)' W F^t doubles its terms with X <- X + F'X F, F <- F^2. The part
left out is at most ||F^(2^k)||^2 / (1 - ||F^(2^k)||^2) of X, and a power of norm below one proves
rho(F) < 1, so the stopping rule is also the certificate of stability. A positive semidefinite W
only ever adds positive semidefinite terms: no cancellation near the boundary.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lqrlib.matrices import Flags, symmetric_part, transpose
from lqrlib.validation import Array

# Right-hand sides W (E, N, n, n), each with a flag for the adjoint equation.
Equations = Sequence[tuple[Array, bool]]
# Squared norm of a power below which the rest of the sum is below rounding.
NEGLIGIBLE = 1e-17
# Squared norm of a power whose square is negligible, so that its term is the last.
LAST = NEGLIGIBLE**0.5
# More squarings cannot be trusted: rounding moves rho(F)^(2^48) by 2^48 units in the last place.
MOST_SQUARINGS = 48
# Squared norm of a power up to which squaring has lost few digits.
MOST_GROWTH = 1e3
# Up to this many states F F and F' F' are the same to the last bit, and solutions share squarings.
MOST_SHARED = 16
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


def _square(F: Array, out: Array) -> None:
    """Square the powers F (1, ...), or F and its transpose (2, ...), by one product."""
    np.matmul(F[0], F[0], out=out[0])
    if len(F) > 1:
        out[1] = transpose(out[0])


def _double(F: Array, X: Array) -> tuple[Flags, Array]:
    """Overwrite X (S, E, C, n, n) with the sums for F (S, 1, C, n, n): F, or F and its transpose.

    Returns which members are stable, and the largest squared norm of a power of each.
    """
    count = F.shape[-3]
    stable, peak = np.zeros(count, dtype=bool), np.zeros(count)
    members, largest = np.arange(count), np.zeros(count)
    whole = X
    square, half, term = np.empty_like(F), np.empty_like(X), np.empty_like(X)
    for _ in range(MOST_SQUARINGS):
        size = squared_norms(F[0, 0])
        np.maximum(largest, size, out=largest)
        # plain and left-transposed products are the fast ones of OpenBLAS on small matrices
        np.matmul(X, F, out=half)
        np.matmul(transpose(F), half, out=term)
        X += term
        unfinished = (size > LAST) & (size < np.inf)
        left = np.count_nonzero(unfinished)
        if 2 * left <= members.size:
            # put the finished members aside: a slow one does not keep the others working
            stable[members] = size <= LAST
            peak[members] = largest
            if X is not whole:
                whole[..., members, :, :] = X
            if not left:
                return stable, peak
            members, largest = members[unfinished], largest[unfinished]
            F, X = F[..., unfinished, :, :], X[..., unfinished, :, :]
            square, half, term = np.empty_like(F), np.empty_like(X), np.empty_like(X)
        elif left < members.size:
            # a finished member adds no more, whatever its neighbours still need
            F[..., size <= LAST, :, :] = 0.0
        _square(F, square)
        F, square = square, F
    stable[members], peak[members] = squared_norms(F[0, 0]) <= NEGLIGIBLE, largest
    whole[..., members, :, :] = X
    return stable, peak


def _double_one(F: Array, equations: Equations) -> tuple[list[Array], Flags, Array]:
    """`doubling` of one F (n, n): a product of two matrices starts sooner than a stack of one."""
    sums = [(W[:, 0].copy(), adjoint) for W, adjoint in equations]
    sizes: list[float] = []
    for _ in range(MOST_SQUARINGS):
        sizes.append(float(np.vdot(F, F)))
        for Y, adjoint in sums:
            for X in Y:
                X += F.T.dot(X.dot(F)) if adjoint else F.dot(X.dot(F.T))
        if not LAST < sizes[-1] < np.inf:
            break
        F = F.dot(F)
    stable = sizes[-1] <= LAST or float(np.vdot(F, F)) <= NEGLIGIBLE
    solutions = [(symmetric_part(Y) if stable else Y + np.nan)[:, None] for Y, _ in sums]
    return solutions, np.array([stable]), np.array([max(sizes) if sizes[-1] < np.inf else np.inf])


@np.errstate(over="ignore", invalid="ignore", under="ignore")
def doubling(F: Array, equations: Equations) -> tuple[list[Array], Flags, Array]:
    """Solve X = F X F' + W, or X = F' X F + W where the flag is set, for a flat stack F (N, n, n).

    Each W (E, N, n, n) is symmetric. Returns the solutions, nan where the member is not stable,
    the members (N,) with a certified rho(F) < 1, sharp to about 1e-13, and the largest squared
    norm of F, F^2, F^4, ...: where it is large, digits were lost, perhaps all of them.
    """
    members, n, _ = F.shape
    extra = [len(W) for W, _ in equations]
    if members == 1 and sum(extra) <= 2:
        return _double_one(F[0], equations)
    if len(equations) > 1 and (n > MOST_SHARED or len(set(extra)) > 1):
        results = [doubling(F, [equation]) for equation in equations]
        return [X for [X], _, _ in results], *results[-1][1:]
    solutions = [np.empty(W.shape) for W, _ in equations]
    stable, peak = np.zeros(members, dtype=bool), np.zeros(members)
    for part in chunks(members, 4 * n * n * max(sum(extra), 1)):
        powers = np.array([[F[part] if t else transpose(F[part])] for _, t in equations])
        sums = np.array([W[:, part] for W, _ in equations])
        stable[part], peak[part] = _double(powers, sums)
        for X, Y in zip(solutions, sums, strict=True):
            X[:, part] = symmetric_part(Y)
    if not stable.all():
        for X in solutions:
            X[:, ~stable] = np.nan
    return solutions, stable, peak


class Powers:
    """F, F^2, F^4, ... of a flat stack, computed once for many right-hand sides."""

    def __init__(self, F: Array) -> None:
        self.stable, self.peak = np.zeros(F.shape[0], dtype=bool), np.zeros(F.shape[0])
        unfinished = np.ones(F.shape[0], dtype=bool)
        forward = []
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            for _ in range(MOST_SQUARINGS + 1):
                size = squared_norms(F)
                np.maximum(self.peak, size, out=self.peak)
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
