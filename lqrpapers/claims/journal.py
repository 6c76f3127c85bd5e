"""What the journal version of S2 adds: its own step, its lemmas, robust stability; and Fazel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import LQR, objective, optimality_gap
from lqrlib.matrices import frobenius_norm, spectral_norm, trace, transpose
from lqrlib.validation import Array, Seed

from ..constants import journal, magnitudes, printed, sharp
from ..studies.moments import second_moment_matrix
from .convergence import DIRECTIONS, FRACTIONS
from .domination import value_difference, value_difference_along
from .registry import Inequalities, Sides, claim

# Powers of F_K of which the proof of the trace bound is asked.
POWERS = (1, 2, 5, 20)


@claim("s2-c-pg", form="partial", own=False)
@claim("s2-c-pg", form="sharp", own=True)
def one_step_of_the_journal(
    problem: LQR, K: ArrayLike, *, fractions: Sequence[float] = FRACTIONS, own: bool
) -> Inequalities:
    """Steps up to the lemma's stabilize and take 2 step sigma_min(R) mu^2 / ||Sigma*|| of the gap.

    With ||B|| for h_B, as in S2's noise-free case and there only, or with our number (`own`).
    Recorded is the step over our own c_pg at K.
    """
    objective.require_stabilizing(problem, K)
    if not own and problem.input_noise.variances.any():
        raise ValueError("problem: expected no input noise, for which h_B is not known")
    at = magnitudes(problem, K)
    weight = journal.input_weight(at) if own else at.B
    largest = journal.gradient_step(problem, K, weight=weight)
    gain, slope = objective.gain_array(problem, K), objective.gradient(problem, K)
    moves = -np.multiply.outer(fractions, largest)[..., None, None] * slope
    radius = [objective.mean_square_radius(problem, gain + move) for move in moves]
    yield Sides("stability", np.stack(radius), 1.0, role="guard")
    rate = printed.decrease(problem, K, method="gradient")
    promised = np.multiply.outer(fractions, largest * rate * at.gap)
    here = objective.at_gain(problem, gain)
    taken = np.stack([-value_difference(here, move) for move in moves])
    yield Sides("decrease", promised, taken, 1e-20 * at.cost)
    yield Sides("over our c_pg", largest, sharp.gradient_step(problem, K), role="record")


@claim("s2-app-c", steps=True)
@claim("s2-app-c", form="corrected", steps=False)
def lemmas_of_the_journal(problem: LQR, K: ArrayLike, *, steps: bool) -> Inequalities:
    """Bounds of cost and trace, with the proofs' intermediate steps or without.

    ``tr F_K^t(I) >= ||F_K^t||_F`` is a step that holds; ``C >= ||P_K|| tr Sigma0`` and
    ``C >= ||Sigma_K|| tr (Q + K'RK)`` are steps that do not.
    """
    objective.require_stabilizing(problem, K)
    at, gain = magnitudes(problem, K), objective.gain_array(problem, K)
    yield Sides("‖P_K‖", at.P, at.cost / at.mu)
    yield Sides("‖Σ_K‖", at.Sigma, at.cost / at.q)
    matrix = second_moment_matrix(problem, gain)
    powers = np.stack([np.linalg.matrix_power(matrix, t) for t in POWERS])
    identity = np.eye(problem.states).ravel()
    yield Sides("powers of F_K", frobenius_norm(powers), powers @ identity @ identity)
    margin = 1 - objective.mean_square_radius(problem, gain)
    total = trace(objective.evaluate(problem, gain).Sigma)
    yield Sides("trace of Σ_K", at.mu / margin, total)
    if steps:
        weight = trace(problem.Q + transpose(gain) @ problem.R @ gain)
        yield Sides("‖P_K‖ tr Σ₀, in the proof", at.P * at.trace, at.cost)
        yield Sides("‖Σ_K‖ tr Q_K, in the proof", at.Sigma * weight, at.cost)


@claim("s2-robust")
def one_uncertain_state(a: ArrayLike, alpha: ArrayLike) -> Inequalities:
    """x+ = (a + phi) x is stable for phi up to S2's margin, either way, if a^2 + alpha < 1."""
    nominal, variance = np.abs(np.asarray(a, dtype=float)), np.asarray(alpha, dtype=float)
    if not (nominal**2 + variance < 1).all():
        raise ValueError("alpha: expected variances with a^2 + alpha < 1")
    margin = journal.robust_margin(nominal, variance)
    yield Sides("stable up to the margin", nominal + margin, 1.0)
    ours = np.sqrt(variance * journal.shift_margin(nominal))
    yield Sides("the margin of several states is no smaller", margin, ours)


@claim("s2-robust", form="sharp")
def several_uncertain_terms(
    problem: LQR, K: ArrayLike, rng: Seed, *, draws: int = 20
) -> Inequalities:
    """Shifts phi with sum phi_i^2 / alpha_i = (1 - k) / (1 + k) leave ||x||_P a Lyapunov function.

    k is the contraction of A - BK in the norm of P_K. Shifts are random, of all noise terms.
    """
    objective.require_stabilizing(problem, K)
    at, generator = objective.at_gain(problem, K), np.random.default_rng(rng)
    L = np.linalg.cholesky(at.P)

    def seen(M: Array) -> Array:
        """A matrix in coordinates in which the norm of P is the Euclidean one."""
        return np.asarray(transpose(np.linalg.solve(L, transpose(M) @ L)))

    nominal = seen(at.loop.A_K)
    (alpha, A_i), (beta, B_j) = problem.state_noise, problem.input_noise
    terms = np.concatenate([A_i, B_j @ at.K[..., None, :, :]], axis=-3)
    deviation = np.sqrt(np.concatenate([alpha, beta], axis=-1))
    k = spectral_norm(nominal)
    phi = generator.standard_normal((draws, *deviation.shape))
    phi *= np.sqrt(journal.shift_margin(k))[..., None] / np.linalg.norm(phi, axis=-1, keepdims=True)
    shift = np.einsum("...i,...ikl->...kl", phi * deviation, terms)
    yield Sides("‖x‖_P falls", spectral_norm(nominal + seen(shift)), 1.0)
    radius = np.abs(np.linalg.eigvals(at.loop.A_K + shift)).max(axis=-1)
    yield Sides("the shifted system is stable", radius, 1.0, role="guard")


def _fazel(problem: LQR, K: ArrayLike, method: str) -> tuple[Array, Array]:
    """Step and promised part of the gap in Fazel and others, Theorem 7, for problems without noise.

    Their Gauss-Newton and natural gradient steps run along R_K^-1 E_K and E_K.
    """
    at = magnitudes(problem, K)
    if problem.state_noise.variances.any() or problem.input_noise.variances.any():
        raise ValueError("problem: expected no noise")
    if method == "gauss_newton":
        return np.ones_like(at.cost), at.mu / at.optimal_Sigma
    step = 1 / (at.R + at.B**2 * at.cost / at.mu)
    return step, step * at.mu * at.r / at.optimal_Sigma


@claim("s2-recovery")
def the_noise_free_theorems(problem: LQR, K: ArrayLike) -> Inequalities:
    """Without noise S2's largest steps are half of Fazel's and promise as much; it is taken.

    Relative errors of steps and promised parts, and the decrease.
    """
    gain, cost = objective.gain_array(problem, K), objective.cost(problem, K)
    gap = optimality_gap(problem, gain)
    for method, called in (("gauss_newton", "Gauss-Newton"), ("natural_gradient", "natural")):
        theirs, part = _fazel(problem, K, method)
        newton = method == "gauss_newton"
        ours = np.full_like(cost, 0.5) if newton else printed.natural_gradient_step(problem, K)
        error = np.abs(2 * ours / theirs - 1)
        yield Sides(f"{called}: half the step", error, 1e-12, role="guard")
        promised = ours * printed.decrease(problem, K, method=method)
        yield Sides(f"{called}: the same part", np.abs(promised / part - 1), 1e-12, role="guard")
        move = -theirs[..., None, None] * DIRECTIONS[method](problem)(gain) / 2
        taken = -value_difference_along(problem, gain, move)
        yield Sides(f"{called}: the part is taken", part * gap, taken, 1e-20 * cost)


@claim("s2-recovery", form="dropped")
def fazels_steps_along_the_true_gradient(problem: LQR, K: ArrayLike) -> Inequalities:
    """The promised part, for Fazel's Gauss-Newton step 1 along the gradient with its factor 2."""
    gain, cost = objective.gain_array(problem, K), objective.cost(problem, K)
    step, part = _fazel(problem, K, "gauss_newton")
    move = -step[..., None, None] * DIRECTIONS["gauss_newton"](problem)(gain)
    taken = -value_difference_along(problem, gain, move)
    promised = part * optimality_gap(problem, gain)
    assumption = "the step is halved with the gradient's factor 2"
    yield Sides("", promised, taken, 1e-20 * cost, assumption)
