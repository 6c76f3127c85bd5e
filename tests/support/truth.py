"""What the closed forms must equal, computed in other ways.

In float64: the n^2 x n^2 Kronecker matrix of F_K, solved as it stands. In 50 digits: the cost as
the solution of a linear system by plain elimination, so that central differences with a step of
1e-16 are exact to more digits than float64 has. One problem at a time, no batches, no lqrlib.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import mpmath
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
DIGITS = 50


def kronecker(terms: Iterable[tuple[float, Array]]) -> Array:
    """Matrix of X -> sum_k variance_k S_k X S_k' on row-major vec X."""
    return np.asarray(sum(variance * np.kron(S, S) for variance, S in terms))


def closed_loop_terms(problem: Any, K: Array) -> list[tuple[float, Array]]:
    """Variances and matrices of the closed loop: A - BK, every A_i, every B_j K."""
    state, steer = problem.state_noise, problem.input_noise
    return [
        (1.0, problem.A - problem.B @ K),
        *zip(state.variances, state.directions, strict=True),
        *((b, S @ K) for b, S in zip(steer.variances, steer.directions, strict=True)),
    ]


def radius(problem: Any, K: Array) -> float:
    """Spectral radius of F_K from the eigenvalues of its Kronecker matrix."""
    return float(np.abs(np.linalg.eigvals(kronecker(closed_loop_terms(problem, K)))).max())


def value_matrix(problem: Any, K: Array) -> Array:
    n = K.shape[-1]
    weight = problem.Q + K.T @ problem.R @ K
    system = np.eye(n * n) - kronecker(closed_loop_terms(problem, K)).T
    return np.asarray(np.linalg.solve(system, weight.ravel()).reshape(n, n))


def state_covariance(problem: Any, K: Array) -> Array:
    n = K.shape[-1]
    system = np.eye(n * n) - kronecker(closed_loop_terms(problem, K))
    return np.asarray(np.linalg.solve(system, problem.Sigma0.ravel()).reshape(n, n))


def cost(problem: Any, K: Array) -> float:
    return float(np.trace(value_matrix(problem, K) @ problem.Sigma0))


def input_weight(problem: Any, P: Array) -> Array:
    steer = problem.input_noise
    weight = problem.R + problem.B.T @ P @ problem.B
    for variance, S in zip(steer.variances, steer.directions, strict=True):
        weight = weight + variance * S.T @ P @ S
    return np.asarray(weight)


def gradient(problem: Any, K: Array) -> Array:
    P = value_matrix(problem, K)
    E = input_weight(problem, P) @ K - problem.B.T @ P @ problem.A
    return np.asarray(2 * E @ state_covariance(problem, K))


def value_iteration(problem: Any, sweeps: int = 20_000) -> tuple[Array, Array]:
    """Gain and P of the generalised Riccati equation: the plain recursion from P = Q (S2, 2.1).

    Stops at a relative change of 1e-14, which leaves 1e-14 / (1 - radius) of the optimal loop.
    """
    A, B, noise = problem.A, problem.B, problem.state_noise
    P = problem.Q
    for _ in range(sweeps):
        gain = np.linalg.solve(input_weight(problem, P), B.T @ P @ A)
        after = problem.Q + A.T @ P @ A - A.T @ P @ B @ gain
        for variance, S in zip(noise.variances, noise.directions, strict=True):
            after = after + variance * S.T @ P @ S
        after = (after + after.T) / 2
        if np.abs(after - P).max() <= 1e-14 * np.abs(after).max():
            break
        P = after
    return gain, P


def safe_distance(problem: Any, K: Array) -> float:
    """How far K may surely move and stay stabilizing: phi(d) ||T|| < 1, phi(d) = 2 a d + b d^2.

    The cost is analytic within that distance, also along complex directions.
    """
    n = K.shape[-1]
    terms = kronecker(closed_loop_terms(problem, K))
    resolvent = np.linalg.solve(np.eye(n * n) - terms, np.eye(n).ravel()).reshape(n, n)
    steer = problem.input_noise
    b_noise = sum(
        v * np.linalg.norm(S, 2) ** 2
        for v, S in zip(steer.variances, steer.directions, strict=True)
    )
    B_norm = np.linalg.norm(problem.B, 2)
    a = np.linalg.norm(problem.A - problem.B @ K, 2) * B_norm + np.linalg.norm(K, 2) * b_noise
    b = B_norm**2 + b_noise
    return float((-a + np.sqrt(a * a + b / np.linalg.norm(resolvent, 2))) / b)


def derivative(function: Callable[[float], Any], step: float, levels: int = 7) -> Any:
    """Derivative at 0 from central differences, Richardson-extrapolated from step downwards.

    Returns the entry of the table that differs least from its neighbours (Ridders).
    """
    best, error = None, np.inf
    row: list[Any] = []
    for level in range(levels):
        h = step / 2**level
        fresh = [(function(h) - function(-h)) / (2 * h)]
        for k, old in enumerate(row):
            factor = 4.0 ** (k + 1)
            fresh.append((factor * fresh[k] - old) / (factor - 1))
            change = max(np.abs(fresh[-1] - fresh[-2]).max(), np.abs(fresh[-1] - old).max())
            if change < error:
                best, error = fresh[-1], change
        row = fresh
    return best


# The same in 50 digits.


def _mp(array: Array) -> list[list[Any]]:
    return [[mpmath.mpf(float(x)) for x in row] for row in array]


