"""What lqrlib must return, computed as it is written: Kronecker matrices, loops, plain formulas.

For stacks (N, ...) of problems and gains. Gains may be complex, so that a derivative along X is
the imaginary part at K + ihX, to all digits; the transposes below are transposes.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

EPS = np.finfo(float).eps
STEP = 1e-30  # of complex differentiation, which cancels nothing


def t(X: Any) -> Any:
    return X.swapaxes(-1, -2)


def size(X: Any) -> Any:
    return np.linalg.norm(X, axis=(-2, -1))


def operators(problem: Any, K: Any) -> Any:
    """Kronecker matrices (N, n^2, n^2) of X -> F_K(X) on row-major vectors."""
    (alpha, A_i), (beta, B_j) = problem.state_noise, problem.input_noise
    F = (problem.A - problem.B @ K)[:, None]
    A_i, B_j = np.sqrt(alpha)[..., None, None] * A_i, np.sqrt(beta)[..., None, None] * B_j
    S = np.concatenate([F, A_i, B_j @ K[:, None]], axis=1)
    n = problem.states
    return np.einsum("Ntij,Ntkl->Nikjl", S, S).reshape(-1, n * n, n * n)


class Values(NamedTuple):
    """Closed forms at gains (N, m, n), and what rounding may do to them, relative to `sizes`."""

    M: Any
    inverse: Any
    P: Any
    Sigma: Any
    R_K: Any
    E: Any
    cost: Any
    gradient: Any


def input_weight(problem: Any, P: Any) -> Any:
    beta, B_j = problem.input_noise
    noisy = np.einsum("Nj,Njik,Nil,Njlm->Nkm", beta, B_j, P, B_j)
    return problem.R + t(problem.B) @ P @ problem.B + noisy


def solve_stack(matrices: Any) -> Any:
    """Inverses, nan for the members that have none."""
    out = np.full(matrices.shape, np.nan, matrices.dtype)
    for i, matrix in enumerate(matrices):
        try:
            out[i] = np.linalg.inv(matrix)
        except np.linalg.LinAlgError:
            pass
    return out


def values(problem: Any, K: Any) -> Values:
    n, M = problem.states, operators(problem, K)
    inverse = solve_stack(np.eye(n * n) - M)
    W = problem.Q + t(K) @ problem.R @ K
    P = (W.reshape(-1, 1, n * n) @ inverse).reshape(-1, n, n)
    Sigma = (inverse @ problem.Sigma0.reshape(-1, n * n, 1)).reshape(-1, n, n)
    R_K = input_weight(problem, P)
    E = R_K @ K - t(problem.B) @ P @ problem.A
    cost = np.sum(P * problem.Sigma0, axis=(-2, -1))
    return Values(M, inverse, P, Sigma, R_K, E, cost, 2 * E @ Sigma)


def hessian(problem: Any, K: Any, X: Any) -> Any:
    """Derivative of the gradient along X, by a complex step."""
    return values(problem, K + 1j * STEP * X).gradient.imag / STEP


def meta_cost(problem: Any, second: Any, K: Any, eta: Any) -> Any:
    """Mean cost of two tasks after a gradient step on each, K real or complex."""
    costs = [
        values(task, K - eta[:, None, None] * values(task, K).gradient).cost
        for task in (problem, second)
    ]
    return sum(costs) / 2


def finite_horizon(problem: Any, K: Any, horizon: int, M: Any) -> Any:
    """Sum of the costs of `horizon` steps, one after the other."""
    n = problem.states
    weight = (problem.Q + t(K) @ problem.R @ K).reshape(-1, 1, n * n)
    moment, total = problem.Sigma0.reshape(-1, n * n, 1), 0.0
    for _ in range(horizon):
        total = total + (weight @ moment)[:, 0, 0]
        moment = M @ moment
    return total


def sphere(rng: np.random.Generator, samples: int, shape: tuple[int, int], radius: float) -> Any:
    U = rng.standard_normal((samples, *shape))
    return np.array([radius * u / np.sqrt(np.sum(u * u)) for u in U])


def estimates(f: Any, K: Any, X: Any, step: float, radius: float, U: Any) -> dict[str, Any]:
    """The estimators of one gain with given directions, sample by sample, as S1 and S2 print."""
    m, n = K.shape
    d, mean = m * n, lambda parts: sum(parts) / len(U)

    def two_point(K: Any) -> Any:
        return mean([d / (2 * radius**2) * (f(K + u) - f(K - u)) * u for u in U])

    unit = X / np.linalg.norm(X)
    difference = two_point(K + step * unit) - two_point(K - step * unit)
    return {
        "one_point_gradient": mean([d / radius**2 * f(K + u) * u for u in U]),
        "two_point_gradient": two_point(K),
        "printed_hessian": mean(
            [m**2 / radius**2 * (f(K + u) - f(K)) * (u @ u.T - np.eye(m)) for u in U]
        ),
        "stein_hessian": mean(
            [
                d
                * (d + 2)
                / radius**4
                * (f(K + u) + f(K - u) - 2 * f(K))
                / 2
                * (np.outer(u, u) - radius**2 / (d + 2) * np.eye(d))
                for u in U
            ]
        ),
        "hessian_product": np.linalg.norm(X) * difference / (2 * step),
    }
