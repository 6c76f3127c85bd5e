"""Where a bound made of a few numbers loses: the steepest problems that share these numbers.

The bound L on the Hessian over a sub-level set is made of ||B||, s_B, the least eigenvalues and
norms of Q, R and Sigma0, the optimal cost and the level. `twins` are problems that share them all.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import differential_evolution

from lqrlib import LQR, objective
from lqrlib.matrices import spectral_norm
from lqrlib.validation import Array, Seed

from ..constants import sharp, sublevel

DRIFTS = np.linspace(-0.95, 0.95, 39)  # of the driven state of twins


class Steepest(NamedTuple):
    """The largest Hessian found in a sub-level set, and where."""

    hessian: float
    problem: LQR
    K: Array


class Losses(NamedTuple):
    """Bounds on the Hessian and Hessians, each at most the one before."""

    bound: float  #: L, from a few numbers alone.
    twin: Steepest  #: Of another problem with the same numbers.
    own: Steepest  #: Of the problem itself, in the sub-level set.
    start: float  #: At the start.
    optimum: float  #: At the optimum.


def twin(problem: LQR, drift: float) -> LQR:
    """A problem with the same numbers, Q = R = Sigma0 = 1: one state is driven, the others idle.

    The driven state has the drift; that of the second makes the optimal cost what it was.
    """
    n = problem.states
    if not all(np.array_equal(X, np.eye(len(X))) for X in (problem.Q, problem.R, problem.Sigma0)):
        raise ValueError("problem: expected Q, R and Sigma0 to be unit matrices")
    at, first = sublevel(problem, problem.optimum.cost), np.eye(n)[:, :1]
    weights, kicks = np.eye(n), (np.array([at.noise]), first[None])
    driven = LQR(
        [[drift]], [[at.B]], [[1.0]], [[1.0]], [[1.0]], None, (at.noise[None], np.eye(1)[None])
    )
    rest = float(at.optimal_cost - driven.optimum.cost) - (n - 2)  # what the second state costs
    A = np.diag([drift, np.sqrt(1 - 1 / rest), *np.zeros(n - 2)])
    return LQR(A, at.B * first, weights, np.eye(1), weights, None, kicks)


def twins(problem: LQR, level: float) -> Steepest:
    """The steepest gain that costs the level, among twins and the driven state's gains."""
    best = Steepest(0.0, problem, np.zeros((1, problem.states)))
    for drift in DRIFTS:
        other = twin(problem, drift)
        b, beta = other.B[0, 0], other.input_noise.variances[0]
        c = level - (problem.states - 2) - 1 / (1 - other.A[1, 1] ** 2)
        # (1 + k^2) / (1 - (drift - b k)^2 - beta k^2) = c
        ends = np.roots([1 + c * (b**2 + beta), -2 * c * drift * b, 1 - c * (1 - drift**2)])
        for K in ends.real[:, None, None] * np.eye(1, problem.states):
            steep = float(spectral_norm(objective.at_gain(other, K).hessian_matrix))
            if steep > best.hessian:
                best = Steepest(steep, other, K)
    return best


def steepest(problem: LQR, start: Array, rng: Seed, generations: int) -> Steepest:
    """The largest Hessian that a search finds in the sub-level set of `start`: rays from K*."""
    best, level = problem.optimum.K, objective.cost(problem, start)
    shape = np.shape(start)

    def gains(points: Array) -> Array:
        """The last gain within the set on the ray through each point (S, N)."""
        rays = points.reshape(-1, *shape)
        low, high = np.zeros((len(rays), 1, 1)), np.ones((len(rays), 1, 1)) * 64
        for _ in range(30):
            middle = (low + high) / 2
            inside = (objective.cost(problem, best + middle * rays) <= level)[:, None, None]
            low, high = np.where(inside, middle, low), np.where(inside, high, middle)
        return np.asarray(best + low * rays)

    def minus_log(points: Array) -> Array:
        K = gains(points.T)
        return -np.log(spectral_norm(objective.at_gain(problem, K).hessian_matrix))

    options: Any = {
        "vectorized": True,
        "updating": "deferred",
        "polish": False,
        "tol": 0,
        "popsize": 5,
    }
    axes = [(-1.0, 1.0)] * int(np.prod(shape))
    toward = (start - best).ravel()
    found = differential_evolution(
        minus_log, axes, maxiter=generations, rng=np.random.default_rng(rng),
        x0=toward / np.abs(toward).max(), **options,
    )  # fmt: skip
    return Steepest(float(np.exp(-found.fun)), problem, gains(found.x[None])[0])


def losses(problem: LQR, start: Array, rng: Seed, generations: int) -> Losses:
    """What lies between the bound on the Hessian and the Hessian at the optimum."""
    level = float(objective.cost(problem, start))
    at = objective.at_gain(problem, np.stack([start, problem.optimum.K]))
    here, there = spectral_norm(at.hessian_matrix)
    return Losses(
        float(sharp.hessian_bound(sublevel(problem, level))),
        twins(problem, level),
        steepest(problem, start, rng, generations),
        float(here),
        float(there),
    )
