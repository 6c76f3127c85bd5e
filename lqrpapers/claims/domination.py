"""Value difference, advantage, gradient domination and stationarity."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import LQR, objective
from lqrlib.matrices import frobenius_norm, least_eigenvalue, spectral_norm, trace, transpose
from lqrlib.matrix_equations import closed_loop
from lqrlib.validation import Array

from ..constants import at_stabilizing_gain, magnitudes, printed, sharp, sublevel
from .registry import Inequalities, Sides, claim

# Relative errors allowed: of a gradient that vanishes, and of the lemma's two sides.
STATIONARY = 1e-9
IDENTITY = 1e-8
# Of a decrease, relative to the cost, where rounding decides.
CANCELLED = 1e-13


def _steepest(at: objective.AtGain) -> Array:
    """E'R_K^-1 E: minus the value of the best one-step change, as a quadratic form in x."""
    return transpose(at.E) @ np.linalg.solve(at.R_K, at.E)


@claim("s2-lemma-3.2")
def gradient_domination(problem: LQR, K: ArrayLike) -> Inequalities:
    """C(K) - C* between mu tr(E'E)/||R_K|| and ||Sigma*|| ||grad||_F^2 / (4 sigma_min(R) mu^2).

    The upper bound is gradient domination; the lower one only guards.
    """
    here, at = at_stabilizing_gain(problem, K), magnitudes(problem, K)
    yield Sides("upper bound", at.gap, _dominating(here))
    yield Sides("lower bound", at.mu * frobenius_norm(here.E) ** 2 / at.R_K, at.gap, role="guard")


@claim("s2-lemma-3.2", form="sharp")
def sharper_gradient_domination(problem: LQR, K: ArrayLike) -> Inequalities:
    """C(K) - C* <= ||Sigma*|| tr(E'R_K^-1 E), the step before the upper bound in its proof."""
    here, best = at_stabilizing_gain(problem, K), objective.at_gain(problem, problem.optimum.K)
    sharper = spectral_norm(best.Sigma) * trace(_steepest(here))
    yield Sides("sharper upper bound", here.gap, sharper)


def _dominating(at: objective.AtGain) -> Array:
    rate = printed.gradient_domination(at.problem, at.K)
    return frobenius_norm(at.gradient) ** 2 / rate


@claim("s1-lemma-7")
def gradient_domination_of_a_task(problem: LQR, K: ArrayLike) -> Inequalities:
    """J(K) - J* <= ||grad J(K)||_F^2 / lambda for each task."""
    at = at_stabilizing_gain(problem, K)
    yield Sides("", at.gap, _dominating(at))


@claim("s2-cor-3.3")
def stationary_gain_is_optimal(problem: LQR, K: ArrayLike) -> Inequalities:
    r"""The corollary with a rate: how far a gain of small gradient can be from K*.

    ||K - K*||_F^2 <= ||Sigma*|| ||grad C||_F^2 / (4 sigma_min(R) mu^3 sigma_min(R_K*)), since
    C(K) - C* = tr Sigma_K (K-K*)'R_K*(K-K*). A zero gradient makes it an equality of gains.
    """
    at, best = at_stabilizing_gain(problem, K), objective.at_gain(problem, problem.optimum.K)
    weight = least_eigenvalue(problem.Sigma0) * least_eigenvalue(best.R_K)
    yield Sides("", frobenius_norm(at.K - best.K) ** 2, _dominating(at) / weight)


@claim("s2-cor-3.3", form="dropped")
def stationary_gain_without_rank(problem: LQR, K: ArrayLike) -> Inequalities:
    """Stationary gains are taken for optimal although Sigma_K is singular: K = K* fails.

    Raises ValueError unless every gain is stationary (relative to E_K) to `STATIONARY`.
    """
    at, optimal = at_stabilizing_gain(problem, K), problem.optimum.K
    scale = frobenius_norm(at.E) * frobenius_norm(at.Sigma)
    if not (frobenius_norm(at.gradient) <= STATIONARY * np.maximum(scale, 1e-300)).all():
        raise ValueError("K: expected gains at which the gradient vanishes")
    error = frobenius_norm(at.K - optimal) / np.maximum(frobenius_norm(optimal), 1.0)
    yield Sides("", error, STATIONARY, 0.0, "Sigma_K has full rank")


def value_difference_along(problem: LQR, K: ArrayLike, step: Array) -> Array:
    """C(K + step) - C(K) by Lemma B.2: keeps its digits for steps too small to move K itself."""
    return value_difference(objective.at_gain(problem, K), step)


def value_difference(at: objective.AtGain, step: Array) -> Array:
    """The same from a gain at which the problem is known already; of the other only Sigma."""
    form = 2 * transpose(step) @ at.E + transpose(step) @ at.R_K @ step
    return trace(state_covariance(at.problem, at.K + step) @ form)


def state_covariance(problem: LQR, K: Array) -> Array:
    """Sigma_K alone; `AtGain.Sigma` solves for P_K, too."""
    return closed_loop(problem, K).solve(problem.Sigma0)


