r"""Quadratic tasks, where MAML and plain averaging have closed forms.

Task i costs :math:`J_i(K) = \tfrac12\langle K - K_i, H_i[K - K_i]\rangle` with
:math:`H_i \succ 0`. One inner step leaves :math:`(I - \eta_lH_i)(K - K_i)`, so

.. math:: J_{ML}(K) = \frac1M\sum_i\tfrac12\langle K - K_i, \tilde H_i[K - K_i]\rangle, \qquad
          \tilde H_i = (I - \eta_lH_i)^2H_i ,

and its minimiser is a weighted average of the optima. With :math:`\eta_l = 0` it is the optimum of
the average cost. Gains are vectors here: H is (..., M, d, d), optima are (..., M, d).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import objective
from lqrlib.matrices import spectral_norm
from lqrlib.problem import LQR
from lqrlib.validation import Array, finite_array, real_number


def quadratic_model(tasks: LQR) -> tuple[Array, Array]:
    """Hessians (..., M, mn, mn) at the optima of LQR tasks, and the optima (..., M, mn)."""
    best = objective.optimal_gain(tasks)
    return objective.hessian_matrix(tasks, best), best.reshape((*best.shape[:-2], -1))


def _weights(hessians: ArrayLike, optima: ArrayLike, inner: float) -> tuple[Array, Array]:
    H, centres = finite_array("hessians", hessians, 3), finite_array("optima", optima, 2)
    if H.shape[:-1] != centres.shape or H.shape[-1] != H.shape[-2]:
        raise ValueError(
            f"hessians, optima: expected (..., M, d, d) and (..., M, d), got {H.shape} "
            f"and {centres.shape}"
        )
    pull = np.eye(H.shape[-1]) - real_number("inner_step_size", inner, positive=False) * H
    return pull @ H @ pull, centres


def meta_optimum(hessians: ArrayLike, optima: ArrayLike, inner_step_size: float) -> Array:
    """Minimiser of J_ML, (..., d): the optima averaged with weights (I - eta_l H)^2 H."""
    weights, centres = _weights(hessians, optima, inner_step_size)
    right = (weights @ centres[..., None]).mean(axis=-3)
    try:
        return np.linalg.solve(weights.mean(axis=-3), right)[..., 0]
    except np.linalg.LinAlgError:
        raise ValueError("hessians: expected a definite average of (I - eta_l H)^2 H") from None


def meta_cost(
    hessians: ArrayLike, optima: ArrayLike, K: ArrayLike, inner_step_size: float
) -> Array:
    """J_ML at K (..., d): average cost after one inner step, (...)."""
    weights, centres = _weights(hessians, optima, inner_step_size)
    gain = finite_array("K", K, 1)
    if gain.shape[-1] != centres.shape[-1]:
        raise ValueError(f"K: expected shape (..., {centres.shape[-1]}), got {gain.shape}")
    error = gain[..., None, :] - centres
    products = (weights @ error[..., None])[..., 0]
    return (error * products).sum(axis=-1).mean(axis=-1) / 2


def advantage_bound(hessians: ArrayLike, optima: ArrayLike, inner_step_size: float) -> Array:
    r"""Bounds J_ML(K_av) - min J_ML, (...): averaging is nearly as good where Hessians agree.

    .. math:: \frac{4\eta_l^2\delta^2}{(1-\eta_lh)^2}\frac h\ell D

    with all eigenvalues in [l, h], eta_l < 1/h, delta the largest distance of a Hessian from
    their mean and D the average gap of K_av.
    """
    H, eta = (
        finite_array("hessians", hessians, 3),
        real_number("inner_step_size", inner_step_size, positive=False),
    )
    gap = meta_cost(H, optima, meta_optimum(H, optima, 0.0), 0.0)
    eigenvalues = np.linalg.eigvalsh(H)
    low, high = eigenvalues.min(axis=(-2, -1)), eigenvalues.max(axis=(-2, -1))
    if not ((low > 0) & (eta * high < 1)).all():
        raise ValueError("inner_step_size: expected definite Hessians and eta_l < 1/h")
    spread = spectral_norm(H - H.mean(axis=-3, keepdims=True)).max(axis=-1)
    return 4 * (eta * spread / (1 - eta * high)) ** 2 * high / low * gap
