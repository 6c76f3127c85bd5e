"""What is timed: the rows of the table, each checked against its peers first."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

import lqrlib
from benchmarks import peers
from benchmarks.agreement import agree
from benchmarks.equations import chapter_4
from benchmarks.figure_2 import figure_2
from benchmarks.fixed_point import fixed_point
from benchmarks.meta_learning import meta_iteration
from benchmarks.rollouts import rollouts
from benchmarks.timing import HEADER, Row, Work, microseconds
from lqrlib import LQR
from lqrlib.matrix_equations import solve_generalized_lyapunov

Array = np.ndarray


def _system(rng: np.random.Generator, n: int, m: int, radius: float) -> tuple[Array, Array]:
    A = rng.standard_normal((n, n))
    A *= radius / np.abs(np.linalg.eigvals(A)).max()
    return A, rng.standard_normal((n, m)) / np.sqrt(n)


def _gains(rng: np.random.Generator, problem: LQR, count: int) -> Array:
    """Stabilizing gains around the optimal one, as a method that samples would ask for."""
    best = lqrlib.optimal_gain(problem)
    steps = rng.standard_normal((2 * count,) + best.shape)
    K = best + 0.2 * steps / np.linalg.norm(steps, axis=(-2, -1), keepdims=True)
    return np.ascontiguousarray(K[lqrlib.is_stabilizing(problem, K)][:count])


def _rows(
    label: str, works: dict[str, tuple[Work, int]], targets: dict[str, float], repeats: int
) -> Iterator[Row]:
    for work, _ in works.values():
        work()  # compile, and fill the caches
    times = microseconds(works, repeats)
    for name, target in targets.items():
        yield Row(label, times["lqrlib"], name, times[name], target)


def cost_oracle(
    rng: np.random.Generator, n: int, m: int, count: int, looped: int, targets: dict[str, float]
) -> Iterator[Row]:
    """The cost of `count` gains on one problem; loops do the first `looped` of them."""
    label = f"cost of {count} gains, n={n}, m={m}"
    A, B = _system(rng, n, m, 1.0)
    problem = LQR(A, B, np.eye(n), np.eye(m))
    K = _gains(rng, problem, count)
    few = K[:looped]
    works: dict[str, tuple[Work, int]] = {"lqrlib": (lambda: lqrlib.cost(problem, K), count)}
    if "scipy loop" in targets:
        works["scipy loop"] = (lambda: peers.scipy_costs(problem, few), looped)
    if "slycot loop" in targets:
        works["slycot loop"] = (lambda: peers.slycot_costs(problem, few), looped)
    if "JAX, jit and vmap" in targets:
        compiled = peers.jax_costs(problem)
        works["JAX, jit and vmap"] = (lambda: compiled(K), count)
    ours = lqrlib.cost(problem, K)
    for name, (work, problems) in works.items():
        agree(f"{label}, {name}", ours[:problems], work(), 1e-9)
    yield from _rows(label, works, targets, repeats=11)


def riccati(rng: np.random.Generator, n: int, m: int, count: int, looped: int) -> Iterator[Row]:
    """The optimal gain of `count` different problems; loops do the first `looped` of them."""
    label = f"optimal gain of {count} problems, n={n}, m={m}"
    systems = [_system(rng, n, m, rng.uniform(0.7, 1.2)) for _ in range(count)]
    A, B = (np.stack(x) for x in zip(*systems, strict=True))
    problem = LQR(A, B, np.eye(n), np.eye(m))
    few = problem[:looped]
    works: dict[str, tuple[Work, int]] = {
        "lqrlib": (lambda: lqrlib.optimal_gain(problem), count),
        "scipy loop": (lambda: peers.scipy_gains(few), looped),
        "slycot loop": (lambda: peers.slycot_gains(few), looped),
    }
    ours = lqrlib.optimal_gain(problem)
    for name, (work, problems) in works.items():
        agree(f"{label}, {name}", ours[:problems], work(), 1e-8)
    yield from _rows(label, works, {"scipy loop": 18, "slycot loop": 5}, repeats=11)


def generalized_lyapunov(rng: np.random.Generator) -> Iterator[Row]:
    """One equation with 10 noise terms near the boundary."""
    n, terms, radius = 10, 10, 0.999
    label = f"generalised Lyapunov, n={n}, {terms} terms, {radius}"
    A, B = _system(rng, n, n, 0.8)
    directions = rng.standard_normal((terms, n, n)) / n
    low, high = 0.0, 10.0
    for _ in range(60):
        middle = (low + high) / 2
        problem = LQR(A, B, np.eye(n), np.eye(n), state_noise=([middle] * terms, directions))
        inside = lqrlib.mean_square_radius(problem, np.zeros((n, n))) < radius
        low, high = (middle, high) if inside else (low, middle)
    variances, W = np.full(terms, low), np.eye(n)

    def enough(X: Array, increment: float) -> bool:
        """Until the error is 1e-8 of X: an increment is about 1 - radius times the error."""
        return increment <= 1e-8 * (1 - radius) * float(np.linalg.norm(X))

    works: dict[str, tuple[Work, int]] = {
        "lqrlib": (lambda: solve_generalized_lyapunov(A, variances, directions, W), 1),
        "S2's fixed point": (
            lambda: fixed_point(A, variances, directions, W, enough),
            1,
        ),
    }
    ours = works["lqrlib"][0]()
    agree(label, ours, works["S2's fixed point"][0](), 1e-6)
    # the peer takes seconds, lqrlib microseconds: few turns for one, many for the other
    ours_time = microseconds({"lqrlib": works["lqrlib"]}, 200)
    times = microseconds(works, 2)
    yield Row(label, ours_time["lqrlib"], "S2's fixed point", times["S2's fixed point"], 500)


def cost_and_gradient(rng: np.random.Generator) -> Iterator[Row]:
    """Absolute times: cost and gradient of 2,000 gains, one problem with 4 states."""
    n, m, count = 4, 2, 2000
    A, B = _system(rng, n, m, 1.0)
    problem = LQR(A, B, np.eye(n), np.eye(m))
    K = _gains(rng, problem, count)
    for name, function in (("cost", lqrlib.cost), ("gradient", lqrlib.gradient)):
        works: dict[str, tuple[Work, int]] = {name: (partial(function, problem, K), count)}
        works[name][0]()
        times = microseconds(works, 50)
        yield Row(f"{name} of {count} gains, n={n}, m={m}", times[name], "", None, 3.0)


def rows() -> Iterator[Row]:
    """Print and yield the rows of the table as they are measured."""
    print(HEADER)
    rng = np.random.default_rng(0)
    parts = (
        cost_oracle(
            rng, 4, 2, 10_000, 1000, {"scipy loop": 30, "slycot loop": 10, "JAX, jit and vmap": 0.5}
        ),
        cost_oracle(rng, 10, 3, 2000, 500, {"scipy loop": 12}),
        cost_oracle(rng, 50, 5, 200, 50, {"scipy loop": 4}),
        riccati(rng, 4, 2, 2000, 300),
        generalized_lyapunov(rng),
        cost_and_gradient(rng),
        figure_2(),
        rollouts(rng),
        meta_iteration(),
        chapter_4(rng),
    )
    for part in parts:
        for row in part:
            print(row, flush=True)
            yield row
