r"""The printed constants that fail, repaired with as little change as possible.

Same notation and setting as `lqrpapers.constants.printed` (no noise). Each formula differs from the
printed one only where the printed one is wrong; `lqrpapers.constants.sharp` has better ones that
also cover noise.
"""

from __future__ import annotations

from numpy.typing import ArrayLike

from lqrlib import LQR
from lqrlib.validation import Array

from . import printed
from .magnitudes import Magnitudes, measured
from .printed import Heterogeneity

Source = LQR | Magnitudes


def gradient_bound(problem: Source, K: ArrayLike | None = None) -> Array:
    r"""h_G with the factor 2 of the gradient (E1): ||grad J(K)||_F <= 2 (J/q) h_0, (...)."""
    return 2 * printed.gradient_bound(measured(problem, K))


def gain_bound(problem: Source, K: ArrayLike | None = None) -> Array:
    r"""h_c with a Frobenius norm: ||K||_F <= (h_0 + ||B'P_K A||_F) / sigma_min(R), (...)."""
    at = measured(problem, K, weighs_all_states=False)
    return (printed.E_bound(at) + at.BPA_frobenius) / at.r


def cost_smoothness(
    problem: Source, K: ArrayLike | None = None, *, radius: Array | None = None
) -> Array:
    r"""h_cost with the part from Q (E2), (...): ``|J(K') - J(K)| <= h_cost J ||K' - K||``.

    .. math:: h_{cost} = \frac{4\operatorname{tr}\Sigma_0}{\mu q}\Bigl[\|R\|
              \Bigl(\|K\| + \frac{h_\Delta}{2}\Bigr)
              + \|B\|(\|A_K\|+1)\,\nu\,(\|Q\| + \|R\|\|K\|^2)\Bigr]

    `radius` replaces h_Delta in it, for a supremum over gains whose h_Delta differ.
    """
    at = measured(problem, K)
    within = printed.smoothness_radius(at) if radius is None else radius
    stage = at.R * (at.K + within / 2)
    dynamics = at.B * (at.A_K + 1) * at.nu * (at.Q + at.R * at.K**2)
    return 4 * at.trace / (at.mu * at.q) * (stage + dynamics)


def hessian_bound(problem: Source, K: ArrayLike | None = None) -> Array:
    r"""h_H in J alone (E6), (...): a bound on the Hessian as an operator on Frobenius norms.

    .. math:: h_H = \frac{2J}{q}\Bigl(\|R\| + \frac{\|B\|^2J}{\mu}
              + 4\|A_K\|\|B\|\,\nu\,h_0\Bigr)
    """
    at = measured(problem, K)
    cross = 4 * at.A_K * at.B * at.nu * printed.E_bound(at)
    return 2 * at.cost / at.q * (at.R + at.B**2 * at.cost / at.mu + cross)


def gradient_smoothness(
    problem: Source, K: ArrayLike | None = None, *, radius: Array | None = None
) -> Array:
    """h_grad (`printed.gradient_smoothness`) with the repaired h_cost (E2), (...)."""
    at = measured(problem, K)
    return printed.gradient_constant(at, cost_smoothness(at, radius=radius), radius)


def gradient_heterogeneity(problem: Source, K: ArrayLike | None = None) -> Heterogeneity:
    r"""h^1_het ... h^4_het with the 2 of the gradient and a lost ||B|| (E3).

    .. math:: h^1 &= \tfrac{2J}{q}\|B\|\bigl(\|P\| + 2\|A_K\|^2 (\|Q\|+\|K\|^2\|R\|)\nu^2\bigr)
                     + 4 e \nu^2 \|A_K\| \|\Sigma_0\| \\
              h^2 &= \tfrac{2J}{q}\bigl(\|A_K\|\|P\| + \|B\|\|K\|\|P\|
                     + 2\|B\|\|K\|\|A_K\|^2(\|Q\|+\|K\|^2\|R\|)\nu^2\bigr)
                     + 4 e \nu^2 \|K\|\|A_K\|\|\Sigma_0\| \\
              h^3 &= \tfrac{2J}{q}\|B\|\|A_K\|\nu, \qquad
              h^4 = \tfrac{2J}{q}\bigl(\|K\| + \|K\|^2\|B\|\|A_K\|\nu\bigr)

    Meant for the maximum over tasks, ``magnitudes(tasks, K).worst()``.
    """
    at = measured(problem, K)
    scale, weight = 2 * at.cost / at.q, at.Q + at.K**2 * at.R
    e = at.R * at.K + at.cost * (at.B**2 * at.K + at.B * at.A) / at.mu
    value = 2 * at.B * at.A_K**2 * weight * at.nu**2
    covariance = 4 * e * at.nu**2 * at.A_K * at.Sigma0
    return Heterogeneity(
        scale * (at.B * at.P + value) + covariance,
        scale * (at.A_K * at.P + at.B * at.K * at.P + at.K * value) + at.K * covariance,
        scale * at.B * at.A_K * at.nu,
        scale * (at.K + at.K**2 * at.B * at.A_K * at.nu),
    )
