r"""What S1's Theorems 10 to 13 ask for and promise: as printed, repaired, and sharp.

All are functions of the `Suprema` over the sub-level sets of a start:

======================  =====================================  ===============================
\                       printed (Theorems 10, 12 | 11, 13)     sharp (`sharp_...`)
======================  =====================================  ===============================
inner step              `printed_steps`                        :math:`\kappa < 1`
outer step              1/(4 h_grad) | 1/(8 h_grad)            1/L
largest f               sqrt(min lambda Delta_0 / (288 m^3))   (1-k)/(1+k) sqrt(lambda gamma
                        | 480 for 288                          Delta_0)
gap left per step       1 - eta lambda / 8                     1 - (1-k) eta lambda / 2
bias                    144 m^3 f^2 / lambda | 240             ((1+k)/(1-k))^2 f^2 / lambda
======================  =====================================  ===============================

with :math:`k = \kappa = \eta_l L(2 + \eta_l L)`, L a bound on the norm of every task's Hessian
operator over its S_i, and f a bound on :math:`\frac1M\sum_j\|\nabla J_i - \nabla J_j\|_F` over
S_ML. The printed f bounds the spectral norm of one difference. Arrays have the families' axes
(...); what belongs to a task has (..., M). Noise is allowed in the sharp forms.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lqrlib.validation import Array

from .suprema import FORMS as FORMS
from .suprema import Suprema as Suprema
from .suprema import suprema as suprema


class Steps(NamedTuple):
    """Largest step sizes of a theorem, each (...)."""

    inner: Array
    outer: Array


class Errors(NamedTuple):
    """What the sharp theorem allows the estimates."""

    kappa_hessian: float = 0.25  #: kappa_H, a bound on eta_l ||Hessian estimate||, whatever it is.
    scaled_inner_step: float = 0.1  #: eta_l L, the inner step size over 1/L.

    @property
    def kappa(self) -> float:
        """How far both together turn a gradient: kappa_H + (1 + kappa_H) eta_l L."""
        return self.kappa_hessian + (1 + self.kappa_hessian) * self.scaled_inner_step

    def outer(self, error: Array) -> Array:
        """e, for gradient estimates whose errors are at most `error`."""
        return (1 + self.kappa_hessian) * (1 + self.scaled_inner_step) * error


# --- as printed -----------------------------------------------------------------------------------


def printed_steps(over: Suprema, *, model_free: bool = False) -> Steps:
    r"""Largest step sizes of Theorems 10 and 12, or of 11 and 13; inner 0 where none is allowed.

    .. math:: \eta_l &\le \min\Bigl\{\frac{m}{\sqrt2\,\bar h_H}, \frac1{\sqrt2\,\bar h_{grad}},
              \frac1{\sqrt{12(12\bar h_{grad}^2m^2 + \bar h_H^2)}}\Bigr\}, \qquad
              \eta \le \frac1{4\bar h_{grad}} \\
              \eta_l &\le \min\Bigl\{\frac1{\bar h_G}, \frac m{\bar h_H}, \frac1{\bar h_{grad}},
              \frac1{\sqrt{20(12\bar h_{grad}^2m^2 + \bar h_H^2)}}, \frac12\Bigr\}, \qquad
              \eta \le \frac1{8\bar h_{grad}}

    Where the printed h_H is negative (erratum E6) no inner step satisfies the condition.
    """
    m, grad, hess = over.inputs, over.smoothness, over.hessian
    root = np.sqrt(12 * grad**2 * m**2 + hess**2)
    with np.errstate(divide="ignore"):
        if model_free:
            limits = [1 / over.gradient, m / hess, 1 / grad, 1 / (np.sqrt(20) * root), 0.5]
        else:
            limits = [m / (np.sqrt(2) * hess), 1 / (np.sqrt(2) * grad), 1 / (np.sqrt(12) * root)]
    inner = np.minimum.reduce([np.broadcast_to(limit, np.shape(grad)) for limit in limits])
    return Steps(np.maximum(inner, 0.0), np.asarray(1 / ((8 if model_free else 4) * grad)))


def printed_heterogeneity_limit(over: Suprema, *, model_free: bool = False) -> Array:
    r"""Largest f of Theorem 10 (or 11), (...): sqrt(min_i lambda_i Delta_0 / (288 m^3)), or 480."""
    factor = 480 if model_free else 288
    least = (over.domination * over.start_gap).min(axis=-1)
    return np.sqrt(least / (factor * over.inputs**3))


def printed_admits(over: Suprema, *, model_free: bool = False) -> NDArray[np.bool_]:
    """Whether Theorem 10 (or 11) admits the tasks, (...): near, and some inner step allowed."""
    near = over.heterogeneity[..., 0] <= printed_heterogeneity_limit(over, model_free=model_free)
    return near & (printed_steps(over, model_free=model_free).inner > 0)


def printed_rate(over: Suprema, step_size: ArrayLike) -> Array:
    """Fraction of a task's gap that a step leaves, (..., M): 1 - eta lambda_i / 8."""
    return 1 - np.asarray(step_size)[..., None] * over.domination / 8


