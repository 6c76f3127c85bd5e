"""Model-based MAML: Remark 3 and Algorithm 1 of S1, and erratum E10."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import directions, maml, objective
from lqrlib.descent import descend
from lqrlib.matrices import frobenius_norm
from lqrlib.objective import optimality_gap
from lqrlib.problem import LQR
from lqrlib.validation import Array

from ..constants import heterogeneity, meta, printed, sharp, sublevel
from .differences import gradient_by_differences
from .domination import value_difference_along
from .registry import Sides, claim


def per_task(tasks: LQR, K: ArrayLike) -> Array:
    """K (..., m, n) with an axis for the tasks; stabilizes them all."""
    gain = maml.family_gain(tasks, K)
    objective.require_stabilizing(tasks, gain)
    shape = np.broadcast_shapes(gain.shape[:-3], tasks.batch_shape[:-1])
    return np.broadcast_to(gain, (*shape, *gain.shape[-3:]))


def change(tasks: LQR, gain: Array, move: Array) -> Array:
    """C(K + move) - C(K), (...); ``inf`` where the moved gain does not stabilize."""
    found = value_difference_along(tasks, gain, move)
    return np.where(np.isnan(found), np.inf, found)


def changes(tasks: LQR, gain: Array, moves: Array) -> Array:
    """C_j(K + move_i) - C_j(K) of every task j for each of the moves, (..., moves, M).

    K is (..., 1, m, n), moves (..., moves, m, n); ``inf`` where the moved gain does not stabilize.
    """
    return change(tasks[..., None, :], gain[..., None, :, :], moves[..., :, None, :, :])


def inner_moves(tasks: LQR, gain: Array, step: Array) -> Array:
    """The tasks' inner steps, (..., M, m, n)."""
    return np.asarray(-step[..., None, None, None] * objective.gradient(tasks, gain))


def lost_descent(change: Array, own: Array) -> Array:
    """1 + change / own: 0 where a cost falls as along its own gradient, above 1 where it rises."""
    scale = np.maximum(own, np.finfo(float).tiny)
    with np.errstate(over="ignore"):
        return np.asarray(1 + change / scale)


def _inner_limit(tasks: LQR, K: ArrayLike, form: str) -> Array:
    """1/h_grad over the sub-level sets of K, the condition of Remark 3's proof."""
    return np.asarray(1 / meta.suprema(tasks, K, form).smoothness)


@claim("s1-rem-3")
def inner_step_stays(
    tasks: LQR, K: ArrayLike, inner_step_size: ArrayLike | None = None
) -> Iterator[Sides]:
    """One inner step from K = K_0, for each task: it stabilizes all tasks, and stays in S_ML.

    For gamma_i = 1 the latter says that it raises no task's cost. It is checked as `lost_descent`.
    Default: the largest inner step of Theorem 10.
    """
    gain = per_task(tasks, K)
    largest = meta.printed_steps(meta.suprema(tasks, K)).inner
    step = np.asarray(largest if inner_step_size is None else inner_step_size, dtype=float)
    moves = inner_moves(tasks, gain, np.broadcast_to(step, gain.shape[:-3]))
    adapted = gain[..., None, :, :] + moves[..., :, None, :, :]
    radius = objective.mean_square_radius(tasks[..., None, :], adapted)
    yield Sides("stabilizes all tasks", radius, 1.0)
    slopes = frobenius_norm(objective.gradient(tasks, gain))
    own = np.broadcast_to(step, gain.shape[:-3])[..., None, None] * slopes[..., None, :] ** 2
    yield Sides("in S_ML", lost_descent(changes(tasks, gain, moves), own), 1.0)


@claim("s1-rem-3", form="corrected")
def inner_step_stays_in_own_set(tasks: LQR, K: ArrayLike) -> Iterator[Sides]:
    """With eta_l = 1/h_grad (repaired) the inner step on task i lowers the cost of task i."""
    gain = per_task(tasks, K)
    moves = inner_moves(tasks, gain, _inner_limit(tasks, K, "corrected"))
    own = value_difference_along(tasks, gain, moves)
    half = -0.5 * np.sum(-moves * objective.gradient(tasks, gain), axis=(-2, -1))
    yield Sides("in S_i", own, half)


