r"""Suprema over the sub-level sets of a start, which S1's Theorems 10 to 13 are made of.

.. math:: S_i = \{K : J_i(K) - J_i^* \le \gamma_i\Delta_0^{(i)}\}, \qquad
          \Delta_0^{(i)} = J_i(K_0) - J_i^*, \qquad S_{ML} = \bigcap_i S_i

A supremum over infinitely many gains cannot be computed; `suprema` gives numbers that bound it
(`lqrpapers.constants.sublevel`).
"""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import LQR, objective
from lqrlib.problem import require_family
from lqrlib.tasks import heterogeneity as family_heterogeneity
from lqrlib.validation import Array, finite_array

from . import corrected, heterogeneity, printed, sharp
from .magnitudes import magnitudes, sublevel

FORMS = ("printed", "corrected", "sharp")


@dataclass(frozen=True, eq=False)
class Suprema:
    """Numbers that bound what the theorems take suprema of over the sub-level sets."""

    #: h_grad (...): local Lipschitz constant of the gradients; in the sharp form L, a bound on the
    #: operator norm of every Hessian.
    smoothness: Array
    hessian: Array  #: h_H (...); in the sharp form L again.
    gradient: Array  #: h_G (...).
    #: f of each task (..., M): in the printed and corrected forms spectral norm, the same for all
    #: tasks; in the sharp form mean Frobenius distance to all tasks.
    heterogeneity: Array
    domination: Array  #: lambda of each task (..., M).
    start_gap: Array  #: Delta_0 (..., M).
    gap: Array  #: The largest gap in S_i, gamma_i Delta_0 (..., M).
    cost: Array  #: max_i J_i(K_0), (...).
    mu: Array  #: Least eigenvalue of all Sigma0, (...).
    q: Array  #: Least eigenvalue of all Q, (...).
    r: Array  #: Least eigenvalue of all R, (...).
    inputs: int  #: m.
    tasks: int  #: M.


# Of families, by what else was asked: claims ask again for every fraction of a step.
_known: WeakKeyDictionary[LQR, dict[tuple[object, ...], Suprema]] = WeakKeyDictionary()


def suprema(tasks: LQR, K0: ArrayLike, form: str = "printed", *, gamma: ArrayLike = 1.0) -> Suprema:
    r"""Bounds over the sub-level sets of K0, of one form of the constants.

    Parameters
    ----------
    tasks : LQR
        A family (..., M), M >= 1.
    K0 : array (..., m, n)
        Start; stabilizes every task.
    form : "printed", "corrected" or "sharp"
        Which constants: `lqrpapers.constants.printed`, `corrected` or `sharp`.
    gamma : number or array (..., M)
        gamma_i >= 1 of the sub-level sets.
    """
    if form not in FORMS:
        raise ValueError(f"form: expected one of {', '.join(FORMS)}, got {form!r}")
    require_family(tasks)
    size = finite_array("gamma", gamma, 0)
    if not (size >= 1).all():
        raise ValueError(f"gamma: expected numbers >= 1, got {gamma!r}")
    gain = finite_array("K0", K0, 2)[..., None, :, :]
    known = _known.setdefault(tasks, {})
    key = form, gain.shape, gain.tobytes(), size.shape, size.tobytes()
    if key not in known:
        known[key] = _suprema(tasks, gain, form, size)
    return known[key]


def _suprema(tasks: LQR, gain: Array, form: str, size: Array) -> Suprema:
    """`suprema` for checked arguments; the gain has an axis for the tasks."""
    objective.require_stabilizing(tasks, gain, "K0")
    start = magnitudes(tasks, gain)
    batch = np.shape(start.cost)
    family = tasks if tasks.batch_shape == batch else _broadcast(tasks, batch)
    gap = np.broadcast_to(size * start.gap, batch)
    each = sublevel(family, start.optimal_cost + gap)
    worst = each.worst(axis=-1)
    if form == "sharp":
        smoothness = hessian = sharp.hessian_bound(each).max(axis=-1)
        gradient = sharp.gradient_bound(each).max(axis=-1)
        distance = heterogeneity.sublevel_distances(family, each).mean(axis=-1)
    else:
        constants = printed if form == "printed" else corrected
        # h_grad grows with h_Delta, which is largest where the cost is least
        radius = worst.q * worst.mu / (4 * worst.B * start.optimal_cost.max(axis=-1))
        smoothness = constants.gradient_smoothness(worst, radius=radius)
        hessian = constants.hessian_bound(worst)
        gradient = constants.gradient_bound(worst)
        levels = family_heterogeneity(family)
        factors = constants.gradient_heterogeneity(worst)
        bound = sum(level * factor for level, factor in zip(levels, factors, strict=True))
        distance = np.broadcast_to(np.asarray(bound)[..., None], batch)
    return Suprema(
        smoothness=smoothness,
        hessian=hessian,
        gradient=gradient,
        heterogeneity=distance,
        domination=printed.gradient_domination(each),
        start_gap=start.gap,
        gap=gap,
        cost=start.cost.max(axis=-1),
        mu=worst.mu,
        q=worst.q,
        r=worst.r,
        inputs=tasks.inputs,
        tasks=batch[-1],
    )


def _broadcast(tasks: LQR, batch: tuple[int, ...]) -> LQR:
    """The same tasks for each of several starts."""
    return tasks[tuple(np.broadcast_to(each, batch) for each in np.indices(tasks.batch_shape))]
