r"""The constants as the papers print them, right or wrong.

Feedback is u = -K x, norms are spectral unless said otherwise, :math:`J` is the cost,
:math:`\mu = \sigma_{\min}(\Sigma_0)`, :math:`q = \sigma_{\min}(Q)`, :math:`\nu = J/(q\mu)`. S1's
constants (technical report, TR) are stated for problems without noise; with noise they are the
same formulas, and nothing is promised. S1 means "the maximum over tasks" in each norm: pass
``magnitudes(tasks, K).worst()`` for that, or ``(tasks, K)`` for each task on its own.

Which of them hold is the business of `lqrpapers.claims`; repaired forms are in
`lqrpapers.constants.corrected`, smaller ones in `lqrpapers.constants.sharp`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import LQR, objective
from lqrlib.matrices import transpose
from lqrlib.problem import input_noise_weight
from lqrlib.validation import Array

from .magnitudes import Magnitudes, measured


class Heterogeneity(NamedTuple):
    """Factors of the heterogeneity levels of A, B, Q and R in a gradient bound, each (...)."""

    A: Array
    B: Array
    Q: Array
    R: Array


def smoothness_radius(problem: LQR | Magnitudes, K: ArrayLike | None = None) -> Array:
    r"""h_Delta of S1 Lemma 6: how far from K the local smoothness bounds reach, (...).

    .. math:: h_\Delta = \frac{q\mu}{4\|B\| J (\|A_K\| + 1)}
    """
    at = measured(problem, K)
    return at.q * at.mu / (4 * at.B * at.cost * (at.A_K + 1))


def cost_smoothness(
    problem: LQR | Magnitudes, K: ArrayLike | None = None, *, radius: Array | None = None
) -> Array:
    r"""h_cost of S1 Lemma 6 (TR Lemma 15), (...): ``|J(K') - J(K)| <= h_cost J ||K' - K||_F``.

    .. math:: h_{cost} = \frac{4 \operatorname{tr}(\Sigma_0) J \|R\|}{\mu q}
              \Bigl(\|K\| + \frac{h_\Delta}{2} + \|B\|\|K\|^2(\|A_K\|+1)\nu\Bigr)

    Fails (erratum E2): the part of P_{K'} - P_K that comes from Q is missing. With the J of the
    lemma the bound is quadratic in the weights while the cost is linear: one J is surplus.

    `radius` replaces h_Delta in it, for a supremum over gains whose h_Delta differ.
    """
    at = measured(problem, K)
    within = smoothness_radius(at) if radius is None else radius
    shape = at.K + within / 2 + at.B * at.K**2 * (at.A_K + 1) * at.nu
    return 4 * at.trace * at.cost * at.R / (at.mu * at.q) * shape


def E_bound(problem: LQR | Magnitudes, K: ArrayLike | None = None) -> Array:
    r"""h_0 of S1 (TR), (...): a bound on ||E_K||_F.

    .. math:: h_0 = \sqrt{\|R_K\| (J - J_{\min}) / \mu}

    J_min is not defined in the report; it is read here as the optimal cost, as in Fazel et al.
    Read as the least cost over tasks it is 0 for a single task, whose gradient is not.
    """
    at = measured(problem, K, weighs_all_states=False)
    return np.sqrt(at.R_K * at.gap / at.mu)


def gradient_bound(problem: LQR | Magnitudes, K: ArrayLike | None = None) -> Array:
    r"""h_G of S1 Lemma 5 (TR Lemma 14), (...): ||grad J(K)||_F <= h_G = (J/q) h_0.

    Fails (erratum E1) by a factor below 2 that scalar problems approach: the 2 of the gradient
    2 E_K Sigma_K is missing.
    """
    at = measured(problem, K)
    return at.cost / at.q * E_bound(at)


def gain_bound(problem: LQR | Magnitudes, K: ArrayLike | None = None) -> Array:
    r"""h_c of S1 Lemma 5 (TR Lemma 14), (...): ||K||_F <= h_c.

    .. math:: h_c = (h_0 + \|B^\top P_K A\|)/\sigma_{\min}(R)

    Holds for the spectral norm of K. For the Frobenius norm, as printed, the last norm has to be
    a Frobenius norm too.
    """
    at = measured(problem, K, weighs_all_states=False)
    return (E_bound(at) + at.BPA) / at.r


def hessian_bound(problem: LQR | Magnitudes, K: ArrayLike | None = None) -> Array:
    r"""h_H of S1 Lemma 5 (TR Lemma 14), (...): a bound on the norm of the Hessian.

    .. math:: h_H = \Bigl(2\|R\| + \frac{2\|B\|J}{\mu} + \frac{4\sqrt2\,\xi\|B\|J}{\mu}\Bigr)
              \frac{J m}{q}, \qquad
              \xi = \frac{1}{\|Q\|}\Bigl(\frac{(1+\|B\|^2)J}{\mu} + \|R\| - 1\Bigr)

    (the report prints 1/q as 1/min_i ||Q_i||). Fails (erratum E6) by
    unbounded factors: -1 does not scale with the weights, and h_H can be negative.
    """
    at = measured(problem, K)
    xi = ((1 + at.B**2) * at.cost / at.mu + at.R - 1) / at.Q
    slope = at.B * at.cost / at.mu
    return (2 * at.R + 2 * slope + 4 * np.sqrt(2) * xi * slope) * at.cost / at.q * at.inputs


def gradient_smoothness(
    problem: LQR | Magnitudes, K: ArrayLike | None = None, *, radius: Array | None = None
) -> Array:
    r"""h_grad of S1 Lemma 6 (TR Lemma 15), (...): a local Lipschitz constant of the gradient.

    .. math:: h_{grad} = \frac{4J}{q}\Bigl[\|R\| + \|B\|\bigl(\|A\| + \|B\|(\|K\|+h_\Delta)\bigr)
              \frac{h_{cost} J}{\operatorname{tr}\Sigma_0} + \frac{\|B\|^2 J}{\mu}\Bigr]
              + \frac{8 J^2}{q^2} \frac{\|B\|(\|A_K\|+1)}{\mu} h_0

    `radius` replaces h_Delta in it, for a supremum over gains whose h_Delta differ.
    """
    at = measured(problem, K)
    return gradient_constant(at, cost_smoothness(at, radius=radius), radius)


def gradient_constant(at: Magnitudes, h_cost: Array, radius: Array | None) -> Array:
    """The formula of h_grad, given h_cost."""
    within = smoothness_radius(at) if radius is None else radius
    dynamics = at.A + at.B * (at.K + within)
    value = h_cost * at.cost / at.trace
    first = at.R + at.B * dynamics * value + at.B**2 * at.cost / at.mu
    second = at.B * (at.A_K + 1) / at.mu * E_bound(at)
    scale = at.cost / at.q
    return 4 * scale * first + 8 * scale**2 * second


def gradient_heterogeneity(problem: LQR | Magnitudes, K: ArrayLike | None = None) -> Heterogeneity:
    r"""h^1_het ... h^4_het of S1 Lemma 8: factors of the levels of A, B, Q, R.

    .. math:: h^1 &= \tfrac{J}{q}\|B\|\bigl(\|P\| + 4\|A_K\|^2 (\|Q\|+\|K\|^2\|R\|)\nu^2\bigr)
                     + 4 e \nu^2 \|A_K\| \|\Sigma_0\| \\
              h^2 &= \tfrac{J}{q}\bigl(\|A_K\|\|P\| + \|B\|\|P\|\|K\|
                     + 4\|K\|\|A_K\|^2(\|Q\|+\|K\|^2\|R\|)\nu^2\bigr)
                     + 4 e \nu^2 \|K\|\|A_K\|\|\Sigma_0\| \\
              h^3 &= \tfrac{J}{q}\|B\|\|A_K\|\nu, \qquad
              h^4 = \tfrac{J}{q}\bigl(\|K\| + \|K\|^2\|B\|\|A_K\|\nu\bigr)

    with :math:`e = \|R\|\|K\| + J(\|B\|^2\|K\| + \|B\|\|A\|)/\mu`. Fails (erratum E3).
    """
    at = measured(problem, K)
    scale, weight = at.cost / at.q, at.Q + at.K**2 * at.R
    e = at.R * at.K + at.cost * (at.B**2 * at.K + at.B * at.A) / at.mu
    value = 4 * at.A_K**2 * weight * at.nu**2
    covariance = 4 * e * at.nu**2 * at.A_K * at.Sigma0
    return Heterogeneity(
        scale * at.B * (at.P + value) + covariance,
        scale * (at.A_K * at.P + at.B * at.P * at.K + at.K * value) + at.K * covariance,
        scale * at.B * at.A_K * at.nu,
        scale * (at.K + at.K**2 * at.B * at.A_K * at.nu),
    )


def gradient_domination(problem: LQR | Magnitudes, K: ArrayLike | None = None) -> Array:
    r"""lambda of S1 Lemma 7 and S2 Lemma 3.2, (...): C(K) - C* <= ||grad C(K)||_F^2 / lambda.

    .. math:: \lambda = 4\mu^2\sigma_{\min}(R)/\|\Sigma_{K^*}\|
    """
    at = measured(problem, K, weighs_all_states=False)
    return 4 * at.mu**2 * at.r / at.optimal_Sigma


def natural_gradient_step(problem: LQR | Magnitudes, K: ArrayLike | None = None) -> Array:
    r"""Largest step size of S2 Theorem 3.5 from the start K, (...).

    .. math:: \eta \le \tfrac12\Bigl(\|R\| + \frac{(\|B\|^2 + \sum_j\beta_j\|B_j\|^2)\,C(K_0)}{\mu}
              \Bigr)^{-1}

    Depends on how the noise is factored into terms; `sharp.natural_gradient_step` does not.
    """
    at = measured(problem, K, weighs_all_states=False)
    return 0.5 / (at.R + (at.B**2 + at.printed_noise) * at.cost / at.mu)


def decrease(problem: LQR | Magnitudes, K: ArrayLike | None = None, *, method: str) -> Array:
    r"""Part of the gap that a step takes, over its size (S2 Theorems 3.4 to 3.6), (...).

    :math:`2\mu/\|\Sigma_{K^*}\|` for "gauss_newton", times :math:`\sigma_{\min}(R)` for
    "natural_gradient" and :math:`\mu\,\sigma_{\min}(R)` for "gradient". The same at every gain.
    """
    at = measured(problem, K, weighs_all_states=False)
    factors = {"gauss_newton": 1.0 + 0 * at.r, "natural_gradient": at.r, "gradient": at.r * at.mu}
    return 2 * factors[method] * at.mu / at.optimal_Sigma


def hessian(problem: LQR, K: ArrayLike, X: ArrayLike) -> Array:
    r"""The Hessian formula printed in S1 (TR section 2.1), applied to X, (..., m, n).

    .. math:: 2 R_K X \Sigma_K - 4 B^\top \tilde P_K[X] A_K \Sigma_K, \qquad
              \tilde P_K[X] = T_K^*(X^\top E_K + E_K^\top X)

    Its inner product with X is that of the Hessian, but it is not the Hessian operator, which is
    self-adjoint (erratum E4); `lqrlib.hessian` is. With input noise the term
    :math:`4 \sum_j \beta_j B_j^\top \tilde P_K[X] B_j K \Sigma_K` is added, which keeps the
    quadratic form right. ``nan`` where K does not stabilize.
    """
    direction = objective.gain_array(problem, X, "X")
    return hessian_at(objective.at_gain(problem, K), direction)


def hessian_at(at: objective.AtGain, X: Array) -> Array:
    """The printed formula at a gain that has been evaluated, as MAML takes it for a Hessian."""
    XE = transpose(X) @ at.E
    dP = at.loop.solve_adjoint(XE + transpose(XE))
    cross = input_noise_weight(at.problem, dP) @ at.K
    cross = cross - transpose(at.problem.B) @ dP @ at.loop.A_K
    return (2 * at.R_K @ X + 4 * cross) @ at.Sigma


def hessian_matrix(problem: LQR, K: ArrayLike) -> Array:
    """Matrix of the printed Hessian formula on row-major vec K, (..., mn, mn); not symmetric.

    `lqrlib.hessian_matrix` is its symmetric part (erratum E4). ``nan`` where K does not stabilize.
    """
    gain = objective.gain_array(problem, K)
    size = problem.inputs * problem.states
    batch = np.broadcast_shapes(problem.batch_shape, gain.shape[:-2])
    units = np.eye(size).reshape((size,) + (1,) * len(batch) + (problem.inputs, problem.states))
    columns = hessian(problem, gain, units).reshape((size, *batch, size))
    return np.moveaxis(columns, 0, -1)
