"""State-action values (S2, Appendix B.3), and the metric of the natural gradient."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import LQR, objective
from lqrlib.matrices import frobenius_norm, transpose
from lqrlib.validation import Array

from ..studies.moments import formal_solution
from .convergence import DIRECTIONS
from .registry import Inequalities, Sides, claim


def _form(M: Array, x: Array) -> Array:
    return np.asarray(np.einsum("...i,...ij,...j->...", x, M, x))


def _after(problem: LQR, P: Array, x: Array, u: Array) -> Array:
    """E x+'P x+ after (x, u), from all equally likely noises of two values each."""
    (alpha, A_i), (beta, B_j) = problem.state_noise, problem.input_noise
    rows, total = (
        list(product((-1.0, 1.0), repeat=alpha.shape[-1] + beta.shape[-1])),
        0.0 * x[..., 0],
    )
    for signs in np.array(rows):
        here, there = np.split(signs, [alpha.shape[-1]])
        A = problem.A + np.einsum("...i,...ikl->...kl", here * np.sqrt(alpha), A_i)
        B = problem.B + np.einsum("...j,...jkl->...kl", there * np.sqrt(beta), B_j)
        total = total + _form(P, (A @ x[..., None] + B @ u[..., None])[..., 0]) / len(rows)
    return np.asarray(total)


@claim("s2-q-function")
def state_action_value(
    problem: LQR, K: ArrayLike, states: ArrayLike, inputs: ArrayLike, *, tolerance: float = 1e-9
) -> Inequalities:
    """Q_K by its definition (44) and as a form in (x, u); against the value, and its least value.

    At states (..., n) and inputs (..., m). The value matrix is an n^2 x n^2 solve, the next state's
    mean an average over all noises.
    """
    objective.require_stabilizing(problem, K)
    gain, at = objective.gain_array(problem, K), objective.evaluate(problem, K)
    x, u = np.asarray(states, dtype=float), np.asarray(inputs, dtype=float)
    weight = problem.Q + transpose(gain) @ problem.R @ gain
    P = formal_solution(problem, gain, weight, adjoint=True)
    own = -(gain @ x[..., None])[..., 0]
    defined, value = (
        _form(problem.Q, x) + _form(problem.R, v) + _after(problem, P, x, v) for v in (u, own)
    )
    (alpha, A_i), _ = problem.state_noise, problem.input_noise
    state = problem.Q + transpose(problem.A) @ at.P @ problem.A
    state = state + np.einsum(
        "...i,...ikl->...kl", alpha, transpose(A_i) @ at.P[..., None, :, :] @ A_i
    )
    cross = transpose(problem.B) @ at.P @ problem.A
    form = _form(state, x) + 2 * np.einsum("...i,...ij,...j->...", u, cross, x) + _form(at.R_K, u)
    yield Sides("as a form in (x, u)", np.abs(form / defined - 1), tolerance)
    yield Sides("at the gain's own input", np.abs(value / _form(at.P, x) - 1), tolerance)
    least = _form(state - transpose(cross) @ np.linalg.solve(at.R_K, cross), x)
    yield Sides("its least value", least, defined)


@claim("ours-metric")
def metric_of_gaussian_policies(
    problem: LQR, K: ArrayLike, *, deviation: float = 0.3, tolerance: float = 1e-9
) -> Inequalities:
    """Fisher information of u ~ N(-Kx, s^2 W^-1) over the states of K, for W = I and W = R_K.

    From scores by central differences (exact for a Gaussian) at points with the right second
    moments; then it turns the gradient into the natural and the Gauss-Newton direction.
    """
    objective.require_stabilizing(problem, K)
    at = objective.at_gain(problem, K)
    for method, W in (
        ("natural_gradient", np.broadcast_to(np.eye(problem.inputs), at.R_K.shape)),
        ("gauss_newton", at.R_K),
    ):
        fisher = _fisher(at.K, np.asarray(W), at.Sigma, deviation)
        expected = np.einsum("...ij,...kl->...ikjl", W, at.Sigma).reshape(fisher.shape)
        error = frobenius_norm(deviation**2 * fisher - expected) / frobenius_norm(expected)
        called = method.replace("_", " ")
        yield Sides(f"{called}: W ⊗ Σ_K", error, tolerance)
        slope = at.gradient.reshape(*at.gradient.shape[:-2], -1, 1)
        steepest = np.linalg.solve(fisher, slope).reshape(at.K.shape) / deviation**2
        direction = DIRECTIONS[method](problem)(at.K)
        error = frobenius_norm(steepest - direction) / frobenius_norm(direction)
        yield Sides(f"{called}: direction", error, 100 * tolerance, role="guard")


def _fisher(K: Array, W: Array, Sigma: Array, deviation: float) -> Array:
    """Second moments (..., mn, mn) of the derivatives in K of log densities, row by row of K."""
    m, n = K.shape[-2:]
    root: Array = np.asarray(np.linalg.cholesky(W), dtype=float)
    noise = deviation * np.linalg.solve(transpose(root), np.eye(m))  # of covariance s^2 W^-1

    def log_density(gain: Array, x: Array, u: Array) -> Array:
        return -_form(W, u + (gain @ x[..., None])[..., 0]) / (2 * deviation**2)

    total: Array = np.zeros(K.shape[:-2] + (m * n, m * n))
    for x in np.moveaxis(np.linalg.cholesky(Sigma), -1, 0):
        for sign, column in product((-1.0, 1.0), range(m)):
            u = sign * np.sqrt(m) * noise[..., column] - (K @ x[..., None])[..., 0]
            steps = np.eye(m * n).reshape(m * n, *([1] * (K.ndim - 2)), m, n)
            score = [(log_density(K + h, x, u) - log_density(K - h, x, u)) / 2 for h in steps]
            row = np.stack(score, axis=-1)
            total = total + row[..., :, None] * row[..., None, :] / (2 * m)
    return total
