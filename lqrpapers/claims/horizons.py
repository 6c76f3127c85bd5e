r"""S1 Remark 9: what a finite horizon cuts off the cost and the gradient."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import LQR, objective
from lqrlib.finite_horizon import finite_horizon_cost
from lqrlib.matrices import frobenius_norm
from lqrlib.validation import Array
from lqrpapers.studies.horizon_gradient import finite_horizon_gradient

from ..constants import Magnitudes, magnitudes
from ..constants.estimates import truncated_gradient_error
from .registry import Inequalities, Sides, claim, taken_from

HORIZONS = (1, 3, 10, 30, 100)


@claim("s1-rem-9")
def finite_horizons_approach_from_below(problem: LQR, K: ArrayLike) -> Inequalities:
    r"""J_l <= J, increasing, and J - J_l <= n J^2 (||Q|| + ||R|| ||K||^2) / (l mu q^2).

    The second is the horizon of Fazel et al. (Lemma 23), solved for the error.
    """
    at, costs = _truncated(problem, K)
    after = np.concatenate([costs[1:], np.broadcast_to(at.cost, costs[:1].shape)])
    yield Sides("from below", costs, after, 1e-12 * at.cost, role="guard")
    numbers = np.reshape(HORIZONS, (-1,) + (1,) * np.ndim(at.cost))
    weight = at.Q + at.R * at.K**2
    bound = problem.states * at.cost**2 * weight / (numbers * at.mu * at.q**2)
    yield _cut("controlled by the horizon", at.cost - costs, bound, 1e-12 * at.cost)


@claim("s1-rem-9", form="sharp")
def finite_horizons_approach_geometrically(problem: LQR, K: ArrayLike) -> Inequalities:
    r"""With g = 1 - q/||P_K||: J - J_l <= g^l J, and for the gradients

    ||grad J - grad J_l||_F <= (2 J/q) (nu h_0 g^l + l g^(l-1) a ||P_K||).
    """
    at, costs = _truncated(problem, K)
    exact, factor = objective.gradient(problem, K), 1 - at.q / at.P
    numbers = np.reshape(HORIZONS, (-1,) + (1,) * np.ndim(at.cost))
    yield _cut("cost", at.cost - costs, factor**numbers * at.cost, 1e-12 * at.cost)
    found = np.stack([finite_horizon_gradient(problem, K, k) for k in HORIZONS])
    rounding = 1e-11 * frobenius_norm(exact) + 1e-12 * at.cost
    bound = truncated_gradient_error(at, numbers)
    yield _cut("gradient", frobenius_norm(exact - found), bound, rounding)


taken_from("ours-lemma-truncated-gradient", "s1-rem-9", part="gradient")


@claim("s1-rem-9", form="dropped")
def finite_horizons_of_an_unstable_gain(problem: LQR, K: ArrayLike) -> Inequalities:
    """J - J_l <= J_l, where the gain does not stabilize: J is infinite and every J_l is not."""
    cost = objective.cost(problem, K)
    costs = np.stack([finite_horizon_cost(problem, K, k) for k in HORIZONS])
    yield Sides("controlled by the horizon", cost - costs, costs, 0.0, "the gain stabilizes")


def _cut(part: str, difference: Array, bound: Array, rounding: Array) -> Sides:
    """What is cut off; nothing where a difference of two numbers is no more than their rounding."""
    return Sides(part, np.where(difference > 100 * rounding, difference, 0.0), bound, rounding)


def _truncated(problem: LQR, K: ArrayLike) -> tuple[Magnitudes, Array]:
    objective.require_stabilizing(problem, K)
    return magnitudes(problem, K), np.stack([finite_horizon_cost(problem, K, k) for k in HORIZONS])
