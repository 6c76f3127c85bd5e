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
import scipy  # loads scipy.stats when it is first used
from numpy.typing import ArrayLike

from lqrlib import maml, objective
from lqrlib.problem import LQR
from lqrlib.validation import Array, finite_array, real_number

from .stationary import stationary_gain


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


def one_step_advantages(
    family: LQR, unseen: LQR, start: ArrayLike, products: Array
) -> tuple[Array, Array, Array]:
    """What MAML wins over averaging after one inner step eta with eta h_max one of `products` (X,).

    For LQR families (D, M) and unseen tasks (D, U): medians over families of the relative advantage
    on the training tasks, measured and by the quadratic model, (X,); and MAML's gap over
    averaging's on the unseen tasks (X, D), nan where one step throws both out.
    """
    H, centres = quadratic_model(family)
    steepest = np.linalg.eigvalsh(H)[..., -1].max()
    least, least_new = (
        objective.cost(tasks, objective.optimal_gain(tasks)).mean(axis=-1)
        for tasks in (family, unseen)
    )
    average = meta = stationary_gain(family, start, 0.0)
    measured, model, ratios = [], [], []
    for eta in map(float, products / steepest):
        meta = stationary_gain(family, meta, eta, tolerance=1e-7)
        both = [maml.cost(family, K, eta) for K in (average, meta)]
        measured.append((both[0] - both[1]) / least)
        ends = [meta_cost(H, centres, meta_optimum(H, centres, e), eta) for e in (0.0, eta)]
        model.append((ends[0] - ends[1]) / least)
        gaps = [maml.cost(unseen, K, eta) / least_new - 1 for K in (meta, average)]
        with np.errstate(invalid="ignore"):
            ratios.append(gaps[0] / gaps[1])
    return np.median(measured, axis=1), np.median(model, axis=1), np.array(ratios)


def wins(ratios: Array) -> tuple[int, int, float]:
    """How many of the known ratios (D,) are below one, of how many, and the binomial test's p."""
    known = ratios[~np.isnan(ratios)]
    below = int((known < 1).sum())
    return below, len(known), float(scipy.stats.binomtest(below, len(known)).pvalue)
