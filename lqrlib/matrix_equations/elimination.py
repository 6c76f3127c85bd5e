"""Linear systems with few unknowns, of many members, by operations on all members at once.

LAPACK spends more on each call than on a 4 x 4 system. Here members stand last, (n, k, N), and one
numpy operation does a row of every member. Nothing is pivoted: positive definite systems need no
pivots, and for others the caller checks what comes out.
"""

from __future__ import annotations

import numpy as np

from lqrlib.matrix_equations.direct import solve_stack
from lqrlib.validation import Array

MOST_UNKNOWNS, LEAST_MEMBERS = 6, 64
# The kernel of numpy.linalg.solve, whose checks take three times as long as a 4 x 4 system; nan and
# an invalid operation where the matrix is exactly singular.
solve_one = np.linalg._umath_linalg.solve


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


@np.errstate(invalid="ignore")
def solve_definite(W: Array, V: Array) -> Array:
    """W^(-1) V for positive definite W (..., n, n) and V (..., n, k), whose batch axes W fits.

    Not finite for a member whose W has lost its definiteness to rounding.
    """
    n, k = V.shape[-2:]
    batch = V.shape[:-2]
    if not batch:
        return solve_one(W, V)
    members = int(np.prod(batch))
    if W.shape[:-2] != batch or not worthwhile(n, members):
        W = np.broadcast_to(W, batch + W.shape[-2:]).reshape(-1, n, n)
        return solve_stack(W, V.reshape(-1, n, k)).reshape(V.shape)
    rows = np.empty((n, n + k, members))
    rows[:, :n] = np.moveaxis(W.reshape(members, n, n), 0, -1)
    rows[:, n:] = np.moveaxis(V.reshape(members, n, k), 0, -1)
    return np.ascontiguousarray(np.moveaxis(eliminate(rows), -1, 0)).reshape(V.shape)
