r"""S2 section 4: what Algorithm 1 estimates, and descent along its estimates (Theorem 4.1)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy  # loads scipy.special when it is first used
from numpy.typing import ArrayLike

from lqrlib import LQR, estimators, objective, optimality_gap, oracles
from lqrlib.finite_horizon import finite_horizon_cost
from lqrlib.matrices import frobenius_norm
from lqrlib.validation import Array, Seed
from lqrpapers.studies.horizon_gradient import finite_horizon_gradient

from ..constants import at_stabilizing_gain, magnitudes, printed, sharp, sublevel
from .convergence import SETTLED
from .domination import value_difference_along
from .registry import Inequalities, Sides, claim

# Of the estimates: radius, horizon (and that of the bounds), and how many behind a standard error.
RADIUS, HORIZON, LONGER, GROUPS = 0.2, 8, 20, 25


def _ball(samples: int, shape: tuple[int, ...], radius: Array, rng: Seed) -> Array:
    """Points (samples, ..., m, n) uniform in the Frobenius ball of each radius (...)."""
    rng = np.random.default_rng(rng)
    inside = rng.uniform(size=(samples, 1, 1)) ** (1 / (shape[-2] * shape[-1]))
    points = estimators.sphere(samples, shape[-2:], 1.0, rng) * inside
    return _scaled(points, radius)


def _scaled(points: Array, radius: Array) -> Array:
    """Points (samples, m, n) times each radius (...): (samples, ..., m, n)."""
    axes = points.shape[:1] + (1,) * np.ndim(radius) + points.shape[1:]
    return points.reshape(axes) * np.asarray(radius)[..., None, None]


def _groups(estimate: Callable[[], Array]) -> tuple[Array, Array]:
    """Mean of independent estimates and its standard error."""
    found = np.stack([estimate() for _ in range(GROUPS)])
    return found.mean(axis=0), found.std(axis=0, ddof=1) / np.sqrt(GROUPS)


@claim("s2-alg-1")
def estimates_are_unbiased(
    problem: LQR, K: ArrayLike, rng: int, *, samples: int = 200
) -> Inequalities:
    """Averages of estimates against the gradient of the truncated cost smoothed over a ball.

    For one point as published, for pairs, and for pairs with common noise: the largest entry of
    the difference in standard errors against the quantile of Student's t that all members
    together exceed with probability 1e-3. Any gain will do. Wants mild noise: the
    standard errors are estimated from `GROUPS` estimates of `samples` directions each.
    """
    gain = objective.gain_array(problem, K)
    few = max(8, samples // 8)  # the exact gradient varies far less than the estimates
    seeds = iter(np.random.SeedSequence(rng).spawn(7))

    def smoothed() -> Array:
        V = _ball(few, gain.shape, np.full(gain.shape[:-2], RADIUS), generator)
        both = finite_horizon_gradient(problem, gain + np.stack([V, -V]), HORIZON)
        return both.mean(axis=(0, 1))

    generator = np.random.default_rng(next(seeds))
    target, target_error = _groups(smoothed)
    entries = 3 * target.size
    limit = -scipy.special.stdtrit(GROUPS - 1, 1e-3 / (2 * entries))
    for part, estimator, common in (
        ("one point", estimators.one_point_gradient, False),
        ("pairs", estimators.two_point_gradient, False),
        ("pairs, common noise", estimators.two_point_gradient, True),
    ):
        oracle = oracles.rollout_cost(problem, HORIZON, next(seeds), common_noise=common)
        draws = np.random.default_rng(next(seeds))
        mean, error = _groups(
            lambda f=estimator, o=oracle, d=draws: f(o, gain, RADIUS, samples, d)  # type: ignore[misc]
        )
        score = np.abs(mean - target) / np.hypot(error, target_error)
        yield Sides(part, score.max(axis=(-2, -1)), limit)


@claim("s2-alg-1", form="sharp")
def estimates_are_nearly_the_gradient(
    problem: LQR, K: ArrayLike, rng: Seed, *, samples: int = 200
) -> Inequalities:
    """Bounds on what Algorithm 1 loses to its horizon of 20 steps and to its radius, h_Delta / 2.

    "cost cut off": C - C_l <= (1 - q/||P_K||)^l C, attained by one state at K = 0.
    "gradient cut off": the estimate's mean moves by at most d/r (1 - q/P)^l P tr(Sigma0) with
    P = C/mu + p(r). "smoothing": ||grad C_r - grad C||_F <= min(h_grad r, h_hess r^2 / 2). Both
    are averaged over the same random directions on both sides of the bound.
    """
    objective.require_stabilizing(problem, K)
    gain, at = objective.gain_array(problem, K), magnitudes(problem, K)
    lost = at.cost - finite_horizon_cost(problem, gain, LONGER)
    bound = (1 - at.q / at.P) ** LONGER * at.cost
    yield Sides("cost cut off", lost, bound, 1e-12 * at.cost)

    radius = 0.5 * sharp.smoothness_radius(at)
    shape = np.broadcast_shapes(gain.shape[:-2], radius.shape) + gain.shape[-2:]
    dimension = shape[-2] * shape[-1]
    rng = np.random.default_rng(rng)
    U = _scaled(estimators.sphere(samples, shape[-2:], 1.0, rng), radius)
    moved = gain + U
    ends = objective.cost(problem, moved)
    rest = (ends - finite_horizon_cost(problem, moved, LONGER))[..., None, None] * U
    value = at.cost / at.mu + sharp.value_change(at, distance=radius)
    longest = dimension / radius * (1 - at.q / value) ** LONGER * value * at.trace
    error = frobenius_norm(rest.mean(axis=0)) * dimension / radius**2
    floor = 1e-12 * dimension / radius * ends.max(axis=0)
    yield Sides("gradient cut off", error, longest, floor)

    V = _ball(samples, shape, radius, rng)
    there = objective.gradient(problem, gain + np.stack([V, -V]))
    bias = frobenius_norm((there - objective.gradient(problem, gain)).mean(axis=(0, 1)))
    first, second = sharp.gradient_smoothness(at), sharp.hessian_smoothness(at)
    allowed = np.minimum(first * radius, second * radius**2 / 2)
    yield Sides("smoothing", bias, allowed, 1e-12 * frobenius_norm(there).max(axis=(0, 1)))


@claim("s2-thm-4.1", form=("printed", "sharp"))
def model_free_convergence(problem: LQR, K: ArrayLike, rng: Seed, *, form: str) -> Inequalities:
    """One step of Theorem 3.6's size along an estimate whose error is sqrt(lambda gap / 2).

    It takes at least step sigma_min(R) mu^2 / ||Sigma*|| of the gap, half of what Theorem 3.6
    promises for the exact gradient. The error points against the gradient, then anywhere. The
    sharp form has the step 1/L, L the bound on the Hessian over the sub-level set.
    """
    at = at_stabilizing_gain(problem, K)
    over = sublevel(problem, at.cost)
    step = 1 / sharp.hessian_bound(over) if form == "sharp" else sharp.gradient_step(over)
    rate = printed.gradient_domination(problem, K)
    random = np.random.default_rng(rng).standard_normal(at.gradient.shape)
    errors = np.stack(
        [each / frobenius_norm(each)[..., None, None] for each in (-at.gradient, random)]
    )
    allowed = np.sqrt(rate * at.gap / 2)[..., None, None]
    move = -step[..., None, None] * (at.gradient + allowed * errors)
    radius = objective.mean_square_radius(problem, at.K + move)
    yield Sides("stability", radius, 1.0, role="guard")
    promised = np.broadcast_to(step * rate / 4 * at.gap, move.shape[:-2])
    decrease = -value_difference_along(problem, at.K, move)
    yield Sides("decrease", promised, decrease, SETTLED * at.cost)


@claim("s2-thm-4.1", form="dropped")
def short_roll_outs_mislead(
    problem: LQR,
    K: ArrayLike,
    *,
    horizon: int,
    step_size: float,
    iterations: int,
    relative_gap: float,
) -> Inequalities:
    """Descent on the cost of `horizon` steps ends within `relative_gap` of the optimal cost.

    With the exact gradient of the truncated cost, so with endlessly many samples.
    """
    gain = objective.gain_array(problem, K)
    for _ in range(iterations):
        gain = gain - step_size * finite_horizon_gradient(problem, gain, horizon)
    optimal = objective.cost(problem, objective.optimal_gain(problem))
    gap = optimality_gap(problem, gain) / optimal
    yield Sides("", gap, relative_gap, 0.0, "the roll-outs are long enough")
