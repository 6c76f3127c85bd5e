"""The landscape of several tasks: common gains, convexity, and minima that are not good."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lqrlib import LQR, maml, objective
from lqrlib.matrices import frobenius_norm
from lqrlib.tasks import distances
from lqrlib.validation import Array

from ..constants import magnitudes, printed
from ..studies.bisection import bisect
from ..studies.common_gains import common_gain
from ..studies.families import scaled
from ..studies.stationary import stationary_gain
from .registry import Inequalities, Sides, claim

# Relative error that equalities are allowed; that of a linear program.
EXACT, PROGRAM = 1e-9, 1e-7


def _best_margin(tasks: LQR, count: int) -> Array:
    """Least margin of all choices of `count` tasks of a family (..., M), each by its own program.

    Of two tasks with one state and one input in closed form: 1 - |a/b - a'/b'| / (1/|b| + 1/|b'|).
    """
    chosen = np.array(list(combinations(range(tasks.batch_shape[-1]), count)))
    if tasks.states == 1 and tasks.inputs == 1:
        (a, b), (first, second) = (X[..., 0, 0] for X in (tasks.A, tasks.B)), chosen.T
        centre, width = a / b, 1 / np.abs(b)
        apart = np.abs(centre[..., first] - centre[..., second])
        return np.asarray((1 - apart / (width[..., first] + width[..., second])).min(axis=-1))
    return np.min([common_gain(tasks[..., each])[1] for each in chosen], axis=0)


@claim("ours-prop-common")
def common_gains(
    tasks: LQR, K: ArrayLike | None = None, margin: ArrayLike | None = None, *, share: float = 1.0
) -> Inequalities:
    """The margin of the best common gain of a family (..., M) is that of its worst few tasks.

    Of two tasks with one state and one input, of three with two states and one input: so a common
    gain exists if those have one. Or the margin equals a known one, if that is given. With a gain
    K of the first task: it stabilizes the others, moved towards or away from the first until
    ||T|| ||F_i - F_j|| is bounded by `share`, at most 1, as the last part wants it.
    """
    if margin is not None:
        _, best = common_gain(tasks)
        yield Sides("margin in closed form", np.abs(best - np.asarray(margin)), PROGRAM)
        return
    if K is None:
        count = tasks.states + 1
        error = np.abs(common_gain(tasks)[1] - np.minimum(_best_margin(tasks, count), 1.0))
        yield Sides(f"every {('two', 'three')[count - 2]} decide", error, PROGRAM)
        return
    at = magnitudes(tasks[..., 0], K)
    apart = distances(tasks[..., 0], tasks[..., 1])
    allowed = np.sqrt(at.A_K**2 + share / at.nu) - at.A_K  # nu (2 ||A_K|| w + w^2) = share
    near = scaled(tasks[..., :2], allowed / (apart.A + apart.B * at.K))
    radius = objective.mean_square_radius(near[..., 1], K)
    yield Sides("near tasks share a gain", radius, 1.0)


@claim("ours-prop-convex")
def convex_costs(tasks: LQR, first: ArrayLike, second: ArrayLike) -> Inequalities:
    """With one state each cost of a family (..., M) is strictly convex, and so is the average.

    Between two gains (..., m, 1) the middle costs less than the mean, and the second derivative
    along their difference is at least what the proof says, which is positive.
    """
    one, two = maml.family_gain(tasks, first), maml.family_gain(tasks, second)
    X, middle = two - one, (one + two) / 2
    mean = (objective.cost(tasks, one) + objective.cost(tasks, two)) / 2
    between = objective.cost(tasks, middle)
    yield Sides("middle of two gains", between, mean, role="guard")
    average = between.mean(axis=-1), mean.mean(axis=-1)
    yield Sides("middle of two gains, average cost", *average, role="guard")
    bend = np.sum(X * objective.hessian(tasks, middle, X), axis=(-2, -1))
    D = 1 - objective.mean_square_radius(tasks, middle)
    # D is quadratic, so this is its derivative in the middle along X.
    slope = objective.mean_square_radius(tasks, one) - objective.mean_square_radius(tasks, two)
    along = X - middle * (slope / D)[..., None, None]
    weighted = np.sum(along * (tasks.R @ along), axis=(-2, -1))
    least = 2 * weighted / D + 2 * tasks.Q[..., 0, 0] * slope**2 / D**3
    yield Sides("second derivative", tasks.Sigma0[..., 0, 0] * least, bend)


@claim("ours-prop-one-task")
def one_task(problems: LQR, *, fraction: ArrayLike = 0.5) -> Inequalities:
    """A bad stationary gain and a second minimiser of J_ML, on both sides of k*.

    For problems (D,) with one state and one input, and eta_l this fraction of 1/J''(k*). The
    stationary gain is where psi = id - eta_l J' turns back, the minimiser where psi meets k* again.
    It breaks gradient domination with the constant that J itself has (Lemma 7).
    """
    tasks = problems[:, None]
    best = objective.optimal_gain(problems)
    eta = np.asarray(fraction) / objective.hessian_matrix(problems, best)[:, 0, 0]
    least = objective.cost(problems, best)
    centre, width = problems.A / problems.B, 1 / np.abs(problems.B)

    def landing(gain: Array) -> Array:
        return gain - eta[:, None, None] * objective.gradient(problems, gain)

    for side, name in ((1.0, "right"), (-1.0, "left")):
        way = centre + side * width - best  # to where the gain ceases to stabilize

        def rises(t: Array, way: Array = way) -> NDArray[np.bool_]:
            bend = objective.hessian_matrix(problems, best + t[:, None, None] * way)
            return np.asarray(eta * bend[:, 0, 0] < 1)

        def beyond(t: Array, way: Array = way) -> NDArray[np.bool_]:
            passed = (landing(best + t[:, None, None] * way) - best) * way > 0
            return np.asarray(passed[:, 0, 0])

        turn, _ = bisect(rises, np.zeros(len(eta)), np.ones(len(eta)), 60)
        again, _ = bisect(beyond, turn, np.ones(len(eta)), 60)
        stationary, other = (best + t[:, None, None] * way for t in (turn, again))
        slope = frobenius_norm(maml.gradient(tasks, stationary, eta))
        gap = maml.cost(tasks, stationary, eta) - least
        allowed = slope**2 / printed.gradient_domination(problems, best)
        yield Sides(f"stationary and not the best, {name}", allowed, EXACT * gap)
        error = np.abs(maml.cost(tasks, other, eta) / least - 1)
        differs = frobenius_norm(other - best) > EXACT * frobenius_norm(way)
        yield Sides(f"second minimiser, {name}", np.where(differs, error, np.inf), EXACT)


@claim("ours-prop-mirror")
def middle_gain(tasks: LQR, K: ArrayLike, inner_step_size: float) -> Inequalities:
    """k = 0 against gains K (S, 1, 1) near it: of least average cost, and of largest J_ML.

    For the two tasks x+ = x/2 + u and x/2 - u and the inner step 1/J''(0).
    """
    gains, zero = np.asarray(K, dtype=float), np.zeros((1, 1))
    averages = maml.cost(tasks, gains, 0.0)
    yield Sides("least average cost", maml.cost(tasks, zero, 0.0), averages)
    highest = maml.cost(tasks, zero, inner_step_size)
    yield Sides("local maximum of J_ML", maml.cost(tasks, gains, inner_step_size), highest)


@claim("ours-prop-pieces")
def two_pieces(tasks: LQR, K: ArrayLike, *, inner_step_size: float | None = None) -> Inequalities:
    """The common gains of A = [[0, c], [c, 0]] and B = I, -I fall into two pieces.

    At those of the gains K (S, 2, 2) that stabilize both tasks -k_12 k_21 is above c^2 - 2. With an
    inner step, and the weights of part 2: the costs of both pieces, and their minima.
    """
    gains = np.asarray(K, dtype=float)
    gains = gains[objective.is_stabilizing(tasks, gains[:, None]).all(axis=-1)]
    c = tasks.A[0, 0, 1]
    product = -gains[:, 0, 1] * gains[:, 1, 0]
    if inner_step_size is None:
        yield Sides("two pieces", max(c**2 - 2, 0.0), product)
        return
    turn = np.array([[0.0, c], [-c, 0.0]])
    costs = maml.cost(tasks, gains[gains[:, 0, 1] < 0], 0.0)
    yield Sides("average cost in the worse piece", 21.0, costs)
    exact = abs(maml.cost(tasks, turn, 0.0) / 16.475 - 1)
    yield Sides("average cost of a gain in the better piece", exact, EXACT)
    ends = stationary_gain(tasks, np.array([turn, -turn]), inner_step_size)
    low, high = maml.cost(tasks, ends, inner_step_size)
    yield Sides("better minimum", low, 16.5)
    yield Sides("worse minimum", 21.0, high)
    around = ends + 0.01 * np.random.default_rng(0).standard_normal((100, 2, 2, 2))
    near = maml.cost(tasks, around, inner_step_size)
    yield Sides("both are minima", np.array([low, high]), near, role="guard")
