"""The bias of the MAML optimum, measured and bounded at the optimum itself."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from . import maml, objective
from .constants import heterogeneity, meta, optimality_gap, printed
from .problem import LQR
from .validation import Array, real_number


class Bias(NamedTuple):
    """A stationary gain of J_ML, and how far it is from each task's optimum.

    Attributes
    ----------
    gain : array (..., m, n)
        K*_ML.
    inner_step : array (...)
        eta_l.
    gaps : array (..., M)
        J_i(K*_ML) - J_i*.
    bounds : array (..., M)
        ((1+kappa)/(1-kappa))^2 f_i^2 / lambda_i with f_i the mean distance of the gradients at
        K*_ML and kappa from the largest Hessian there: the sharp bound where the Hessian grows no
        further along the inner step.
    """

    gain: Array
    inner_step: Array
    gaps: Array
    bounds: Array


def hessian_norm(tasks: LQR, K: ArrayLike) -> Array:
    """Largest operator norm of the tasks' Hessians at K, (...)."""
    matrices = objective.hessian_matrix(tasks, maml.family_gain(tasks, K))
    return np.asarray(np.abs(np.linalg.eigvalsh(matrices)).max(axis=(-2, -1)))


def distances(tasks: LQR, K: ArrayLike) -> Array:
    """Mean Frobenius distance f_i of each task's gradient to those of all tasks at K, (..., M)."""
    slopes = objective.gradient(tasks, maml.family_gain(tasks, K))
    return np.asarray(heterogeneity.frobenius_distances(slopes).mean(axis=-1))


def stationary_bias(
    tasks: LQR, K: ArrayLike, share: float = 0.02, *, tolerance: float = 1e-9
) -> Bias:
    """K*_ML near K for the inner step `share` / ||Hessian|| at K, and its bias.

    Parameters
    ----------
    tasks : LQR
        Families (..., M).
    K : array (..., m, n)
        Near the optimum, for example the gain of least average cost.
    share : number >= 0
        eta_l times the largest Hessian norm at K, so kappa is about twice that.
    tolerance : number
        As for `maml.stationary_gain`.

    Raises
    ------
    NotStabilizingError
        If K does not stabilize every task.
    """
    part = real_number("share", share, positive=False)
    objective.require_stabilizing(tasks, maml.family_gain(tasks, K))
    inner = part / hessian_norm(tasks, K)
    gain = maml.stationary_gain(tasks, K, inner, tolerance=tolerance)
    turn = meta.kappa(inner, hessian_norm(tasks, gain))[..., None]
    b = (1 + turn) / (1 - turn) * distances(tasks, gain)
    each = gain[..., None, :, :]
    bounds = b**2 / printed.gradient_domination(tasks, each)
    return Bias(gain, np.asarray(inner), optimality_gap(tasks, each), np.asarray(bounds))
