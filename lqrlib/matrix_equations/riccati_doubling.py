"""Riccati equations without noise, for a stack, by structured doubling (SDA).

With G = B R^(-1) B', the step A <- A W A, G <- G + A W G A', H <- H + A' H W A, W = (I + G H)^(-1),
squares the closed loop: H rises to the stabilizing P and what is missing is at most ||A||^2 of P
(Chu, Fan, Lin, Wang, Int. J. Control 77(8), 2004).
"""

from __future__ import annotations

import numpy as np

from lqrlib.matrix_equations.doubling import chunks, squared_norms
from lqrlib.matrix_equations.symmetric import Array, Flags, symmetric_part, transpose

MOST_STEPS = 40
# Elimination by whole rows of the stack beats LAPACK for few states and many members.
MOST_ROWWISE_STATES, LEAST_ROWWISE_MEMBERS = 6, 64
# Relative error left to the Newton step that follows, which squares it.
ENOUGH = 1e-9
CHUNK_BYTES = 60_000


def _rowwise_solve(W: Array, V: Array) -> Array:
    """W^(-1) V of a stack by Gauss-Jordan elimination, each operation on all members at once.

    There is no pivoting, so the caller has to check what comes out of it. W = I + G H with
    semidefinite G and H has no small eigenvalues, and pivoting is rarely missed.
    """
    n = W.shape[-1]
    rows = np.empty((n, n + V.shape[-1], len(W)))
    rows[:, :n] = np.moveaxis(W, 0, -1)
    rows[:, n:] = np.moveaxis(V, 0, -1)
    for k in range(n):
        pivot_row = rows[k, k + 1 :]
        pivot_row /= rows[k, k]
        for i in range(n):
            if i != k:
                rows[i, k + 1 :] -= rows[i, k] * pivot_row
    return np.ascontiguousarray(np.moveaxis(rows[:, n:], -1, 0))


def _double(A: Array, G: Array, H: Array) -> Flags:
    """Overwrite H (C, n, n) with the solutions; return which members converged."""
    n = A.shape[-1]
    done = np.zeros(len(A), dtype=bool)
    members = np.arange(len(A))
    whole = H
    rowwise = n <= MOST_ROWWISE_STATES and len(A) >= LEAST_ROWWISE_MEMBERS
    solve = _rowwise_solve if rowwise else np.linalg.solve
    for _ in range(MOST_STEPS):
        V = solve(np.eye(n) + G @ H, np.concatenate([A, G], axis=-1))
        H = H + transpose(A) @ (H @ V[..., :n])
        AV = A @ V
        size = squared_norms(np.ascontiguousarray(AV[..., :n]))
        small = size <= ENOUGH
        unfinished = ~small & np.isfinite(size)
        left = np.count_nonzero(unfinished)
        if 2 * left <= len(members):
            done[members[small]] = True
            whole[members] = H
            if not left:
                return done
            members, H, AV = members[unfinished], H[unfinished], AV[unfinished]
            A, G = A[unfinished], G[unfinished]
        elif left < len(members):
            # a finished member adds no more, whatever its neighbours still need
            AV[small] = 0.0
        G = G + A @ transpose(AV[..., n:]).copy()
        A = AV[..., :n]
    whole[members] = H
    done[members] = squared_norms(np.ascontiguousarray(A)) <= ENOUGH
    return done


def structured_doubling(A: Array, B: Array, Q: Array, R: Array) -> tuple[Array, Flags]:
    """Solve P = Q + A'PA - A'PB (R + B'PB)^(-1) B'PA for a flat stack, to about 1e-9.

    Returns P and whether the powers of the closed loop went to zero. They do not where the pair
    cannot be stabilized, or where Q does not see an unstable mode. P is a start for Newton's step,
    to be believed when that step hardly changes it.
    """
    P = np.empty(A.shape)
    done = np.zeros(len(A), dtype=bool)
    with np.errstate(all="ignore"):
        for part in chunks(len(A), A.itemsize * A.shape[-1] ** 2, CHUNK_BYTES):
            G = B[part] @ np.linalg.solve(R[part], transpose(B[part]))
            H = np.array(Q[part])
            done[part] = _double(A[part], symmetric_part(G), H)
            P[part] = symmetric_part(H)
    return P, done & np.isfinite(P).all(axis=(-2, -1))
