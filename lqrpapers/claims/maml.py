"""The steps of MAML: Remark 3, Algorithms 1 and 3 of S1, E10, and a second minimiser."""

from __future__ import annotations

import numpy as np
import scipy  # loads scipy.special when it is first used
from numpy.typing import ArrayLike

from lqrlib import LQR, maml, objective, optimality_gap, oracles
from lqrlib.directions import meta_zeroth_order
from lqrlib.matrices import frobenius_norm
from lqrlib.validation import Array, Seed

from ..constants import heterogeneity, magnitudes, meta, printed, sharp, sublevel
from ..studies.training import PerfectSampling
from .differences import gradient_by_differences
from .domination import value_difference_along
from .registry import Inequalities, Sides, claim
from .runs import change, changes, descended, inner_moves, lost_descent, per_task

# Relative error that differences of J_ML are allowed.
GRADIENT = 1e-6


@claim("s1-rem-3")
def inner_step_stays(
    tasks: LQR, K: ArrayLike, inner_step_size: ArrayLike | None = None
) -> Inequalities:
    """One inner step from K = K_0, for each task: it stabilizes all tasks, and stays in S_ML.

    For gamma_i = 1 the latter says that it raises no task's cost. It is checked as `lost_descent`.
    Default: the largest inner step of Theorem 10.
    """
    gain = per_task(tasks, K)
    largest = meta.printed_steps(meta.suprema(tasks, K)).inner
    given = np.asarray(largest if inner_step_size is None else inner_step_size, dtype=float)
    step = np.broadcast_to(given, gain.shape[:-3])
    moves = inner_moves(tasks, gain, step)
    adapted = gain[..., None, :, :] + moves[..., :, None, :, :]
    radius = objective.mean_square_radius(tasks[..., None, :], adapted)
    yield Sides("stabilizes all tasks", radius, 1.0, role="guard")
    slopes = frobenius_norm(objective.gradient(tasks, gain))
    own = step[..., None, None] * slopes[..., None, :] ** 2
    yield Sides("in S_ML", lost_descent(changes(tasks, gain, moves), own), 1.0)


@claim("s1-rem-3", form="corrected")
def inner_step_stays_in_own_set(tasks: LQR, K: ArrayLike) -> Inequalities:
    """With eta_l = 1/h_grad (repaired) the inner step on task i lowers the cost of task i.

    1/h_grad over the sub-level sets of K is the condition of Remark 3's proof.
    """
    gain = per_task(tasks, K)
    moves = inner_moves(tasks, gain, 1 / meta.suprema(tasks, K, "corrected").smoothness)
    own = value_difference_along(tasks, gain, moves)
    half = 0.5 * np.sum(-moves * objective.gradient(tasks, gain), axis=(-2, -1))
    yield Sides("in S_i", half, -own)


@claim("s1-rem-3", form="sharp")
def inner_step_stays_if_tasks_are_near(
    tasks: LQR, K: ArrayLike, *, fraction: ArrayLike = 1.0
) -> Inequalities:
    """Where ||grad_i - grad_j||^2 <= lambda_j l_j the inner step on i stays in S_j.

    The levels are l_j = max(gap_j, max_i ||grad_i - grad_j||^2 / lambda_j), so the condition holds;
    eta_l is this fraction of 1/L over these sets.
    """
    gain = per_task(tasks, K)
    slopes = objective.gradient(tasks, gain)
    apart = heterogeneity.frobenius_distances(slopes)
    domination = printed.gradient_domination(tasks, gain)
    gap, cost = optimality_gap(tasks, gain), objective.cost(tasks, gain)
    level = np.maximum(gap, apart.max(axis=-2) ** 2 / domination)
    longest = 1 / sharp.hessian_bound(sublevel(tasks, cost - gap + level)).max(axis=-1)
    step = np.asarray(fraction) * longest
    moved = changes(tasks, gain, inner_moves(tasks, gain, step))
    size, squares = step[..., None, None], frobenius_norm(slopes) ** 2
    # The step changes J_j by at most size/2 (apart^2 - ||grad_j||^2); both sides made positive.
    both = size * (squares[..., None] + squares[..., None, :])
    allowed = both + (size / 2) * (apart**2 - squares[..., None, :])
    yield Sides("change of each cost", moved + both, allowed, 1e-13 * size * apart**2)
    end, most = gap[..., None, :] + moved, np.broadcast_to(level[..., None, :], moved.shape)
    yield Sides("in S_j", end, most, 1e-16 * cost[..., None, :], role="guard")


