"""S2's three convergence theorems, one step or a whole run, and the equations of section 2."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import ArrayLike

from .. import directions, objective
from ..constants import frobenius_norm, magnitudes, optimality_gap, printed, sharp, sublevel
from ..matrix_equations import closed_loop, solve_riccati
from ..problem import LQR, Array
from .domination import value_difference_along
from .registry import Sides, claim

# Gaps and decreases this small against the cost are rounding error of the optimal gain.
SETTLED = 1e-20


def _descent(
    problem: LQR,
    K: ArrayLike,
    direction: Callable[[Array], Array],
    step: Array,
    share: Array,
    iterations: int,
) -> Iterator[Sides]:
    """Every iterate stabilizes, and every step takes away at least a `share` of the gap.

    The decrease comes from the value-difference lemma, which keeps its digits for tiny steps.
    """
    objective.require_stabilizing(problem, K)
    shape = np.broadcast_shapes(problem.batch_shape, np.shape(K)[:-2])
    gain = np.broadcast_to(objective.gain_array(problem, K), shape + np.shape(K)[-2:])
    floor = SETTLED * objective.cost(problem, gain)
    promised, taken, radii = [], [], []
    for _ in range(iterations):
        move = -step[..., None, None] * direction(gain)
        promised.append(share * optimality_gap(problem, gain))
        taken.append(-value_difference_along(problem, gain, move))
        gain = gain + move
        radii.append(objective.mean_square_radius(problem, gain))
    yield Sides("stability", np.stack(radii), 1.0)
    yield Sides("decrease", np.stack(promised), np.stack(taken), floor)


def _steps(given: ArrayLike | None, largest: Array) -> Array:
    """The step size given, or the largest that the theorem allows."""
    if given is None:
        return largest
    step = np.asarray(given, dtype=float)
    if (step <= 0).any() or (step > largest * (1 + 1e-12)).any():
        raise ValueError(f"step_size: expected numbers in (0, {largest}], got {given!r}")
    return np.broadcast_to(step, np.broadcast_shapes(step.shape, largest.shape))


@claim("s2-thm-3.4")
def gauss_newton_convergence(
    problem: LQR, K: ArrayLike, step_size: ArrayLike | None = None, *, iterations: int = 1
) -> Iterator[Sides]:
    """A step takes at least 2 step mu / ||Sigma*|| of the gap, for steps up to 1/2 (default)."""
    step = _steps(step_size, np.full(problem.batch_shape, 0.5))
    at = magnitudes(problem, objective.optimal_gain(problem))
    share = 2 * step * at.mu / at.optimal_Sigma
    yield from _descent(problem, K, directions.gauss_newton(problem), step, share, iterations)


@claim("s2-thm-3.5")
def natural_gradient_convergence(
    problem: LQR, K: ArrayLike, step_size: ArrayLike | None = None, *, iterations: int = 1
) -> Iterator[Sides]:
    """A step takes at least 2 step sigma_min(R) mu / ||Sigma*|| of the gap.

    For steps up to the theorem's, which is the default.
    """
    step = _steps(step_size, printed.natural_gradient_step(problem, K))
    at = magnitudes(problem, objective.optimal_gain(problem))
    share = 2 * step * at.r * at.mu / at.optimal_Sigma
    yield from _descent(problem, K, directions.natural_gradient(problem), step, share, iterations)


@claim("s2-thm-3.6")
def gradient_convergence(
    problem: LQR, K: ArrayLike, step_size: ArrayLike | None = None, *, iterations: int = 1
) -> Iterator[Sides]:
    """A step takes at least 2 step sigma_min(R) mu^2 / ||Sigma*|| of the gap, up to our c_pg.

    One step is taken with c_pg at K; a run with c_pg over the sub-level set of C(K).
    """
    if iterations == 1:
        largest = sharp.gradient_step(problem, K)
    else:
        largest = sharp.gradient_step(sublevel(problem, objective.cost(problem, K)))
    step = _steps(step_size, largest)
    share = step * printed.gradient_domination(problem, K) / 2
    yield from _descent(problem, K, directions.gradient(problem), step, share, iterations)


def _kronecker(problem: LQR, gain: Array, W: Array, adjoint: bool) -> Array:
    """Solution of X = F(X) + W by the n^2 x n^2 system, without the library's solvers."""
    terms = [problem.A - problem.B @ gain]
    for noise, factor in ((problem.state_noise, None), (problem.input_noise, gain)):
        scaled = np.sqrt(noise.variances)[..., None, None] * noise.directions
        moved = scaled if factor is None else scaled @ factor[..., None, :, :]
        terms += [moved[..., k, :, :] for k in range(moved.shape[-3])]
    n = problem.states
    operator = sum(np.einsum("...ij,...kl->...ikjl", S, S) for S in terms)
    matrix = np.asarray(operator).reshape(np.shape(operator)[:-4] + (n * n, n * n))
    if adjoint:
        matrix = matrix.swapaxes(-1, -2)
    right = np.broadcast_to(W, matrix.shape[:-2] + (n, n)).reshape(matrix.shape[:-2] + (n * n, 1))
    solution = np.linalg.solve(np.eye(n * n) - matrix, right)
    return np.asarray(solution.reshape(matrix.shape[:-2] + (n, n)))


