r"""Second moments of the closed loop straight from the definition.

The closed loop is :math:`x_{t+1} = M_t x_t` with random
:math:`M_t = A_K + \sum_i \delta_{i,t} A_i - \sum_j \gamma_{j,t} B_j K`, and
:math:`\operatorname{vec} \mathbb E\,x_{t+1}x_{t+1}^\top = \mathbb E[M_t \otimes M_t]
\operatorname{vec} \mathbb E\,x_tx_t^\top`. These functions use Kronecker products, and `scipy_gain`
uses scipy; they share no code with `lqrlib.matrix_equations`, so they are an independent check of
it; for work, use `lqrlib.objective`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy  # loads scipy.linalg when it is first used
from numpy.typing import ArrayLike, NDArray

from lqrlib.matrices import symmetric_part, transpose
from lqrlib.objective import gain_array
from lqrlib.problem import LQR, stage_weight
from lqrlib.validation import Array


def relative(X: Array, W: Array) -> Array:
    """Eigenvalues (..., n) of X relative to a positive definite W: r with Xv = r Wv, rising.

    The last is the largest x'Xx / x'Wx, so X is below W exactly where that is at most 1.
    """
    root = np.linalg.cholesky(W)
    scaled = np.linalg.solve(root, transpose(np.linalg.solve(root, X)))
    return np.asarray(np.linalg.eigvalsh(symmetric_part(scaled)))


def kronecker_square(X: Array) -> Array:
    """Kronecker product of each matrix (..., k, l) with itself, (..., k^2, l^2)."""
    size = X.shape[-2] * X.shape[-2], X.shape[-1] * X.shape[-1]
    return np.einsum("...ij,...kl->...ikjl", X, X).reshape(X.shape[:-2] + size)


def second_moment_matrix(problem: LQR, K: ArrayLike) -> Array:
    """E[M (x) M], (..., n^2, n^2): F_K as a matrix that carries row-major vec E xx' one step on."""
    gain = gain_array(problem, K)
    (alpha, A_i), (beta, B_j) = problem.state_noise, problem.input_noise
    matrix = kronecker_square(problem.A - problem.B @ gain)
    matrix = matrix + np.einsum("...i,...ikl->...kl", alpha, kronecker_square(A_i))
    inputs = kronecker_square(B_j @ gain[..., None, :, :])
    return matrix + np.einsum("...j,...jkl->...kl", beta, inputs)


def _column(W: ArrayLike, like: Array) -> NDArray[Any]:
    """Row-major vec of W (..., n, n) as columns (..., n^2, 1), one for each matrix in `like`."""
    stack = np.broadcast_to(W, like.shape[:-2] + np.shape(W)[-2:])
    return stack.reshape(like.shape[:-1] + (1,))


def formal_solution(problem: LQR, K: ArrayLike, W: ArrayLike, *, adjoint: bool = False) -> Array:
    """The X (..., n, n) with X = F_K(X) + W, or with F_K* in its place, by one linear solve.

    Where K is mean-square stabilizing it is Sigma_K for W = Sigma0, and with the adjoint P_K for
    W = Q + K'RK. The solve does not ask whether K stabilizes; where it does not, the numbers are
    finite and without a meaning.
    """
    matrix = second_moment_matrix(problem, K)
    if adjoint:
        matrix = transpose(matrix)
    column = np.linalg.solve(np.eye(matrix.shape[-1]) - matrix, _column(W, matrix))
    return symmetric_part(column.reshape(matrix.shape[:-2] + np.shape(W)[-2:]))


def formal_cost(problem: LQR, K: ArrayLike) -> Array:
    """tr((Q + K'RK) Sigma), (...), with Sigma from one linear solve (`formal_solution`).

    The cost where K is mean-square stabilizing, with a relative error of a few times
    `lqrlib.objective.AtGain.condition`; elsewhere a finite number without a meaning: -1 for
    x+ = 2x with Q = 3.
    """
    matrix, weight = second_moment_matrix(problem, K), stage_weight(problem, gain_array(problem, K))
    start = _column(problem.Sigma0, matrix)
    Sigma = np.linalg.solve(np.eye(matrix.shape[-1]) - matrix, start)
    return np.sum(_column(weight, matrix) * Sigma, axis=(-2, -1))


def summed_cost(problem: LQR, K: ArrayLike, doublings: int) -> Array:
    """First 2^doublings terms of the cost, added up, (...).

    Finite for every gain; it tends to the cost where that is finite, and grows without bound
    elsewhere. Repeated squaring loses digits where the closed loop is ill-conditioned.
    """
    power, weight = second_moment_matrix(problem, K), stage_weight(problem, gain_array(problem, K))
    total, weights = _column(problem.Sigma0, power), _column(weight, power)
    for _ in range(doublings):
        total, power = total + power @ total, power @ power
    return np.sum(weights * total, axis=(-2, -1))


def scipy_gain(problem: LQR) -> Array:
    """Optimal gains (..., m, n) of problems without noise, from ``solve_discrete_are``."""
    gains = np.empty((*problem.batch_shape, problem.inputs, problem.states))
    arrays = [
        np.broadcast_to(X, (*problem.batch_shape, *X.shape[-2:]))
        for X in (problem.A, problem.B, problem.Q, problem.R)
    ]
    for place in np.ndindex(problem.batch_shape):
        A, B, Q, R = (X[place] for X in arrays)
        P = scipy.linalg.solve_discrete_are(A, B, Q, R)
        gains[place] = np.linalg.solve(R + B.T @ P @ B, B.T @ P @ A)
    return gains
