r"""The LQR cost as a function of the gain: value, gradient, Hessian, optimum.

For a gain K write :math:`A_K = A - BK` and

.. math:: F_K(X) = A_K X A_K^\top + \sum_i \alpha_i A_i X A_i^\top
                  + \sum_j \beta_j (B_j K) X (B_j K)^\top .

K is *mean-square stabilizing* when :math:`\rho(F_K) < 1`. Then
:math:`P_K = Q + K^\top R K + F_K^*(P_K)`, :math:`\Sigma_K = \Sigma_0 + F_K(\Sigma_K)` and

.. math:: C(K) = \operatorname{tr} P_K \Sigma_0, \qquad \nabla C(K) = 2 E_K \Sigma_K, \qquad
          E_K = R_K K - B^\top P_K A, \qquad
          R_K = R + B^\top P_K B + \sum_j \beta_j B_j^\top P_K B_j

(S2 equations 2 and 3, Lemma 3.1; S1 section 2.1 without noise). Every function takes stacks:
the batch axes of the problem and of K broadcast. A gain that does not stabilize has cost ``inf``
and gradient ``nan`` and leaves the other members of its stack alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import NotStabilizingError
from .matrix_equations import ClosedLoop, closed_loop, solve_riccati
from .problem import LQR
from .validation import Array, matrix

Bools: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Everything the closed forms give at one gain, or a stack of gains.

    Attributes
    ----------
    cost : array (...)
        C(K); ``inf`` where K is not mean-square stabilizing.
    P : array (..., n, n)
        Value matrix, S2 equation 2.
    Sigma : array (..., n, n)
        State covariance summed over time, S2 equation 3.
    E : array (..., m, n)
        E_K = R_K K - B'P_K A; zero at the optimal gain.
    R_K : array (..., m, m)
        Input weight of one step and all that follows.

    P, Sigma, E and R_K are ``nan`` where K is not mean-square stabilizing.
    """

    cost: Array
    P: Array
    Sigma: Array
    E: Array
    R_K: Array

    @property
    def gradient(self) -> Array:
        """2 E_K Sigma_K, (..., m, n) (S2 Lemma 3.1)."""
        return 2 * self.E @ self.Sigma


def gain_array(problem: LQR, K: ArrayLike, name: str = "K") -> Array:
    """Return K as a float64 array (..., m, n) that broadcasts against the problem.

    Raises
    ------
    ValueError
        If the shape does not fit the problem, or an entry is not finite.
    """
    if not isinstance(problem, LQR):
        raise ValueError(f"problem: expected an LQR, got {type(problem).__name__}")
    gain = matrix(name, K, problem.inputs, problem.states)
    try:
        np.broadcast_shapes(gain.shape[:-2], problem.batch_shape)
    except ValueError:
        raise ValueError(
            f"{name}: batch axes {gain.shape[:-2]} do not broadcast against the problem's "
            f"{problem.batch_shape}"
        ) from None
    return gain


# Members that a huge gain makes overflow end as inf and nan; that is their value, not a warning.
_quiet = np.errstate(over="ignore", invalid="ignore")


def _transpose(X: Array) -> Array:
    return X.swapaxes(-1, -2)


def _inner(X: Array, Y: Array) -> Array:
    """Frobenius inner product over the last two axes."""
    return np.asarray(np.einsum("...ij,...ij->...", X, Y))


@_quiet
def _stage_weight(problem: LQR, K: Array) -> Array:
    return problem.Q + _transpose(K) @ problem.R @ K


def _input_terms(problem: LQR, P: Array) -> Array:
    """Sum of beta_j B_j' P B_j, (..., m, m)."""
    variances, directions = problem.input_noise
    inner = _transpose(directions) @ P[..., None, :, :] @ directions
    return np.asarray(np.einsum("...j,...jkl->...kl", variances, inner))


def _input_weight(problem: LQR, P: Array) -> Array:
    return problem.R + _transpose(problem.B) @ P @ problem.B + _input_terms(problem, P)


@_quiet
def _evaluate(problem: LQR, K: Array, loop: ClosedLoop) -> Evaluation:
    Sigma, P = loop.solve_both(problem.Sigma0, _stage_weight(problem, K))
    R_K = _input_weight(problem, P)
    E = R_K @ K - _transpose(problem.B) @ P @ problem.A
    cost = np.where(loop.stable, _inner(P, problem.Sigma0), np.inf)
    return Evaluation(cost, P, Sigma, E, R_K)


def evaluate(problem: LQR, K: ArrayLike) -> Evaluation:
    """Evaluate cost, P, Sigma, E and R_K at K in one go.

    Parameters
    ----------
    problem : LQR
        One problem or a stack (...).
    K : array (..., m, n)
        Gain of u = -K x; batch axes broadcast against the problem's.

    Returns
    -------
    Evaluation
        With batch axes broadcast; members that K does not stabilize have cost ``inf``.

    Raises
    ------
    ValueError
        If K has the wrong shape or is not finite.
    """
    gain = gain_array(problem, K)
    return _evaluate(problem, gain, closed_loop(problem, gain))


@_quiet
def cost(problem: LQR, K: ArrayLike) -> Array:
    """C(K) = tr(P_K Sigma0), (...); ``inf`` where K is not mean-square stabilizing (S2 eq. 1)."""
    P = value_matrix(problem, K)
    return np.where(np.isnan(P[..., 0, 0]), np.inf, _inner(P, problem.Sigma0))