@claim("s1-rem-3", form="sharp")
def inner_step_stays_if_tasks_are_near(tasks: LQR, K: ArrayLike) -> Iterator[Sides]:
    """Where ||grad_i - grad_j||^2 <= lambda_j l_j the inner step on i stays in S_j.

    The levels are l_j = max(gap_j, max_i ||grad_i - grad_j||^2 / lambda_j), so the condition holds;
    eta_l = 1/L over these sets.
    """
    gain = per_task(tasks, K)
    slopes = objective.gradient(tasks, gain)
    apart = heterogeneity.frobenius_distances(slopes)
    domination = printed.gradient_domination(tasks, gain)
    gap = optimality_gap(tasks, gain)
    level = np.maximum(gap, apart.max(axis=-2) ** 2 / domination)
    cost = objective.cost(tasks, gain)
    over = sublevel(tasks, cost - gap + level)
    step = 1 / sharp.hessian_bound(over).max(axis=-1)
    moved = changes(tasks, gain, inner_moves(tasks, gain, step))
    share = step[..., None, None]
    lowered = (share / 2) * (apart**2 - (frobenius_norm(slopes) ** 2)[..., None, :])
    yield Sides("change of each cost", moved, lowered, 1e-13 * share * apart**2)
    yield Sides("in S_j", moved, (level - gap)[..., None, :], 1e-13 * cost[..., None, :] * 1e-3)


def _meta_gradient_error(
    tasks: LQR, K: ArrayLike, inner_step_size: ArrayLike, hessian: str | maml.Hessian
) -> tuple[Array, Array]:
    """||step direction - differences of J_ML||_F, and the norm of the differences."""
    gain = per_task(tasks, K)[..., 0, :, :]
    eta = np.broadcast_to(np.asarray(inner_step_size, dtype=float), gain.shape[:-2])

    def cost(gains: Array) -> Array:
        return maml.cost(tasks, gains, eta)

    bend = frobenius_norm(objective.hessian_matrix(tasks, gain[..., None, :, :])).mean(axis=-1)
    differences, _ = gradient_by_differences(cost, gain, 0.016 * np.sqrt(cost(gain) / bend))
    error = frobenius_norm(maml.gradient(tasks, gain, eta, hessian) - differences)
    return error, frobenius_norm(differences)


@claim("s1-alg-1")
def step_with_printed_hessian(
    tasks: LQR, K: ArrayLike, inner_step_size: ArrayLike, *, tolerance: float = 1e-6
) -> Iterator[Sides]:
    """The step is along the gradient of J_ML, with the Hessian formula of the report."""
    error, size = _meta_gradient_error(tasks, K, inner_step_size, printed.hessian_at)
    yield Sides("step", error / size, tolerance)


@claim("s1-alg-1", form="corrected")
def step_with_hessian_operator(
    tasks: LQR, K: ArrayLike, inner_step_size: ArrayLike, *, tolerance: float = 1e-6
) -> Iterator[Sides]:
    """The step is along the gradient of J_ML, with the Hessian operator."""
    error, size = _meta_gradient_error(tasks, K, inner_step_size, "exact")
    yield Sides("step", error / size, tolerance)


@claim("s1-alg-1", form="dropped")
def step_without_hessian(
    tasks: LQR, K: ArrayLike, inner_step_size: ArrayLike, *, tolerance: float = 1e-6
) -> Iterator[Sides]:
    """The step is along the gradient of J_ML although the Hessian is left out."""
    error, size = _meta_gradient_error(tasks, K, inner_step_size, "none")
    yield Sides("step", error / size, tolerance, 0.0, "the factor I - eta_l Hessian")


def _run(
    tasks: LQR, K: ArrayLike, inner: ArrayLike, outer: ArrayLike, iterations: int
) -> Iterator[Sides]:
    """Largest cost of a task on the way, and last one, against its cost at the start."""
    gain = per_task(tasks, K)
    eta = np.broadcast_to(np.asarray(inner, dtype=float), gain.shape[:-3])
    trace = descend(
        directions.meta_gradient(tasks, eta), gain[..., 0, :, :], outer, iterations, on_leave="flag"
    )
    start = objective.cost(tasks, gain)
    costs = objective.cost(tasks, trace.gains[..., None, :, :])
    costs = np.where(trace.left[..., None], np.inf, costs)
    yield Sides("cost on the way", costs.max(axis=0), start)
    yield Sides("cost at the end", costs[-1], start)


@claim("e10")
def run_at_published_steps(
    tasks: LQR, K: ArrayLike, inner: ArrayLike, outer: ArrayLike, iterations: int = 200
) -> Iterator[Sides]:
    """Algorithm 1 with the Hessian operator does not leave the sub-level sets of its start."""
    yield from _run(tasks, K, inner, outer, iterations)


@claim("e10", form="corrected")
def run_at_short_inner_steps(
    tasks: LQR, K: ArrayLike, inner: ArrayLike, outer: ArrayLike, iterations: int = 200
) -> Iterator[Sides]:
    """The same for inner steps below 1 / (largest eigenvalue of any task's Hessian at K)."""
    gain = per_task(tasks, K)
    top = np.linalg.eigvalsh(objective.hessian_matrix(tasks, gain))[..., -1].max(axis=-1)
    if not (np.asarray(inner) * top < 1).all():
        raise ValueError(f"inner: expected inner steps below {1 / top}, got {inner!r}")
    yield from _run(tasks, K, inner, outer, iterations)
