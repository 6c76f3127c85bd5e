"""Linear systems with few unknowns, of many members, by operations on all members at once.

LAPACK spends more on each call than on a 4 x 4 system. Here members stand last, (n, k, N), and one
numpy operation does a row of every member. Nothing is pivoted: positive definite systems need no
pivots, and for others the caller checks what comes out.
"""

from __future__ import annotations

import numpy as np

from lqrlib.validation import Array

MOST_UNKNOWNS, LEAST_MEMBERS = 6, 64


def worthwhile(unknowns: int, members: int) -> bool:
    """Whether elimination on all members at once beats LAPACK."""
    return unknowns <= MOST_UNKNOWNS and members >= LEAST_MEMBERS


def eliminate(rows: Array) -> Array:
    """Reduce rows (n, n + k, N) = [W, V] in place by Gauss-Jordan; return W^(-1) V (n, k, N)."""
    n = len(rows)
    for k in range(n):
        pivot_row = rows[k, k + 1 :]
        pivot_row /= rows[k, k]
        for i in range(n):
            if i != k:
                rows[i, k + 1 :] -= rows[i, k] * pivot_row
    return rows[:, n:]


def solve_definite(W: Array, V: Array) -> Array:
    """W^(-1) V for positive definite W (..., n, n) and V (..., n, k) with the same batch axes."""
    n, k = V.shape[-2:]
    batch = V.shape[:-2]
    members = int(np.prod(batch))
    if W.shape[:-2] != batch or not worthwhile(n, members):
        return np.asarray(np.linalg.solve(W, V))
    rows = np.empty((n, n + k, members))
    rows[:, :n] = np.moveaxis(W.reshape(members, n, n), 0, -1)
    rows[:, n:] = np.moveaxis(V.reshape(members, n, k), 0, -1)
    return np.ascontiguousarray(np.moveaxis(eliminate(rows), -1, 0)).reshape(V.shape)
