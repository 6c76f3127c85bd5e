"""Generalised Lyapunov equations with noise directions of low rank, by exact elimination.

With S_i = U_i V_i' the equation X = A X A' + sum_i S_i X S_i' + W reads X = L(W) +
sum_i L(U_i Y_i U_i'), where L(W) solves X = A X A' + W and Y_i = V_i' X V_i is r_i x r_i. So one
stacked Lyapunov solve with 1 + sum r(r+1)/2 right sides and a small dense system suffice
(Damm, Direct methods and ADI-preconditioned Krylov subspace methods for generalized Lyapunov
equations, 2008).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lqrlib.matrices import transpose
from lqrlib.matrix_equations.direct import solve_stack
from lqrlib.matrix_equations.doubling import Powers
from lqrlib.matrix_equations.symmetric import coordinates, from_coordinates
from lqrlib.validation import Array


class Factors(NamedTuple):
    """S = left right', left and right (..., n, r)."""

    left: Array
    right: Array


def low_rank_factors(S: Array, most: int) -> Factors | None:
    """Factor a stack S (..., n, n) exactly with at most `most` columns, or return None.

    Cross approximation with full pivoting: what is left after r steps is zero, to rounding, if
    no member has a rank above r.
    """
    n = S.shape[-1]
    rest = np.array(S.reshape(-1, n * n))
    scale = np.abs(rest).max(axis=-1, initial=0.0)
    member = np.arange(len(rest))
    left: list[Array] = []
    right: list[Array] = []
    while (np.abs(rest).max(axis=-1, initial=0.0) > 4 * n * np.finfo(float).eps * scale).any():
        if len(left) == most:
            return None
        pivot = np.abs(rest).argmax(axis=-1)
        value = rest[member, pivot]
        row, column = np.divmod(pivot, n)
        square = rest.reshape(-1, n, n)
        r = square[member, row]
        c = square[member, :, column] / np.where(value == 0, 1.0, value)[:, None]
        rest = rest - (c[:, :, None] * r[:, None, :]).reshape(rest.shape)
        left.append(c)
        right.append(r)
    shape = S.shape[:-1] + (len(left),)
    if not left:
        return Factors(np.zeros(shape), np.zeros(shape))
    return Factors(np.stack(left, -1).reshape(shape), np.stack(right, -1).reshape(shape))


def eliminate(powers: Powers, factors: Factors, W: Array, adjoint: bool) -> Array:
    """Solve X = F(X) + W, or with the adjoint of F, for a flat stack whose A is stable.

    `powers` of A (N, n, n), `factors` (N, p, n, r), W (E, N, n, n); X like W. The solution of an
    unstable problem is finite nonsense: certify it.
    """
    left, right = (factors.right, factors.left) if adjoint else factors
    members, terms, n, rank = left.shape
    unknowns = rank * (rank + 1) // 2
    basis = from_coordinates(np.eye(unknowns), rank)
    # (terms * unknowns, N, n, n): what a unit of each unknown adds to the right-hand side
    units = np.einsum("ptna,uab,ptmb->tupnm", left, basis, left, optimize=True)
    size = terms * unknowns
    responses = powers.solve(np.concatenate([W, units.reshape(size, members, n, n)]), adjoint)

    def reduced(X: Array) -> Array:
        """Coordinates (E, N, size) of all V_i' X V_i."""
        inner = transpose(right) @ X[:, :, None] @ right
        return coordinates(inner).reshape(X.shape[0], members, size)

    free, response = responses[: len(W)], responses[len(W) :]
    system = np.eye(size) - np.moveaxis(reduced(response), 0, -1)
    y = solve_stack(system, np.moveaxis(reduced(free), 0, -1))
    return free + np.einsum("pse,spnm->epnm", y, response, optimize=True)