def _equation(problem: LQR, K: ArrayLike, tolerance: float, adjoint: bool) -> Iterator[Sides]:
    objective.require_stabilizing(problem, K)
    gain, at = objective.gain_array(problem, K), objective.evaluate(problem, K)
    loop = closed_loop(problem, gain)
    X = at.P if adjoint else at.Sigma
    weight = problem.Q + gain.swapaxes(-1, -2) @ problem.R @ gain
    W = weight if adjoint else problem.Sigma0
    residual = X - (loop.apply_adjoint(X) if adjoint else loop.apply(X)) - W
    yield Sides("equation", frobenius_norm(residual) / frobenius_norm(X), tolerance)
    error = frobenius_norm(X - _kronecker(problem, gain, W, adjoint))
    yield Sides("Kronecker solve", error / frobenius_norm(X), tolerance)


@claim("s2-eq-2")
def value_equation(problem: LQR, K: ArrayLike, *, tolerance: float = 1e-8) -> Iterator[Sides]:
    """P = Q + K'RK + F_K*(P): relative residual, and difference from an n^2 x n^2 solve."""
    yield from _equation(problem, K, tolerance, adjoint=True)


@claim("s2-eq-3")
def covariance_equation(problem: LQR, K: ArrayLike, *, tolerance: float = 1e-8) -> Iterator[Sides]:
    """Sigma = Sigma0 + F_K(Sigma): relative residual, and difference from an n^2 x n^2 solve."""
    yield from _equation(problem, K, tolerance, adjoint=False)


@claim("s2-mss")
def mean_square_stability_is_stricter(problem: LQR, K: ArrayLike) -> Iterator[Sides]:
    """rho(A_K)^2 <= rho(F_K), for any gain: stability in the mean square implies the nominal."""
    gain = objective.gain_array(problem, K)
    nominal = np.abs(np.linalg.eigvals(problem.A - problem.B @ gain)).max(axis=-1) ** 2
    yield Sides("", nominal, objective.mean_square_radius(problem, gain))


@claim("s2-mss", form="dropped")
def nominal_stability_is_not_enough(problem: LQR, K: ArrayLike) -> Iterator[Sides]:
    """rho(F_K) <= 1 for gains of which only the nominal closed loop A - BK is stable."""
    gain = objective.gain_array(problem, K)
    nominal = np.abs(np.linalg.eigvals(problem.A - problem.B @ gain)).max(axis=-1)
    if not (nominal < 1).all():
        raise ValueError(f"K: expected gains that stabilize A - BK, got radius {nominal.max():.6g}")
    radius = objective.mean_square_radius(problem, gain)
    yield Sides("", radius, 1.0, 0.0, "K is stabilizing in the mean square, not only nominally")


@claim("s2-riccati")
def riccati_solutions_agree(problem: LQR, *, tolerance: float = 1e-8) -> Iterator[Sides]:
    """Value and policy iteration reach the same P, which solves the generalised equation."""
    first = solve_riccati(problem, method="policy_iteration")
    second = solve_riccati(problem, method="value_iteration")
    size = frobenius_norm(first.P)
    yield Sides("same P", frobenius_norm(first.P - second.P) / size, tolerance)
    state = closed_loop(problem, np.zeros_like(first.K)).apply_adjoint(first.P)
    R_K = objective.evaluate(problem, first.K).R_K
    BPA = problem.B.swapaxes(-1, -2) @ first.P @ problem.A
    right = problem.Q + state - BPA.swapaxes(-1, -2) @ np.linalg.solve(R_K, BPA)
    yield Sides("equation", frobenius_norm(first.P - right) / size, tolerance)
