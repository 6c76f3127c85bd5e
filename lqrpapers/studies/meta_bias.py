"""The bias of MAML: how far a stationary gain of J_ML is from each task's optimum."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import directions, maml, objective
from lqrlib.problem import LQR
from lqrlib.validation import Array
from lqrpapers.studies.stationary import stationary_gain

from ..constants import heterogeneity, meta, printed
from .critical_step import critical_step
from .families import scaled

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


def bias_along(families: LQR, gains: Array, factors: Array) -> tuple[Array, Array]:
    """Largest gap of a task at K*_ML and the largest bound, each (L, D), of scaled families.

    For families (D, M), factors (L,) by which their differences are multiplied, and gains
    (L, D, m, n) near the optimum, as from `families.follow_optimum`; ``nan`` where there is none.
    """
    measured, bounds = np.full((2, *gains.shape[:2]), np.nan)
    for row, (near, factor) in enumerate(zip(gains, factors, strict=True)):
        on = np.isfinite(near).all(axis=(-2, -1))
        if on.any():
            family = scaled(families[on], np.full(on.sum(), factor))
            found = stationary_bias(family, near[on], tolerance=1e-7)
            measured[row, on] = found.gaps.max(axis=-1)
            bounds[row, on] = found.bounds.max(axis=-1)
    return measured, bounds


def kept_of_promises(families: LQR, K0: Array) -> tuple[Array, Array]:
    """What is left of promised steps and biases, each (3, D): printed, sharp, sharp and measured.

    The outer step that is allowed over the one at which Algorithm 1 begins to fail from K0
    (D, m, n), and the largest bias promised over the largest measured. "Measured" takes L at K0 and
    f at K*_ML; the families (D, M) are near enough for an optimum of the first task to serve all.
    """
    top = hessian_norm(families, K0)
    direction = directions.meta_gradient(families, RELATIVE_STEP / top)
    critical = critical_step(direction, K0, 0.1 / top, 100 / top, iterations=30, bisections=6)
    found = stationary_bias(families, objective.optimal_gain(families[:, 0]))
    as_printed, sharp = (meta.suprema(families, K0, form) for form in ("printed", "sharp"))
    steps = meta.printed_steps(as_printed).outer, meta.sharp_steps(sharp).outer, 1 / top
    biases = meta.printed_bias(as_printed), meta.sharp_bias(sharp, 0.25), found.bounds
    return np.array(steps) / critical, np.max(biases, axis=-1) / found.gaps.max(axis=-1)
