"""Families and gains on which the propositions about landscapes of several tasks are tried."""

from __future__ import annotations

from typing import Any

import numpy as np

from lqrlib import LQR, objective, systems, tasks
from lqrlib.validation import Array, Seed

from .ensembles import tasks_around

# Values of tau and of c, and levels at which about half of the wide families share a gain.
TAUS, CS, WIDE = np.linspace(0.05, 1.5, 30), (np.sqrt(2), 1.5, 2.0, 3.0), {1: 1.0, 2: 1.5}


def companions(tau: Array) -> LQR:
    """The three companion matrices (T, 3) for T values of tau."""
    A = np.zeros((len(tau), 3, 2, 2))
    A[..., 0, 1] = 1.0
    A[..., 1, :] = -tau[:, None, None] * np.array([[1.0, 0.0], [-0.5, -1.5], [-0.5, 1.5]])
    return LQR(A, [[0.0], [1.0]], np.eye(2), [[1.0]])


def common_gains(count: int, rng: Seed) -> list[list[tuple[Any, ...]]]:
    """Groups of cases for common gains: (tasks,), (tasks, None, margin) or (tasks, K).

    Wide families of five tasks with one state, and an eighth as many with two; the companions, all
    three and two of them, whose best margins are 1 - 3/2 tau and 1 - 3/4 tau; pairs with a gain.
    """
    generator, groups = np.random.default_rng(rng), list[list[tuple[Any, ...]]]()
    for states, level in WIDE.items():
        many = systems.random_ensemble(max(5, count // states**3), states, 1, generator)
        family = tasks_around(many, 5, tasks.levels(level, "system"), generator)
        groups.append([(family,)])
    three = companions(TAUS)
    groups.append([(three, None, 1 - 1.5 * TAUS), (three[:, :2], None, 1 - 0.75 * TAUS)])
    groups.append([])
    for states in (1, 2, 4):
        many = systems.random_ensemble(count, states, min(states, 2), generator)
        K = systems.random_stabilizing_gains(many, generator, fraction=(0.0, 0.9))
        groups[-1].append((tasks_around(many, 2, tasks.levels(1e-3, "system"), generator), K))
    return groups


def one_state_families(count: int, rng: Seed) -> list[tuple[LQR, Array, Array]]:
    """Families of three tasks with one state, one or two inputs, with and without noise.

    With two gains (D, m, 1) that stabilize all tasks, D <= count.
    """
    generator, cases = np.random.default_rng(rng), []
    for inputs, terms in ((1, 0), (2, 0), (1, 2), (2, 2)):
        noise = {"state_noise_terms": terms, "input_noise_terms": terms}
        many = systems.random_ensemble(count, 1, inputs, generator, **noise)
        family = tasks_around(many, 3, 0.02, generator)
        gains = [
            systems.random_stabilizing_gains(many, generator, fraction=(0.0, 0.9)) for _ in range(2)
        ]
        common = [objective.is_stabilizing(family, K[:, None]).all(axis=-1) for K in gains]
        kept = common[0] & common[1]
        cases.append((family[kept], gains[0][kept], gains[1][kept]))
    return cases


def pieces(c: float) -> LQR:
    """The two tasks with A = [[0, c], [c, 0]] and B = I, -I, and the weights of the proposition."""
    Q = np.array([np.diag([4.0, 1.0]), np.diag([1.0, 4.0])])
    B = np.array([np.eye(2), -np.eye(2)])
    return LQR([[0.0, c], [c, 0.0]], B, Q, np.eye(2) / 10)


def gains_in_pieces(count: int, rng: Seed) -> list[tuple[LQR, Array]]:
    """Those tasks for several c, with Gaussian gains (2 count, 2, 2) around the nilpotent ones."""
    generator, cases = np.random.default_rng(rng), []
    for c in CS:
        turn = np.array([[0.0, c], [-c, 0.0]])
        around = 0.4 * generator.standard_normal((2, count, 2, 2))
        gains = np.concatenate([turn + around[0], -turn + around[1]])
        cases.append((pieces(c), gains))
    return cases


def attaining_pairs() -> tuple[LQR, LQR, Array]:
    """Two tasks (8,) with one state at K = -0.3, whose differences attain the sharp bounds.

    They differ in A, B, Q, R, the noise on A, on B, both, or in everything; the first has next to
    no R, and everything of the second is larger.
    """
    small = np.array([0.3, 0.5, 1.0, 1e-13, 0.1, 0.2])
    large = np.array([0.4, 0.6, 1.2, 0.50, 0.2, 0.3])
    differ = np.concatenate([np.eye(6), [[0, 0, 0, 0, 1, 1]], np.ones((1, 6))])
    second = np.where(differ > 0, large, small)
    first = np.broadcast_to(small, second.shape)

    def stack(numbers: Array) -> LQR:
        a, b, q, r, S, U = numbers.T[..., None, None]
        one = np.ones((len(a), 1))
        return LQR(a, b, q, r, state_noise=(one, S[..., None]), input_noise=(one, U[..., None]))

    return stack(first), stack(second), np.array([[-0.3]])
