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
and gradient ``nan`` and leaves the other members of its stack alone; where float64 cannot tell
whether it does, the cost is ``nan``.

`at_gain` and the functions below it are doors: they check their arguments. `AtGain` trusts, and
there a gain that is not finite stabilizes nothing. `cost`, `value_matrix`, `gradient` and
`hessian_matrix` take a huge stack a part at a time: they need little more memory than its numbers.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from .errors import NotStabilizingError
from .matrices import Flags, inner, transpose
from .matrix_equations import closed_loop
from .matrix_equations.parts import by_parts
from .matrix_equations.riccati import Solution
from .problem import LQR, input_noise_weight, input_weight, require_problem, stage_weight
from .validation import Array, matrix, require_broadcast

EPS = np.finfo(float).eps
# Members that a huge gain makes overflow end as inf and nan, and what a tiny one makes vanish is
# zero; that is their value, not a warning and, whatever numpy.seterr says, not an error.
_quiet = np.errstate(over="ignore", invalid="ignore", under="ignore")


class AtGain:
    """The problem at one gain, or at a stack of gains: each number is worked out once, when asked.

    Attributes
    ----------
    problem, K, loop : LQR, array (..., m, n), ClosedLoop
        The loop is F_K and its resolvents; every other attribute comes from it.
    cost : array (...)
        C(K); ``inf`` where K is not mean-square stabilizing, ``nan`` where that is not decided.
    decided : bool array (...)
        Whether float64 decides if K stabilizes (`is_stabilizing`).
    condition : array (...)
        Relative error to expect of the cost: its digits are -log10 of it. Each rounding of the
        data's products (A - BK, B_j K, K'RK) and of the solves, one unit in the last place, times
        the derivative of the cost by what is rounded, added up. ``nan`` where K does not stabilize.
    P, Sigma : arrays (..., n, n)
        Value matrix (S2 equation 2), state covariance summed over time (S2 equation 3).
    E, R_K : arrays (..., m, n) and (..., m, m)
        E_K = R_K K - B'P_K A, zero at the optimal gain; R + B'P_K B + sum of beta_j B_j'P_K B_j.
    gradient : array (..., m, n)
        2 E_K Sigma_K (S2 Lemma 3.1).
    gap : array (...)
        C(K) - C*, without cancellation (`optimality_gap`).
    radius : array (...)
        Mean-square radius rho(F_K), dimensionless (`mean_square_radius`).

    P, Sigma, E, R_K and the gradient are ``nan`` where K is not mean-square stabilizing.
    """

    @_quiet
    def __init__(self, problem: LQR, K: Array) -> None:
        self.problem, self.K, self.loop = problem, K, closed_loop(problem, K)

    @cached_property
    @_quiet
    def P(self) -> Array:
        return self.loop.solve_adjoint(stage_weight(self.problem, self.K))

    @cached_property
    @_quiet
    def Sigma(self) -> Array:
        if "P" in vars(self):
            return self.loop.solve(self.problem.Sigma0)
        weight = stage_weight(self.problem, self.K)
        Sigma, self.P = self.loop.solve_both(self.problem.Sigma0, weight)
        return Sigma

    @cached_property
    @_quiet
    def cost(self) -> Array:
        value = inner(self.P, self.problem.Sigma0)  # first: the solve brings the verdict along
        if np.count_nonzero(self.loop.stable) == value.size:
            return np.asarray(value)
        return np.where(self.loop.stable, value, np.where(self.decided, np.inf, np.nan))

    @property
    def decided(self) -> Flags:
        return self.loop.decided

    @cached_property
    @_quiet
    def condition(self) -> Array:
        p, K, P, Sigma = self.problem, self.K, self.P, self.Sigma
        gain = np.abs(K)

        def formed(S: Array, entries: Array, P: Array, Sigma: Array) -> Array:
            return 2 * inner(np.abs(P @ S @ Sigma), entries)  # the derivative by S is 2 P S Sigma

        loop = formed(self.loop.A_K, np.abs(p.A) + np.abs(p.B) @ gain, P, Sigma)
        P_i, Sigma_i, K_i = P[..., None, :, :], Sigma[..., None, :, :], K[..., None, :, :]
        (alpha, A_i), (beta, B_j) = p.state_noise, p.input_noise
        state = alpha * formed(A_i, np.abs(A_i), P_i, Sigma_i)
        inputs = beta * formed(B_j @ K_i, np.abs(B_j) @ np.abs(K_i), P_i, Sigma_i)
        weight = np.abs(p.Q) + transpose(gain) @ np.abs(p.R) @ gain
        total = loop + state.sum(axis=-1) + inputs.sum(axis=-1) + inner(weight, np.abs(Sigma))
        total = EPS * (total + inner(np.abs(P), np.abs(p.Sigma0)))
        return (total + self.loop.rounding(P, Sigma)) / self.cost

    @cached_property
    @_quiet
    def R_K(self) -> Array:
        return input_weight(self.problem, self.P)

    @cached_property
    @_quiet
    def E(self) -> Array:
        return self.R_K @ self.K - transpose(self.problem.B) @ self.P @ self.problem.A

    @cached_property
    @_quiet
    def gradient(self) -> Array:
        Sigma = self.Sigma  # first: it brings P along
        return 2 * self.E @ Sigma

    @cached_property
    @_quiet
    def gap(self) -> Array:
        best = self.problem.optimum
        difference = self.K - best.K
        weighted = input_weight(self.problem, best.P) @ difference @ self.Sigma
        return np.where(np.isfinite(self.cost), inner(difference, weighted), self.cost)

    @cached_property
    def radius(self) -> Array:
        return self.loop.radius()

    @_quiet
    def hessian(self, X: Array) -> Array:
        """The Hessian operator applied to X (..., m, n), (..., m, n); two Lyapunov solves."""
        Sigma, E, A_K, B = self.Sigma, self.E, self.loop.A_K, self.problem.B
        XE = transpose(X) @ E
        dP = self.loop.solve_adjoint(XE + transpose(XE))
        dE = self.R_K @ X - transpose(B) @ dP @ A_K + input_noise_weight(self.problem, dP) @ self.K
        drift = -B @ X @ Sigma @ transpose(A_K)
        variances, directions = self.problem.input_noise
        if variances.size:
            moment = (self.K @ Sigma @ transpose(X))[..., None, :, :]
            noise = directions @ moment @ transpose(directions)
            drift = drift + np.einsum("...j,...jkl->...kl", variances, noise)
        dSigma = self.loop.solve(drift + transpose(drift))
        return 2 * dE @ Sigma + 2 * E @ dSigma

    @cached_property
    @_quiet
    def hessian_matrix(self) -> Array:
        """Matrix of the Hessian operator on row-major vec K, (..., mn, mn), symmetric."""
        size = self.K.shape[-2] * self.K.shape[-1]
        axes = np.ndim(self.loop.A_K) - 2
        columns = self.hessian(np.eye(size).reshape((size,) + (1,) * axes + self.K.shape[-2:]))
        matrix = np.moveaxis(columns.reshape(columns.shape[:-2] + (size,)), 0, -1)
        return (matrix + transpose(matrix)) / 2


