"""Roll-outs: many trajectories at once against one trajectory after another."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

import lqrlib
from benchmarks.agreement import WrongResult
from benchmarks.timing import Row, microseconds
from lqrlib import LQR, oracles, systems
from lqrpapers.studies.robustness import scaled_noise

Array = np.ndarray
NOTE = "  (a loop over trajectories; S2's own code is vectorised, lqrlib 4.5 to 4.7 times as fast)"


def looped_rollouts(
    problem: LQR, K: Array, horizon: int, trajectories: int, rng: np.random.Generator
) -> Array:
    """Costs of trajectories with Gaussian noise, as one writes them first: two nested loops."""
    A, B, Q, R = problem.A, problem.B, problem.Q, problem.R
    state_scales = np.sqrt(problem.state_noise.variances)
    input_scales = np.sqrt(problem.input_noise.variances)
    state_directions, input_directions = (
        problem.state_noise.directions,
        problem.input_noise.directions,
    )
    root = np.linalg.cholesky(problem.Sigma0)
    costs = np.zeros(trajectories)
    for i in range(trajectories):
        x = root @ rng.standard_normal(problem.states)
        for _ in range(horizon):
            u = -K @ x
            costs[i] += x @ Q @ x + u @ R @ u
            A_t, B_t = A, B
            for scale, direction in zip(state_scales, state_directions, strict=True):
                A_t = A_t + scale * rng.standard_normal() * direction
            for scale, direction in zip(input_scales, input_directions, strict=True):
                B_t = B_t + scale * rng.standard_normal() * direction
            x = A_t @ x + B_t @ u
    return costs


def rollouts(rng: np.random.Generator) -> Iterator[Row]:
    """Cost of 10,000 trajectories of 100 steps; the loop does the first 100 of them."""
    count, horizon, looped = 10_000, 100, 100
    for name, problem in (
        # with all of its noise roll-outs have no variance, and averages do not settle
        ("5 noise terms", scaled_noise(systems.suspension(), 0.25)),
        ("no noise", systems.suspension(noise=False)),
    ):
        K = lqrlib.optimal_gain(problem)
        stack = np.broadcast_to(K, (count, *K.shape))
        oracle = oracles.rollout_cost(problem, horizon, rng)
        settle(problem, K, horizon, looped, rng)
        times = microseconds(
            {
                "lqrlib": (lambda o=oracle, k=stack: o(k), count),
                "Python loop": (
                    lambda p=problem, k=K: looped_rollouts(p, k, horizon, looped, rng),
                    looped,
                ),
            },
            5,
        )
        label = f"roll-out of {horizon} steps, n=4, {name}"
        yield Row(label, times["lqrlib"], "Python loop", times["Python loop"], 50, note=NOTE)


def settle(
    problem: LQR, K: Array, horizon: int, looped: int, rng: np.random.Generator, errors: float = 6
) -> None:
    """Raise WrongResult unless both averages are within so many standard errors of the truth."""
    exact = float(oracles.finite_horizon_cost(problem, horizon)(K))
    ours = oracles.rollout_cost(problem, horizon, rng)(np.broadcast_to(K, (10_000, *K.shape)))
    theirs = looped_rollouts(problem, K, horizon, looped, rng)
    for name, costs in (("lqrlib", ours), ("the loop", theirs)):
        if abs(costs.mean() - exact) > errors * costs.std() / np.sqrt(len(costs)):
            raise WrongResult(f"roll-outs of {name}: mean {costs.mean():.4g}, exact {exact:.4g}")
