"""What must stay small where the work is large: time by the clock of this thread, and memory."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from statistics import median

import numpy as np

from benchmarks.timing import Row, absolute, seconds
from lqrlib import oracles, systems
from lqrlib.matrix_equations import solve_riccati
from lqrpapers.studies.task_families import spectral_family

ESTIMATE = """
from lqrlib import estimators, oracles, systems
problem, K = systems.boeing(), systems.boeing_start()
estimators.two_point_gradient(oracles.exact_cost(problem), K, 0.01, 1_000_000, 0)
"""
# a process counts what its parent held when it began, so a small one stands between
PEAK = """
import resource, subprocess, sys
subprocess.run([sys.executable, "-c", sys.argv[1]], check=True)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(peak / (1e6 if sys.platform == "darwin" else 1e3))
"""


def memory() -> Iterator[Row]:
    """Largest memory of a process that estimates a gradient from a million pairs, n = 4, m = 2."""
    peak = float(subprocess.check_output([sys.executable, "-c", PEAK, ESTIMATE], text=True))
    yield Row("two_point_gradient, 10^6 samples: MB", peak, "", None, 300, "MB")


def large_noisy(rng: np.random.Generator, instances: int = 9) -> Iterator[Row]:
    """How the optimal gain with noise grows from 100 to 150 states, where 3.4 is cubic.

    Medians over problems: the iterations take 28 to 58 steps, as near the boundary as they come.
    """
    spent: dict[int, list[float]] = {25: [], 100: [], 150: []}
    for _ in range(instances):
        for n, times in spent.items():
            [problem] = systems.random_ensemble(
                1, n, n // 2, rng, state_noise_terms=2, input_noise_terms=2, noise_level=0.9
            )
            times.append(seconds(lambda p=problem: solve_riccati(p), time.thread_time))
    ratio = median(spent[150]) / median(spent[100])
    yield Row("noisy optimal gain, n=150 over n=100", ratio, "", None, 4, "")


def limits(rng: np.random.Generator) -> Iterator[Row]:
    """Rows of this module."""
    plain, K = systems.boeing(), systems.boeing_start()
    yield from memory()
    family = partial(spectral_family, plain, 1000, 1e-3, 0)
    yield absolute("spectral family of 1000 tasks", family, 1, 1, 2e6)
    yield from large_noisy(rng)
    oracle = oracles.finite_horizon_cost(plain.replace(state_noise=([0.01], [np.eye(4)])), 10**6)
    yield absolute("noisy cost over 10^6 steps, n=4", lambda: oracle(K), 1, 20, 1e4)
