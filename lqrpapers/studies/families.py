"""One draw of task directions at every level of heterogeneity, and how far it can be scaled.

A family is the nominal task plus differences. Scaling the differences keeps the draw and changes
the level, so a curve over levels compares like with like.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lqrlib import maml, objective
from lqrlib.errors import NotStabilizingError
from lqrlib.objective import optimality_gap
from lqrlib.problem import LQR, require_family
from lqrlib.tasks import MATRICES
from lqrlib.validation import Array, finite_array, real_number

from ..constants import heterogeneity, meta, printed
from .bisection import bisect, double


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


def _all_stable(family: LQR, factor: Array, K: ArrayLike) -> NDArray[np.bool_]:
    """Whether K stabilizes every task of each scaled family, (D,)."""
    gain = maml.family_gain(family, K)
    return np.asarray(objective.is_stabilizing(scaled(family, factor), gain).all(axis=-1))


def _share(used: Array, limit: Array) -> Array:
    """used / limit; 0 where nothing is used, ``inf`` where nothing is allowed."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(used > 0, used / limit, 0.0)


def reach_of_gain(family: LQR, K: ArrayLike, *, most: float) -> Array:
    """Factor (D,) at which K ceases to stabilize every task; ``inf`` if that is beyond `most`.

    Found by doubling and bisection from 0, where the family is its first task.

    Raises
    ------
    NotStabilizingError
        If K does not stabilize the first task of each family.
    ValueError
        If an argument is malformed, or a Q or R comes out indefinite on the way.
    """
    require_family(family, "family", many=True)
    most = real_number("most", most)
    count = len(family)
    if not _all_stable(family, np.zeros(count), K).all():
        raise NotStabilizingError("K: expected a gain that stabilizes the first task")

    def stable(factor: Array) -> NDArray[np.bool_]:
        return _all_stable(family, factor, K)

    inside, outside = double(stable, np.zeros(count), np.full(count, min(1.0, most)), most)
    return np.where(inside == outside, np.inf, bisect(stable, inside, outside, 40)[0])


def follow(
    family: LQR, K: ArrayLike, factors: ArrayLike, *, closest: float = 1.01
) -> tuple[Array, Array]:
    """The gain of least average cost of each family at each factor, as far as it can be followed.

    From the gain of one factor a larger one is tried; if the gain still stabilizes every task there
    it is the start for the new optimum, otherwise the stride is shortened. So the search goes on
    past the reach of every fixed gain. It ends where the optimum no longer stabilizes the family
    scaled by `closest` more: close to the end the least average cost grows without bound.

    Parameters
    ----------
    family : LQR
        Families (D, M).
    K : array (..., m, n)
        Stabilizes every task at the first factor.
    factors : array (L,)
        Increasing and positive.
    closest : number > 1

    Returns
    -------
    gains : array (L, D, m, n)
        ``nan`` where a family was lost before.
    reached : array (D,)
        Largest factor at which a common stabilizing gain was found, ``inf`` if that is the last.

    Raises
    ------
    NotStabilizingError
        If K does not stabilize every task at the first factor.
    """
    require_family(family, "family", many=True)
    if not real_number("closest", closest) > 1:
        raise ValueError(f"closest: expected a number > 1, got {closest!r}")
    stops = finite_array("factors", factors, 1)
    if stops.ndim != 1 or not (np.diff(stops, prepend=0.0) > 0).all():
        raise ValueError(f"factors: expected increasing positive numbers, got {factors!r}")
    count = len(family)
    start = maml.family_gain(family, K)[..., 0, :, :]
    gain = np.broadcast_to(start, (count, *start.shape[-2:])).copy()
    reached, stride = np.full(count, stops[0]), np.full(count, np.inf)
    if not _all_stable(family, reached, gain).all():
        raise NotStabilizingError("K: expected a gain that stabilizes every task of each family")
    gain = maml.stationary_gain(scaled(family, reached), gain, 0.0, tolerance=1e-8)
    gains = np.full((len(stops), *gain.shape), np.nan)
    gains[0] = gain
    following = np.ones(count, dtype=int)  # the next stop of each family
    while (todo := np.flatnonzero((following < len(stops)) & (stride >= closest))).size:
        level = np.minimum(reached[todo] * stride[todo], stops[following[todo]])
        works = _all_stable(family[todo], level, gain[todo])
        used = level / reached[todo]
        stride[todo[~works]] = np.sqrt(used[~works])
        if works.any():
            moved, level = todo[works], level[works]
            larger = scaled(family[moved], level)
            gain[moved] = maml.stationary_gain(larger, gain[moved], 0.0, tolerance=1e-8)
            reached[moved] = level
            at = moved[level == stops[following[moved]]]
            gains[following[at], at] = gain[at]
            following[at] += 1
    return gains, np.where(following == len(stops), np.inf, reached)


def admitted(
    family: LQR,
    K0: ArrayLike,
    form: str = "printed",
    *,
    largest_kappa: float = 0.25,
    most: float = 10.0,
) -> Array:
    """Factor (D,) by which each family may be scaled for Theorem 10 of S1 to admit it.

    The condition is f <= sqrt(min lambda Delta_0 / (288 m^3)) in the printed and corrected forms,
    b^2 <= lambda Delta_0 for all tasks in the sharp one. The answer meets it, and is within a
    tenth of the largest that does where the bounds are proportional to the differences. It is 0
    where the printed steps allow no inner step at all.

    Parameters
    ----------
    family : LQR
        Families (D, M).
    K0 : array (D, m, n)
        Start of each; stabilizes the first task.
    form : "printed", "corrected" or "sharp"
    largest_kappa : number in (0, 1)
        Of the sharp form.
    most : number
        Larger factors are not tried.

    Raises
    ------
    NotStabilizingError
        If K0 does not stabilize the first task of each family.
    """
    require_family(family, "family", many=True)
    most = real_number("most", most)
    start = maml.family_gain(family, K0, "K0")[..., 0, :, :]
    objective.require_stabilizing(family[:, 0], start, "K0")

    turn = real_number("largest_kappa", largest_kappa, positive=False)
    if not 0 < turn < 1:
        raise ValueError(f"largest_kappa: expected a number in (0, 1), got {largest_kappa!r}")

    def used(factor: Array) -> tuple[Array, meta.Suprema]:
        over = meta.suprema(scaled(family, factor), K0, form)
        if form == "sharp":
            bias = meta.sharp_bias(over, np.asarray(turn))
            return np.sqrt(_share(bias, over.gap).max(axis=-1)), over
        return _share(over.heterogeneity[..., 0], meta.printed_heterogeneity_limit(over)), over

    small = np.full(len(family), 1e-6)
    while not (stable := _all_stable(family, small, K0)).all():
        small = np.where(stable, small, small / 10)
    share, over = used(small)
    with np.errstate(divide="ignore"):  # equal tasks use no share: any factor will do
        factor = np.where(share > 0, np.minimum(0.95 * small / share, most), most)
    for _ in range(60):
        reachable = _all_stable(family, factor, K0)
        trial = np.where(reachable, factor, small)
        near = reachable & (used(trial)[0] <= 1)
        if near.all():
            break
        factor = np.where(near, factor, 0.8 * factor)
    if form != "sharp":
        factor = np.where(meta.printed_steps(over).inner > 0, factor, 0.0)
    return np.asarray(factor)


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