def printed_bias(over: Suprema, *, model_free: bool = False) -> Array:
    """Bias of Theorem 12 (or 13), (..., M): 144 m^3 f^2 / lambda_i, or 240."""
    factor = 240 if model_free else 144
    return factor * over.inputs**3 * over.heterogeneity**2 / over.domination


def printed_optimum_bias(over: Suprema, *, report: bool = False) -> Array:
    r"""Right side of (7), the gap of K*_ML, (..., M): the published form, or the report's.

    .. math:: \frac{96\,\bar J_{\max} m^3 f^2}{\mu^2\min_i\sigma_{\min}(R_i)
              \min_i\sigma_{\min}(Q_i)}, \qquad\text{in the report plus}\quad
              \frac{144\,m^3f^2}{\lambda_i}
    """
    m3 = over.inputs**3
    common = (96 * over.cost * m3 / (over.mu**2 * over.r * over.q))[..., None]
    bound = common * over.heterogeneity**2
    return bound + printed_bias(over) if report else bound


# --- sharp ----------------------------------------------------------------------------------------


def kappa(inner_step_size: ArrayLike, smoothness: ArrayLike) -> Array:
    """How far the inner step turns a task's gradient, relatively: eta_l L (2 + eta_l L)."""
    scaled = np.asarray(inner_step_size, dtype=float) * np.asarray(smoothness, dtype=float)
    return scaled * (2 + scaled)


def sharp_steps(over: Suprema, largest_kappa: float = 0.25) -> Steps:
    r"""Inner step at which kappa has a given value in (0, 1), and outer step 1/L."""
    if not 0 < largest_kappa < 1:
        raise ValueError(f"largest_kappa: expected a number in (0, 1), got {largest_kappa!r}")
    scaled = largest_kappa / (1 + np.sqrt(1 + largest_kappa))  # root of s (2 + s) = kappa
    return Steps(scaled / over.smoothness, 1 / over.smoothness)


def sharp_rate(over: Suprema, step_size: ArrayLike, kappa: ArrayLike) -> Array:
    """Fraction of a task's gap that a step leaves, (..., M): 1 - (1 - kappa) eta lambda_i / 2."""
    shortened = (1 - np.asarray(kappa)) * np.asarray(step_size)
    return 1 - shortened[..., None] * over.domination / 2


def sharp_gradient(over: Suprema, kappa: ArrayLike, error: ArrayLike = 0.0) -> Array:
    r"""b, (..., M): the task's gradient at which descent may stop, ((1+kappa) f + e)/(1-kappa).

    `error` bounds ||estimate - grad J_ML||_F, zero for the model-based algorithm. ``inf`` for
    kappa >= 1, where nothing is promised.
    """
    turned = np.asarray(kappa, dtype=float)[..., None]
    bound = (1 + turned) * over.heterogeneity + np.asarray(error, dtype=float)[..., None]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(turned < 1, bound / (1 - turned), np.inf)


def sharp_bias(over: Suprema, kappa: ArrayLike, error: ArrayLike = 0.0) -> Array:
    """Bias of the iterates and of every stationary gain in S_ML, (..., M): b^2 / lambda_i."""
    return sharp_gradient(over, kappa, error) ** 2 / over.domination


def sharp_invariant(over: Suprema, kappa: ArrayLike) -> NDArray[np.bool_]:
    """Whether b^2 <= lambda_i gamma_i Delta_0 for all tasks, bool (...): S_ML is invariant."""
    return np.asarray((sharp_bias(over, kappa) <= over.gap).all(axis=-1))
