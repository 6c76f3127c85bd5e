"""The regulator itself: what the cost is, where it is finite, and which gain minimises it."""

from __future__ import annotations

from itertools import product

import numpy as np
import scipy  # loads scipy.special when it is first used
from numpy.typing import ArrayLike

from lqrlib import LQR, objective
from lqrlib.directions import gauss_newton, gradient, natural_gradient
from lqrlib.matrices import frobenius_norm, inner, least_eigenvalue, spectral_norm, transpose
from lqrlib.matrix_equations import closed_loop
from lqrlib.problem import stage_weight
from lqrlib.simulation import simulated_costs
from lqrlib.validation import Array

from ..constants import at_stabilizing_gain
from ..studies import moments
from .registry import Inequalities, Sides, claim

# Equalities, relative; those of a Lyapunov solve in units of its rounding error.
EQUAL = 1e-9
UNITS = 10
# Of the simulation: trajectories, most steps, largest part of the cost left out, and the confidence
# of the interval around the average.
TRAJECTORIES, HORIZON, TAIL = 2000, 200, 1e-12
CONFIDENCE = 0.999
# Terms of the cost that are added up where it may be infinite, a power of 2.
DOUBLINGS = 5


@claim("s2-eq-1")
def cost_is_the_average(
    problem: LQR,
    K: ArrayLike,
    costs: ArrayLike | None = None,
    *,
    rng: np.random.Generator | int | None = None,
) -> Inequalities:
    """Closed-form cost against Kronecker products and one linear solve, and against simulation.

    The average of simulated `costs` (trajectories, ...), or of some that are drawn with `rng`, lies
    within its normal interval, widened by the part of the cost cut off at the horizon; `CONFIDENCE`
    holds for all members of the stack together (Bonferroni). The interval wants finite fourth
    moments, so noise well inside the mean-square stable range.
    """
    at = at_stabilizing_gain(problem, K)
    error = np.abs(moments.formal_cost(problem, K) / at.cost - 1)
    yield Sides("brute force", error, UNITS * at.condition)
    if rng is None and costs is None:
        return
    rest = np.zeros(1)
    if costs is None:
        slowest = max(float(np.max(at.radius)), TAIL)
        steps = int(np.ceil(np.log(TAIL) / np.log(slowest))) + problem.states
        horizon = min(steps, HORIZON)
        many = np.broadcast_to(at.K, (TRAJECTORIES, *np.shape(at.cost), *at.K.shape[-2:]))
        costs = simulated_costs(problem, many, horizon, np.random.default_rng(rng))
        moment = problem.Sigma0
        for _ in range(horizon):
            moment = at.loop.apply(moment)
        rest = inner(at.P, moment)
    paid = np.asarray(costs, dtype=float)
    error = paid.std(axis=0, ddof=1) / np.sqrt(len(paid))
    width = scipy.special.ndtri(1 - (1 - CONFIDENCE) / (2 * np.size(at.cost)))
    yield Sides("simulated average", np.abs(paid.mean(axis=0) - at.cost), width * error + rest)


@claim("ours-lemma-plane")
def plane_is_invariant(problem: LQR, K: ArrayLike) -> Inequalities:
    """Two states with zero diagonals of A, of the noise and of K; B = I, diagonal Q, R and Sigma0.

    The three directions have zero diagonal too, and the square of the mean-square radius is the
    product of the two factors of the lemma, so it is below 1 exactly where that is.
    """
    at = at_stabilizing_gain(problem, K)
    for direction in (gradient, natural_gradient, gauss_newton):
        move = direction(problem)(at.K)
        kept = np.abs(np.diagonal(move, axis1=-2, axis2=-1)).max(axis=-1)
        yield Sides(direction.__name__.replace("_", " "), kept, EQUAL * frobenius_norm(move))
    variances, directions = problem.state_noise
    squares = (problem.A - at.K) ** 2
    squares = squares + (variances[..., None, None] * directions**2).sum(axis=-3)
    factors = squares[..., 0, 1] * squares[..., 1, 0]
    yield Sides("stabilizing", np.abs(at.radius**2 - factors), EQUAL * factors)


