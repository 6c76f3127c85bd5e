"""Generalised Lyapunov equations with many states: elimination or iteration, then a certificate."""

from __future__ import annotations

import numpy as np

from lqrlib.matrices import Flags, frobenius_norm, symmetric_part, transpose
from lqrlib.matrix_equations.direct import direct
from lqrlib.matrix_equations.doubling import MOST_GROWTH, Powers, squared_norms
from lqrlib.matrix_equations.large.krylov import bicgstab
from lqrlib.matrix_equations.large.low_rank import eliminate, low_rank_factors
from lqrlib.matrix_equations.symmetric import congruence, positive_definite
from lqrlib.validation import Array

# Right-hand sides of the elimination up to which it beats the iteration.
MOST_UNKNOWNS = 60


def solve_large(
    A: Array, S: Array, W: Array, adjoint: bool, method: str | None = None
) -> tuple[Array, Flags, Flags, Array]:
    """Solve X = F(X) + W with F(X) = A X A' + sum_i S_i X S_i', or with its adjoint, flat stacks.

    A (N, n, n), S (N, terms, n, n), symmetric W (E, N, n, n). Method "low_rank" eliminates,
    "krylov" iterates, None eliminates when the S_i have low rank. Returns X like W, nan where the
    member is not stable, the stable members (N,), certified: X > 0 and X - F(X) > 0 for the
    computed solution X with W = I; those where rounding cannot have made that up, and the norm of
    that X, or of the powers of A where it is larger.
    """
    members, terms, n, _ = S.shape
    powers = Powers(A)
    # mean-square stability needs rho(A) < 1; the rest is solved as zero and marked afterwards
    A = np.where(powers.stable[:, None, None], A, 0.0)
    S = np.where(powers.stable[:, None, None, None], S, 0.0)
    right = np.concatenate([np.broadcast_to(np.eye(n), (1, members, n, n)), W])

    factors = None
    if method != "krylov":
        ranks = np.arange(2, n + 1)
        most = 1 + int(np.count_nonzero(terms * ranks * (ranks + 1) // 2 <= MOST_UNKNOWNS))
        factors = low_rank_factors(S, n if method == "low_rank" else most)

    T = transpose(S) if adjoint else S
    wide = np.moveaxis(T, 1, 2).reshape(members, n, terms * n)

    def noise(X: Array) -> Array:
        tall = X[:, :, None] @ transpose(T)
        return wide @ tall.reshape(X.shape[:2] + (terms * n, n))

    def operator(X: Array) -> Array:
        return X - powers.solve(noise(X), adjoint)

    if factors is not None:
        X = eliminate(powers, factors, right, adjoint)
        ended = np.ones(X.shape[:2], dtype=bool)
    else:
        X, ended = bicgstab(operator, powers.solve(right, adjoint))
    X = symmetric_part(X)

    Y = X[0]
    F = transpose(A) @ Y @ A if adjoint else A @ Y @ transpose(A)
    rest = symmetric_part(Y - F - noise(Y[None])[0])
    stable = positive_definite(Y) & positive_definite(rest)
    unstable = ended[0] & ~stable
    size = squared_norms(A) + (S**2).sum(axis=(1, 2, 3))
    growth = np.maximum(frobenius_norm(Y), powers.peak)
    trusted = 10 * np.finfo(float).eps * (1 + size) * frobenius_norm(Y) < 1
    # that powers grow without end proves nothing where they may have lost every digit
    trusted &= powers.stable | (powers.peak <= MOST_GROWTH)
    for i in np.flatnonzero(powers.stable & ~unstable & ~ended.all(axis=0)):
        # the iteration came to nothing: no solution, or stability neither shown nor refuted
        matrix = congruence(A[i : i + 1]) + congruence(S[i]).sum(axis=0)
        one = slice(i, i + 1)
        solved = direct(matrix, [(right[:, one], adjoint)])
        [X[:, one]], stable[one], trusted[one], growth[one] = solved
    stable &= powers.stable
    X = X[1:]
    if not stable.all():
        X[:, ~stable] = np.nan
    return X, stable, trusted, growth
