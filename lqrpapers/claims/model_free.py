r"""S2 section 4: what Algorithm 1 estimates, and descent along its estimates (Theorem 4.1)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import scipy  # loads scipy.special when it is first used
from numpy.typing import ArrayLike

from lqrlib import LQR, descend, directions, estimators, objective, optimality_gap, oracles
from lqrlib.matrices import frobenius_norm, inner
from lqrlib.validation import Array, Seed
from lqrpapers.studies.horizon_gradient import finite_horizon_gradient

from ..constants import SampleSizes, at_stabilizing_gain, printed, sharp, sublevel
from .checking import Check
from .convergence import SETTLED
from .domination import value_difference
from .registry import Inequalities, Sides, claim
from .rollouts import ball

# Of the estimates: radius, horizon, and how many behind a standard error.
RADIUS, HORIZON, GROUPS = 0.2, 8, 25
# How often an unbiased estimate may be called biased, in any part of one call.
ALARM = 1e-3
# Steps that are tried, over the largest that is allowed.
FRACTIONS = (1.0, 0.5, 0.1, 1e-3)


def _groups(estimate: Callable[[], Array]) -> tuple[Array, Array, Array]:
    """Independent estimates, their mean and its standard error."""
    found = np.stack([estimate() for _ in range(GROUPS)])
    return found, found.mean(axis=0), found.std(axis=0, ddof=1) / np.sqrt(GROUPS)


@claim("s2-alg-1")
def estimates_are_unbiased(
    problem: LQR, K: ArrayLike, rng: int, samples: int = 200
) -> Inequalities:
    """Averages of estimates against the gradient of the truncated cost smoothed over a ball.

    For one point as published, for pairs, and for pairs with common noise: the largest entry of
    the difference in standard errors, and the length of all members' estimates together against
    that of their targets, against quantiles of Student's t that are exceeded with probability
    `ALARM`. Any gain will do. Wants mild noise: the standard errors are estimated from `GROUPS`
    estimates of `samples` directions each.
    """
    gain = objective.gain_array(problem, K)
    few = max(8, samples // 8)  # the exact gradient varies far less than the estimates
    seeds = iter(np.random.SeedSequence(rng).spawn(7))

    def smoothed() -> Array:
        V = ball(few, gain.shape, np.full(gain.shape[:-2], RADIUS), generator)
        both = finite_horizon_gradient(problem, gain + np.stack([V, -V]), HORIZON)
        return both.mean(axis=(0, 1))

    generator = np.random.default_rng(next(seeds))
    _, target, target_error = _groups(smoothed)

    def limit(alternatives: int) -> float:
        return float(-scipy.special.stdtrit(GROUPS - 1, ALARM / (2 * alternatives)))

    for part, estimator, common in (
        ("one point", estimators.one_point_gradient, False),
        ("pairs", estimators.two_point_gradient, False),
        ("pairs, common noise", estimators.two_point_gradient, True),
    ):
        oracle = oracles.rollout_cost(problem, HORIZON, next(seeds), common_noise=common)
        draws = np.random.default_rng(next(seeds))
        found, mean, error = _groups(
            lambda f=estimator, o=oracle, d=draws: f(o, gain, RADIUS, samples, d)  # type: ignore[misc]
        )
        score = np.abs(mean - target) / np.hypot(error, target_error)
        yield Sides(part, score.max(axis=(-2, -1)), limit(3 * target.size))
        deviation, uncertainty = _factor(found, target)
        yield Sides(f"{part}, length", np.abs(deviation) / uncertainty, limit(3))


def _factor(found: Array, target: Array) -> tuple[float, float]:
    """By which share all members' estimates together are too long, and its standard error.

    Members share their directions, so the groups are compared, not the members.
    """
    along = inner(found, target)
    weights = 1 / along.var(axis=0, ddof=1)
    each = (along * weights).reshape(GROUPS, -1).sum(axis=1)
    each = each / np.sum(weights * inner(target, target))
    return float(each.mean() - 1), float(each.std(ddof=1) / np.sqrt(GROUPS))


@claim("ours-thm-inexact", longest=True)
@claim("s2-thm-4.1", form="partial", longest=False)
def inexact_descent(problem: LQR, K: ArrayLike, rng: Seed, *, longest: bool) -> Inequalities:
    """One step along an estimate that is as wrong as allowed, against the gradient, then anywhere.

    Steps are `FRACTIONS` of 1/L, or of the c_pg of Theorem 3.6 in our form. From the boundary of
    the sub-level set, with Delta the gap: the error is sqrt(lambda gap / 2), and a step takes at
    least step lambda / 4 of the gap. And from inside, with Delta four times the gap: the gap stays
    at most Delta.
    """
    at = at_stabilizing_gain(problem, K)
    rate = printed.gradient_domination(problem, K)
    random = np.random.default_rng(rng).standard_normal(at.gradient.shape)
    errors = np.stack(
        [each / frobenius_norm(each)[..., None, None] for each in (-at.gradient, random)]
    )
    fractions = np.reshape(FRACTIONS, (-1, 1) + (1,) * np.ndim(at.cost))

    def moves(aim: Array) -> tuple[Array, Array]:
        """Steps (F, 1, ...), and changes (F, 2, ..., m, n) of the gain, for Delta = aim."""
        over = sublevel(problem, at.cost - at.gap + aim)
        largest = 1 / sharp.hessian_bound(over) if longest else sharp.gradient_step(over)
        step, allowed = fractions * largest, np.sqrt(rate * aim / 2)[..., None, None]
        return step, -step[..., None, None] * (at.gradient + allowed * errors)

    step, move = moves(at.gap)
    radius = objective.mean_square_radius(problem, at.K + move)
    yield Sides("stability", radius, 1.0, role="guard")
    if longest:
        _, inside = moves(4 * at.gap)
        after = at.gap + value_difference(at, inside)
        yield Sides("stays within", after, 4 * at.gap, SETTLED * at.cost, role="guard")
    promised = np.broadcast_to(step * rate / 4 * at.gap, move.shape[:-2])
    decrease = -value_difference(at, move)
    yield Sides("decrease", promised, decrease, SETTLED * at.cost)


@claim("s2-thm-4.1", form="sharp")
def runs_at_our_sizes(
    problem: LQR,
    K: ArrayLike,
    rng: Sequence[int],
    *,
    sizes: SampleSizes,
    gap: float,
    runs: int = 5,
) -> Inequalities:
    """Runs of one problem with the sizes of the theorem in our form, by roll-outs with signs.

    Errors of all estimates, gaps at the end, and the decrease in each step while the gap is above
    the one wanted. The theorem lets any of it fail with a probability that `sizes` was given.
    """
    rate = sizes.step_size * printed.gradient_domination(problem, K) / 4
    errors, gaps = [], []
    for number in range(runs):
        noises, draws = np.random.SeedSequence([*rng, number]).spawn(2)
        oracle = oracles.rollout_cost(problem, sizes.horizon, noises, draws="signs")
        estimate = directions.zeroth_order(oracle, sizes.radius, sizes.samples, draws, points=1)
        trace = descend(estimate, K, sizes.step_size, sizes.iterations)
        taken = (trace.gains[:-1] - trace.gains[1:]) / sizes.step_size
        errors.append(frobenius_norm(taken - objective.gradient(problem, trace.gains[:-1])))
        gaps.append(optimality_gap(problem, trace.gains))
    yield Sides("errors of the estimates", np.array(errors), sizes.error)
    yield Sides("gap at the end", np.array(gaps)[:, -1], gap)
    before, after = np.array(gaps)[:, :-1], np.array(gaps)[:, 1:]
    wide = before >= gap
    yield Sides("half the rate", after[wide], (1 - rate) * before[wide])


def gaps_reached(part: str, gaps: ArrayLike, share: float) -> Check:
    """Gaps (S,), over the optimal cost, of gains learned with sizes chosen by hand: a record."""
    found = np.asarray(gaps, dtype=float)
    return Check("s2-thm-4.1", part, "partial", found, np.full_like(found, share), role="record")


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
