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
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .errors import NotStabilizingError
from .matrices import frobenius_norm
from .objective import AtGain
from .problem import LQR, require_family
from .validation import Array, matrix, real_number, whole_number

HESSIANS = ("exact", "none")
# A stand-in for the Hessian operator: the tasks at a gain, and a direction (..., M, m, n).
Hessian = Callable[[AtGain, Array], Array]


class MetaGain(NamedTuple):
    """A family at a gain K, and at the gains that one inner step makes of it: two closed loops.

    Attributes
    ----------
    before, after : AtGain
        Of K (..., 1, m, n) and of the adapted gains (..., M, m, n), on each task.
    step : number or array (..., 1, 1, 1)
        eta_l.
    """

    before: AtGain
    after: AtGain
    step: float | Array

    @property
    def cost(self) -> Array:
        """J_ML, (...) (S1 equation 3)."""
        return self.after.cost.mean(axis=-1)

    def gradient(self, hessian: str | Hessian = "exact") -> Array:
        """Gradient of J_ML, or a stand-in for it, (..., m, n) (S1 equation 4)."""
        outer = self.after.gradient
        if hessian != "none" and np.any(self.step):
            applied = hessian if callable(hessian) else AtGain.hessian
            outer = outer - self.step * applied(self.before, outer)
        return outer.mean(axis=-3)


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


def inner_steps(value: float | Array) -> float | Array:
    """The inner step size, or one for each family (...): numbers >= 0, checked."""
    if np.ndim(value) == 0:
        return real_number("inner_step_size", value, positive=False)  # type: ignore[arg-type]
    steps = np.asarray(value)
    if steps.dtype.kind not in "iuf" or not (np.isfinite(steps) & (steps >= 0)).all():
        raise ValueError(f"inner_step_size: expected numbers >= 0, got {value!r}")
    return steps.astype(float)


def require_hessian(hessian: str | Hessian) -> None:
    """Refuse what stands for no Hessian operator."""
    if not callable(hessian) and hessian not in HESSIANS:
        raise ValueError(
            f"hessian: expected a callable or one of {', '.join(HESSIANS)}, got {hessian!r}"
        )


def at_gain(tasks: LQR, K: ArrayLike, inner_step_size: float | Array) -> MetaGain:
    """Everything about J_ML at K (..., m, n), from two closed loops of each task."""
    return _at(tasks, family_gain(tasks, K), inner_steps(inner_step_size))


@np.errstate(over="ignore", invalid="ignore")
def _at(tasks: LQR, gain: Array, eta: float | Array) -> MetaGain:
    """The same for a trusted gain (..., 1, m, n)."""
    before = AtGain(tasks, gain)
    step = eta if isinstance(eta, float) else eta[..., None, None, None]
    try:
        adapted = gain - step * before.gradient
    except ValueError:
        raise ValueError(
            f"inner_step_size: shape {np.shape(eta)} does not broadcast against the families and "
            f"gains {before.gradient.shape[:-3]}"
        ) from None
    return MetaGain(before, AtGain(tasks, adapted), step)


def adapted_gains(tasks: LQR, K: ArrayLike, inner_step_size: float | Array) -> Array:
    """Gains after one inner gradient step on each task, (..., M, m, n); nan where K is unstable."""
    return at_gain(tasks, K, inner_step_size).after.K


def cost(tasks: LQR, K: ArrayLike, inner_step_size: float | Array) -> Array:
    """J_ML(K), (...): average cost after one inner step on each task (S1 equation 3)."""
    return at_gain(tasks, K, inner_step_size).cost


def gradient(
    tasks: LQR, K: ArrayLike, inner_step_size: float | Array, hessian: str | Hessian = "exact"
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
        `lqrpapers.constants.printed.hessian_at`.

    Returns
    -------
    array (..., m, n)
        ``nan`` where K or an adapted gain does not stabilize its task.
    """
    require_hessian(hessian)
    return at_gain(tasks, K, inner_step_size).gradient(hessian)


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
    at = _at(tasks, K, eta)
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
            found = _at(tasks, trial, eta)
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
        at = _at(tasks, K, eta)
        length, scale = _slope(at)
    if (length <= max(tolerance, 1e-9) * scale).all():
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