def gain_array(problem: LQR, K: ArrayLike, name: str = "K") -> Array:
    """K as finite float64 (..., m, n) that broadcasts with the problem, or raise ValueError."""
    require_problem(problem)
    gain = matrix(name, K, problem.inputs, problem.states)
    if gain.ndim > 2:
        require_broadcast(name, gain.shape[:-2], problem.batch_shape)
    return gain


def at_gain(problem: LQR, K: ArrayLike) -> AtGain:
    """The problem at the gain K: cost, gradient, Hessian products, radius, from one closed loop.

    Parameters
    ----------
    problem : LQR
        One problem or a stack (...).
    K : array (..., m, n)
        Gain of u = -K x; batch axes broadcast against the problem's.

    Raises
    ------
    ValueError
        If K has the wrong shape or is not finite.

    Examples
    --------
    >>> import lqrlib
    >>> at = at_gain(lqrlib.systems.scalar(a=2.0, b=1.0, q=1.0, r=1.0), 1.5)
    >>> print(at.cost.round(6), at.gradient.round(6), at.radius)
    4.333333 [[-1.777778]] 0.25
    """
    return AtGain(problem, gain_array(problem, K))


def evaluate(problem: LQR, K: ArrayLike) -> AtGain:
    """`at_gain`, with P and Sigma solved for at once."""
    at = at_gain(problem, K)
    _ = at.Sigma
    return at


def cost(problem: LQR, K: ArrayLike) -> Array:
    """C(K) = tr(P_K Sigma0), (...), dimensionless (S2 eq. 1).

    ``inf`` where K is not mean-square stabilizing and ``nan`` where float64 does not decide it:
    that takes a margin 1 - rho(A - BK) of about 1e-13 where the powers of A - BK hardly grow, and
    where they grow by a factor g before they decay, of about g times the rounding of A - BK (1e-16
    of its size). `AtGain.condition` has the digits.
    """
    return by_parts(lambda *at: AtGain(*at).cost, problem, gain_array(problem, K))


def value_matrix(problem: LQR, K: ArrayLike) -> Array:
    """P_K, (..., n, n): x' P_K x is the cost from x (S2 eq. 2); ``nan`` if unstable."""
    return by_parts(lambda *at: AtGain(*at).P, problem, gain_array(problem, K))


