"""The bias of MAML: how far a stationary gain of J_ML is from each task's optimum."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import maml, objective
from lqrlib.problem import LQR
from lqrlib.validation import Array
from lqrpapers.studies.stationary import stationary_gain

from ..constants import heterogeneity, meta, printed

# Inner step times the largest Hessian norm at the gain from which `stationary_bias` starts.
RELATIVE_STEP = 0.02


class Bias(NamedTuple):
    """A stationary gain of J_ML, and how far it is from each task's optimum."""

    gain: Array  #: K*_ML, (..., m, n).
    inner_step: Array  #: eta_l, (...).
    gaps: Array  #: J_i(K*_ML) - J_i*, (..., M).
    #: ((1 + kappa)/(1 - kappa))^2 f_i^2 / lambda_i, (..., M), with f_i the mean distance of the
    #: gradients at K*_ML and kappa from the largest Hessian there: the sharp bound where the
    #: Hessian grows no further along the inner step.
    bounds: Array


def hessian_norm(tasks: LQR, K: ArrayLike) -> Array:
    """Largest operator norm of the tasks' Hessians at K, (...)."""
    return _hessian_norm(objective.at_gain(tasks, maml.family_gain(tasks, K)))


def _hessian_norm(at: objective.AtGain) -> Array:
    return np.abs(np.linalg.eigvalsh(at.hessian_matrix)).max(axis=(-2, -1))


def stationary_bias(tasks: LQR, K: ArrayLike, *, tolerance: float = 1e-9) -> Bias:
    """K*_ML near K for the inner step 0.02 / ||Hessian|| at K, and its bias; kappa is about 0.04.

    For families (..., M) and a K (..., m, n) near the optimum, such as the gain of least average
    cost. The tolerance is that of `maml.stationary_gain`. NotStabilizingError if K does not
    stabilize every task.
    """
    objective.require_stabilizing(tasks, maml.family_gain(tasks, K))
    inner_step = RELATIVE_STEP / hessian_norm(tasks, K)
    gain = stationary_gain(tasks, K, inner_step, tolerance=tolerance)
    at = objective.at_gain(tasks, gain[..., None, :, :])
    kappa = meta.kappa(inner_step, _hessian_norm(at))[..., None]
    f = heterogeneity.frobenius_distances(at.gradient).mean(axis=-1)
    b = (1 + kappa) / (1 - kappa) * f
    bounds = b**2 / printed.gradient_domination(tasks, at.K)
    return Bias(gain, inner_step, at.gap, bounds)
