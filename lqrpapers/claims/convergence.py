"""S2's three convergence theorems, one step or a whole run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import LQR, descend, directions, objective, optimality_gap, systems
from lqrlib.matrices import frobenius_norm, trace, transpose
from lqrlib.validation import Array, Seed

from ..constants import magnitudes, printed, sharp, sublevel
from ..studies import moments
from .domination import value_difference
from .registry import Inequalities, Sides, claim

# Gaps and decreases this small against the cost are rounding error of the optimal gain.
SETTLED = 1e-20
# Steps tried, over the largest allowed.
FRACTIONS = (1.0, 0.5, 0.1, 1e-3)
# Distance from an optimum at which it is asked whether a step repels.
NEAR = 1e-6

DIRECTIONS = {
    "gradient": directions.gradient,
    "natural_gradient": directions.natural_gradient,
    "gauss_newton": directions.gauss_newton,
}


def largest_step(problem: LQR, K: ArrayLike, method: str) -> Array:
    """Largest constant step (...) that the method's theorem allows from K (..., m, n).

    "gradient" takes our c_pg, over the sub-level set of C(K).
    """
    if method == "gauss_newton":
        return np.full(problem.batch_shape, 0.5)
    if method == "natural_gradient":
        return printed.natural_gradient_step(problem, K)
    return sharp.gradient_step(sublevel(problem, objective.cost(problem, K)))


def nearly_quadratic() -> tuple[LQR, Array]:
    """x+ = u / 10^4 from k = 10^-4: the rates of Theorems 3.4 and 3.5 are attained."""
    return systems.scalar(0.0, 1e-4, 1.0, 1.0), np.array([[1e-4]])


@claim("s2-thm-3.4", method="gauss_newton")
@claim("s2-thm-3.5", method="natural_gradient")
@claim("s2-thm-3.5", form="sharp", method="natural_gradient", own=True)
@claim("s2-thm-3.6", form="sharp", method="gradient")
def convergence(
    problem: LQR,
    K: ArrayLike,
    step_size: ArrayLike | None = None,
    critical: ArrayLike | None = None,
    *,
    iterations: int = 1,
    fractions: Sequence[float] = FRACTIONS,
    method: str,
    own: bool = False,
) -> Inequalities:
    """Every iterate stabilizes; each step, by default fractions of the largest, takes its part.

    ================  ==========================================  ======================
    method            fraction of the gap, at least               steps up to
    ================  ==========================================  ======================
    Gauss-Newton      2 step mu / ||Sigma*||                      1/2
    natural gradient  2 step sigma_min(R) mu / ||Sigma*||         the theorem's, our own
    gradient          2 step sigma_min(R) mu^2 / ||Sigma*||       our c_pg
    ================  ==========================================  ======================

    The decrease comes from the value-difference lemma, which keeps its digits for tiny steps; where
    a run has closed the gap up to rounding, nothing is asked of it.
    Recorded are, for the gradient, one step of c_pg with the numbers at K, and the largest allowed
    step over a measured one at which descent ceases to converge.
    """
    objective.require_stabilizing(problem, K)
    rate = printed.decrease(problem, K, method=method)
    largest = sharp.natural_gradient_step(problem, K) if own else largest_step(problem, K, method)
    given = step_size is not None
    steps = np.asarray([step_size] if given else np.multiply.outer(fractions, largest), dtype=float)
    if (steps <= 0).any() or (steps > largest * (1 + 1e-12)).any():
        raise ValueError(f"step_size: expected numbers in (0, {largest}], got {step_size!r}")
    shape = steps.shape[:1] + np.broadcast_shapes(problem.batch_shape, np.shape(K)[:-2])
    gain = np.broadcast_to(objective.gain_array(problem, K), shape + np.shape(K)[-2:])
    floor, direction = SETTLED * objective.cost(problem, gain), DIRECTIONS[method](problem)

    def step_from(gain: Array, step: Array) -> tuple[Array, Array, Array, Array]:
        """Promised and taken decrease, the gap before, and the move."""
        at, move = objective.at_gain(problem, gain), -step[..., None, None] * direction(gain)
        return step * rate * at.gap, -value_difference(at, move), at.gap, move

    promised, taken, radii, clear = [], [], [], []
    start = gain[0]
    for _ in range(iterations):
        left, right, gap, move = step_from(gain, steps)
        promised.append(left)
        taken.append(right)
        clear.append(gap > 1e4 * floor)
        gain = gain + move
        radii.append(objective.mean_square_radius(problem, gain))
    yield Sides("stability", np.stack(radii), 1.0, role="guard")
    sides = np.stack(promised), np.stack(taken), np.broadcast_to(floor, np.shape(taken))
    kept = np.stack(clear)
    if kept.any() and not kept.all():
        sides = sides[0][kept], sides[1][kept], sides[2][kept]
    yield Sides("decrease", *sides)
    if method == "gradient":
        left, right, *_ = step_from(start, np.asarray(sharp.gradient_step(problem, K)))
        yield Sides("one step of c_pg at K", left, right, floor[0], role="record")
    if critical is not None:
        yield Sides("allowed over critical step", largest, critical, role="record")


@claim("s2-thm-3.4", form="dropped", method="gauss_newton", bound="1/2")
@claim("s2-thm-3.5", form="dropped", method="natural_gradient", bound="the stated one")
@claim("s2-thm-3.6", form="dropped", method="gradient", bound="c_pg")
def convergence_with_a_large_step(
    problem: LQR,
    K: ArrayLike,
    step_size: ArrayLike,
    *,
    iterations: int = 1,
    method: str,
    bound: str,
) -> Inequalities:
    """The gap after a number of steps is at most that before, for steps that are not allowed.

    It is ``inf`` once a step has left the stabilizing set.
    """
    objective.require_stabilizing(problem, K)
    trace = descend(DIRECTIONS[method](problem), K, step_size, iterations, on_leave="flag")
    first, last = optimality_gap(problem, trace.gains[0]), optimality_gap(problem, trace.gain)
    yield Sides("", last, first, 0.0, f"the step is at most {bound}")


# ---------------------------------------------------------------- statements of this book


@claim("ours-improvement")
def improvement(problem: LQR, K: ArrayLike, rng: Seed) -> Inequalities:
    """Random steps with M <= 0, all of which are so made, help in every state; with M >= 0 none.

    With R_K = LL' these are the D with L'(D + R_K^-1 E) = U L^-1 E, where U is a contraction, or
    U'U >= I.
    """
    objective.require_stabilizing(problem, K)
    at, generator = objective.at_gain(problem, K), np.random.default_rng(rng)
    least = magnitudes(problem, K).mu
    turn, sizes, other = np.linalg.svd(generator.standard_normal(at.R_K.shape))
    contraction = turn @ (generator.uniform(0, 1, sizes.shape)[..., None] * other)
    expansion = turn @ (generator.uniform(1, 1.2, sizes.shape)[..., None] * other)
    L: Array = np.asarray(np.linalg.cholesky(at.R_K), dtype=float)

    def step(U: Array) -> tuple[Array, Array, Array, Array]:
        """New gain, its radius, tr M, and the change of the cost."""
        D = np.asarray(np.linalg.solve(transpose(L), U @ np.linalg.solve(L, at.E)), dtype=float)
        D = D - np.linalg.solve(at.R_K, at.E)
        M = 2 * transpose(D) @ at.E + transpose(D) @ at.R_K @ D  # up to a skew part
        gain = at.K + D
        change = objective.cost(problem, gain) - at.cost
        return gain, objective.mean_square_radius(problem, gain), trace(M), change

    gain, radius, total, change = step(contraction)
    yield Sides("stability", radius, 1.0, role="guard")
    P = np.where(radius[..., None, None] < 1, objective.value_matrix(problem, gain), 2 * at.P)
    yield Sides("P does not grow", moments.relative(P, at.P)[..., -1], 1.0, role="guard")
    yield Sides("decrease", -least * total, -change, 1e-12 * at.cost)
    _, radius, total, change = step(expansion)
    here = radius < 1
    floor = np.broadcast_to(1e-12 * at.cost, radius.shape)[here]
    yield Sides("rise", (least * total)[here], change[here], floor)


@claim("ours-steps")
def working_and_failing_steps(
    problem: LQR, K: ArrayLike, *, iterations: int = 3, beyond: float = 1.05
) -> Inequalities:
    """Part of the gap that steps below 1 and below 1/||R_K0|| take; what steps above them do.

    Beyond the ceilings 1/||R_K*|| and 2/lambda_max the optimum repels: a step from nearby leads
    further away.
    """
    objective.require_stabilizing(problem, K)
    at, best = objective.at_gain(problem, K), objective.at_gain(problem, problem.optimum.K)
    rate = printed.decrease(problem, K, method="gauss_newton")  # 2 mu / ||Sigma*||
    newton, natural = (
        DIRECTIONS[name](problem)(at.K) for name in ("gauss_newton", "natural_gradient")
    )
    taken = [-value_difference(at, -step * newton) for step in (0.1, 0.5, 0.9)]
    promised = [2 * step * (1 - step) * rate * at.gap for step in (0.1, 0.5, 0.9)]
    floor = SETTLED * at.cost
    yield Sides("Gauss-Newton, steps below 1", promised, np.stack(taken), floor)
    still = np.abs(objective.cost(problem, at.K - newton) / at.cost - 1)
    yield Sides("Gauss-Newton, step 1 changes nothing", still, 1e-8, role="guard")
    rises = np.stack(
        [objective.cost(problem, at.K - step * newton) - at.cost for step in (1.1, 1.5)]
    )
    least_rise = np.stack([2 * step * (step - 1) * rate * at.gap for step in (1.1, 1.5)])
    here = np.isfinite(rises)
    floors = np.broadcast_to(1e-12 * at.cost, here.shape)[here]
    yield Sides("Gauss-Newton, steps above 1", least_rise[here], rises[here], floors)

    numbers = magnitudes(problem, K)
    size, least = numbers.R_K, numbers.r
    gain, taken, promised = np.stack([at.K] * 3), [], []
    fraction = np.reshape((0.1, 0.5, 0.9), (3,) + (1,) * size.ndim)
    step = fraction / size
    for _ in range(iterations):
        there = objective.at_gain(problem, gain)
        move = -step[..., None, None] * DIRECTIONS["natural_gradient"](problem)(gain)
        promised.append(2 * step * (1 - fraction) * least * rate * there.gap)
        taken.append(-value_difference(there, move))
        gain = gain + move
    yield Sides("natural gradient, steps below 1/‖R‖", np.stack(promised), np.stack(taken), floor)

    for name, matrix, ceiling in (
        ("natural_gradient", best.R_K, 1.0),
        ("gradient", best.hessian_matrix, 2.0),
    ):
        values, vectors = np.linalg.eigh(matrix)
        worst = vectors[..., -1]  # the direction that repels
        if name == "natural_gradient":
            worst = worst[..., None] * np.eye(problem.states)[0]
        away = NEAR * worst.reshape(best.K.shape)
        step = beyond * ceiling / values[..., -1]
        move = away - step[..., None, None] * DIRECTIONS[name](problem)(best.K + away)
        part = f"{name.replace('_', ' ')}, steps above the ceiling"
        yield Sides(part, 1.0, frobenius_norm(move) / NEAR)


@claim("ours-quadratic")
def policy_iteration_gap(problem: LQR, K: ArrayLike, *, iterations: int = 5) -> Inequalities:
    """Steps of policy iteration leave c g^2 of a gap g, c = ||R*|| a*^2 C_0 / (q mu^2 sigma(R)^2).

    Gaps that are rounding error of the cost are left out.
    """
    run = descend(directions.gauss_newton(problem), K, 0.5, iterations)
    gap, best = optimality_gap(problem, run.gains), magnitudes(problem, problem.optimum.K)
    start = objective.cost(problem, K)
    constant = best.R_K * best.a**2 * start / (best.q * best.mu**2 * best.r**2)
    clear = gap[1:] > 1e-24 * problem.optimum.cost
    yield Sides("", gap[1:][clear], (constant * gap[:-1] ** 2)[clear])
