"""The regulator itself: the cost is what it is said to be, the optimal gain minimises it."""

from __future__ import annotations

import numpy as np
import scipy  # loads scipy.special when it is first used
from numpy.typing import ArrayLike

from lqrlib import LQR, objective
from lqrlib.matrices import inner
from lqrlib.problem import stage_weight
from lqrlib.simulation import simulated_costs
from lqrlib.validation import Array

from ..constants import at_stabilizing_gain
from .registry import Inequalities, Sides, claim

# Of the recursion: largest part of the cost left out, and most steps.
TAIL = 1e-12
MOST_STEPS = 50_000
# Of the simulation: trajectories, most steps, and the confidence of the interval around it.
TRAJECTORIES = 2000
HORIZON = 200
CONFIDENCE = 0.999


def _recursion(at: objective.AtGain) -> tuple[Array, int]:
    """Sum of tr (Q + K'RK) S_t with S_0 = Sigma0, S_{t+1} = F_K(S_t), and the number of steps."""
    loop, weight = at.loop, stage_weight(at.problem, at.K)
    moment = np.broadcast_to(at.problem.Sigma0, loop.A_K.shape)
    total = np.zeros(loop.A_K.shape[:-2])
    slowest = float(np.max(loop.radius()))
    steps = 1 if slowest == 0 else int(np.ceil(np.log(TAIL) / np.log(slowest))) + at.problem.states
    if steps > MOST_STEPS:
        raise ValueError(
            f"K: expected gains whose recursion ends within {MOST_STEPS} steps, got mean-square "
            f"radius {slowest:.6g}, which needs {steps}"
        )
    for _ in range(steps):
        total = total + inner(weight, moment)
        moment = loop.apply(moment)
    return total, steps


@claim("s2-eq-1")
def cost_is_the_average(
    problem: LQR, K: ArrayLike, rng: np.random.Generator | int, *, tolerance: float = 1e-9
) -> Inequalities:
    """Closed-form cost against the recursion of second moments and against simulation.

    The simulated average lies within its normal confidence interval, widened by the exact tail
    cut off at the horizon; `CONFIDENCE` holds for all members of the stack together (Bonferroni).
    Multiplicative noise makes the cost heavy-tailed: the interval wants finite fourth moments, so
    noise well inside the mean-square stable range.
    """
    at = at_stabilizing_gain(problem, K)
    cost, loop, moment = at.cost, at.loop, problem.Sigma0
    total, steps = _recursion(at)
    yield Sides("recursion of second moments", np.abs(total - cost) / cost, tolerance)
    horizon = min(steps, HORIZON)
    many = np.broadcast_to(at.K, (TRAJECTORIES, *np.shape(cost), *at.K.shape[-2:]))
    simulated = simulated_costs(problem, many, horizon, np.random.default_rng(rng))
    error = simulated.std(axis=0, ddof=1) / np.sqrt(TRAJECTORIES)
    for _ in range(horizon):
        moment = loop.apply(moment)
    rest = inner(at.P, moment)
    width = scipy.special.ndtri(1 - (1 - CONFIDENCE) / (2 * cost.size))
    yield Sides("simulated average", np.abs(simulated.mean(axis=0) - cost), width * error + rest)


@claim("s1-def-1")
def optimal_gain_minimises(problem: LQR, K: ArrayLike) -> Inequalities:
    """C(K*) <= C(K) for any gain, stabilizing or not (then C(K) is infinite)."""
    best = objective.cost(problem, objective.optimal_gain(problem))
    yield Sides("", best, objective.cost(problem, K))
