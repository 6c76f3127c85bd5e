"""The gain of least J_ML: where the gradient of the MAML objective vanishes."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lqrlib.errors import NotStabilizingError
from lqrlib.maml import MetaGain, at_gain, family_gain, inner_steps
from lqrlib.matrices import frobenius_norm
from lqrlib.problem import LQR
from lqrlib.validation import Array, real_number, whole_number


def stationary_gain(
    tasks: LQR,
    K0: ArrayLike,
    inner_step_size: float | Array,
    *,
    tolerance: float = 1e-11,
    iterations: int = 200,
) -> Array:
    """Stationary gain of J_ML near K0, (..., m, n): K*_ML; of the average cost if eta_l is 0.

    Newton's method with the Hessian of J_ML but for the derivative of the tasks' Hessians, halving
    steps until J_ML falls (or, near the end, the gradient does). Stops when the
    gradient norm is below `tolerance` times ||Hessian|| ||K||, or at rounding.

    Parameters
    ----------
    tasks : LQR
        A family (..., M), or a stack of families.
    K0 : array (..., m, n)
        Start, of finite J_ML.
    inner_step_size : number >= 0
    tolerance : number
        On the norm of the gradient of J_ML, relative to the largest ||Hessian|| ||K||.
    iterations : int
        At the most.

    Raises
    ------
    NotStabilizingError
        If J_ML is infinite at K0; names the families.
    RuntimeError
        If the gradient has not reached the tolerance.
    """
    eta, most = inner_steps(inner_step_size), whole_number("iterations", iterations, 0)
    tolerance = real_number("tolerance", tolerance, positive=False)
    start = family_gain(tasks, K0, "K0")
    batch = np.broadcast_shapes(start.shape[:-3], tasks.batch_shape[:-1])
    K = np.broadcast_to(start, batch + start.shape[-3:]).copy()
    at = at_gain(tasks, K[..., 0, :, :], eta)
    value = at.cost
    if not np.isfinite(value).all():
        raise NotStabilizingError(
            "K0: expected a gain that stabilizes every task, also after the inner step",
            ~np.isfinite(value),
        )
    length, scale = _slope(at)
    for _ in range(most):
        if (length <= tolerance * scale).all():
            return K[..., 0, :, :]
        step = _newton_step(at)
        fraction = np.ones(batch)
        accepted = length <= tolerance * scale
        for _ in range(40):
            trial = K - fraction[..., None, None, None] * step
            found = at_gain(tasks, trial[..., 0, :, :], eta)
            with np.errstate(invalid="ignore"):
                fallen = found.cost < value
                # at rounding of the objective only the gradient still tells progress
                level = np.isfinite(found.cost) & (np.abs(found.cost - value) <= 1e-12 * value)
            if (level & ~fallen & ~accepted).any():
                fallen |= level & (frobenius_norm(found.gradient()) < length)
            move = fallen & ~accepted
            K = np.where(move[..., None, None, None], trial, K)
            value = np.where(move, found.cost, value)
            accepted |= move
            if accepted.all():
                break
            fraction = np.where(accepted, fraction, fraction / 2)
        else:
            break
        at = at_gain(tasks, K[..., 0, :, :], eta)
        length, scale = _slope(at)
    if (length <= max(tolerance, 1e-8) * scale).all():
        return K[..., 0, :, :]
    raise RuntimeError(
        f"no stationary gain found: the gradient is still {float((length / scale).max()):.1e} "
        "of its scale"
    )


def _slope(at: MetaGain) -> tuple[Array, Array]:
    """Norm of the gradient of J_ML, and the scale it is judged by: ||Hessian|| ||K||."""
    size = np.maximum(frobenius_norm(at.before.K[..., 0, :, :]), 1e-12)
    curvature = frobenius_norm(at.before.hessian_matrix.mean(axis=-3))
    return frobenius_norm(at.gradient()), curvature * size


def _newton_step(at: MetaGain) -> Array:
    """The gradient over the Gauss-Newton part of J_ML's Hessian, made definite, (..., 1, m, n)."""
    slope = at.gradient()[..., None, :, :]
    inner, outer = at.before.hessian_matrix, at.after.hessian_matrix
    pull = np.eye(inner.shape[-1]) - at.step * inner
    eigenvalues, vectors = np.linalg.eigh((pull @ outer @ pull).mean(axis=-3))
    least = 1e-10 * np.abs(eigenvalues).max(-1, keepdims=True)
    eigenvalues = np.maximum(np.abs(eigenvalues), least)
    flat = slope.reshape(slope.shape[:-3] + (-1, 1))
    step = vectors @ ((vectors.swapaxes(-1, -2) @ flat) / eigenvalues[..., None])
    return step.reshape(slope.shape)
