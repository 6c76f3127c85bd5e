r"""Sharp constants for both papers at once: with noise, and most of them attained for one state.

Notation: norms are spectral unless said otherwise, :math:`\mu = \sigma_{\min}(\Sigma_0)`,
:math:`q = \sigma_{\min}(Q)`, :math:`\nu = C(K)/(\mu q)`,
:math:`s_B = \max\{\|\sum_j\beta_jB_jB_j^\top\|, \|\sum_j\beta_jB_j^\top B_j\|\}`,
:math:`a = \|A_K\|\|B\| + \|K\|s_B`, :math:`b = \|B\|^2 + s_B`,
:math:`d = \|K' - K\|` (spectral; the Frobenius norm where the left side has it).

Everything rests on :math:`T_{K'} - T_K = T_{K'}(F_{K'} - F_K)T_K` with
:math:`\|F_{K'} - F_K\| \le \varphi(d) = 2ad + bd^2` and :math:`\|T_K\| \le \nu`: as soon as
:math:`\nu\varphi(d) \le \tfrac12`, :math:`\|T_{K'}\| \le 2\nu`. The bounds on differences hold for
d up to `smoothness_radius`; beyond it they are ``inf``, which promises nothing. Noise enters
through :math:`s_B` alone (why it may: `magnitudes.noise_weight`), which is a function of the
problem, not of how its noise is written. With more states most bounds are far from attained.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import LQR, objective
from lqrlib.matrices import frobenius_norm
from lqrlib.validation import Array

from .magnitudes import Magnitudes, measured

Source = LQR | Magnitudes


def _root(at: Magnitudes, level: Array) -> Array:
    """The d >= 0 with phi(d) = level, free of cancellation."""
    return level / (at.a + np.sqrt(at.a**2 + at.b * level))


def _within(at: Magnitudes, d: Array, bound: Array) -> Array:
    """The bound where d is within the smoothness radius, inf beyond, up to rounding."""
    return np.where(d <= smoothness_radius(at) * (1 + 1e-12), bound, np.inf)


def operator_change(problem: Source, K: ArrayLike | None = None, *, distance: ArrayLike) -> Array:
    r"""phi(d) = 2 a d + b d^2, (...): bounds ||F_{K'} - F_K|| for every d.

    Expand A_{K'} = A_K - B Delta and B_j K' = B_j K + B_j Delta: the noise adds
    sum_j beta_j B_j Y B_j' with Y = Delta X K' + K X Delta' + Delta X Delta', at most s_B ||Y||.
    So do the adjoint, and both in the nuclear norm.
    """
    at, d = measured(problem, K), np.asarray(distance, dtype=float)
    return 2 * at.a * d + at.b * d**2


def stability_radius(problem: Source, K: ArrayLike | None = None) -> Array:
    r"""Every K' nearer to K than this is mean-square stabilizing, (...): phi(d) = 1/nu.

    .. math:: d = \bigl(-a + \sqrt{a^2 + b/\nu}\bigr)/b

    While :math:`\nu\varphi < 1` the inverse of :math:`I - F_{K'}` exists along the whole segment,
    so rho(F), which is an eigenvalue, cannot reach 1. Attained by a scalar system with K = 0.
    """
    at = measured(problem, K)
    return _root(at, 1 / at.nu)


def smoothness_radius(problem: Source, K: ArrayLike | None = None) -> Array:
    r"""h_Delta, (...): within it K' stabilizes and ||T_{K'}|| <= 2 nu; phi(d) = 1/(2 nu).

    .. math:: h_\Delta = \bigl(-a + \sqrt{a^2 + b/(2\nu)}\bigr)/b
    """
    at = measured(problem, K)
    return _root(at, 1 / (2 * at.nu))


def covariance_change(problem: Source, K: ArrayLike | None = None, *, distance: ArrayLike) -> Array:
    r"""Bounds ||Sigma_{K'} - Sigma_K|| / ||Sigma_K||, (...): 2 nu phi(d). Also in trace norm."""
    at, d = measured(problem, K), np.asarray(distance, dtype=float)
    return _within(at, d, 2 * at.nu * operator_change(at, distance=d))


def _value(at: Magnitudes, d: Array) -> Array:
    stage = 2 * at.nu * at.R * (2 * at.K + d) * d
    return stage + 2 * at.nu * (2 * at.a * d + at.b * d**2) * at.cost / at.mu


def value_change(problem: Source, K: ArrayLike | None = None, *, distance: ArrayLike) -> Array:
    r"""p(d), (...): bounds ||P_{K'} - P_K||.

    .. math:: p(d) = 2\nu\|R\|(2\|K\|+d)d + 2\nu\varphi(d)\,C/\mu

    The first part is the change of the stage weight Q + K'RK, the second that of the dynamics.
    """
    at, d = measured(problem, K), np.asarray(distance, dtype=float)
    return _within(at, d, _value(at, d))


def cost_change(problem: Source, K: ArrayLike | None = None, *, distance: ArrayLike) -> Array:
    """tr(Sigma0) p(d), (...): bounds ``|C(K') - C(K)|``."""
    at = measured(problem, K)
    return at.trace * value_change(at, distance=distance)


def _E(at: Magnitudes, d: Array) -> Array:
    p = _value(at, d)
    return (at.R + at.b * (at.cost / at.mu + p)) * d + at.a * p


def E_change(problem: Source, K: ArrayLike | None = None, *, distance: ArrayLike) -> Array:
    r"""e(d), (...): bounds ||E_{K'} - E_K||.

    .. math:: e(d) = \bigl(\|R\| + b(C/\mu + p(d))\bigr)d + a\,p(d)

    from :math:`E_{K'} - E_K = R_{K'}\Delta - B^\top\delta P A_K
    + \sum_j\beta_j B_j^\top\delta P B_j K` and :math:`\|\sum_j\beta_jB_j^\top XB_j\| \le s_B\|X\|`,
    for P in R_{K'} and for :math:`\delta P`.
    """
    at, d = measured(problem, K), np.asarray(distance, dtype=float)
    return _within(at, d, _E(at, d))


def E_bound(problem: Source, K: ArrayLike | None = None) -> Array:
    r"""h_0, (...): ||E_K||_F <= sqrt(||R_K|| (C(K) - C*) / mu), the lower half of S2 Lemma 3.2."""
    at = measured(problem, K, weighs_all_states=False)
    return np.sqrt(at.R_K * at.gap / at.mu)


def gradient_bound(problem: Source, K: ArrayLike | None = None) -> Array:
    r"""||grad C(K)||_F <= 2 (C/q) h_0, (...), from grad C = 2 E Sigma and ||Sigma|| <= C/q."""
    at = measured(problem, K)
    return 2 * at.cost / at.q * E_bound(at)


def gain_bound(problem: Source, K: ArrayLike | None = None) -> Array:
    r"""||K||_F^2 <= (C - q tr Sigma0)/(mu sigma_min(R)), (...), from C = tr (Q + K'RK) Sigma_K."""
    at = measured(problem, K, weighs_all_states=False)
    return np.sqrt(np.maximum(at.cost - at.q * at.trace, 0) / (at.mu * at.r))


def gradient_change(problem: Source, K: ArrayLike | None = None, *, distance: ArrayLike) -> Array:
    r"""Bounds ||grad C(K') - grad C(K)||, (...): 4 (C/q) e(d) + 4 nu (C/q) h_0 phi(d).

    Spectral norm for spectral d, Frobenius norm for Frobenius d (then ||Sigma||_F <= tr Sigma
    <= C/q is used). Divided by d it grows with d, so at d = h_Delta it gives a Lipschitz constant.
    """
    at, d = measured(problem, K), np.asarray(distance, dtype=float)
    return _within(at, d, _gradient(at, d))


def _gradient(at: Magnitudes, d: Array) -> Array:
    scale, phi = at.cost / at.q, 2 * at.a * d + at.b * d**2
    return 4 * scale * (_E(at, d) + at.nu * E_bound(at) * phi)


def gradient_smoothness(problem: Source, K: ArrayLike | None = None) -> Array:
    """Lipschitz constant of the gradient within h_Delta of K, (...): its change over h_Delta."""
    at = measured(problem, K)
    d = smoothness_radius(at)
    return _gradient(at, d) / d


def hessian_bound(problem: Source, K: ArrayLike | None = None) -> Array:
    r"""||Hessian|| on Frobenius norms, (...): 2 (C/q) (||R_K|| + 4 a nu h_0). No dimension factor.

    Half the quadratic form is :math:`\langle X, R_K X\Sigma\rangle + 2\operatorname{tr}P'[X]N[X]`
    with :math:`\|P'\| \le 2\nu h_0`,
    :math:`\|N\|_* \le a\|X\Sigma\|_* \le a\,\|X\|_F\|\Sigma\|_F \le a\,C/q`; the part of N from the
    noise is :math:`\sum_j\beta_jB_jX\Sigma K^\top B_j^\top`, at most :math:`s_B\|X\Sigma\|_*\|K\|`.
    """
    at = measured(problem, K)
    return 2 * at.cost / at.q * (at.R_K + 4 * at.a * at.nu * E_bound(at))


def hessian_change(problem: Source, K: ArrayLike | None = None, *, distance: ArrayLike) -> Array:
    r"""Bounds ||Hessian(K') - Hessian(K)|| on Frobenius norms, (...).

    .. math:: \frac{4C}{q}\Bigl[b\,p + \nu\varphi r_K
              + 4\nu(e + \nu\varphi h_0)(a+bd)(1+2\nu\varphi)
              + 2\nu h_0\bigl(2\nu\varphi(a+bd) + bd\bigr)\Bigr]

    with :math:`r_K = \|R_K\|` and p, e, phi taken at d.
    """
    at, d = measured(problem, K), np.asarray(distance, dtype=float)
    return _within(at, d, _hessian(at, d))


def _hessian(at: Magnitudes, d: Array) -> Array:
    phi, h0, slope = 2 * at.a * d + at.b * d**2, E_bound(at), at.a + at.b * d
    change = at.nu * phi
    weight = at.b * _value(at, d) + change * at.R_K
    first = 4 * at.nu * (_E(at, d) + change * h0) * slope * (1 + 2 * change)
    second = 2 * at.nu * h0 * (2 * change * slope + at.b * d)
    return 4 * at.cost / at.q * (weight + first + second)


def hessian_smoothness(problem: Source, K: ArrayLike | None = None) -> Array:
    """Lipschitz constant of the Hessian within h_Delta of K, (...): its change over h_Delta."""
    at = measured(problem, K)
    d = smoothness_radius(at)
    return _hessian(at, d) / d


def natural_gradient_step(problem: Source, K: ArrayLike | None = None) -> Array:
    r"""A largest step size of S2 Theorem 3.5 that no factoring of the noise changes, (...).

    .. math:: \eta \le \tfrac12\Bigl(\|R\| + \frac{bC(K_0)}{\mu}\Bigr)^{-1}

    The proof needs only :math:`\|R_K\| \le \|R\| + bC/\mu`. Never shorter than the printed one.
    """
    at = measured(problem, K, weighs_all_states=False)
    return 0.5 / (at.R + at.b * at.cost / at.mu)


def gradient_step(problem: Source, K: ArrayLike | None = None) -> Array:
    r"""c_pg of S2 Theorem 3.6, explicit: a step size for which the promised decrease holds, (...).

    .. math:: \eta \le \min\Bigl\{\frac{\hat d}{\|\nabla C(K)\|_F},
              \frac{q}{5\,C\,\bar r}\Bigr\}, \qquad
              \varphi(\hat d) = \frac{1}{8\nu^2}, \qquad \bar r = \|R\| + bC/\mu

    From the value-difference lemma: such a step moves the covariance by at most mu/4. With
    `Magnitudes`, those of a sub-level set for one, the gradient is replaced by its bound.
    """
    at = measured(problem, K)
    if isinstance(problem, LQR) and K is not None:
        length = frobenius_norm(objective.gradient(problem, K))
    else:
        length = gradient_bound(at)
    with np.errstate(divide="ignore"):
        longest = np.where(length > 0, _root(at, 1 / (8 * at.nu**2)) / length, np.inf)
    return np.minimum(longest, at.q / (5 * at.cost * (at.R + at.b * at.cost / at.mu)))
