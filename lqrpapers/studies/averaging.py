r"""MAML beside plain averaging, to leading order in the inner step.

At the gain :math:`K_{av}` of least average cost let :math:`g_i` and :math:`H_i` be the tasks'
gradients and Hessians, :math:`\bar H` the mean Hessian and :math:`C = \frac1M\sum_iH_i[g_i]`. Since
the :math:`g_i` have mean zero, C is the covariance of curvature and gradient over the tasks, and

.. math:: K^*_{ML} = K_{av} + 2\eta_l\bar H^{-1}C + O(\eta_l^2), \qquad
          J_{ML}(K_{av}) - J_{ML}(K^*_{ML}) = 2\eta_l^2\langle C, \bar H^{-1}C\rangle
          + O(\eta_l^3) .
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy  # loads scipy.stats when it is first used
from numpy.typing import ArrayLike

from lqrlib import maml, objective
from lqrlib.problem import LQR
from lqrlib.validation import Array

from .stationary import stationary_gain


class Covariance(NamedTuple):
    """What decides by how much MAML differs from averaging, for families (..., M)."""

    average: Array  #: K_av, (..., m, n).
    shift: Array  #: H^-1 C, (..., m, n).
    size: Array  #: <C, H^-1 C>, (...).
    mean_hessian: Array  #: H, (..., mn, mn).
    steepest: Array  #: Largest norm of a task's Hessian at K_av, (...).


def covariance(tasks: LQR, start: ArrayLike, *, tolerance: float = 1e-13) -> Covariance:
    """At the stationary gain of the average cost near a start (..., m, n)."""
    average = stationary_gain(tasks, start, 0.0, tolerance=tolerance)
    each = maml.family_gain(tasks, average)
    hessians = objective.hessian_matrix(tasks, each)
    slopes = objective.gradient(tasks, each).reshape(*hessians.shape[:-1], 1)
    C, mean = (hessians @ slopes).mean(axis=-3), hessians.mean(axis=-3)
    shift = np.linalg.solve(mean, C)
    steepest = np.abs(np.linalg.eigvalsh(hessians)).max(axis=(-2, -1))
    size = (C * shift).sum(axis=(-2, -1))
    return Covariance(average, shift.reshape(average.shape), size, mean, steepest)


def advantage(tasks: LQR, K: Array, other: Array, eta: Array | float) -> Array:
    """J_ML(K) - J_ML(other), (...): the gradient integrated between near gains by Gauss's rule.

    It keeps its digits where the difference of the two costs has lost them.
    """
    nodes, weights = np.polynomial.legendre.leggauss(3)
    move = K - other
    slopes = [maml.gradient(tasks, other + (node + 1) / 2 * move, eta) for node in nodes]
    along = [(slope * move).sum(axis=(-2, -1)) for slope in slopes]
    return np.asarray(sum(w / 2 * part for w, part in zip(weights, along, strict=True)))


def first_order_gain(tasks: LQR, found: Covariance, eta: Array, *, iterations: int = 30) -> Array:
    """Where first-order MAML comes to rest, (..., m, n): the mean of grad J_i after the inner step
    is zero. For short inner steps eta (...)."""
    gain = found.average
    for _ in range(iterations):
        slope = maml.gradient(tasks, gain, eta, "none")
        step = np.linalg.solve(found.mean_hessian, slope.reshape(*slope.shape[:-2], -1, 1))
        gain = gain - step.reshape(slope.shape)
    return gain


def one_step_advantages(
    family: LQR, unseen: LQR, start: ArrayLike, products: Array
) -> tuple[Array, Array, Array]:
    """What MAML wins over averaging after one inner step eta with eta h_max one of `products` (X,).

    h_max is the largest eigenvalue of any task's Hessian at its own optimum. For LQR families
    (D, M) and unseen tasks (D, U): medians over families of the relative advantage on the training
    tasks, measured and to leading order, (X,); and MAML's gap over averaging's on the unseen tasks
    (X, D), nan where one step throws both out.
    """
    found = covariance(family, start, tolerance=1e-11)
    best = objective.optimal_gain(family)
    steepest = np.linalg.eigvalsh(objective.hessian_matrix(family, best))[..., -1].max()
    least, least_new = (
        objective.cost(tasks, objective.optimal_gain(tasks)).mean(axis=-1)
        for tasks in (family, unseen)
    )
    meta = found.average
    measured, leading, ratios = [], [], []
    for eta in map(float, products / steepest):
        meta = stationary_gain(family, meta, eta, tolerance=1e-9)
        measured.append(advantage(family, found.average, meta, eta) / least)
        leading.append(2 * eta**2 * found.size / least)
        gaps = [maml.cost(unseen, K, eta) / least_new - 1 for K in (meta, found.average)]
        with np.errstate(invalid="ignore"):
            ratios.append(gaps[0] / gaps[1])
    return np.median(measured, axis=1), np.median(leading, axis=1), np.array(ratios)


def wins(ratios: Array) -> tuple[int, int, float]:
    """How many of the known ratios (D,) are below one, of how many, and the binomial test's p."""
    known = ratios[~np.isnan(ratios)]
    below = int((known < 1).sum())
    return below, len(known), float(scipy.stats.binomtest(below, len(known)).pvalue)
