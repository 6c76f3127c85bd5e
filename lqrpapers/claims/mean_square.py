"""Section 2 of S2: mean-square stability, generalised Lyapunov and Riccati equations."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import LQR, objective
from lqrlib.matrices import frobenius_norm, least_eigenvalue, spectral_norm, transpose
from lqrlib.matrix_equations import closed_loop, solve_riccati
from lqrlib.matrix_equations.iteration import value_step
from lqrlib.validation import Array

from ..constants import magnitudes
from ..studies.covariances import covariance_of, noise_from_covariance
from ..studies.moments import formal_solution, relative
from ..studies.robustness import scaled_noise
from .checking import Check
from .registry import Inequalities, Sides, claim

# Beyond this size value iteration has left every bound behind.
ESCAPED = 1e100


# ---------------------------------------------------------------- mean-square stability


@claim("s2-mss")
def mean_square_stability_is_stricter(problem: LQR, K: ArrayLike) -> Inequalities:
    """rho(A_K)^2 <= rho(F_K) for any gain, stabilizing or not, and more noise is never better."""
    gain = objective.gain_array(problem, K)
    nominal = np.abs(np.linalg.eigvals(problem.A - problem.B @ gain)).max(axis=-1) ** 2
    radius = objective.mean_square_radius(problem, gain)
    # A double eigenvalue moves by the root of a rounding error.
    floor = 1e-7 * nominal
    yield Sides("nominal radius", nominal, radius, floor)
    quieter = objective.mean_square_radius(scaled_noise(problem, 0.5), gain)
    yield Sides("half the noise", quieter, radius, 1e-7 * quieter)


@claim("s2-mss", form="dropped")
def nominal_stability_is_not_enough(problem: LQR, K: ArrayLike) -> Inequalities:
    """rho(F_K) <= 1 for gains of which only the nominal closed loop A - BK is stable."""
    gain = objective.gain_array(problem, K)
    nominal = np.abs(np.linalg.eigvals(problem.A - problem.B @ gain)).max(axis=-1)
    if not (nominal < 1).all():
        raise ValueError(f"K: expected gains that stabilize A - BK, got radius {nominal.max():.6g}")
    radius = objective.mean_square_radius(problem, gain)
    yield Sides("", radius, 1.0, 0.0, "K is stabilizing in the mean square, not only nominally")


# ---------------------------------------------------------------- generalised Lyapunov equations


def _weight(problem: LQR, gain: Array, adjoint: bool) -> Array:
    weight = problem.Q + transpose(gain) @ problem.R @ gain
    return weight if adjoint else np.broadcast_to(problem.Sigma0, weight.shape)


@claim("s2-eq-2", adjoint=True)
@claim("s2-eq-3", adjoint=False)
def lyapunov_equation(
    problem: LQR, K: ArrayLike, *, tolerance: float = 1e-8, adjoint: bool
) -> Inequalities:
    """P = Q + K'RK + F_K*(P), (2), or Sigma = Sigma0 + F_K(Sigma), (3), at stabilizing gains.

    Relative residual, difference from an n^2 x n^2 solve, and P >= Q + K'RK (or Sigma >= Sigma0),
    as 1 <= the least x'Px / x'(Q + K'RK)x.
    """
    objective.require_stabilizing(problem, K)
    gain, at = objective.gain_array(problem, K), objective.evaluate(problem, K)
    loop = closed_loop(problem, gain)
    X = at.P if adjoint else at.Sigma
    W = _weight(problem, gain, adjoint)
    residual = X - (loop.apply_adjoint(X) if adjoint else loop.apply(X)) - W
    yield Sides("equation", frobenius_norm(residual) / frobenius_norm(X), tolerance, role="guard")
    error = frobenius_norm(X - formal_solution(problem, gain, W, adjoint=adjoint))
    yield Sides("Kronecker solve", error / frobenius_norm(X), tolerance, role="guard")
    least = relative(X, W)[..., 0]
    floor = tolerance * spectral_norm(X) / least_eigenvalue(W)
    yield Sides("above the weight", 1.0, least, floor)


@claim("s2-eq-2", form="dropped", adjoint=True)
@claim("s2-eq-3", form="dropped", adjoint=False)
def lyapunov_equation_of_an_unstable_gain(
    problem: LQR, K: ArrayLike, *, adjoint: bool
) -> Inequalities:
    """P >= Q + K'RK (Sigma >= Sigma0) of the formal solution where K does not stabilize: false."""
    gain = objective.gain_array(problem, K)
    if objective.is_stabilizing(problem, gain).any():
        raise ValueError("K: expected gains none of which is mean-square stabilizing")
    W = _weight(problem, gain, adjoint)
    X = formal_solution(problem, gain, W, adjoint=adjoint)
    least = relative(X, W)[..., 0]
    yield Sides("above the weight", 1.0, least, 0.0, "K is mean-square stabilizing")


def forward_errors(error: ArrayLike, margin: ArrayLike) -> Check:
    """Relative errors (N,) of solvers of (3) against known solutions: at most 100 eps / margin."""
    bound = 100 * np.finfo(float).eps / np.asarray(margin, dtype=float)
    part = "relative forward error at most 100 ε / (1 − ρ), up to the largest n"
    return Check("s2-eq-3", part, "printed", np.asarray(error, dtype=float), bound, role="guard")


# ---------------------------------------------------------------- covariances of entries


def _carried(covariance: Array, left: Array, X: Array, right: Array) -> Array:
    """E M left X right' M' for M of n rows with this covariance of vec M: entry by entry."""
    n = X.shape[-1]
    shape = (*covariance.shape[:-2], left.shape[-2], n, right.shape[-2], n)
    moments = covariance.reshape(shape)  # E M_ia M_jb at [a, i, b, j]
    return np.asarray(np.einsum("...aibj,...ab->...ij", moments, left @ X @ transpose(right)))


@claim("s2-fn-1")
def noise_of_a_covariance(problem: LQR, K: ArrayLike) -> Inequalities:
    """The noise of a problem from its covariances: F_K entry by entry, gradient, and our s_B."""
    objective.require_stabilizing(problem, K)
    gain, n = objective.gain_array(problem, K), problem.states
    state, steering = (covariance_of(each) for each in (problem.state_noise, problem.input_noise))
    noises = [noise_from_covariance(each, n) for each in (state, steering)]
    same = problem.replace(state_noise=noises[0], input_noise=noises[1])
    at, there = objective.at_gain(problem, gain), objective.at_gain(same, gain)
    A_K, one = problem.A - problem.B @ gain, np.broadcast_to(np.eye(n), at.Sigma.shape)
    exact = A_K @ at.Sigma @ transpose(A_K) + _carried(state, one, at.Sigma, one)
    exact = exact + _carried(steering, gain, at.Sigma, gain)
    for part, ours, true in (
        ("F_K entry by entry", there.loop.apply(at.Sigma), exact),
        ("gradient", there.gradient, at.gradient),
    ):
        yield Sides(part, frobenius_norm(ours - true) / frobenius_norm(true), 1e-9)
    weights = magnitudes(same, gain).noise, magnitudes(problem, gain).noise
    yield Sides("s_B", np.abs(weights[0] / weights[1] - 1), 1e-9, role="guard")


@claim("s2-fn-1", form="dropped")
def entries_of_a_and_b_that_move_together(problem: LQR, K: ArrayLike) -> Inequalities:
    """The noise part of F_K(Sigma_K) for one term (A_1, B_1) is that of A_1 and B_1 alone."""
    at, gain = objective.at_gain(problem, K), objective.gain_array(problem, K)
    A_1, B_1 = (
        problem.state_noise.directions[..., 0, :, :],
        problem.input_noise.directions[..., 0, :, :],
    )
    parts = [M @ at.Sigma @ transpose(M) for M in (A_1 - B_1 @ gain, A_1, B_1 @ gain)]
    error = frobenius_norm(parts[0] - parts[1] - parts[2]) / frobenius_norm(parts[0])
    yield Sides("", error, 1e-9, 0.0, "the entries of A and of B are uncorrelated")


# ---------------------------------------------------------------- generalised Riccati equation


@claim("s2-riccati")
def riccati_solutions_agree(problem: LQR, program: ArrayLike | None = None) -> Inequalities:
    """Value and policy iteration reach the same P, which solves the generalised equation.

    And value iteration from Q rises, stays below P, and misses it by at least G^(k+1)(P), G the
    adjoint of F_K*: thirty sweeps, relative to the norm of P. With `program` (..., n, n), solutions
    of the semidefinite program, only they are compared with P.
    """
    first = solve_riccati(problem, method="policy_iteration")
    size = spectral_norm(first.P)
    if program is not None:
        error = spectral_norm(np.asarray(program) - first.P) / size
        yield Sides("semidefinite program", error, 1e-6, role="guard")
        return
    second = solve_riccati(problem, method="value_iteration")
    yield Sides("same P", spectral_norm(first.P - second.P) / size, 1e-8, role="guard")
    state = closed_loop(problem, np.zeros_like(first.K)).apply_adjoint(first.P)
    R_K = objective.evaluate(problem, first.K).R_K
    BPA = transpose(problem.B) @ first.P @ problem.A
    right = problem.Q + state - transpose(BPA) @ np.linalg.solve(R_K, BPA)
    yield Sides("equation", spectral_norm(first.P - right) / size, 1e-8, role="guard")
    P, fall, above, missed = np.asarray(problem.Q), [], [], []
    least, loop = first.P, closed_loop(problem, first.K)
    for _ in range(30):
        following, least = value_step(problem, P), loop.apply_adjoint(least)
        fall.append(np.linalg.eigvalsh(P - following)[..., -1] / size)
        above.append(np.linalg.eigvalsh(following - first.P)[..., -1] / size)
        left = spectral_norm(first.P - P)
        clear = left > 1e-6 * size  # above rounding
        missed.append(np.where(clear, spectral_norm(least) / np.where(clear, left, 1.0), 0.0))
        P = following
    yield Sides("value iteration rises", np.max(fall, axis=0), 1e-8, role="guard")
    yield Sides("value iteration stays below", np.max(above, axis=0), 1e-8, role="guard")
    yield Sides("value iteration misses at least", np.max(missed, axis=0), 1.0)


@claim("s2-riccati", form="sharp")
def policy_iteration_is_quadratic(problem: LQR, K: ArrayLike) -> Inequalities:
    """One improvement K -> K+ leaves ||P_K+ - P|| <= c ||P_K - P||^2, from any stabilizing gain.

    With c = ||T_K+*(I)|| ||R_K*|| (a / sigma_min(R_K))^2 and
    a = ||B|| ||A_K*|| + ||K*|| s_B.
    """
    objective.require_stabilizing(problem, K)
    gain, at = objective.gain_array(problem, K), objective.evaluate(problem, K)
    best = objective.optimal_gain(problem)
    there, weight = magnitudes(problem, best), objective.at_gain(problem, best).R_K
    improved = gain - np.linalg.solve(at.R_K, at.E)

    def excess(policy: Array) -> Array:
        """||P_K - P|| without cancellation."""
        change = transpose(policy - best) @ weight @ (policy - best)
        return spectral_norm(closed_loop(problem, policy).solve_adjoint(change))

    resolvent = closed_loop(problem, improved).solve_adjoint(np.eye(problem.states))
    scale = spectral_norm(resolvent) * there.R_K
    c = scale * (there.a / least_eigenvalue(at.R_K)) ** 2
    # K - K* carries the rounding of both gains.
    floor = scale * (1e-9 * there.K) ** 2
    yield Sides("policy iteration is quadratic", excess(improved), c * excess(gain) ** 2, floor)


@claim("s2-riccati", form="dropped")
def value_iteration_without_a_stabilizing_gain(problem: LQR, *, sweeps: int = 1000) -> Inequalities:
    """Value iteration from Q moves by less than a thousandth between s and 2s sweeps.

    For problems that no gain stabilizes: it grows without bound.
    """
    P = np.asarray(problem.Q)
    middle = P
    for sweep in range(2 * sweeps):
        if (frobenius_norm(P) > ESCAPED).any():
            break
        if sweep == sweeps:
            middle = P
        P = value_step(problem, P)
    moved = frobenius_norm(P - middle) / frobenius_norm(P)
    yield Sides("value iteration settles", moved, 1e-3, 0.0, "some gain stabilizes")
