"""What is timed: the rows of the table, each checked against its peers first."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import control
import numpy as np

import lqrlib
from benchmarks import peers
from benchmarks.agreement import agree
from benchmarks.equations import chapter_4
from benchmarks.figure_2 import figure_2
from benchmarks.fixed_point import fixed_point
from benchmarks.limits import limits
from benchmarks.meta_learning import meta_iteration
from benchmarks.rollouts import rollouts
from benchmarks.timing import HEADER, Row, Work, absolute, microseconds
from lqrlib import LQR
from lqrlib.matrix_equations import solve_generalized_lyapunov

Array = np.ndarray
# Least speed against control.dlqr with slycot: the gain alone, and with the problem's construction.
SINGLE = {2: (0.9, 0.4), 4: (1, 0.4), 10: (1, 0.4), 20: (1, 1), 50: (1, 1), 100: (1, 1)}
JAX = {"JAX, certified": None, "JAX, 12 squarings": 12}


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
    for name in targets.keys() & JAX.keys():
        works[name] = (partial(peers.jax_costs(problem, JAX[name]), K), count)
    ours = lqrlib.cost(problem, K)
    for name, (work, problems) in works.items():
        agree(f"{label}, {name}", ours[:problems], work(), 1e-9)
    yield from _rows(label, works, targets, repeats=11)


def optimal_gain_anew(problem: LQR) -> Array:
    """The optimal gain of a problem that has forgotten it."""
    vars(problem).pop("optimum", None)
    return lqrlib.optimal_gain(problem)


def riccati(rng: np.random.Generator, n: int, m: int, count: int, looped: int) -> Iterator[Row]:
    """The optimal gain of `count` different problems; loops do the first `looped` of them."""
    label = f"optimal gain of {count} problems, n={n}, m={m}"
    systems = [_system(rng, n, m, rng.uniform(0.7, 1.2)) for _ in range(count)]
    A, B = (np.stack(x) for x in zip(*systems, strict=True))
    problem = LQR(A, B, np.eye(n), np.eye(m))
    few = problem[:looped]
    works: dict[str, tuple[Work, int]] = {
        "lqrlib": (partial(optimal_gain_anew, problem), count),
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
        label = f"{name} of {count} gains, n={n}, m={m}"
        yield absolute(label, partial(function, problem, K), count, 50, 3.0)


def single_problem(rng: np.random.Generator) -> Iterator[Row]:
    """The optimal gain of one problem, certified, against python-control with slycot."""
    for n, targets in SINGLE.items():
        m, peer = max(n // 2, 1), "control.dlqr"
        arrays = (*_system(rng, n, m, 1.0), np.eye(n), np.eye(m))
        works: dict[str, Work] = {
            "optimal gain": partial(optimal_gain_anew, LQR(*arrays)),
            "LQR and optimal gain": lambda x=arrays: lqrlib.optimal_gain(LQR(*x)),
            peer: lambda x=arrays: control.dlqr(*x, method="slycot")[0],
        }
        for name, work in works.items():
            agree(f"{name}, n={n}", work(), works[peer](), 1e-7)
        count = 20 if n < 50 else 1  # in a row, or each would find the caches full of the others
        turns = {
            name: (lambda f=work, c=count: [f() for _ in range(c)], count)
            for name, work in works.items()
        }
        times = microseconds(turns, 25)
        for name, target in zip(works, targets, strict=False):
            yield Row(f"{name} of one problem, n={n}", times[name], peer, times[peer], target)


def single_gain(rng: np.random.Generator) -> Iterator[Row]:
    """Absolute times: cost and gradient of one gain."""
    problem = LQR(*_system(rng, 4, 2, 1.0), np.eye(4), np.eye(2))
    K = 0.9 * lqrlib.optimal_gain(problem)
    yield absolute("cost of one gain, n=4, m=2", lambda: lqrlib.cost(problem, K), 1, 1000, 36)
    yield absolute("gradient of one gain, n=4", lambda: lqrlib.gradient(problem, K), 1, 1000, 65)


def rows() -> Iterator[Row]:
    """Print and yield the rows of the table as they are measured."""
    print(HEADER)
    rng = np.random.default_rng(0)
    parts = (
        cost_oracle(
            rng,
            4,
            2,
            10_000,
            1000,
            {"scipy loop": 30, "slycot loop": 10, **dict.fromkeys(JAX, 0.5)},
        ),
        cost_oracle(rng, 10, 3, 2000, 500, {"scipy loop": 12}),
        cost_oracle(rng, 50, 5, 200, 50, {"scipy loop": 4}),
        riccati(rng, 4, 2, 2000, 300),
        generalized_lyapunov(rng),
        cost_and_gradient(rng),
        single_problem(rng),
        single_gain(rng),
        figure_2(),
        rollouts(rng),
        meta_iteration(),
        chapter_4(rng),
        limits(rng),
    )
    for part in parts:
        for row in part:
            print(row, flush=True)
            yield row
