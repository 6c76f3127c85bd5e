r"""The MAML objective of a family of tasks: one gain that one gradient step adapts to each of them.

With :math:`\bar K_i = K - \eta_l\nabla J_i(K)`, the gain after one inner step on task i,

.. math:: J_{ML}(K) = \frac1M\sum_i J_i(\bar K_i), \qquad
          \nabla J_{ML}(K) = \frac1M\sum_i
          \bigl(\mathrm{id} - \eta_l\nabla^2 J_i(K)\bigr)\bigl[\nabla J_i(\bar K_i)\bigr]

(S1 equations 3 and 4). The Hessian is an operator on gains; S1 writes it as an m x m matrix, which
it is not. Tasks are a stack (..., M) whose last batch axis counts them, K is (..., m, n) without
it. Where K or an adapted gain does not stabilize its task, the objective is ``inf`` and the
gradient ``nan``. Multiplicative noise is allowed throughout.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from . import objective
from .errors import NotStabilizingError
from .problem import LQR, require_family
from .validation import Array, matrix, real_number, whole_number

HESSIANS = ("exact", "none")
# A stand-in for the Hessian operator: (tasks, gain (..., 1, m, n), direction) -> product.
Hessian = Callable[[LQR, Array, Array], Array]


def family_gain(tasks: LQR, K: ArrayLike, name: str = "K") -> Array:
    """K (..., m, n) with an axis for the tasks, (..., 1, m, n), checked against the family."""
    require_family(tasks)
    gain = matrix(name, K, tasks.inputs, tasks.states)
    try:
        np.broadcast_shapes(gain.shape[:-2], tasks.batch_shape[:-1])
    except ValueError:
        raise ValueError(
            f"{name}: batch axes {gain.shape[:-2]} do not broadcast against the families "
            f"{tasks.batch_shape[:-1]}"
        ) from None
    return gain[..., None, :, :]


def inner_step(value: float) -> float:
    """The inner step size eta_l, checked: a number >= 0."""
    return real_number("inner_step_size", value, positive=False)


def inner_steps(value: float | Array) -> float | Array:
    """The inner step size, or one for each family (...): numbers >= 0, checked."""
    if np.ndim(value) == 0:
        return inner_step(value)  # type: ignore[arg-type]
    steps = np.asarray(value)
    if steps.dtype.kind not in "iuf" or not (np.isfinite(steps) & (steps >= 0)).all():
        raise ValueError(f"inner_step_size: expected numbers >= 0, got {value!r}")
    return steps.astype(float)


def _each_task(step: float | Array) -> float | Array:
    """The inner step with axes for tasks and matrices."""
    return step if isinstance(step, float) else step[..., None, None, None]


def adapted_gains(tasks: LQR, K: ArrayLike, inner_step_size: float | Array) -> Array:
    """Gains after one inner gradient step on each task, (..., M, m, n); nan where K is unstable."""
    gain, steps = family_gain(tasks, K), inner_steps(inner_step_size)
    slopes = objective.gradient(tasks, gain)
    try:
        np.broadcast_shapes(np.shape(steps), slopes.shape[:-3])
    except ValueError:
        raise ValueError(
            f"inner_step_size: shape {np.shape(steps)} does not broadcast against the families "
            f"and gains {slopes.shape[:-3]}"
        ) from None
    return np.asarray(gain - _each_task(steps) * slopes)


def task_costs(tasks: LQR, K: ArrayLike, inner_step_size: float | Array) -> Array:
    """Costs of the adapted gains on their tasks, (..., M); ``inf`` where one does not stabilize."""
    adapted = adapted_gains(tasks, K, inner_step_size)
    lost = _lost(adapted)
    costs = objective.cost(tasks, np.where(lost[..., None, None], 0.0, adapted))
    return np.where(lost, np.inf, costs)


def cost(tasks: LQR, K: ArrayLike, inner_step_size: float | Array) -> Array:
    """J_ML(K), (...): average cost after one inner step on each task (S1 equation 3)."""
    return np.asarray(task_costs(tasks, K, inner_step_size).mean(axis=-1))


def require_hessian(hessian: str | Hessian) -> None:
    """Refuse what stands for no Hessian operator."""
    if not callable(hessian) and hessian not in HESSIANS:
        raise ValueError(
            f"hessian: expected a callable or one of {', '.join(HESSIANS)}, got {hessian!r}"
        )


def gradient(
    tasks: LQR,
    K: ArrayLike,
    inner_step_size: float | Array,
    hessian: str | Hessian = "exact",
) -> Array:
    """Gradient of J_ML, or a stand-in for it, (..., m, n) (S1 equation 4).

    Parameters
    ----------
    tasks : LQR
        A family (..., M).
    K : array (..., m, n)
    inner_step_size : number >= 0, or array (...) of them
        eta_l, for each family; zero gives the gradient of the average cost.
    hessian : "exact", "none" or callable
        The true Hessian operator; none at all (first-order MAML); or a stand-in for it, as
        `lqrpapers.constants.printed.hessian`.

    Returns
    -------
    array (..., m, n)
        ``nan`` where K or an adapted gain does not stabilize its task.
    """
    require_hessian(hessian)
    eta = inner_steps(inner_step_size)
    gain = family_gain(tasks, K)
    adapted = adapted_gains(tasks, K, eta)
    lost = _lost(adapted)[..., None, None]
    outer = objective.gradient(tasks, np.where(lost, 0.0, adapted))
    outer = np.where(lost, np.nan, outer)
    if hessian != "none" and np.any(eta > 0):
        curvature = hessian if callable(hessian) else objective.hessian
        usable = ~_lost(outer)[..., None, None]
        product = curvature(tasks, gain, np.where(usable, outer, 0.0))
        outer = np.where(usable, outer - _each_task(eta) * product, np.nan)
    return np.asarray(outer.mean(axis=-3))


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
    K = family_gain(tasks, K0, "K0")[..., 0, :, :]
    batch = np.broadcast_shapes(K.shape[:-2], tasks.batch_shape[:-1])
    K = np.broadcast_to(K, batch + K.shape[-2:]).copy()
    value = cost(tasks, K, eta)
    if not np.isfinite(value).all():
        raise NotStabilizingError(
            "K0: expected a gain that stabilizes every task, also after the inner step",
            ~np.isfinite(value),
        )
    slope, length, curvature = _slope(tasks, K, eta)
    for _ in range(most):
        if (length <= tolerance * curvature).all():
            return K
        step = _newton_step(tasks, K, eta, slope)
        share = np.ones(batch)
        accepted = length <= tolerance * curvature
        for _ in range(40):
            trial = K - share[..., None, None] * step
            price = cost(tasks, trial, eta)
            with np.errstate(invalid="ignore"):
                fallen = price < value
            # at rounding of the objective only the gradient still tells progress
            level = np.isfinite(price) & (np.abs(price - value) <= 1e-12 * np.abs(value))
            if (level & ~fallen & ~accepted).any():
                new = gradient(tasks, np.where((level & ~accepted)[..., None, None], trial, K), eta)
                fallen |= level & (_norm(new) < length)
            move = fallen & ~accepted
            K = np.where(move[..., None, None], trial, K)
            value = np.where(move, price, value)
            accepted |= move
            if accepted.all():
                break
            share = np.where(accepted, share, share / 2)
        else:
            break
        slope, length, curvature = _slope(tasks, K, eta)
    if (length <= max(tolerance, 1e-9) * curvature).all():
        return K
    raise RuntimeError(
        f"no stationary gain found: the gradient is still {float((length / curvature).max()):.1e} "
        "of its scale"
    )


def _lost(gains: Array) -> objective.Bools:
    """Members that are not finite."""
    return np.asarray(~np.isfinite(gains).all(axis=(-2, -1)))


def _norm(X: Array) -> Array:
    return np.asarray(np.linalg.norm(X, axis=(-2, -1)))


def _slope(tasks: LQR, K: Array, eta: float | Array) -> tuple[Array, Array, Array]:
    """Gradient of J_ML, its norm, and the scale it is judged by: ||Hessian|| ||K||."""
    slope = gradient(tasks, K, eta)
    matrix = objective.hessian_matrix(tasks, K[..., None, :, :]).mean(axis=-3)
    scale = np.linalg.norm(matrix, axis=(-2, -1)) * np.maximum(_norm(K), 1e-12)
    return slope, _norm(slope), np.asarray(scale)


def _newton_step(tasks: LQR, K: Array, eta: float | Array, slope: Array) -> Array:
    """The gradient divided by the Gauss-Newton part of the Hessian of J_ML, made definite."""
    gain = K[..., None, :, :]
    adapted = adapted_gains(tasks, K, eta)
    inner = objective.hessian_matrix(tasks, gain)
    outer = objective.hessian_matrix(tasks, adapted)
    pull = np.eye(inner.shape[-1]) - _each_task(eta) * inner
    matrix = (pull @ outer @ pull).mean(axis=-3)
    eigenvalues, vectors = np.linalg.eigh(matrix)
    eigenvalues = np.maximum(
        np.abs(eigenvalues), 1e-10 * np.abs(eigenvalues).max(-1, keepdims=True)
    )
    flat = slope.reshape(slope.shape[:-2] + (-1, 1))
    step = vectors @ ((vectors.swapaxes(-1, -2) @ flat) / eigenvalues[..., None])
    return np.asarray(step.reshape(slope.shape))