@claim("ours-inner-step")
def where_the_inner_step_stays(
    tasks: LQR, K: ArrayLike, *, fraction: ArrayLike = 1.0, apart: bool = False
) -> Inequalities:
    """Parts 1 to 3 from K = K_0, for this fraction of the largest steps; 3 for tasks without noise.

    Or part 4 for tasks that are `apart`: the inner step on each raises another's cost. Changes of
    cost are checked as `lost_descent`, 1 where a cost stays.
    """
    gain = per_task(tasks, K)
    share = np.asarray(fraction)
    step = share / sharp.hessian_bound(sublevel(tasks, objective.cost(tasks, gain))).max(axis=-1)
    moves, slopes = inner_moves(tasks, gain, step), objective.gradient(tasks, gain)
    own = step[..., None] * frobenius_norm(slopes) ** 2
    if apart:
        lost = lost_descent(changes(tasks, gain, moves), own[..., None, :])
        yield Sides("leaves S_ML", 1.0, lost.max(axis=-1))
        return
    at = objective.at_gain(tasks, gain)
    segment = [lost_descent(change(at, t * moves), t * own) for t in (0.25, 0.5, 0.75, 1)]
    yield Sides("segment in S_i", np.stack(segment), 1.0)
    yield from inner_step_stays_if_tasks_are_near(tasks, K, fraction=fraction)
    if not tasks.has_noise:
        step = share / printed.gradient_smoothness(magnitudes(tasks, gain).worst(axis=-1))
        adapted = (gain + inner_moves(tasks, gain, step))[..., :, None, :, :]
        radius = objective.mean_square_radius(tasks[..., None, :], adapted)
        yield Sides("stabilizes every task", radius, 1.0)


@claim("ours-far-minimiser")
def far_minimiser(tasks: LQR, inner_step_size: ArrayLike) -> Inequalities:
    """The second minimiser of J_ML for inner steps (S,) below 1/4.

    The family (1,) is x+ = u with unit weights.
    """
    eta = np.asarray(inner_step_size, dtype=float)
    dagger = np.sqrt(1 - 2 * np.sqrt(eta))[:, None, None]
    least = objective.cost(tasks, objective.optimal_gain(tasks))
    yield Sides("J_ML is J*", np.abs(maml.cost(tasks, dagger, eta) / least - 1), 1e-9)
    told = 1 / np.sqrt(eta) - 1
    yield Sides("what it costs", np.abs(objective.cost(tasks, dagger) / told - 1), 1e-9)


def meta_gradient_error(
    tasks: LQR,
    gain: Array,
    inner_step_size: float | Array,
    hessian: str | maml.Hessian,
    start: Array,
) -> tuple[Array, Array]:
    """||gradient formula - differences of J_ML||_F, and the norm of the differences.

    `start` is the first step tried for them.
    """

    def cost(gains: Array) -> Array:
        return maml.cost(tasks, gains, inner_step_size)

    differences, _ = gradient_by_differences(cost, gain, start)
    error = maml.gradient(tasks, gain, inner_step_size, hessian) - differences
    return frobenius_norm(error), frobenius_norm(differences)


