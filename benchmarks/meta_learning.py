"""One model-free MAML iteration at S1's settings against the published code's arithmetic.

10 tasks, 20 samples, the paper's m x m Hessian estimate. The peer asks for one cost after another
and computes each by 501 steps of the value recursion, in Python; a second peer replaces the
recursion by scipy's Lyapunov solver. All three use the same perturbations and one initial state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import scipy.linalg

from benchmarks.agreement import agree
from benchmarks.timing import Row, absolute, microseconds
from lqrlib import LQR, directions, estimators, oracles, systems
from lqrpapers.studies.task_families import spectral_family

Array = np.ndarray
CostOf = Callable[[LQR, Array], float]

TASKS, SAMPLES, RADIUS, STEP, STEPS = 10, 20, 0.01, 8e-6, 501
START = np.full(4, 0.5)


def by_recursion(task: LQR, K: Array) -> float:
    """Cost from START: the value recursion, every product formed at every step as published."""
    A, B, Q, R = task.A, task.B, task.Q, task.R
    P = Q
    for _ in range(STEPS):
        P = Q + K.T @ R @ K + (A - B @ K).T @ P @ (A - B @ K)
    return float(START @ P @ START)


def by_scipy(task: LQR, K: Array) -> float:
    """Cost from START, by scipy's discrete Lyapunov solver."""
    F = task.A - task.B @ K
    P = scipy.linalg.solve_discrete_lyapunov(F.T, task.Q + K.T @ task.R @ K)
    return float(START @ P @ START)


def looped_meta_gradient(family: LQR, K: Array, U: Array, cost: CostOf) -> Array:
    """The estimate of S1 Algorithm 3, one task, one sample, one cost at a time."""
    m, n = K.shape

    def gradient(task: LQR, gain: Array) -> Array:
        total = np.zeros((m, n))
        for step in U:
            difference = cost(task, gain + step) - cost(task, gain - step)
            total += m * n / (2 * len(U) * RADIUS**2) * difference * step
        return total

    def hessian(task: LQR, gain: Array) -> Array:
        total = np.zeros((m, m))
        for step in U:
            difference = cost(task, gain + step) - cost(task, gain)
            total += m**2 / (len(U) * RADIUS**2) * difference * (step @ step.T - np.eye(m))
        return total

    total = np.zeros((m, n))
    for task in family:
        outer = gradient(task, K - STEP * gradient(task, K))
        total += (np.eye(m) - STEP * hessian(task, K)) @ outer
    return total / len(family)


def meta_iteration() -> Iterator[Row]:
    """One iteration of Algorithm 3 at the published settings, with directions reused throughout."""
    label = f"model-free MAML iteration, {TASKS} tasks, {SAMPLES} samples"
    family = spectral_family(
        systems.boeing().replace(Sigma0=np.outer(START, START)), TASKS, 1e-3, 0
    )
    K, seed = systems.boeing_start(), 1
    U = estimators.sphere(SAMPLES, K.shape, RADIUS, seed)

    def ours() -> Array:
        direction = directions.meta_zeroth_order(
            oracles.exact_cost(family), STEP, RADIUS, SAMPLES, seed, "printed", fresh=False
        )
        return direction(K)

    recursion = lambda: looped_meta_gradient(family, K, U, by_recursion)  # noqa: E731
    solver = lambda: looped_meta_gradient(family, K, U, by_scipy)  # noqa: E731
    for name, peer in (("recursion in Python", recursion), ("scipy loop", solver)):
        agree(f"{label}, {name}", ours(), peer(), 1e-6)
    time = microseconds({"lqrlib": (ours, 1)}, 100)["lqrlib"]
    slow = microseconds({"recursion": (recursion, 1)}, 1)["recursion"]
    loop = microseconds({"scipy": (solver, 1)}, 5)["scipy"]
    yield Row(label, time, "recursion in Python", slow, 2000)
    yield Row(label, time, "scipy loop", loop, 35)
    exact = directions.meta_gradient(family, STEP)
    yield absolute(f"exact MAML gradient, {TASKS} tasks", lambda: exact(K), 1, 200, 650)
