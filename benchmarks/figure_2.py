"""S2's Figure 2 at the paper's scale, against a straightforward loop with its code's arithmetic.

lqrlib does the whole figure: 20 systems, 5,000 gradient, 2,000 natural gradient and 10 Gauss-Newton
gains. The loop would take a quarter of an hour and more, so it evaluates two of the systems at
every 100th gain on the way, evenly over the whole of it, and is compared per gain.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

import lqrlib
from benchmarks.agreement import agree
from benchmarks.fixed_point import fixed_point
from benchmarks.timing import Row, seconds
from lqrlib import LQR, directions
from lqrpapers.recorded import s2
from lqrpapers.studies.gaussian_systems import gaussian_systems

Array = np.ndarray

EVERY, LOOPED = 100, 2
MOST_SWEEPS = 1000


def enough(X: Array, increment: float) -> bool:
    """What stops the published fixed point."""
    return increment < 1e-5


def evaluation(problem: LQR, K: Array) -> tuple[float, Array, Array]:
    """Cost, gradient and Gauss-Newton direction of one gain on one problem."""
    A, B, R = problem.A, problem.B, problem.R
    (alpha, A_i), (beta, B_j) = problem.state_noise, problem.input_noise
    variances = np.concatenate([alpha, beta])
    moves = [*A_i, *(D @ K for D in B_j)]
    A_K = A - B @ K
    stage = problem.Q + K.T @ R @ K
    P = fixed_point(A_K.T, variances, [D.T for D in moves], stage, enough, MOST_SWEEPS)
    Sigma = fixed_point(A_K, variances, moves, problem.Sigma0, enough, MOST_SWEEPS)
    R_K = R + B.T @ P @ B + sum(v * D.T @ P @ D for v, D in zip(beta, B_j, strict=True))
    E = R_K @ K - B.T @ P @ A
    return np.sum(P * problem.Sigma0), 2 * E @ Sigma, 2 * np.linalg.solve(R_K, E)


def figure_2() -> Iterator[Row]:
    """One row: the time for one gain of one system, averaged over the figure."""
    label = "Figure 2 of S2, 20 systems, n=10 (whole)"
    problem = gaussian_systems(20, 10, 10, 0)
    traces: dict[str, lqrlib.Trace] = {}

    def whole() -> None:
        for name, curve in s2.FIGURE_2.items():
            direction = getattr(directions, name)(problem)
            steps = max(curve.gaps)
            traces[name] = lqrlib.descend(direction, np.zeros((10, 10)), curve.step_size, steps)

    ours = seconds(whole)
    gains = 20 * sum(len(trace.gains) for trace in traces.values())
    cases = [
        (problem[i], trace.gains[t, i], trace.costs[t, i])
        for trace in traces.values()
        for t in range(0, len(trace.gains), EVERY)
        for i in range(LOOPED)
    ]
    looped: list[float] = []
    theirs = seconds(lambda: looped.extend(evaluation(one, K)[0] for one, K, _ in cases))
    # the published tolerance alone moves costs by up to 1.5e-3 near the boundary
    agree(label, [cost for _, _, cost in cases], looped, 2e-3)
    yield Row(label, 1e6 * ours / gains, "S2's code, 1 in 1000", 1e6 * theirs / len(cases), 10)