def _outcomes(problem: LQR, gain: Array) -> Array:
    """The closed loop for each outcome of coin noise, equally likely, (2^(p+q), ..., n, n)."""
    (alpha, A_i), (beta, B_j) = problem.state_noise, problem.input_noise
    state = np.sqrt(alpha)[..., None, None] * A_i
    inputs = np.sqrt(beta)[..., None, None] * B_j @ gain[..., None, :, :]
    terms = [*np.moveaxis(state, -3, 0), *np.moveaxis(inputs, -3, 0)]
    signs = product((-1.0, 1.0), repeat=len(terms))
    drift = problem.A - problem.B @ gain
    return np.stack(
        [sum((s * X for s, X in zip(each, terms, strict=True)), drift) for each in signs]
    )


@claim("ours-lemma-moments")
def second_moments(problem: LQR, K: ArrayLike, Z: ArrayLike, *, steps: int = 2) -> Inequalities:
    """E x_t x_t' as the mean over all outcomes of coin noise, after a number of steps.

    Any gain. Powers of F_K, here from Kronecker products: ||F_K^t(Z)|| <= ||F_K^t(I)|| ||Z|| for
    every Z (..., n, n), and rho(F_K)^t <= ||F_K^t(I)||. The solution of P - F_K*(P) = I is positive
    definite, and then at least I, exactly where K stabilizes.
    """
    gain = objective.gain_array(problem, K)
    loop, matrix = closed_loop(problem, gain), moments.second_moment_matrix(problem, gain)
    path = once = _outcomes(problem, gain)
    for _ in range(steps - 1):
        path = (once[:, None] @ path).reshape(-1, *once.shape[1:])
    met, moment = (path @ problem.Sigma0 @ transpose(path)).mean(axis=0), problem.Sigma0
    for _ in range(steps):
        moment = loop.apply(moment)
    error = frobenius_norm(met - moment) / frobenius_norm(moment)
    yield Sides("moments by enumeration", error, EQUAL)
    power, flat = np.linalg.matrix_power(matrix, steps), (*matrix.shape[:-1], 1)
    size, other = problem.states, np.asarray(Z, dtype=float)
    of_Z, of_I = (
        (power @ np.broadcast_to(X, loop.A_K.shape).reshape(flat)).reshape(loop.A_K.shape)
        for X in (other, np.eye(size))
    )
    yield Sides("norm of a power", spectral_norm(of_Z), spectral_norm(of_I) * spectral_norm(other))
    radius = objective.mean_square_radius(problem, gain)
    yield Sides("radius of a power", radius**steps, spectral_norm(of_I))
    X = moments.formal_solution(problem, gain, np.eye(size), adjoint=True)
    least, floor = least_eigenvalue(X), EQUAL * spectral_norm(X)
    missing = np.where(radius < 1, np.maximum(1 - least, 0), np.maximum(least, 0))
    yield Sides("certificate", missing, 0.0, floor, role="guard")


def _first_terms(problem: LQR, K: ArrayLike, mu: Array, q: Array) -> tuple[Array, Array]:
    """mu q (1 + rho + rho^2 + ...) and the cost, as many terms of both; K need not stabilize."""
    radius = objective.mean_square_radius(problem, K)
    least = (radius[..., None] ** np.arange(2**DOUBLINGS)).sum(axis=-1)
    return mu * q * least, moments.summed_cost(problem, K, DOUBLINGS)


@claim("ours-thm-domain")
def cost_bounds_margin_and_size(problem: LQR, K: ArrayLike) -> Inequalities:
    """1/(1 - rho) <= C/(mu q) and ||K||_F^2 <= (C - tr Q Sigma0)/(mu r); both forms of the cost.

    The first terms of the cost are at least mu q rho^t each, stabilizing or not, so the cost is
    infinite where rho >= 1; tested at K* + 2 (K - K*), which may lie outside.
    """
    at, best = at_stabilizing_gain(problem, K), problem.optimum.K
    mu, q, r = (least_eigenvalue(W) for W in (problem.Sigma0, problem.Q, problem.R))
    yield Sides("margin", 1 / (1 - at.radius), at.cost / (mu * q))
    first = inner(problem.Q, problem.Sigma0)
    yield Sides("size", frobenius_norm(at.K) ** 2, (at.cost - first) / (mu * r))
    yield Sides("first terms", *_first_terms(problem, 2 * at.K - best, mu, q))
    other = inner(stage_weight(problem, at.K), at.Sigma)
    error = np.abs(inner(at.P, problem.Sigma0) - other) / at.cost
    yield Sides("two formulas", error, UNITS * at.condition, role="guard")


