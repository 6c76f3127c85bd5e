"""One drawn family at every level of heterogeneity, and how far gains stabilize all of it.

A family is the nominal task plus differences. Scaling the differences keeps the draw and changes
the level, so a curve over levels compares like with like.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lqrlib import maml, objective
from lqrlib.errors import NotStabilizingError
from lqrlib.problem import LQR, require_family
from lqrlib.tasks import MATRICES
from lqrlib.validation import Array, finite_array, real_number
from lqrpapers.studies.stationary import stationary_gain

from .bisection import bisect, double

# `follow_optimum` ends where no stride of this factor works.
CLOSEST = 1.01


def scaled(family: LQR, factor: ArrayLike) -> LQR:
    """The family (..., M) with all differences to its first task multiplied by a factor (...).

    Raises ValueError where a Q or R comes out indefinite.
    """
    require_family(family, "family")
    size = finite_array("factor", factor, 0)
    try:
        np.broadcast_shapes(size.shape, family.batch_shape[:-1])
    except ValueError:
        raise ValueError(
            f"factor: shape {size.shape} does not broadcast against the families "
            f"{family.batch_shape[:-1]}"
        ) from None
    size = size[..., None, None, None]
    changed = {}
    for name in MATRICES:
        matrices = getattr(family, name)
        nominal = matrices[..., :1, :, :]
        changed[name] = nominal + size * (matrices - nominal)
    return family.replace(**changed)


def all_stable(family: LQR, factor: Array, K: ArrayLike) -> NDArray[np.bool_]:
    """Whether K stabilizes every task of each scaled family, (D,)."""
    gain = maml.family_gain(family, K)
    return np.all(objective.is_stabilizing(scaled(family, factor), gain), axis=-1)


def critical_factor(family: LQR, K: ArrayLike, *, most: float) -> Array:
    """Factor (D,) at which K ceases to stabilize every task; ``inf`` if that is beyond `most`.

    Found by doubling and bisection from 0, where the family is its first task; K must stabilize
    that (NotStabilizingError), and no Q or R may become indefinite on the way (ValueError).
    """
    require_family(family, "family", many=True)
    most = real_number("most", most)
    count = len(family)
    if not all_stable(family, np.zeros(count), K).all():
        raise NotStabilizingError("K: expected a gain that stabilizes the first task")

    def stable(factor: Array) -> NDArray[np.bool_]:
        return all_stable(family, factor, K)

    inside, outside = double(stable, np.zeros(count), np.full(count, min(1.0, most)), most)
    return np.where(inside == outside, np.inf, bisect(stable, inside, outside, 40)[0])


def follow_optimum(family: LQR, K: ArrayLike, factors: ArrayLike) -> tuple[Array, Array]:
    """The gain of least average cost of each family at each factor, as far as it can be followed.

    From the gain of one factor a larger one is tried; if the gain still stabilizes every task there
    it is the start for the new optimum, otherwise the stride is shortened. So the search goes on
    past the critical factor of every fixed gain. It ends where the optimum no longer stabilizes the
    family scaled by `CLOSEST` more: close to the end the least average cost grows without bound.

    For families (D, M), rising positive factors (L,), and a K (..., m, n) that stabilizes every
    task at the first (NotStabilizingError). Returns gains (L, D, m, n), ``nan`` where a family was
    lost before, and the largest factors (D,) at which a common stabilizing gain was found, ``inf``
    if that is the last.
    """
    require_family(family, "family", many=True)
    stops = finite_array("factors", factors, 1)
    if stops.ndim != 1 or not (np.diff(stops, prepend=0.0) > 0).all():
        raise ValueError(f"factors: expected increasing positive numbers, got {factors!r}")
    count = len(family)
    start = maml.family_gain(family, K)[..., 0, :, :]
    gain = np.broadcast_to(start, (count, *start.shape[-2:])).copy()
    reached, stride = np.full(count, stops[0]), np.full(count, np.inf)
    if not all_stable(family, reached, gain).all():
        raise NotStabilizingError("K: expected a gain that stabilizes every task of each family")
    gain = stationary_gain(scaled(family, reached), gain, 0.0, tolerance=1e-8)
    gains = np.full((len(stops), *gain.shape), np.nan)
    gains[0] = gain
    following = np.ones(count, dtype=int)  # the next stop of each family
    while (todo := np.flatnonzero((following < len(stops)) & (stride >= CLOSEST))).size:
        level = np.minimum(reached[todo] * stride[todo], stops[following[todo]])
        works = all_stable(family[todo], level, gain[todo])
        used = level / reached[todo]
        stride[todo[~works]] = np.sqrt(used[~works])
        if works.any():
            moved, level = todo[works], level[works]
            larger = scaled(family[moved], level)
            gain[moved] = stationary_gain(larger, gain[moved], 0.0, tolerance=1e-8)
            reached[moved] = level
            at = moved[level == stops[following[moved]]]
            gains[following[at], at] = gain[at]
            following[at] += 1
    return gains, np.where(following == len(stops), np.inf, reached)
