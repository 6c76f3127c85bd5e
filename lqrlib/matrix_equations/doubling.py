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
    """Square the powers F (C, n, n), or F and its transpose (2, C, n, n), by one product."""
    if F.ndim == 3:
        np.matmul(F, F, out=out)
    else:
        np.matmul(F[0], F[0], out=out[0])
        out[1] = transpose(out[0])


def _double(F: Array, X: Array) -> tuple[Flags, Array]:
    """Overwrite X (E, C, n, n) with the sums for F (C, n, n).

    Or X (E, 2, C, n, n) with those for F and its transpose (2, C, n, n). Returns which members are
    stable, and the largest squared norm of a power of each.
    """
    count = F.shape[-3]
    stable, peak = np.zeros(count, dtype=bool), np.zeros(count)
    members, largest = np.arange(count), np.zeros(count)
    whole, one = X, F if F.ndim == 3 else F[0]
    square, half, term = np.empty_like(F), np.empty_like(X), np.empty_like(X)
    for _ in range(MOST_SQUARINGS):
        size = squared_norms(one)
        np.maximum(largest, size, out=largest)
        small = size <= NEGLIGIBLE
        unfinished = ~small & np.isfinite(size)
        left = np.count_nonzero(unfinished)
        if 2 * left <= members.size:
            # put the finished members aside: a slow one does not keep the others working
            stable[members[small]] = True
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
            F[..., small, :, :] = 0.0
        # plain and left-transposed products are the fast ones of OpenBLAS on small matrices
        np.matmul(X, F, out=half)
        np.matmul(transpose(F), half, out=term)
        X += term
        _square(F, square)
        F, square = square, F
        one = F if F.ndim == 3 else F[0]
    size = squared_norms(one)
    stable[members], peak[members] = size <= NEGLIGIBLE, np.maximum(largest, size)
    whole[..., members, :, :] = X
    return stable, peak


def _double_one(F: Array, equations: Equations) -> tuple[list[Array], Flags, Array]:
    """`doubling` of one F (n, n): a product of two matrices starts sooner than a stack of one."""
    sums = [(W[:, 0].copy(), adjoint) for W, adjoint in equations]
    sizes = [float(np.vdot(F, F))]
    while NEGLIGIBLE < sizes[-1] < np.inf and len(sizes) <= MOST_SQUARINGS:
        for Y, adjoint in sums:
            for X in Y:
                X += F.T.dot(X.dot(F)) if adjoint else F.dot(X.dot(F.T))
        F = F.dot(F)
        sizes.append(float(np.vdot(F, F)))
    stable = sizes[-1] <= NEGLIGIBLE
    solutions = [(symmetric_part(Y) if stable else Y + np.nan)[:, None] for Y, _ in sums]
    return solutions, np.array([stable]), np.array([max(sizes) if sizes[-1] < np.inf else np.inf])


@np.errstate(over="ignore", invalid="ignore", under="ignore")
def doubling(F: Array, equations: Equations) -> tuple[list[Array], Flags, Array]:
    """Solve X = F X F' + W, or X = F' X F + W where the flag is set, for a flat stack F (N, n, n).

    Each W (E, N, n, n) is symmetric. Returns the solutions, nan where the member is not stable,
    the members (N,) with a certified rho(F) < 1, sharp to about 1e-13, and the largest squared
    norm of F, F^2, F^4, ...: where it is large, digits were lost, perhaps all of them.
    """
    (W, adjoint), *others = equations
    members, n, _ = F.shape
    if members == 1 and sum(len(V) for V, _ in equations) <= 2:
        return _double_one(F[0], equations)
    if others and (n > MOST_SHARED or any(V.shape != W.shape for V, _ in others)):
        results = [doubling(F, [equation]) for equation in equations]
        return [X for [X], _, _ in results], *results[-1][1:]
    sides = (len(equations),) if others else ()
    X = np.empty((len(W), *sides, *W.shape[1:]))
    stable, peak = np.zeros(members, dtype=bool), np.zeros(members)
    for part in chunks(members, 8 * n * n * max(len(W), 1)):
        power = F[part] if adjoint else transpose(F[part])
        if others:
            Y = np.stack([V[:, part] for V, _ in equations], axis=1)
            powers = np.stack([power, transpose(power)])
        else:
            Y, powers = np.array(W[:, part], order="C"), np.array(power, order="C")
        stable[part], peak[part] = _double(powers, Y)
        X[..., part, :, :] = symmetric_part(Y)
    if not stable.all():
        X[..., ~stable, :, :] = np.nan
    return [X] if not others else list(np.moveaxis(X, 1, 0)), stable, peak


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
