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
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .objective import AtGain
from .problem import LQR, require_family
from .validation import Array, finite_array, matrix, real_number, require_broadcast

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

    @np.errstate(over="ignore", invalid="ignore", under="ignore")
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
    require_broadcast(name, gain.shape[:-2], tasks.batch_shape[:-1], "the families")
    return gain[..., None, :, :]


def inner_steps(value: Any) -> float | Array:
    """The inner step size, or one for each family (...): numbers >= 0, checked."""
    if not isinstance(value, list | tuple) and np.ndim(value) == 0:
        return real_number("inner_step_size", value, positive=False)
    steps = finite_array("inner_step_size", value, 0)
    if (steps < 0).any():
        raise ValueError(f"inner_step_size: expected numbers >= 0, got {value!r}")
    return steps


def require_hessian(hessian: str | Hessian) -> None:
    """Refuse what stands for no Hessian operator."""
    if not (callable(hessian) or (isinstance(hessian, str) and hessian in HESSIANS)):
        raise ValueError(
            f"hessian: expected a callable or one of {', '.join(HESSIANS)}, got {hessian!r}"
        )


@np.errstate(over="ignore", invalid="ignore", under="ignore")
def at_gain(tasks: LQR, K: ArrayLike, inner_step_size: float | Array) -> MetaGain:
    """Everything about J_ML at K (..., m, n), from two closed loops of each task."""
    gain, eta = family_gain(tasks, K), inner_steps(inner_step_size)
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

    ``nan`` where K or an adapted gain does not stabilize its task.

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
    """
    require_hessian(hessian)
    return at_gain(tasks, K, inner_step_size).gradient(hessian)
