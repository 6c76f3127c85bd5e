"""Lyapunov and generalised Lyapunov equations on their own, for plain arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lqrlib.matrices import symmetric_part, transpose
from lqrlib.matrix_equations.closed_loops import ClosedLoop
from lqrlib.matrix_equations.noise import Directions
from lqrlib.validation import ROUNDING, Array, matrix, noise_terms, require_broadcast, square_matrix


@np.errstate(under="ignore")
def _right_hand_side(value: ArrayLike, n: int, batch: tuple[int, ...]) -> Array:
    W = matrix("W", value, n, n)
    tilt, size = np.abs(W / 2 - transpose(W) / 2), np.abs(W)
    if (tilt.max(axis=(-2, -1)) > ROUNDING / 2 * size.max(axis=(-2, -1))).any():
        raise ValueError("W: expected a symmetric matrix, got an asymmetric one")
    require_broadcast("W", W.shape[:-2], batch, "the others',")
    return symmetric_part(W)


def solve_lyapunov(
    F: ArrayLike, W: ArrayLike, adjoint: bool = False, method: str | None = None
) -> Array:
    """Solve X = F X F' + W, or X = F' X F + W with `adjoint`, for a stack; nan where rho(F) >= 1.

    Parameters
    ----------
    F : array (..., n, n)
    W : array (..., n, n)
        Symmetric; batch axes broadcast against F's, extra axes go in front.
    method : {"doubling", "direct", "krylov"}, optional
        Doubling by default: as fast as a direct solve at n = 4, faster above, and the most
        accurate near instability.

    Examples
    --------
    >>> X = solve_lyapunov([[0.5, 1.0], [0.0, 0.5]], [[1.0, 0.0], [0.0, 1.0]])
    >>> X.round(4).tolist()
    [[4.2963, 0.8889], [0.8889, 1.3333]]
    """
    F = square_matrix("F", F)
    W = _right_hand_side(W, F.shape[-1], F.shape[:-2])
    loop = ClosedLoop(F, None, method)
    return loop.solve_adjoint(W) if adjoint else loop.solve(W)


def solve_generalized_lyapunov(
    F: ArrayLike,
    variances: ArrayLike,
    directions: ArrayLike,
    W: ArrayLike,
    adjoint: bool = False,
    method: str | None = None,
) -> Array:
    """Solve X = F X F' + sum_i variances_i D_i X D_i' + W for a stack (S2 equation 3).

    With `adjoint`, X = F' X F + sum_i variances_i D_i' X D_i + W (S2 equation 2). nan where the
    spectral radius of the equation's operator is not below one.

    Parameters
    ----------
    F : array (..., n, n)
    variances : array (..., p)
        Not negative.
    directions : array (..., p, n, n)
    W : array (..., n, n)
        Symmetric; batch axes broadcast against the others', extra axes go in front.
    method : {"direct", "low_rank", "krylov"}, optional
        By default direct up to 20 states; above, elimination where the directions have low rank
        and BiCGStab otherwise.
    """
    F = square_matrix("F", F)
    n = F.shape[-1]
    scales, S = noise_terms("noise", (variances, directions), n, n)
    require_broadcast("variances", scales.shape[:-1], S.shape[:-3], "the directions'")
    scaled = np.sqrt(scales)[..., None, None] * S
    require_broadcast("directions", scaled.shape[:-3], F.shape[:-2], "those of F,")
    batch = np.broadcast_shapes(F.shape[:-2], scaled.shape[:-3])
    W = _right_hand_side(W, n, batch)
    count = int(np.prod(batch))
    scaled = np.broadcast_to(scaled, batch + S.shape[-3:]).reshape((count,) + S.shape[-3:])
    loop = ClosedLoop(np.broadcast_to(F, batch + (n, n)), Directions(scaled), method)
    return loop.solve_adjoint(W) if adjoint else loop.solve(W)
