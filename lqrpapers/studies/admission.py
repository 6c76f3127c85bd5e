"""How far families may be scaled for a theorem of S1 to admit them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lqrlib import maml, objective
from lqrlib.problem import LQR, require_family
from lqrlib.validation import Array, real_number

from ..constants import estimates, meta
from .families import all_stable, scaled
from .stationary import stationary_gain

# The largest kappa that the sharp form of S1 Theorem 10 is run with.
LARGEST_KAPPA = 0.25


def _fraction(used: Array, limit: Array) -> Array:
    """used / limit; 0 where nothing is used, ``inf`` where nothing is allowed."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(used > 0, used / limit, 0.0)


def admitted_factor(
    family: LQR, K0: ArrayLike, form: str = "printed", *, most: float = 10.0
) -> Array:
    """Factor (D,) by which families (D, M) may be scaled for Theorem 10 of S1 to admit them.

    The condition is f <= sqrt(min lambda Delta_0 / (288 m^3)) in the printed and corrected forms,
    b^2 <= lambda Delta_0 for all tasks, with kappa = 1/4, in the sharp one. The answer meets it,
    and is within a tenth of the largest that does where the bounds are proportional to the
    differences. It is 0 where the printed steps allow no inner step at all, and at most `most`.
    NotStabilizingError if a start K0 (D, m, n) does not stabilize the first task.
    """
    require_family(family, "family", many=True)
    most = real_number("most", most)
    start = maml.family_gain(family, K0, "K0")[..., 0, :, :]
    objective.require_stabilizing(family[:, 0], start, "K0")

    def suprema(factor: Array) -> meta.Suprema:
        return meta.suprema(scaled(family, factor), K0, form)

    def fraction_of_limit(over: meta.Suprema) -> Array:
        if form == "sharp":
            bias = meta.sharp_bias(over, LARGEST_KAPPA)
            return np.sqrt(_fraction(bias, over.gap).max(axis=-1))
        return _fraction(over.heterogeneity[..., 0], meta.printed_heterogeneity_limit(over))

    small = np.full(len(family), 1e-6)
    while not (stable := all_stable(family, small, K0)).all():
        small = np.where(stable, small, small / 10)
    over = suprema(small)
    fraction = fraction_of_limit(over)
    with np.errstate(divide="ignore"):  # equal tasks use nothing: any factor will do
        factor = np.where(fraction > 0, np.minimum(0.95 * small / fraction, most), most)
    for _ in range(60):
        stable = all_stable(family, factor, K0)
        trial = np.where(stable, factor, small)
        met = stable & (fraction_of_limit(suprema(trial)) <= 1)
        if met.all():
            break
        factor = np.where(met, factor, 0.8 * factor)
    if form != "sharp":
        factor = np.where(meta.printed_steps(over).inner > 0, factor, 0.0)
    return factor


def scaled_to_limit(families: LQR, K0: Array, form: str, fraction: float) -> LQR:
    """The families (D, M) with differences scaled until f is this fraction of what is admitted.

    "printed": by S1 Theorem 11 with the printed constants; "sharp": by invariance without any error
    of the estimates, b_i^2 < lambda_i Delta_0 with `meta.Errors()`. A fraction above 1 gives
    families that are not admitted.
    """
    for _ in range(3):  # f is not quite proportional to the differences
        over = meta.suprema(families, K0, form)
        if form == "printed":
            limit = meta.printed_heterogeneity_limit(over, model_free=True)
        else:
            kappa = meta.Errors().kappa
            limit = np.sqrt((over.domination * over.gap).min(axis=-1)) * (1 - kappa) / (1 + kappa)
        families = scaled(families, fraction * limit / over.heterogeneity.max(axis=-1))
    return families


def admissible(tasks: LQR, K0: ArrayLike) -> NDArray[np.bool_]:
    """Whether S1 Theorem 11 admits the families from this start, bool (...), and E6 spares it.

    The printed h_H is negative for some problems (erratum E6), and then no inner step is allowed.
    """
    return meta.printed_admits(meta.suprema(tasks, K0), model_free=True)


def admitted(families: LQR, K0: Array) -> tuple[LQR, Array, Array]:
    """What Theorem 13 of S1 speaks of: families, starts, and K*_ML near the first task's optimum.

    The families (D, M) scaled to 0.9 of what S1 Theorem 11 admits, as many as are admissible;
    K*_ML, like K0 (D, m, n), for the largest printed inner step.
    """
    near = scaled_to_limit(families, K0, "printed", 0.9)
    spared = admissible(near, K0)
    near, K0 = near[spared], K0[spared]
    inner = meta.printed_steps(meta.suprema(near, K0), model_free=True).inner
    return near, K0, stationary_gain(near, objective.optimal_gain(near[:, 0]), inner)


def asked_of_a_run(
    family: LQR, K0: ArrayLike, form: str, *, failure: float = 0.1
) -> tuple[float, float, estimates.EstimateSize]:
    """What Theorem 13 of S1 asks for to end within a hundredth of the first task's gap.

    Iterations, error of a gradient estimate at K0, its radius and samples, for one family (M,).
    "printed": a part of the theorem, the gradient estimates of TR Lemma 17 alone. "sharp": without
    a Hessian, eta = 1/L and eta_l = 0.1/L, every one of the 2 M T estimates good at once.
    """
    over = meta.suprema(family, K0, form)
    gap, domination = float(over.start_gap[0]), float(over.domination[0])
    target, allowed = gap / 100, meta.Errors(kappa_hessian=0.0, scaled_inner_step=0.1)
    if form == "sharp":
        left = 1 - allowed.kappa
        error = left * np.sqrt(domination * target) / float(allowed.outer(np.ones(())))
        iterations = float(2 * over.smoothness / (left * domination) * np.log(gap / target))
        failure = failure / (2 * over.tasks * iterations)
    else:
        error = domination * target / 648  # an error of 2x for h_r(x) and h_S(x)
        outer = float(meta.printed_steps(over, model_free=True).outer)
        iterations = 8 / (outer * domination) * np.log(2 * gap / target)
    size = estimates.gradient_size(family[0], K0, error, failure=failure, form=form)
    return iterations, error, size
