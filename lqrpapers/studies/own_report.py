"""What to know of a reader's system: a slice of its costs, copies, what meta-learning needs.

A copy errs for good as `own_system.with_noise` errs at every step: each entry of A - I and of B is
off by a share of its own. What the report says in words is in `own_verdict`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

import lqrlib
from lqrlib import maml, objective, oracles, systems
from lqrlib.matrices import Flags, frobenius_norm, inner, least_eigenvalue
from lqrlib.problem import LQR
from lqrlib.validation import Array, Seed, generator, real_number, whole_number

from ..constants import meta
from .admission import LARGEST_KAPPA
from .bisection import bisect, double
from .own_verdict import VERDICTS, Row
from .robustness import MOST_STATES, critical_scale, scaled_noise
from .stationary import stationary_gain
from .training import asks_outside

MOST_SLICE = 3.0  # how far a slice reaches at the most, over the distance of the start
DIRECTIONS, RUNS, SAMPLES = 32, 20, 10  # in which room is measured; runs, and their samples


class Slice(NamedTuple):
    """Gains K* + x across + y up through the start, at x = 1, and their costs."""

    across: Array
    up: Array  #: Zero where gains have one entry: there is a line, not a plane.
    x: Array
    y: Array
    costs: Array  #: (Y, X), ``inf`` where the gain does not stabilize.

    def shadow(self, best: Array, gains: Array) -> Array:
        """Coordinates (T, 2) in the slice of gains (T, m, n)."""
        ways = [self.across] + [self.up] * bool(self.up.any())
        found = [inner(gains - best, way) / inner(way, way) for way in ways]
        return np.stack([*found, *[0 * found[0]] * (2 - len(found))], axis=-1)


def slice_through(problem: LQR, start: Array, gains: Array, points: int = 90) -> Slice:
    """The plane of the optimum, the start and the slope there, around the shadows of the gains.

    It ends beyond a boundary of the stabilizing set, or where that is far.
    """
    best = problem.optimum.K
    across = start - best
    up = np.zeros_like(best)
    for way in (-objective.gradient(problem, start), *np.eye(best.size).reshape(-1, *best.shape)):
        rest = way - inner(way, across) / inner(across, across) * across
        if frobenius_norm(rest) > 1e-6 * frobenius_norm(way):
            up = rest * frobenius_norm(across) / frobenius_norm(rest)
            break
    cut = Slice(across, up, np.zeros(1), np.zeros(1), np.zeros((1, 1)))
    shadow = cut.shadow(best, gains)

    def ends(way: Array, seen: Array) -> Array:
        edge = [float(systems.boundary_distance(problem, best, s * way)) for s in (-1, 1)]
        reach = np.maximum(1.12 * np.array(edge), [-seen.min(), seen.max()])
        low, high = np.minimum(reach, MOST_SLICE)
        return np.linspace(-low, high, points)

    x = ends(across, shadow[:, 0])
    y = ends(up, shadow[:, 1]) if up.any() else cut.y
    plane = best + x[:, None, None] * across + y[:, None, None, None] * up
    return cut._replace(x=x, y=y, costs=lqrlib.cost(problem, plane))


def copies(problem: LQR, level: float, count: int, rng: Seed) -> tuple[LQR, float]:
    """A family (count,): the problem first, then copies that its best gain stabilizes; their level.

    Shares are uniform up to the level, which is halved until all copies are stabilized.
    """
    level, count = real_number("level", level), whole_number("count", count)
    eye, noise = np.eye(problem.states), generator("rng", rng)
    off_A, off_B = (noise.uniform(-1, 1, (count, *M.shape)) for M in (problem.A, problem.B))
    off_A[0] = off_B[0] = 0
    while True:
        A = problem.A + (problem.A - eye) * level * off_A
        family = problem.replace(A=A, B=problem.B * (1 + level * off_B))
        if objective.is_stabilizing(family, problem.optimum.K).all():
            return family, level
        level /= 2


def common_gains(family: LQR, share: float = 0.5) -> tuple[Array, Array, float]:
    """K_av, K*_ML and its inner step: `share` over the largest curvature of the copies at K_av."""
    average = stationary_gain(family, family[0].optimum.K, 0.0)
    step = share / float(largest_curvature(family, average).max())
    while True:  # the step may lead a copy out of the set
        try:
            return average, stationary_gain(family, average, step), step
        except (lqrlib.NotStabilizingError, RuntimeError):
            step /= 4


def largest_curvature(problem: LQR, K: Array) -> Array:
    """Largest eigenvalue of the Hessian, (...)."""
    return np.asarray(
        np.linalg.eigvalsh(objective.hessian_matrix(problem, K))[..., -1], dtype=float
    )


def room(problem: LQR, K: Array, rng: Seed) -> float:
    """Shortest distance to the boundary along random directions, of every member, within 1 %."""
    ways = generator("rng", rng).standard_normal(
        (DIRECTIONS, *(1 for _ in problem.batch_shape), *K.shape)
    )
    ways /= frobenius_norm(ways)[..., None, None]

    def inside(distance: Array) -> Flags:
        return objective.is_stabilizing(problem, K + distance[..., None, None] * ways)

    low, high = double(inside, np.zeros(1), np.full(ways.shape[:-2], 1e-3))
    return float(bisect(inside, low, high, halvings=7)[0].min())


def survived(problem: LQR, K: Array) -> float:
    """Factor on the variances at which K stops being mean-square stabilizing; ``inf`` if never."""
    if problem.states <= MOST_STATES:
        return float(critical_scale(problem, K))

    def stable(scale: Array) -> Flags:
        return objective.is_stabilizing(scaled_noise(problem, scale), K)

    low, high = bisect(stable, *double(stable, 0.0, 1e-6, most=1e6), halvings=30)
    return float(low) if low < high else np.inf


def scales(margins: Mapping[str, float]) -> Array:
    """Factors on the variances for a figure, close where a cost of one of the gains is steep.

    They end below the largest margin; that of "each" may be far, and then they end before it.
    """
    near = max(at for name, at in margins.items() if name != "each")
    far = min(3 * near, margins["each"], 1e4)
    steep = [at * (1 - np.geomspace(1e-3, 0.3, 12)) for at in margins.values() if at <= far]
    even = np.geomspace(min(0.1, far / 10), 0.98 * far, 40)
    return np.unique(np.concatenate([even, *steep]))


def borrowed_metric(family: LQR) -> float:
    """Largest ||I - H0^-1/2 H_i H0^-1/2|| of the copies, at their optima; H0 is the first task's.

    A step with the metric H0 leaves at most this factor of the distance to a near optimum.
    """
    H = objective.hessian_matrix(family, objective.optimal_gain(family))
    values, vectors = np.linalg.eigh(H[0])
    root = vectors / np.sqrt(values) @ vectors.T
    return float(np.abs(np.linalg.eigvalsh(root @ H[1:] @ root) - 1).max())


def first_step(problem: LQR, method: str) -> float:
    """The first step that backtracking tries, of the methods in `FIRST_STEPS`: rather too long."""
    return FIRST_STEPS[method](objective.at_gain(problem, problem.optimum.K))


#: By method: many times the step that works near the optimum.
FIRST_STEPS: dict[str, Callable[[objective.AtGain], float]] = {
    "gradient": lambda best: 100 / float(np.linalg.eigvalsh(best.hessian_matrix)[-1]),
    "natural_gradient": lambda best: 1 / float(least_eigenvalue(best.R_K)),
    "gauss_newton": lambda best: 1.0,
}


def admission(
    family: LQR, start: Array, gains: tuple[Array, Array, float], radius: float, seed: int
) -> list[Row]:
    """Whether S1's Algorithm 3 has a chance on a family (M,): numbers at a start and at K_av.

    `gains` are those of `common_gains`, the first of which is asked about, with its inner step; a
    gain that does not stabilize every copy has nan. `radius` is that of the estimates. Room is
    measured along the directions of `room` with the seed (seed, 1).
    """
    average, learned, step = gains
    columns = []
    for K in (start, average):
        if not objective.is_stabilizing(family, K).all():
            columns.append([np.nan] * 4)
            continue
        many = family.replace(A=np.broadcast_to(family.A, (RUNS, *family.A.shape)))
        with np.errstate(all="ignore"):
            asked = asks_outside(
                many, K, step, oracles.exact_cost, [seed, 6], radius=radius, samples=SAMPLES
            )
        over = meta.suprema(family, K, "sharp")
        used = np.sqrt((meta.sharp_bias(over, LARGEST_KAPPA) / over.gap).max())
        pull = step * largest_curvature(family, K).max()
        columns.append([pull, room(family, K, [seed, 1]) / radius, asked.mean(), 1 / used])
    price = [float(maml.cost(family, K, step)) for K in (average, learned)]
    H = objective.hessian_matrix(family[0], family[0].optimum.K)
    single = [1 - price[1] / price[0], np.linalg.cond(H), borrowed_metric(family)]
    both = list(zip(*columns, strict=True)) + [(np.nan, number) for number in single]
    return [Row(name, float(a), float(b)) for name, (a, b) in zip(VERDICTS, both, strict=True)]
