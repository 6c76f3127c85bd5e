"""One draw of task directions at every level of heterogeneity, and how far it can be scaled.

A family is the nominal task plus differences. Scaling the differences keeps the draw and changes
the level, so a curve over levels compares like with like.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from . import maml, objective
from .errors import NotStabilizableError
from .problem import LQR
from .tasks import MATRICES
from .validation import Array


def scaled(family: LQR, factor: ArrayLike) -> LQR:
    """The family (..., M) with all differences to its first task multiplied by a factor (...).

    Raises ValueError where a Q or R comes out indefinite.
    """
    if not isinstance(family, LQR) or not family.batch_shape:
        raise ValueError(f"family: expected a stack (..., M) of LQR problems, got {family!r}")
    size = np.asarray(factor, dtype=float)[..., None, None, None]
    changed = {}
    for name in MATRICES:
        matrices = getattr(family, name)
        nominal = matrices[..., :1, :, :]
        changed[name] = nominal + size * (matrices - nominal)
    return family.replace(**changed)


def largest_common(
    family: LQR,
    K: ArrayLike,
    *,
    most: float = np.inf,
    factor: float = 2.0,
    closest: float = 1.01,
) -> tuple[Array, Array]:
    """How far each family can be scaled before no common stabilizing gain is found.

    The gain of least average cost is followed from level to level: from the gain of one level the
    next is tried if that gain still stabilizes every task there, with a shorter stride where it
    does not. Near the end the least average cost grows without bound, and the strides shrink.

    Parameters
    ----------
    family : LQR
        Families (D, M), with a common stabilizing gain K.
    K : array (..., m, n)
        Stabilizes every task.
    most : number
        Factors are not followed beyond it.
    factor, closest : number > 1
        First stride, and the one at which the search ends.

    Returns
    -------
    factors : array (D,)
        Largest factor reached, at least 1. At this factor a common gain exists; at `closest`
        times it none was found in the neighbourhood.
    gains : array (D, m, n)
        The gains of least average cost there.
    """
    gain = np.broadcast_to(np.asarray(K, float), family.batch_shape[:-1] + np.shape(K)[-2:])
    if not objective.is_stabilizing(family, gain[..., None, :, :]).all():
        raise NotStabilizableError("K: expected a gain that stabilizes every task of each family")
    gain = maml.stationary_gain(family, gain, 0.0)
    reached = np.ones(len(family))
    stride = np.full(len(family), float(factor))
    while True:
        todo = np.flatnonzero((stride >= closest) & (reached * closest <= most))
        if not len(todo):
            return reached, gain
        stride[todo] = np.minimum(stride[todo], most / reached[todo])
        level = reached[todo] * stride[todo]
        larger = scaled(family[todo], level)
        works = objective.is_stabilizing(larger, gain[todo][:, None]).all(axis=-1)
        stride[todo[~works]] = np.sqrt(stride[todo[~works]])
        if works.any():
            moved = todo[works]
            gain = gain.copy()
            gain[moved] = maml.stationary_gain(larger[works], gain[moved], 0.0, tolerance=1e-6)
            reached[moved] = level[works]
