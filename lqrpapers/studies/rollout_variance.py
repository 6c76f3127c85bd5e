"""Exact mean and variance of a gradient estimate from roll-outs, for a gain with two entries.

The system is that of S2's journal version, Section V-C: two states, one input, K = 0.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lqrlib import LQR, gradient
from lqrlib.matrices import transpose
from lqrlib.problem import stage_weight
from lqrlib.validation import Array

from .moments import second_moment_matrix
from .tails import fourth_moment_matrix

# Directions on the circle; costs of some ten steps are polynomials of a degree that this resolves.
DIRECTIONS = 128
HORIZON, PRINTED_RADIUS, CODE_RADIUS = 40, 0.2, 0.01  # the journal's, and that of its code


def journal_system() -> LQR:
    """The system of the journal's study of gradient estimation; it starts from K = 0."""
    swap = np.array([[0.0, 1.0], [1.0, 0.0]])
    eye = np.eye(2)
    return LQR(eye * 0.7 + 0.1, [[1.0], [0.0]], eye, [[1.0]], eye, state_noise=([0.1], [swap]))


def cost_moments(problem: LQR, K: Array, horizon: int) -> tuple[Array, Array]:
    """Mean and mean square of the cost of one roll-out from gains (..., m, n), (...).

    All draws are Gaussian. With c = x'Wx + c' and c' from the next state, E[c | x] = x'Px and
    E[c^2 | x] is a quartic form, (x'Wx)^2 + 2 x'Wx E c' + E c'^2: step by step from the end.
    """
    gains = K.reshape(-1, *K.shape[-2:])
    two = second_moment_matrix(problem, gains)
    four = np.stack([fourth_moment_matrix(problem, each) for each in gains])
    weight = stage_weight(problem, gains).reshape(len(gains), 1, -1)  # rows, as P and the form
    P, quartic = np.zeros(weight.shape), np.zeros((len(gains), 1, four.shape[-1]))
    for _ in range(horizon):
        ahead = P @ two
        products = transpose(weight) * (weight + 2 * ahead)
        quartic = products.reshape(quartic.shape) + quartic @ four
        P = weight + ahead
    S, batch = problem.Sigma0, K.shape[:-2]
    # The fourth moment of a Gaussian is a sum over the three ways to pair four indices.
    fourth = sum(np.einsum(f"{pairs}->ijkl", S, S) for pairs in ("ij,kl", "ik,jl", "il,jk"))
    mean, square = P @ S.ravel(), quartic @ np.ravel(fourth)
    return mean.reshape(batch)[()], square.reshape(batch)[()]


class Estimate(NamedTuple):
    """Relative to the norm of the true gradient: error of the mean, variance of one roll-out."""

    bias: float
    variance: float

    def error(self, rollouts: Array | float) -> Array:
        """Root mean square of the error of an average of so many."""
        return np.sqrt(self.bias**2 + self.variance / np.asarray(rollouts))

    def rollouts(self, error: float) -> float:
        """How many bring the error down to this; ``inf`` where none do."""
        left = error**2 - self.bias**2
        return self.variance / left if left > 0 else np.inf


def one_point(problem: LQR, K: Array, radius: float, horizon: int = HORIZON) -> Estimate:
    """S2's Algorithm 1 at a gain with two entries, against the gradient of the infinite horizon."""
    angles = 2 * np.pi * (np.arange(DIRECTIONS) + 0.5) / DIRECTIONS
    U = radius * np.stack([np.cos(angles), np.sin(angles)], axis=1).reshape(-1, *K.shape)
    costs, squares = cost_moments(problem, K + U, horizon)
    scale, true = K.size / radius**2, gradient(problem, K)
    mean = scale * np.einsum("s,sij->ij", costs, U) / DIRECTIONS
    total = scale**2 * radius**2 * squares.mean() - np.sum(mean**2)
    size = np.sum(true**2)
    return Estimate(float(np.sqrt(np.sum((mean - true) ** 2) / size)), float(total / size))
