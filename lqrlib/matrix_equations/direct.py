"""Generalised Lyapunov equations X = F(X) + W of a stack, by one linear solve per member.

The unknowns are the n(n+1)/2 coordinates of a symmetric matrix. The cost does not depend on the
distance to the boundary of stability.
"""

from __future__ import annotations

import numpy as np

from lqrlib.matrix_equations.symmetric import (
    Array,
    Flags,
    coordinates,
    from_coordinates,
    positive_definite,
    transpose,
)


def solve_stack(matrices: Array, right: Array) -> Array:
    """numpy's stacked solve, with nan for the members whose matrix is exactly singular."""
    try:
        return np.asarray(np.linalg.solve(matrices, right))
    except np.linalg.LinAlgError:
        # one singular member raises for the whole stack
        singular = np.linalg.slogdet(matrices)[0] == 0
        matrices = np.where(singular[:, None, None], np.eye(matrices.shape[-1]), matrices)
        return np.where(singular[:, None, None], np.nan, np.linalg.solve(matrices, right))


def _is_trusted(matrices: Array, x: Array) -> Flags:
    """Whether X > 0 proves stability: the residual of the solve is surely smaller than W = I.

    Then X - F(X) > 0 with X > 0, which is Lyapunov's condition. Near a rank-one closed loop of
    norm 1e8 the identity is lost against F, and a definite X means nothing.
    """
    unit = 10 * np.finfo(float).eps
    size = np.linalg.norm(matrices, axis=(-2, -1)) * np.linalg.norm(x, axis=-1)
    trusted = np.asarray(unit * size < 1)
    if not trusted.all():  # the cheap bound on the residual is too coarse; a finer one
        size = np.linalg.norm(np.abs(matrices) @ np.abs(x)[..., None], axis=(-2, -1))
        trusted = np.asarray(unit * size < 1)
    return trusted


def direct(operator: Array, W: Array, adjoint: bool) -> tuple[Array, Flags]:
    """Solve X = F(X) + W, or with the adjoint of F, for a flat stack.

    Parameters
    ----------
    operator : array (N, h, h)
        Matrix of F on symmetric matrices, in the coordinates of `symmetric`.
    W : array (E, N, n, n), symmetric

    Returns
    -------
    X : array (E, N, n, n)
        nan where the member is not stable.
    stable : bool array (N,)
        Certified: a linear solve of an unstable problem returns finite nonsense, but the solution
        for W = I is positive definite if and only if the system is mean-square stable. Where
        rounding could have made up that solution, the eigenvalues of F decide as well.
    """
    n = W.shape[-1]
    matrices = -(transpose(operator) if adjoint else operator)
    diagonal = np.arange(matrices.shape[-1])
    matrices[:, diagonal, diagonal] += 1.0
    right = np.empty(matrices.shape[:2] + (W.shape[0] + 1,))
    right[..., 0] = coordinates(np.eye(n))
    right[..., 1:] = np.moveaxis(coordinates(W), 0, -1)
    with np.errstate(over="ignore", invalid="ignore"):
        x = solve_stack(matrices, right)
    X = from_coordinates(np.moveaxis(x, -1, 0), n)
    stable = positive_definite(X[0])
    doubtful = np.flatnonzero(stable & ~_is_trusted(matrices, x[..., 0]))
    if doubtful.size:
        stable[doubtful] = np.abs(np.linalg.eigvals(operator[doubtful])).max(axis=-1) < 1
    X = X[1:]
    if not stable.all():
        X[:, ~stable] = np.nan
    return X, stable
