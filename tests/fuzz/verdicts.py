"""Verdicts next to the boundary: stable, unstable or open, and stated errors, against 60 digits.

The data are the closed loop itself, so nothing is lost on the way to it: Gaussian, rotated Jordan
blocks, nearly rank one and large, triangular and nonnormal, with states scaled by up to 1e3, with
up to two noise terms, at a distance of 1e-14 to 0.5 from a radius of one. A verdict is wrong or
right or left open; a trace of P that is farther off than ten times what is stated is wrong, too.
"""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np

import lqrlib
from tests.fuzz.found import Found
from tests.support import truth

DIGITS = 60
Loop = tuple[np.ndarray, np.ndarray, np.ndarray]


def loop(rng: np.random.Generator) -> Loop:
    """A (n, n), noise directions (p, n, n) and variances (p,)."""
    n, p, kind = (int(rng.integers(*ends)) for ends in ((1, 6), (0, 3), (0, 4)))
    A, S = rng.standard_normal((n, n)), rng.standard_normal((p, n, n))
    if kind == 1:
        frame, block = np.linalg.qr(A)[0], rng.uniform(0, 1) * np.eye(n)
        A = frame @ (block + 10 ** rng.uniform(-1, 1.5) * np.eye(n, k=1)) @ frame.T
    elif kind == 2:
        x, y = rng.standard_normal((2, n))
        y -= x * (x @ y) / (x @ x) * (1 - 10 ** rng.uniform(-3, 0))
        A = 10 ** rng.uniform(0, 2) * np.outer(x, y) + 0.3 * A
        S = 10 ** rng.uniform(-2, 1, (p, 1, 1)) * rng.standard_normal((p, n, 1)) * y
    elif kind == 3:
        A = np.triu(A) * 10 ** rng.uniform(0, 2)
        A[np.diag_indices(n)] = rng.uniform(-0.9, 0.9, n)
    scale = 10 ** (rng.uniform(-3, 3, n) * (rng.random() < 0.4))
    A, S = A * scale[:, None] / scale, S * scale[:, None] / scale
    variances = 10 ** rng.uniform(-6, 0, p)
    terms = [A, *(np.sqrt(variances)[:, None, None] * S)]
    radius = np.abs(np.linalg.eigvals(sum(np.kron(T, T) for T in terms))).max()
    target = 1 + rng.choice([-1, 1]) * 10 ** rng.uniform(-14, -0.3)
    size = np.sqrt(target / radius) if radius > 0 else 1.0
    return A * size, S * size, variances


def exact_trace(A: np.ndarray, S: np.ndarray, variances: np.ndarray) -> tuple[bool, Any]:
    """Whether the loop is stable, and tr P for P = I + F*(P)."""
    n = len(A)
    problem = lqrlib.LQR(A, np.eye(n)[:, :1], np.eye(n), 1.0, state_noise=(variances, S))
    P = truth.precise_value_matrix(problem, truth._mp(np.zeros((1, n))))
    rows, stable = [list(row) for row in P], True
    for k in range(n):  # P is positive definite if and only if the loop is stable
        stable = stable and rows[k][k] > 0
        for i in range(k + 1, n if stable else 0):
            factor = rows[i][k] / rows[k][k]
            rows[i] = [x - factor * y for x, y in zip(rows[i], rows[k], strict=True)]
    return stable, mpmath.fsum(P[i][i] for i in range(n))


def run(cases: int, seed: int) -> Found:
    """So many loops, one at a time."""
    found = Found()
    for number in range(cases):
        A, S, variances = loop(np.random.default_rng([seed, number]))
        n = len(A)
        problem = lqrlib.LQR(A, np.eye(n)[:, :1], np.eye(n), 1.0, state_noise=(variances, S))
        at = lqrlib.at_gain(problem, np.zeros((1, n)))
        if not at.decided:
            found.add("left open")
            continue
        with mpmath.workdps(DIGITS):
            stable, trace = exact_trace(A, S, variances)
            error = abs(mpmath.mpf(float(at.cost)) / trace - 1) if stable else mpmath.mpf(0)
        if bool(at.loop.stable) != stable:
            found.add("wrong verdict", f"loop {number}: {at.radius}, truly stable: {stable}")
        elif stable and error > 10 * at.condition:
            found.add("stated error too small", f"loop {number}: {at.condition}, truly {error}")
        else:
            found.add("stable, right" if stable else "unstable, right")
    return found