@claim("ours-thm-domain", form="dropped")
def cost_with_a_singular_weight(problem: LQR, K: ArrayLike) -> Inequalities:
    """Either Q = 0: the cost rises along gains (T, m, n) that tend to the boundary; it need not.

    Or Sigma0 is singular: its least positive eigenvalue stands for mu in the first terms of a cost.
    """
    if not np.any(problem.Q):
        cost = objective.cost(problem, K)
        yield Sides("rises", cost[:-1], cost[1:], 0.0, "Q is positive definite")
        return
    values = np.linalg.eigvalsh(problem.Sigma0)
    mu = np.where(values > 0, values, np.inf).min(axis=-1)
    terms = _first_terms(problem, K, mu, least_eigenvalue(problem.Q))
    yield Sides("first terms", *terms, 0.0, "Sigma0 is positive definite")


@claim("ours-thm-optimal")
def optimal_gain_is_best(problem: LQR, K: ArrayLike) -> Inequalities:
    """P_K+ <= P_K - E'R_K^-1 E, P* <= P_K and P* <= the value of one step with K and K* from then.

    Each as the largest quotient of the quadratic forms over initial states. The gap is
    tr(Sigma_K D'R_K* D) with D = K - K*; without noise K* is the gain that scipy finds.
    """
    at, best = at_stabilizing_gain(problem, K), objective.at_gain(problem, problem.optimum.K)
    change, floor = np.linalg.solve(at.R_K, at.E), UNITS * at.condition
    better = objective.value_matrix(problem, at.K - change) + transpose(at.E) @ change
    yield Sides("improvement", moments.relative(better, at.P)[..., -1], 1.0, floor)
    yield Sides("from every initial state", moments.relative(best.P, at.P)[..., -1], 1.0, floor)
    once = stage_weight(problem, at.K) + at.loop.apply_adjoint(best.P)
    most = moments.relative(best.P, once)[..., -1]
    yield Sides("after another first step", most, 1.0, floor, role="guard")
    error = np.abs(at.cost - best.cost - at.gap) / at.cost
    yield Sides("gap", error, EQUAL, floor, role="guard")
    if not (problem.state_noise.variances.size or problem.input_noise.variances.size):
        theirs = moments.scipy_gain(problem)
        error = frobenius_norm(best.K - theirs) / frobenius_norm(theirs)
        yield Sides("scipy's gain", error, 10 * EQUAL, role="guard")


@claim("ours-thm-connected")
def segment_to_the_improved_gain(problem: LQR, K: ArrayLike, *, most: int = 100) -> Inequalities:
    """Ten gains on the segment from K to K+ stabilize and cost no more; the iterates tend to K*.

    C(K - t R_K^-1 E_K) + (2t - t^2) tr(E_K'R_K^-1 E_K Sigma0) <= C(K); after at most so many steps
    an iterate is K*.
    """
    at = at_stabilizing_gain(problem, K)
    change = np.asarray(np.linalg.solve(at.R_K, at.E))
    share = np.linspace(0.1, 1, 10).reshape(-1, *([1] * at.cost.ndim))
    cost = objective.cost(problem, at.K - share[..., None, None] * change)
    gain = inner(at.E, change @ problem.Sigma0)
    floor = UNITS * at.condition * at.cost
    yield Sides("cost on the segment", cost + (2 * share - share**2) * gain, at.cost, floor)
    now, best = at.K, problem.optimum.K
    for _ in range(most):
        now = now - change
        there = objective.at_gain(problem, now)
        change = np.asarray(np.linalg.solve(there.R_K, there.E))
        if (frobenius_norm(change) <= EQUAL * frobenius_norm(now)).all():
            break
    error = frobenius_norm(now - best) / frobenius_norm(best)
    yield Sides("iterates", error, 100 * EQUAL)
