"""What a start is worth: the clock of a descent, and a head start."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import LQR, backtracking, descend, directions, optimality_gap
from lqrlib.validation import Array

from ..constants import printed, sharp, sublevel
from ..constants.magnitudes import at_stabilizing_gain
from .figure_2 import steps_to
from .registry import Inequalities, Sides, claim

# First trials of a backtracking line search, and constant steps over 1/L.
TRIALS, FRACTIONS = (0.1, 1e-3), (1.0, 0.1)
IDENTITY = 1e-9
# A gap below this part of the first one is rounding, and so is a smaller change of its logarithm.
SETTLED, UNMOVED = 1e-10, 1e-12


@claim("ours-lemma-clock")
def clock(problem: LQR, K: ArrayLike, iterations: int = 40) -> Inequalities:
    """Descent from K (..., m, n) by backtracking (half the linear decrease), and by constant steps.

    Clock times lambda / 2 against the logarithm of the ratio of the gaps: as telling for short
    steps as for long ones.
    """
    at = at_stabilizing_gain(problem, K)
    domination = printed.gradient_domination(problem, at.K)
    direction = directions.gradient(problem)
    fallen, elapsed = [], []
    for first in TRIALS:
        rule = backtracking(first, sufficient=0.5)
        trace = descend(direction, at.K, rule, iterations)
        fallen.append(_fallen(problem, trace.gains))
        elapsed.append(domination / 2 * np.cumsum(trace.step_sizes, axis=0))
    yield Sides("clock", np.stack(elapsed), np.stack(fallen))
    smoothness = sharp.hessian_bound(sublevel(problem, at.cost))
    counts = np.arange(1.0, iterations + 1).reshape(-1, *(1,) * at.cost.ndim)
    decreases, most = [], []
    for fraction in FRACTIONS:
        step = fraction / smoothness
        trace = descend(direction, at.K, step, iterations)
        most.append(np.ceil(2 / (step * domination) * _fallen(problem, trace.gains)))
        decreases.append(np.broadcast_to(counts, most[-1].shape))
    yield Sides("iterations at a constant step", np.stack(decreases), np.stack(most), role="guard")


def _fallen(problem: LQR, gains: Array) -> Array:
    """log of the first gap over the later ones, (T, ...); ``inf`` where it is rounding."""
    first, *later = optimality_gap(problem, gains)
    gaps = np.maximum(later, SETTLED * first)
    fallen = np.log(first) - np.log(gaps)
    return np.where((gaps > SETTLED * first) & (np.abs(fallen) > UNMOVED), fallen, np.inf)


@claim("ours-lemma-head-start")
def head_start(
    hessian: ArrayLike, errors: ArrayLike, share: float = 1.0, most: int = 4000
) -> Inequalities:
    """Policy gradient on quadratics H (X, d, d) from two starts K_0 - K* (2, X, d) each.

    The step is this share of 1/h_d. The gaps theta are tenths, hundredths, ... of the smaller of
    the two first ones, down to 1e-6; so many steps are followed at the most.
    """
    H, error = np.asarray(hessian, dtype=float), np.asarray(errors, dtype=float)
    h, v = np.linalg.eigh(H)
    eta = share / h[:, -1]
    parts = h * (error[..., None, :] @ v)[..., 0, :] ** 2 / 2
    gaps, x = [], error
    for _ in range(most + 1):
        slope = (H @ x[..., None])[..., 0]
        gaps.append((x * slope).sum(axis=-1) / 2)
        x = x - eta[:, None] * slope
    powers = (1 - eta[:, None] * h) ** (2.0 * np.arange(most + 1)[:, None, None, None])
    by_formula, gap = (parts * powers).sum(axis=-1), np.stack(gaps)
    apart = np.abs(by_formula - gap) / np.maximum(gap, SETTLED * gap[0])
    yield Sides("gap after t steps", apart[::100], IDENTITY, role="guard")
    c = -2 * np.log1p(-eta * h[:, 0])
    slow, whole = np.log(parts[..., 0]), np.log(gap[0])
    below, above, at_most, at_least = [], [], [], []
    for target in np.log(gap[0].min(axis=0)) - np.log(10) * np.arange(1.0, 7)[:, None]:
        needed = steps_to(gap, np.exp(target))
        below.append((np.maximum((slow - target) / c, 0.0), needed))
        above.append((needed, (whole - target) / c + 1))
        low, high = (slow[0] - whole[1]) / c - 1, (whole[0] - slow[1]) / c + 1
        more = needed[0] - needed[1]
        at_most.append((more - low, high - low))
        at_least.append((high - more, high - low))
    yield Sides("T(theta), at least", *np.stack(below, axis=1))
    yield Sides("T(theta), at most", *np.stack(above, axis=1))
    yield Sides("difference of two starts, at most", *np.stack(at_most, axis=1))
    yield Sides("difference of two starts, at least", *np.stack(at_least, axis=1))
