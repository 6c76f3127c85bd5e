"""Several tasks: sub-level sets, the MAML objective, heterogeneity (S1 sections 2 and 2.2)."""

from __future__ import annotations

from functools import partial
from types import ModuleType

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import LQR, maml, objective, optimality_gap
from lqrlib.matrices import frobenius_norm, spectral_norm
from lqrlib.tasks import distances, heterogeneity
from lqrlib.validation import Array

from ..constants import magnitudes, printed
from ..constants import sublevel as bounds_at
from ..constants.heterogeneity import differences
from ..studies import moments
from ..studies.common_gains import common_gain
from .differences import first_step, gradient_by_differences
from .maml import GRADIENT, meta_gradient_error
from .registry import Inequalities, Sides, claim, taken_from
from .runs import per_task


@claim("s1-def-2")
def sublevel_sets(tasks: LQR, K0: ArrayLike, K: ArrayLike, *, gamma: float = 1.0) -> Inequalities:
    """What S_ML promises, at those of the gains K (S, m, n) that lie in it.

    With S_i = {J_i(K) - J_i* <= gamma (J_i(K0) - J_i*)} for one family (M,): mean-square radius
    below 1, and ||K||_F at most the bound that the level gives, so the set is bounded.
    """
    start, gains = maml.family_gain(tasks, K0, "K0"), maml.family_gain(tasks, K)
    objective.require_stabilizing(tasks, start)
    limit = gamma * optimality_gap(tasks, start)
    inside = (optimality_gap(tasks, gains) <= limit * (1 + 1e-12)).all(axis=-1)
    if not inside.any():
        raise ValueError("K: expected gains in the sub-level set, got none")
    best = objective.cost(tasks, objective.optimal_gain(tasks))
    members = gains[inside]
    yield Sides("stabilizes", objective.mean_square_radius(tasks, members), 1.0, role="record")
    most = bounds_at(tasks, best + limit).K
    yield Sides("bounded", frobenius_norm(members), most, role="record")


@claim("s1-asm-1")
def common_start(tasks: LQR, K0: ArrayLike) -> Inequalities:
    """Mean-square radius of K0 (..., m, n) on each task of the family (..., M), below 1."""
    gain = maml.family_gain(tasks, K0, "K0")
    radius = objective.mean_square_radius(tasks, gain)
    yield Sides("K0 stabilizes every task", radius, 1.0, role="record")


@claim("s1-asm-1", form="dropped")
def far_apart(tasks: LQR) -> Inequalities:
    """Some gain stabilizes the whole family (..., M): decided by a linear program (n <= 2, m = 1).

    The left side is minus the best margin any gain has, positive where none exists.
    """
    _, margin = common_gain(tasks)
    yield Sides("a common gain exists", -margin, 0.0, 0.0, "the tasks are close to one another")


@claim("s1-het")
@claim("s1-het", form="dropped", assumption="the masks have spectral norm at most 1")
def pairwise_distances(tasks: LQR, epsilon: ArrayLike, *, assumption: str = "") -> Inequalities:
    """Largest pairwise spectral distances of a family (..., M) against its four levels.

    Dropped: for families whose masks are longer than 1; S1's report does not print them.
    """
    limits = np.broadcast_to(np.asarray(epsilon, dtype=float), 4)
    for name, distance, limit in zip("ABQR", heterogeneity(tasks), limits, strict=True):
        size = spectral_norm(getattr(tasks, name)).max(axis=-1)
        yield Sides(name, distance, limit, 1e-15 * size, assumption, "record")


def _scale(tasks: LQR, gain: Array) -> Array:
    """A first step for differences: that of the task that bends most."""
    return first_step(tasks, gain[..., None, :, :]).min(axis=-1)


@claim("s1-eq-3")
def maml_objective(tasks: LQR, K: ArrayLike, inner_step_size: float) -> Inequalities:
    """Relative error of J_ML against its definition, without a closed form.

    The inner gradient comes from differences of the cost, the cost of the adapted gain from the
    summed series of second moments.
    """
    gain = per_task(tasks, K)[..., 0, :, :]
    shape = (*gain.shape[:-2], tasks.batch_shape[-1], *gain.shape[-2:])
    each = np.broadcast_to(gain[..., None, :, :], shape)
    price, scale = partial(objective.cost, tasks), _scale(tasks, gain)[..., None]
    slopes, _ = gradient_by_differences(price, each, scale)
    adapted = each - inner_step_size * slopes
    radius = objective.mean_square_radius(tasks, adapted).max()
    doublings = int(np.clip(np.ceil(np.log2(40 / max(1 - radius, 1e-12))), 4, 45))
    paid = moments.summed_cost(tasks, adapted, doublings).mean(axis=-1)
    value = maml.cost(tasks, gain, inner_step_size)
    yield Sides("objective", np.abs(value - paid) / value, 1e-7, role="record")


