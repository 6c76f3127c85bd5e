"""A stabilizing start where none is given: cheap discounts first, then dearer ones.

With discount gamma the cost is that of (sqrt(gamma) A, sqrt(gamma) B), so K stabilizes while
gamma rho(A - BK)^2 < 1, and K = 0 does for a small gamma. Policy gradient lowers the cost, the
discount rises by `raised`, and so on to 1 (Perdomo, Umenberger and Simchowitz, for one system).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lqrlib import LQR, backtracking, descend, directions, maml, objective, systems
from lqrlib.matrices import least_eigenvalue
from lqrlib.validation import Array

from .bisection import bisect
from .ensembles import tasks_around

# Descent of a round ends where the average cost is this multiple of the tasks' least, or after so
# many blocks of steps.
NEAR, BLOCK, BLOCKS = 2.0, 5, 10


class Annealed(NamedTuple):
    """Discounts and gains of all rounds, for families (D, M)."""

    discounts: Array  #: (T + 1, D); the last is 1 where a start was found.
    gains: Array  #: What each discount but the last was left with, (T, D, m, n).
    steps: int  #: Gradient steps in all; a round lasts as long as its slowest family needs.


def discounted(tasks: LQR, discount: ArrayLike) -> LQR:
    """Tasks (..., M) without noise whose costs are discounted by numbers (...)."""
    root = np.sqrt(np.asarray(discount, dtype=float))[..., None, None, None]
    return tasks.replace(A=root * tasks.A, B=root * tasks.B)


def guaranteed(tasks: LQR, K: Array, discount: Array) -> Array:
    """min(1, gamma (1 + mu q / (2 J))), (...), with the least mu q / J of the tasks at K."""
    costs = objective.cost(discounted(tasks, discount), maml.family_gain(tasks, K))
    mu, q = (least_eigenvalue(each) for each in (tasks.Sigma0, tasks.Q))
    return np.minimum(1.0, discount * (1 + (mu * q / (2 * costs)).min(axis=-1)))


def raised(tasks: LQR, K: Array, discount: Array) -> Array:
    """About the largest discount (...) up to 1 at which K costs no task more than twice as much."""
    gain = maml.family_gain(tasks, K)
    most = 2 * objective.cost(discounted(tasks, discount), gain)

    def cheap(gamma: Array) -> NDArray[np.bool_]:
        return np.all(objective.cost(discounted(tasks, gamma), gain) <= most, axis=-1)

    low, high = guaranteed(tasks, K, discount), np.ones_like(discount)
    return np.where(cheap(high), high, bisect(cheap, low, high, 10)[0])


def _descended(tasks: LQR, K: Array) -> tuple[Array, int]:
    """Policy gradient with backtracking on the average cost until that is small, and its steps."""
    direction = directions.meta_gradient(tasks, 0.0, "none")
    least = objective.cost(tasks, objective.optimal_gain(tasks)).mean(axis=-1)
    for block in range(BLOCKS):
        if (direction.cost(K) <= NEAR * least).all():
            return K, BLOCK * block
        K = descend(direction, K, backtracking(1.0, sufficient=0.5), BLOCK).gain
    return K, BLOCK * BLOCKS


def anneal(tasks: LQR, K: ArrayLike, discount: ArrayLike, *, rounds: int = 100) -> Annealed:
    """From gains K (D, m, n) that stabilize families (D, M) at these discounts (D,), upwards."""
    gamma = np.broadcast_to(np.asarray(discount, dtype=float), tasks.batch_shape[:-1])
    shape = (*gamma.shape, tasks.inputs, tasks.states)
    gain, steps = np.broadcast_to(np.asarray(K, dtype=float), shape), 0
    discounts, gains = [gamma], list[Array]()
    while (gamma < 1).any() and len(gains) < rounds:
        gain, more = _descended(discounted(tasks, gamma), gain)
        gamma, steps = raised(tasks, gain, gamma), steps + more
        discounts.append(gamma)
        gains.append(gain)
    return Annealed(np.array(discounts), np.array(gains), steps)


def unstable_families(count: int, sizes: Iterable[int], seed: int) -> list[LQR]:
    """Random families (count, 3) of each number of states that K = 0 does not stabilize."""
    found = []
    for size in sizes:
        rng = np.random.default_rng([seed, size])
        many = systems.random_ensemble(count, size, min(size, 2), rng, radius=(1.05, 1.6))
        found.append(tasks_around(many, 3, 0.01, rng))
    return found