@claim("s2-lemma-b.2")
def value_difference_and_advantage(
    problem: LQR, K: ArrayLike, other: ArrayLike, state: ArrayLike
) -> Inequalities:
    """Both halves of the lemma, for two stabilizing gains and any states (..., n).

    The advantage is computed from its definition, the cost of one step with the other gain and
    the value of the mean-square next state, less the value of the state.
    """
    at = at_stabilizing_gain(problem, K)
    there = at_stabilizing_gain(problem, other, "other")
    step = there.K - at.K
    error = np.abs(there.cost - at.cost - value_difference_along(problem, K, step))
    yield Sides("value difference", error / np.maximum(at.cost, there.cost), IDENTITY, role="guard")

    x = np.asarray(state, dtype=float)[..., None]
    advantage, scale = _advantage(problem, at.P, x, -there.K @ x)
    form = transpose(step) @ at.R_K @ step + 2 * transpose(step) @ at.E
    predicted = (transpose(x) @ form @ x)[..., 0, 0]
    yield Sides("advantage", np.abs(advantage - predicted), IDENTITY * scale, role="guard")
    most = (transpose(x) @ _steepest(at) @ x)[..., 0, 0]
    yield Sides("least advantage", np.maximum(-advantage, 0), most, 1e-12 * scale)
    best = -(at.K - np.linalg.solve(at.R_K, at.E)) @ x
    attained, scale = _advantage(problem, at.P, x, best)
    error = np.abs(attained + most)
    yield Sides("least advantage attained", error, IDENTITY * scale, role="guard")


def _advantage(problem: LQR, P: Array, x: Array, u: Array) -> tuple[Array, Array]:
    """Q_K(x, u) - V_K(x) from the definition, and the size of the terms it is made of."""

    def square(weight: Array, vector: Array) -> Array:
        return (transpose(vector) @ weight @ vector)[..., 0, 0]

    ahead = square(problem.Q, x) + square(problem.R, u) + square(P, problem.A @ x + problem.B @ u)
    for noise, vector in ((problem.state_noise, x), (problem.input_noise, u)):
        kicked = noise.directions @ vector[..., None, :, :]
        ahead = ahead + (noise.variances * square(P[..., None, :, :], kicked)).sum(axis=-1)
    value = square(P, x)
    return ahead - value, ahead + value


@claim("ours-memoryless")
def bounds_without_memory(problem: LQR, K: ArrayLike) -> Inequalities:
    """One state and input, A = 0: two bounds of Lemma 3.2 are equalities, the third has its share.

    The printed upper bound is used to (1 - b^2 k^2)^3 / (1 + b^2 q/r).
    """
    upper, lower = gradient_domination(problem, K)
    [sharper] = sharper_gradient_domination(problem, K)
    weight = (problem.B**2 * problem.Q / problem.R)[..., 0, 0]
    share = (1 - (problem.B * np.asarray(K))[..., 0, 0] ** 2) ** 3 / (1 + weight)
    used = np.divide(upper.lhs, upper.rhs)
    yield Sides("share of the printed bound", np.abs(used / share - 1), IDENTITY)
    for name, each in (("sharper bound", sharper), ("lower bound", lower)):
        yield Sides(f"{name} is an equality", np.abs(np.divide(each.lhs, each.rhs) - 1), IDENTITY)


@claim("ours-stationary-cost")
def stationary_gain_has_the_optimal_cost(problem: LQR, K: ArrayLike) -> Inequalities:
    """Where the gradient vanishes, C(K) = C*, whatever the rank of Sigma0; K need not be K*.

    The cost is compared relative to C(K). The distance from K* is recorded.
    """
    at, best = at_stabilizing_gain(problem, K), problem.optimum.K
    size = frobenius_norm(at.E) * frobenius_norm(at.Sigma)
    yield Sides("gradient", frobenius_norm(at.gradient), STATIONARY * size, role="guard")
    error = np.abs(at.cost - objective.cost(problem, best)) / at.cost
    yield Sides("cost", error, STATIONARY, 10 * at.condition)
    yield Sides("distance", frobenius_norm(at.K - best), frobenius_norm(best), role="record")


@claim("ours-descent")
def descent_with_short_steps(
    problem: LQR,
    K: ArrayLike,
    fractions: ArrayLike = (1.0, 0.5, 0.1, 1e-3),
    *,
    iterations: int = 2,
) -> Inequalities:
    """Steps eta of these fractions of 1/L, L the explicit one on the sub-level set of C(K).

    A step lowers the cost by at least (eta/2) ||grad||_F^2 and eta lambda/2 of the gap, also from
    the boundary of the set, where the run starts; so no iterate leaves it. Our c_pg is at most
    0.65/L. The decrease comes from the value-difference lemma, which keeps its digits.
    """
    at = at_stabilizing_gain(problem, K)
    level = sublevel(problem, at.cost)
    longest = 1 / sharp.hessian_bound(level)
    part = np.asarray(fractions, dtype=float).reshape(-1, *([1] * at.cost.ndim))
    step, rate = part * longest, printed.gradient_domination(problem, at.K)
    gain, floor = np.broadcast_to(at.K, step.shape + at.K.shape[-2:]), CANCELLED * at.cost
    squares, gaps, taken = [], [], []
    for _ in range(iterations):
        here = objective.at_gain(problem, gain)
        move = -step[..., None, None] * here.gradient
        squares.append(step / 2 * frobenius_norm(here.gradient) ** 2)
        gaps.append(step * rate / 2 * here.gap)
        taken.append(-value_difference(here, move))
        gain = gain + move
    yield Sides("squared gradient", np.stack(squares), np.stack(taken), floor)
    yield Sides("rate", np.stack(gaps), np.stack(taken), floor)
    yield Sides("sub-level set", objective.cost(problem, gain), at.cost, floor, role="guard")
    yield Sides("c_pg", sharp.gradient_step(level), 0.65 * longest, role="guard")


@claim("ours-descent", form="dropped")
def curvature_without_a_level(problem: LQR, K: ArrayLike) -> Inequalities:
    """L of the first gain's sub-level set bounds the Hessian at all gains (T, m, n), in or not."""
    [first, *_] = np.atleast_1d(objective.cost(problem, K))
    bound = sharp.hessian_bound(sublevel(problem, first))
    curvature = spectral_norm(objective.hessian_matrix(problem, K))
    yield Sides("Hessian", curvature, bound, 0.0, "the gain is in the sub-level set")