@_quiet
def value_matrix(problem: LQR, K: ArrayLike) -> Array:
    """P_K, (..., n, n): x' P_K x is the cost from x (S2 eq. 2); ``nan`` if unstable."""
    gain = gain_array(problem, K)
    return closed_loop(problem, gain).solve_adjoint(_stage_weight(problem, gain))


def gradient(problem: LQR, K: ArrayLike) -> Array:
    """Return 2 E_K Sigma_K, (..., m, n); ``nan`` where K does not stabilize (S2 Lemma 3.1)."""
    return evaluate(problem, K).gradient


def hessian(problem: LQR, K: ArrayLike, X: ArrayLike) -> Array:
    r"""Apply the Hessian operator of the cost at K to a direction X.

    .. math:: \nabla^2 C(K)[X] = 2 E'[X]\, \Sigma_K + 2 E_K\, \Sigma'[X]

    with the derivatives of E_K and Sigma_K along X. The operator is linear and self-adjoint.

    Parameters
    ----------
    problem : LQR
    K : array (..., m, n)
    X : array (..., m, n)
        Batch axes broadcast against those of problem and K; extra axes go in front.

    Returns
    -------
    array (..., m, n)
        ``nan`` where K does not stabilize.

    Notes
    -----
    The formula printed in S1 (report, section 2.1) has the right quadratic form but is not this
    operator; see `lqrpapers.constants.printed_hessian`.
    """
    gain = gain_array(problem, K)
    direction = gain_array(problem, X, "X")
    try:
        np.broadcast_shapes(gain.shape[:-2], direction.shape[:-2], problem.batch_shape)
    except ValueError:
        raise ValueError(
            f"X: batch axes {direction.shape[:-2]} do not broadcast against those of K, "
            f"{gain.shape[:-2]}, and the problem, {problem.batch_shape}"
        ) from None
    loop = closed_loop(problem, gain)
    return _hessian(problem, gain, direction, loop, _evaluate(problem, gain, loop))


@_quiet
def _hessian(problem: LQR, K: Array, X: Array, loop: ClosedLoop, at: Evaluation) -> Array:
    A_K, B = loop.A_K, problem.B
    XE = _transpose(X) @ at.E
    dP = loop.solve_adjoint(XE + _transpose(XE))
    dE = at.R_K @ X - _transpose(B) @ dP @ A_K + _input_terms(problem, dP) @ K
    drift = -B @ X @ at.Sigma @ _transpose(A_K)
    variances, directions = problem.input_noise
    moment = (K @ at.Sigma @ _transpose(X))[..., None, :, :]
    noise = directions @ moment @ _transpose(directions)
    drift = drift + np.einsum("...j,...jkl->...kl", variances, noise)
    dSigma = loop.solve(drift + _transpose(drift))
    return 2 * dE @ at.Sigma + 2 * at.E @ dSigma


def hessian_matrix(problem: LQR, K: ArrayLike) -> Array:
    """Matrix of the Hessian operator on row-major vec K, (..., mn, mn), symmetric.

    ``nan`` where K does not stabilize. Costs mn applications of `hessian`, sharing the solves.
    """
    gain = gain_array(problem, K)
    loop = closed_loop(problem, gain)
    size = gain.shape[-2] * gain.shape[-1]
    axes = len(loop.A_K.shape) - 2
    basis = np.eye(size).reshape((size,) + (1,) * axes + gain.shape[-2:])
    columns = _hessian(problem, gain, basis, loop, _evaluate(problem, gain, loop))
    matrix = np.moveaxis(columns.reshape(columns.shape[:-2] + (size,)), 0, -1)
    return (matrix + _transpose(matrix)) / 2


def mean_square_radius(problem: LQR, K: ArrayLike) -> Array:
    """Spectral radius of F_K, (...), dimensionless; rho(A - BK)^2 without noise."""
    return closed_loop(problem, gain_array(problem, K)).radius()


def is_stabilizing(problem: LQR, K: ArrayLike) -> Bools:
    """Whether K is mean-square stabilizing, bool (...)."""
    return closed_loop(problem, gain_array(problem, K)).stable


def require_stabilizing(problem: LQR, K: ArrayLike, what: str = "K") -> None:
    """Raise NotStabilizingError, naming members and radius, unless every gain stabilizes."""
    gain = gain_array(problem, K, what)
    loop = closed_loop(problem, gain)
    if not loop.stable.all():
        raise NotStabilizingError(
            f"{what}: expected a mean-square stabilizing gain, got one that is not",
            ~loop.stable,
            loop.radius(),
        )


def optimal_gain(problem: LQR) -> Array:
    """Gain K* of least cost, (..., m, n), from the generalised Riccati equation (S2 section 2.1).

    Raises
    ------
    NotStabilizableError
        If a member has no mean-square stabilizing gain; names the members.
    """
    if not isinstance(problem, LQR):
        raise ValueError(f"problem: expected an LQR, got {type(problem).__name__}")
    return solve_riccati(problem).K


def optimality_gap(problem: LQR, K: ArrayLike) -> Array:
    r"""C(K) - C* without cancellation, (...); ``inf`` where K does not stabilize.

    By the value-difference lemma it is
    :math:`\operatorname{tr} \Sigma_K (K - K^*)^\top R_{K^*} (K - K^*)`, since
    :math:`E_{K^*} = 0`.
    """
    optimal = optimal_gain(problem)
    difference = gain_array(problem, K) - optimal
    at, best = evaluate(problem, K), evaluate(problem, optimal)
    weighted = best.R_K @ difference @ at.Sigma
    gap = _inner(difference, weighted)
    return np.where(np.isfinite(at.cost), gap, np.inf)
