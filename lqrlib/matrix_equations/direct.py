"""Generalised Lyapunov equations X = F(X) + W of a stack, by one linear solve per member.

The unknowns are the n(n+1)/2 coordinates of a symmetric matrix. The cost does not depend on the
distance to the boundary of stability.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy  # loads scipy.linalg when it is first used
from numpy.typing import NDArray

from lqrlib.matrices import Flags, transpose
from lqrlib.matrix_equations.doubling import MOST_GROWTH
from lqrlib.matrix_equations.symmetric import coordinates, from_coordinates, positive_definite
from lqrlib.validation import Array

# Up to this many states the direct solve is the fastest with noise.
MOST_DIRECT_STATES = 20
# Unknowns from which one factorisation for all right-hand sides beats numpy's stacked solves.
LEAST_FACTORED = 28


def solve_stack(matrices: Array, right: Array) -> Array:
    """numpy's stacked solve, with nan for the members whose matrix is exactly singular."""
    try:
        return np.asarray(np.linalg.solve(matrices, right))
    except np.linalg.LinAlgError:
        # one singular member raises for the whole stack
        singular = np.linalg.slogdet(matrices)[0] == 0
        matrices = np.where(singular[:, None, None], np.eye(matrices.shape[-1]), matrices)
        return np.where(singular[:, None, None], np.nan, np.linalg.solve(matrices, right))


def _solutions(operator: Array, rights: Sequence[tuple[Array, bool]]) -> list[Array]:
    """x with x = M x + right, or x = M' x + right where the flag is set, for each right side."""
    matrices = np.negative(operator)
    diagonal = np.arange(matrices.shape[-1])
    matrices[:, diagonal, diagonal] += 1.0
    if matrices.shape[-1] < LEAST_FACTORED:
        return [solve_stack(transpose(matrices) if t else matrices, right) for right, t in rights]
    lapack = scipy.linalg.lapack
    solutions = [np.empty(right.shape) for right, _ in rights]
    for member, matrix in enumerate(matrices):
        # LAPACK stores by columns: what it factors, in place, is the transpose
        factors, pivots, singular = lapack.dgetrf(matrix.T, overwrite_a=True)
        for x, (right, transposed) in zip(solutions, rights, strict=True):
            solved, _ = lapack.dgetrs(factors, pivots, right[member], trans=int(not transposed))
            x[member] = np.nan if singular else solved
    return solutions


def _is_trusted(operator: Array, x: Array) -> Flags:
    """Whether the residual of the solve for X, with W = I, is surely smaller than I.

    Then X > 0 if and only if F is stable: X - F(X) > 0 is Lyapunov's condition, and a stable F
    has X = T(I + residual) > 0. Near a rank-one closed loop of norm 1e8 the identity is lost
    against F, and X means nothing.
    """
    size = np.linalg.norm(operator, axis=(-2, -1)) + np.sqrt(operator.shape[-1])
    return np.asarray(10 * np.finfo(float).eps * size * np.linalg.norm(x, axis=-1) < 1)


def _refine(
    operator: Array,
    rights: Sequence[tuple[Array, bool]],
    solutions: Sequence[Array],
    members: NDArray[np.intp],
) -> None:
    """Correct solutions by their residual: the error is then as small as the entries allow (Skeel).

    Elimination alone may spread the rounding of a large entry over its row and column.
    """
    M, rests = operator[members], []
    for x, (right, adjoint) in zip(solutions, rights, strict=True):
        image = (transpose(M) if adjoint else M) @ x[members]
        rests.append((right[members] - x[members] + image, adjoint))
    for x, step in zip(solutions, _solutions(M, rests), strict=True):
        x[members] += step


def _right_sides(W: Array) -> Array:
    """Coordinates (N, h, 1 + E) of the identity and of W (E, N, n, n)."""
    extra, members, n, _ = W.shape
    right = np.empty((members, n * (n + 1) // 2, extra + 1))
    right[..., 0] = coordinates(np.eye(n))
    right[..., 1:] = np.moveaxis(coordinates(W), 0, -1)
    return right


def direct(
    operator: Array, equations: Sequence[tuple[Array, bool]]
) -> tuple[list[Array], Flags, Flags, Array]:
    """Solve X = F(X) + W for symmetric W (E, N, n, n), or with the adjoint where the flag is set.

    `operator` (N, h, h) is the matrix of F in the coordinates of `symmetric`. Returns a solution
    for each equation, the stable members (N,), those of which that is certain, and the norm of
    T(I). A linear solve of an unstable problem returns finite nonsense, but the solution for W = I
    is positive definite if and only if the system is mean-square stable.
    """
    n = equations[-1][0].shape[-1]
    with np.errstate(over="ignore", invalid="ignore"):
        rights = [(_right_sides(W), adjoint) for W, adjoint in equations]
        found = _solutions(operator, rights)
        unit = found[-1][..., 0]
        grown = np.flatnonzero(np.linalg.norm(unit, axis=-1) > MOST_GROWTH)
        if grown.size:
            _refine(operator, rights, found, grown)
        solutions = [from_coordinates(np.moveaxis(x, -1, 0), n) for x in found]
        stable, trusted = positive_definite(solutions[-1][0]), _is_trusted(operator, unit)
        growth = np.linalg.norm(unit, axis=-1)
    return [X[1:] for X in solutions], stable, trusted, growth