def matrix_reading_error(tasks: LQR, K: ArrayLike, inner_step_size: float) -> Array:
    """Relative distance (..., M) of each task's meta-gradient to the nearest product H G.

    G = grad J_i(adapted gain) is m x n, and H runs over all m x m matrices, so no reading of S1's
    equation (4) with an m x m Hessian comes nearer. Zero with one state.
    """
    gain = maml.family_gain(tasks, K)
    adapted = maml.adapted_gains(tasks, gain[..., 0, :, :], inner_step_size)
    G = objective.gradient(tasks, adapted)
    target = G - inner_step_size * objective.hessian(tasks, gain, G)
    rows = np.linalg.pinv(G) @ G
    return frobenius_norm(target - target @ rows) / frobenius_norm(target)


@claim("s1-eq-4", form=("printed", "corrected"))
def meta_gradient(tasks: LQR, K: ArrayLike, inner_step_size: float, *, form: str) -> Inequalities:
    """Equation (4) against differences of J_ML, relative to the mean length of tasks' gradients.

    As printed, with an m x m Hessian, the best one for each task by itself, and with the Hessian
    formula of S1's report; corrected, with the Hessian operator.
    """
    gain = per_task(tasks, K)[..., 0, :, :]
    hessian: str | maml.Hessian = "exact"
    if form == "printed":
        hessian = printed.hessian_at
        error = matrix_reading_error(tasks, K, inner_step_size)
        yield Sides("best m x m matrix", error, GRADIENT)
    start = _scale(tasks, gain)
    error, _ = meta_gradient_error(tasks, gain, inner_step_size, hessian, start)
    size = frobenius_norm(objective.gradient(tasks, gain[..., None, :, :])).mean(axis=-1)
    part = "report's Hessian formula" if form == "printed" else "Hessian operator"
    yield Sides(part, error / size, GRADIENT)


@claim("s1-lemma-8", "e3", form=("printed", "corrected"))
def gradient_heterogeneity(
    first: LQR, second: LQR, K: ArrayLike, *, constants: ModuleType
) -> Inequalities:
    """||grad J_i - grad J_j|| <= sum epsilon_k h^k_het, norms maximal over both tasks.

    The repaired factors are for problems without noise and with equal Sigma0.
    """
    tasks = LQR.stack([first, second])
    objective.require_stabilizing(tasks, K)
    one, two = objective.gradient(first, K), objective.gradient(second, K)
    factors = constants.gradient_heterogeneity(magnitudes(tasks, K).worst())
    pairs = zip(distances(first, second), factors, strict=True)
    bound = sum(level * factor for level, factor in pairs)
    yield Sides("gradient", spectral_norm(one - two), bound, 1e-12 * spectral_norm(one))


@claim("s1-lemma-8", form="sharp")
def sharp_gradient_heterogeneity(first: LQR, second: LQR, K: ArrayLike) -> Inequalities:
    """Sharp bounds on the differences of Sigma, P, E and the gradient, noise included."""
    objective.require_stabilizing(LQR.stack([first, second]), K)
    one, two = objective.evaluate(first, K), objective.evaluate(second, K)
    bounds = differences(first, second, K)
    names = {"covariance": "Sigma", "value": "P", "E": "E", "gradient": "gradient"}
    for part, name in names.items():
        gap = spectral_norm(getattr(one, name) - getattr(two, name))
        floor = 1e-12 * spectral_norm(getattr(one, name))
        role = "carrier" if part == "gradient" else "guard"
        yield Sides(part, gap, getattr(bounds, name), floor, role=role)
    gap = frobenius_norm(one.gradient - two.gradient)
    floor = 1e-12 * frobenius_norm(one.gradient)
    yield Sides("gradient, Frobenius norm", gap, bounds.gradient_frobenius, floor)


taken_from("ours-thm-heterogeneity", "s1-lemma-8")