def gradient(problem: LQR, K: ArrayLike) -> Array:
    """Return 2 E_K Sigma_K, (..., m, n); ``nan`` where K does not stabilize (S2 Lemma 3.1)."""
    return by_parts(lambda *at: AtGain(*at).gradient, problem, gain_array(problem, K))


def hessian(problem: LQR, K: ArrayLike, X: ArrayLike) -> Array:
    r"""Apply the Hessian operator of the cost at K to a direction X, (..., m, n).

    .. math:: \nabla^2 C(K)[X] = 2 E'[X]\, \Sigma_K + 2 E_K\, \Sigma'[X]

    with the derivatives of E_K and Sigma_K along X. The operator is linear and self-adjoint;
    ``nan`` where K does not stabilize.

    Parameters
    ----------
    problem : LQR
    K : array (..., m, n)
    X : array (..., m, n)
        Batch axes broadcast against those of problem and K; extra axes go in front.

    Notes
    -----
    The formula printed in S1 (report, section 2.1) has the right quadratic form but is not this
    operator; see `lqrpapers.constants.printed_hessian`.
    """
    at, direction = at_gain(problem, K), gain_array(problem, X, "X")
    require_broadcast("X", direction.shape[:-2], at.loop.A_K.shape[:-2], "those of problem and K,")
    return at.hessian(direction)


def hessian_matrix(problem: LQR, K: ArrayLike) -> Array:
    """Matrix of the Hessian operator on row-major vec K, (..., mn, mn), symmetric.

    ``nan`` where K does not stabilize. Costs mn applications of `hessian`, sharing the solves.
    """
    gain = gain_array(problem, K)
    size = gain.shape[-2] * gain.shape[-1]
    return by_parts(lambda *at: AtGain(*at).hessian_matrix, problem, gain, size)


def mean_square_radius(problem: LQR, K: ArrayLike) -> Array:
    """Spectral radius of F_K, (...), dimensionless; rho(A - BK)^2 without noise.

    Below one exactly where `is_stabilizing`; ``nan`` where float64 does not decide. Without noise
    as accurate as the eigenvalues of A - BK. With noise and up to 20 states within 1e-9, certified
    on both sides; where nonnormality forbids that only the side of one is certified.
    """
    return at_gain(problem, K).radius


def is_stabilizing(problem: LQR, K: ArrayLike) -> Flags:
    """Whether K is certified mean-square stabilizing, bool (...).

    False, too, where float64 does not decide (`AtGain.decided`): within a margin 1 - rho(A - BK)
    of about 1e-13 for well-conditioned closed loops; where the powers of A - BK grow by a factor g
    before they decay, of about g times the rounding of A - BK.
    """
    return at_gain(problem, K).loop.stable


@_quiet
def require_stabilizing(problem: LQR, K: ArrayLike, what: str = "K") -> None:
    """Raise NotStabilizingError, naming members and radius, unless every gain stabilizes."""
    loop = closed_loop(problem, gain_array(problem, K, what))
    if not loop.stable.all():
        raise NotStabilizingError(
            f"{what}: expected a mean-square stabilizing gain, got one that is not, or not surely "
            "(lqrlib.optimal_gain(problem) is one)",
            ~loop.stable,
            loop.radius(),
        )


def solve(problem: LQR) -> Solution:
    """The optimal gain with its value matrix, closed-loop poles and cost (S2 section 2.1).

    What ``control.dlqr`` returns, and the cost: ``K, P, poles, cost = solve(problem)``; certified,
    for stacks, with multiplicative noise. Solved once for each problem (`LQR.optimum`).

    Raises
    ------
    NotStabilizableError
        If a member has no mean-square stabilizing gain; names the members.

    Examples
    --------
    >>> import lqrlib
    >>> K, P, poles, cost = solve(lqrlib.systems.scalar(a=2.0, b=1.0, q=1.0, r=1.0))
    >>> print(K.round(6), poles.round(6), cost.round(6))
    [[1.618034]] [0.381966+0.j] 4.236068
    """
    require_problem(problem)
    return problem.optimum


def optimal_gain(problem: LQR) -> Array:
    """Gain K* of least cost, (..., m, n); raises as `solve` does."""
    return solve(problem).K.copy()


def optimality_gap(problem: LQR, K: ArrayLike) -> Array:
    r"""C(K) - C* without cancellation, (...); ``inf`` where K does not stabilize.

    By the value-difference lemma it is
    :math:`\operatorname{tr} \Sigma_K (K - K^*)^\top R_{K^*} (K - K^*)`, since
    :math:`E_{K^*} = 0`.
    """
    return at_gain(problem, K).gap