@claim("s1-alg-1", hessian=printed.hessian_at)
@claim("s1-alg-1", form="corrected", hessian="exact")
@claim("s1-alg-1", form="dropped", hessian="none", assumption="the factor I − η_l ∇²J")
def step_is_along_the_gradient(
    tasks: LQR,
    K: ArrayLike,
    inner_step_size: ArrayLike,
    *,
    hessian: str | maml.Hessian,
    assumption: str = "",
) -> Inequalities:
    """The step is along the gradient of J_ML, as differences of J_ML have it.

    With the Hessian formula of the report, with the Hessian operator, or without any.
    """
    gain = per_task(tasks, K)[..., 0, :, :]
    eta = np.broadcast_to(np.asarray(inner_step_size, dtype=float), gain.shape[:-2])
    bend = frobenius_norm(objective.hessian_matrix(tasks, gain[..., None, :, :])).mean(axis=-1)
    start = 0.016 * np.sqrt(maml.cost(tasks, gain, eta) / bend)
    error, size = meta_gradient_error(tasks, gain, eta, hessian, start)
    yield Sides("step", error / size, GRADIENT, 0.0, assumption)


@claim("s1-alg-3", form=("printed", "corrected", "sharp"))
def estimates_the_meta_gradient(
    tasks: LQR,
    K: ArrayLike,
    inner_step_size: float,
    rng: Seed,
    *,
    samples: int = 300,
    groups: int = 25,
    form: str,
) -> Inequalities:
    """The mean of Algorithm 3's direction in standard errors against Student's 0.999 quantile.

    As printed, with the m x m Hessian estimate, it should be grad J_ML; corrected, it is with the
    second-order Stein estimate of the mn x mn Hessian; sharp, what the printed one has for its
    mean, first-order MAML with each task scaled by its Hessian's trace. A hundredth of the target
    is left to the radius and to the finite number of samples.
    """
    gain = per_task(tasks, K)[..., 0, :, :]
    target = maml.gradient(tasks, K, inner_step_size)
    if form == "sharp":
        target = PerfectSampling(tasks, inner_step_size)(K)
    hessian = "stein" if form == "corrected" else "printed"
    oracle = oracles.exact_cost(tasks)
    direction = meta_zeroth_order(oracle, inner_step_size, 0.02, samples, rng, hessian)
    found = direction(np.broadcast_to(gain, (groups, *gain.shape)))
    error = found.std(axis=0, ddof=1) / np.sqrt(groups)
    allowed = 0.01 * frobenius_norm(target)[..., None, None]
    excess = np.maximum(np.abs(found.mean(axis=0) - target) - allowed, 0.0)
    score = excess / np.maximum(error, 1e-12 * allowed)
    limit = -scipy.special.stdtrit(groups - 1, 1e-3 / (2 * score.size))
    yield Sides("mean of the estimates, in standard errors", score.max(axis=(-2, -1)), limit)


@claim("e10", form=("printed", "corrected"))
def run_stays_in_the_sublevel_sets(
    tasks: LQR,
    K: ArrayLike,
    inner: ArrayLike,
    outer: ArrayLike,
    iterations: int = 200,
    *,
    form: str,
) -> Inequalities:
    """Algorithm 1 with the Hessian operator does not leave the sub-level sets of its start.

    For each family (..., M) the largest cost of a task over that of the start, on the way and at
    the end. Families with J_ML infinite at the start are counted and left out. The corrected form
    is for inner steps below 1 / (largest eigenvalue of any task's Hessian at K) only.
    """
    gain = per_task(tasks, K)
    if form == "corrected":
        top = np.linalg.eigvalsh(objective.hessian_matrix(tasks, gain))[..., -1].max(axis=-1)
        if not (np.asarray(inner) * top < 1).all():
            raise ValueError(f"inner: expected inner steps below {1 / top}, got {inner!r}")
    begins = np.isfinite(maml.cost(tasks, gain[..., 0, :, :], np.asarray(inner, dtype=float)))
    steps = f", step {float(np.max(outer)):.2g}" if form == "printed" else ""
    yield Sides("J_ML is finite at the start" + steps, 1.0 - begins, 0.5, role="record")
    if begins.ndim:
        tasks, gain = tasks[begins], gain[begins]
    _, trace = descended(tasks, gain[..., 0, :, :], inner, outer, iterations)
    costs = objective.cost(tasks, trace.gains[..., None, :, :]) / objective.cost(tasks, gain)
    worst = np.where(trace.left, np.inf, costs.max(axis=-1))
    yield Sides("cost on the way" + steps, worst.max(axis=0), 1.0)
    yield Sides("cost at the end" + steps, worst[-1], 1.0)
