"""What `ours-unseen` takes suprema of, on a grid, for tasks with one state and no noise.

With one state a sub-level set is an interval with ends in closed form, so the suprema need no
bounds, and families far more different are admitted than by `lqrpapers.constants.suprema`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lqrlib import LQR, objective, systems
from lqrlib.validation import Array, Seed

from ..constants import meta
from .ensembles import tasks_around

# Gains in each interval.
GRID = 201


def sublevel_interval(tasks: LQR, level: Array) -> tuple[Array, Array]:
    """Ends of {k : J(k) <= level}, where (s r + l b^2) k^2 - 2 l a b k + s q - l (1 - a^2) <= 0."""
    a, b, q, r, s = (getattr(tasks, name)[..., 0, 0] for name in ("A", "B", "Q", "R", "Sigma0"))
    square, slope = s * r + level * b**2, level * a * b
    root = np.sqrt(np.maximum(slope**2 - square * (s * q - level * (1 - a**2)), 0.0))
    return (slope - root) / square, (slope + root) / square


def unseen_suprema(tasks: LQR, K0: Array) -> meta.Suprema:
    """L over the sub-level sets of all tasks (D, M + 1), f_i over S_ML, and f_u over S_u in it.

    The last task of each family is not trained on, K0 is (D, 1, 1); levels are the start's.
    """
    gain = K0[..., None, :, :]
    low, high = sublevel_interval(tasks, objective.cost(tasks, gain))
    bends = objective.hessian_matrix(tasks[..., None], _grid(low, high))[..., 0, 0]
    over = meta.suprema(tasks, K0, "sharp")

    def slopes(low: Array, high: Array) -> Array:
        common = _grid(low.max(axis=-1), high.min(axis=-1))[..., None, :, :, :]
        return np.asarray(objective.gradient(tasks[..., None], common)[..., 0, 0])

    trained = slopes(low[..., :-1], high[..., :-1])[..., :-1, :]
    apart = np.abs(trained[..., :, None, :] - trained[..., None, :, :]).mean(axis=-2)
    every = slopes(low, high)
    distance = np.abs(every[..., -1:, :] - every[..., :-1, :]).mean(axis=-2)
    f = np.concatenate([apart.max(axis=-1), distance.max(axis=-1)[..., None]], axis=-1)
    smoothness = np.abs(bends).max(axis=(-2, -1))
    return replace(over, smoothness=smoothness, heterogeneity=f)


def admitted_families(
    count: int, level: float, seed: Seed, kappa: float = 0.25
) -> tuple[LQR, Array, meta.Suprema]:
    """Random families of three tasks and an unseen one at this level that `ours-unseen` admits.

    Of `count` drawn; with their starts (D, 1, 1) and suprema.
    """
    rng = np.random.default_rng(seed)
    many = systems.random_ensemble(count, 1, 1, rng, radius=(0.2, 1.5), spread=2.0)
    K0 = systems.random_stabilizing_gains(many, rng, fraction=(0.05, 0.9))
    families = tasks_around(many, 4, level, rng)
    stable = objective.is_stabilizing(families, K0[:, None]).all(axis=-1)
    families, K0 = families[stable], K0[stable]
    met = meta.sharp_invariant(unseen_suprema(families, K0), np.asarray(kappa))
    return families[met], K0[met], unseen_suprema(families[met], K0[met])


def too_good_a_start() -> tuple[LQR, Array, meta.Suprema]:
    """x+ = x + u is trained on, x+ = 2 x + u is not, and the start is optimal for the latter."""
    tasks = LQR([[[[1.0]], [[2.0]]]], [[1.0]], [[1.0]], [[1.0]])
    start = objective.optimal_gain(tasks)[:, 1]
    return tasks, start, unseen_suprema(tasks, start)


def _grid(low: Array, high: Array) -> Array:
    """Gains (..., GRID, 1, 1) from low to high."""
    return (low[..., None] + (high - low)[..., None] * np.linspace(0, 1, GRID))[..., None, None]
