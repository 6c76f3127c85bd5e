"""Riccati equations without noise, for a stack, by structured doubling (SDA).

With G = B R^(-1) B', the step A <- A W A, G <- G + A W G A', H <- H + A' H W A, W = (I + G H)^(-1),
squares the closed loop: H rises to the stabilizing P and what is missing is at most ||A||^2 of P
(Chu, Fan, Lin, Wang, Int. J. Control 77(8), 2004).
"""

from __future__ import annotations

import numpy as np

from lqrlib.matrices import Flags, symmetric_part, transpose
from lqrlib.matrix_equations.direct import solve_stack
from lqrlib.matrix_equations.doubling import chunks, squared_norms
from lqrlib.matrix_equations.elimination import eliminate, solve_definite, solve_one, worthwhile
from lqrlib.validation import Array

MOST_STEPS = 40
# Relative error left to the Newton step that follows, which squares it.
ENOUGH = 1e-9
CHUNK_BYTES = 70_000


def _double(A: Array, G: Array, H: Array) -> Flags:
    """Overwrite H (C, n, n) with the solutions; return which members converged."""
    n = A.shape[-1]
    done = np.zeros(len(A), dtype=bool)
    members = np.arange(len(A))
    whole = H
    for _ in range(MOST_STEPS):
        V = solve_stack(np.eye(n) + G @ H, np.concatenate([A, G], axis=-1))
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
    return done


def _double_small(A: Array, G: Array, H: Array) -> Flags:
    """`_double` for few states, with the members last: arrays (n, n, C).

    The elimination does not pivot. I + G H with semidefinite G and H has no small eigenvalues, so
    that seldom matters, and the Newton step that follows tells.
    """
    n = len(A)
    identity = np.eye(n)[:, :, None]
    done = np.zeros(A.shape[-1], dtype=bool)
    members = np.arange(A.shape[-1])
    whole = H
    for _ in range(MOST_STEPS):
        rows = np.empty((n, 3 * n, members.size))
        np.einsum("ikN,jkN->ijN", G, H, out=rows[:, :n])
        rows[:, :n] += identity
        rows[:, n : 2 * n] = A
        rows[:, 2 * n :] = G
        V = eliminate(rows)
        H = H + np.einsum("kiN,kjN->ijN", A, np.einsum("ikN,kjN->ijN", H, V[:, :n]))
        AV = np.einsum("ikN,kjN->ijN", A, V[:, :n])
        size = np.einsum("ijN,ijN->N", AV, AV)
        small = size <= ENOUGH
        unfinished = ~small & np.isfinite(size)
        left = np.count_nonzero(unfinished)
        AW = np.einsum("ikN,jkN->ijN", A, V[:, n:])
        if 2 * left <= members.size:
            done[members[small]] = True
            whole[..., members] = H
            if not left:
                return done
            members = members[unfinished]
            A, G, H, AV, AW = (X[..., unfinished] for X in (A, G, H, AV, AW))
        elif left < members.size:
            AV[..., small] = 0.0
            AW[..., small] = 0.0
        G = G + np.einsum("ikN,jkN->ijN", AW, A)
        A = AV
    whole[..., members] = H
    return done


def double_one(A: Array, B: Array, H: Array, R: Array) -> Array | None:
    """`structured_doubling` for one member (n, n) and Q = H; None where it does not converge."""
    identity, G = np.eye(len(A)), symmetric_part(B.dot(solve_one(R, B.T)))
    for _ in range(MOST_STEPS):
        W = identity + G.dot(H)
        WA, WG = solve_one(W, A), solve_one(W, G)
        H, G, A = H + A.T.dot(H.dot(WA)), G + A.dot(WG).dot(A.T), A.dot(WA)
        size = np.vdot(A, A)
        if not ENOUGH < size < np.inf:
            break
    return symmetric_part(H) if size <= ENOUGH else None


def structured_doubling(A: Array, B: Array, Q: Array, R: Array) -> tuple[Array, Flags]:
    """Solve P = Q + A'PA - A'PB (R + B'PB)^(-1) B'PA for a flat stack, to about 1e-9.

    Returns P and whether the powers of the closed loop went to zero. They do not where the pair
    cannot be stabilized, or where Q does not see an unstable mode. P is a start for Newton's step,
    to be believed when that step hardly changes it.
    """
    P = np.empty(A.shape)
    done = np.zeros(len(A), dtype=bool)
    n = A.shape[-1]
    with np.errstate(all="ignore"):
        for part in chunks(len(A), 8 * n * n, CHUNK_BYTES):
            G = symmetric_part(B[part] @ solve_definite(R[part], transpose(B[part])))
            if worthwhile(n, len(G)):
                last = [np.array(np.moveaxis(X, 0, -1), order="C") for X in (A[part], G, Q[part])]
                done[part] = _double_small(*last)
                P[part] = np.moveaxis(last[2], -1, 0)
            else:
                H = np.array(Q[part])
                done[part] = _double(A[part], G, H)
                P[part] = H
            P[part] = symmetric_part(P[part])
    return P, done & np.isfinite(P).all(axis=(-2, -1))