def _product(X: list[list[Any]], Y: list[list[Any]]) -> list[list[Any]]:
    columns = list(zip(*Y, strict=True))
    return [[mpmath.fdot(row, column) for column in columns] for row in X]


def _eliminate(matrix: list[list[Any]], right: list[Any]) -> list[Any]:
    """Solve a linear system by elimination with partial pivoting."""
    rows = [[*row, b] for row, b in zip(matrix, right, strict=True)]
    size = len(rows)
    for k in range(size):
        pivot = max(range(k, size), key=lambda i: abs(rows[i][k]))
        rows[k], rows[pivot] = rows[pivot], rows[k]
        top = rows[k]
        for i in range(k + 1, size):
            factor = rows[i][k] / top[k]
            if factor:
                rows[i] = [
                    *rows[i][: k + 1],
                    *(x - factor * y for x, y in zip(rows[i][k + 1 :], top[k + 1 :], strict=True)),
                ]
    solution: list[Any] = [mpmath.mpf(0)] * size
    for k in reversed(range(size)):
        known = mpmath.fdot(rows[k][k + 1 : size], solution[k + 1 :])
        solution[k] = (rows[k][size] - known) / rows[k][k]
    return solution


def precise_value_matrix(problem: Any, K: list[list[Any]]) -> list[list[Any]]:
    """P in as many digits as are set, of a gain of mpmath numbers; float64 data exact."""
    n, m = len(K[0]), len(K)
    A, B = _mp(problem.A), _mp(problem.B)
    BK = _product(B, K)
    terms = [(mpmath.mpf(1), [[A[i][j] - BK[i][j] for j in range(n)] for i in range(n)])]
    state, steer = problem.state_noise, problem.input_noise
    terms += [(mpmath.mpf(float(v)), _mp(S)) for v, S in zip(*state, strict=True)]
    terms += [(mpmath.mpf(float(v)), _product(_mp(S), K)) for v, S in zip(*steer, strict=True)]
    RK = _product(_mp(problem.R), K)
    Q = _mp(problem.Q)
    pairs = [(i, j) for i in range(n) for j in range(i, n)]
    matrix, right = [], []
    for k, j in pairs:  # entry (k, j) of P - F*(P) = Q + K'RK, in the upper triangle of P
        row = []
        for a, b in pairs:
            entry = mpmath.mpf(1 if (a, b) == (k, j) else 0)
            for v, S in terms:
                if a == b:
                    entry -= v * S[a][k] * S[a][j]
                else:
                    entry -= v * (S[a][k] * S[b][j] + S[b][k] * S[a][j])
            row.append(entry)
        matrix.append(row)
        right.append(Q[k][j] + mpmath.fsum(K[i][k] * RK[i][j] for i in range(m)))
    upper = dict(zip(pairs, _eliminate(matrix, right), strict=True))
    return [[upper[min(i, j), max(i, j)] for j in range(n)] for i in range(n)]


def precise_cost(problem: Any, K: list[list[Any]]) -> Any:
    """Cost in 50 digits of a gain given as nested lists of mpmath numbers; float64 data exact."""
    P, Sigma0 = precise_value_matrix(problem, K), _mp(problem.Sigma0)
    return mpmath.fsum(mpmath.fdot(*rows) for rows in zip(P, Sigma0, strict=True))


def precise_horizon(problem: Any, K: Array, horizon: int) -> float:
    """Cost of the first steps by the recursion as it is written, in 400 digits."""
    with mpmath.workdps(400):
        terms = closed_loop_terms(problem, np.zeros_like(K))[1:]  # for the variances alone
        A, B, gain = (mpmath.matrix(X.tolist()) for X in (problem.A, problem.B, K))
        state, steer = problem.state_noise, problem.input_noise
        S = [A - B * gain, *(mpmath.matrix(X.tolist()) for X in state.directions)]
        S += [mpmath.matrix(X.tolist()) * gain for X in steer.directions]
        scales = [1.0, *(variance for variance, _ in terms)]
        weight = (
            mpmath.matrix(problem.Q.tolist()) + gain.T * mpmath.matrix(problem.R.tolist()) * gain
        )
        value = weight
        for _ in range(horizon - 1):
            value = sum(
                (mpmath.mpf(float(v)) * (X.T * value * X) for v, X in zip(scales, S, strict=True)),
                weight,
            )
        moment = mpmath.matrix(problem.Sigma0.tolist())
        return float(sum(x * y for x, y in zip(value, moment, strict=True)))


def precise(problem: Any, K: Array, directions: list[Array]) -> Any:
    """Cost, first or mixed second derivative in 50 digits, by the number of directions (0, 1, 2).

    Central differences with step 1e-16: truncation and rounding are below 1e-17 relative.
    """
    with mpmath.workdps(DIGITS):
        h = mpmath.mpf(10) ** -16
        base = _mp(K)

        def at(*signs: int) -> Any:
            moved = [
                [
                    x
                    + h
                    * sum(
                        s * mpmath.mpf(float(X[i, j]))
                        for s, X in zip(signs, directions, strict=True)
                    )
                    for j, x in enumerate(row)
                ]
                for i, row in enumerate(base)
            ]
            return precise_cost(problem, moved)

        if not directions:
            return precise_cost(problem, base)
        if len(directions) == 1:
            return (at(1) - at(-1)) / (2 * h)
        return (at(1, 1) - at(1, -1) - at(-1, 1) + at(-1, -1)) / (4 * h * h)
