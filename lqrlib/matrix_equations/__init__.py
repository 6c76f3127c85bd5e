"""Lyapunov and Riccati equations with multiplicative noise, for stacks of problems.

The closed loop acts on second moments through two adjoint operators,
F_K(X) = A_K X A_K' + sum_i S_i X S_i' and F_K*(X) = A_K' X A_K + sum_i S_i' X S_i, where the S_i
are the scaled noise directions sqrt(alpha_i) A_i and sqrt(beta_j) B_j K. Everything is a solve
with I - F_K or its adjoint.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lqrlib.errors import NotStabilizableError
from lqrlib.problem import LQR

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

__all__ = [
    "ClosedLoop",
    "Riccati",
    "closed_loop",
    "solve_generalized_lyapunov",
    "solve_lyapunov",
    "solve_riccati",
]


def _T(X: Array) -> Array:
    return X.swapaxes(-1, -2)


def _symmetric(X: Array) -> Array:
    return (X + _T(X)) / 2


def _basis(n: int) -> Array:
    """Columns: the orthonormal basis of symmetric matrices, as row-major vectors."""
    rows, columns = np.triu_indices(n)
    basis = np.zeros((n * n, rows.size))
    weight = np.where(rows == columns, 0.5, np.sqrt(0.5))
    k = np.arange(rows.size)
    basis[rows * n + columns, k] += weight
    basis[columns * n + rows, k] += weight
    return basis


def _positive_definite(X: Array) -> Flags:
    """Whether each member of a stack is finite and positive definite."""
    finite = np.asarray(np.isfinite(X).all(axis=(-2, -1)))
    safe = np.where(finite[..., None, None], X, -np.eye(X.shape[-1]))
    positive: Flags = np.linalg.eigvalsh(_symmetric(safe))[..., 0] > 0
    return finite & positive


class ClosedLoop:
    """The operators F_K and F_K*, their resolvents and the certificate of mean-square stability."""

    def __init__(self, A_K: Array, directions: Array) -> None:
        self.A_K = A_K
        self.directions = directions  # scaled by the standard deviations, (..., terms, n, n)

    def _sum(self, X: Array, S: Array, A: Array) -> Array:
        total = A @ X @ _T(A)
        if S.shape[-3]:
            total = total + (S @ X[..., None, :, :] @ _T(S)).sum(axis=-3)
        return np.asarray(total)

    def apply(self, X: Array) -> Array:
        """F_K(X)."""
        return self._sum(X, self.directions, self.A_K)

    def apply_adjoint(self, X: Array) -> Array:
        """F_K*(X)."""
        return self._sum(X, _T(self.directions), _T(self.A_K))

    @cached_property
    def _operator(self) -> Array:
        n = self.A_K.shape[-1]
        S = np.concatenate([self.A_K[..., None, :, :], self.directions], axis=-3)
        full = np.einsum("...pik,...pjl->...ijkl", S, S)
        full = full.reshape(S.shape[:-3] + (n * n, n * n))
        basis = _basis(n)
        return np.asarray(basis.T @ full @ basis)

    def _direct(self, W: Array, adjoint: bool) -> Array:
        n = self.A_K.shape[-1]
        basis = _basis(n)
        operator = np.eye(basis.shape[1]) - self._operator
        if adjoint:
            operator = _T(operator)
        w = W.reshape(W.shape[:-2] + (n * n,)) @ basis
        x = np.linalg.solve(operator, w[..., None])[..., 0]
        return np.asarray((x @ basis.T).reshape(x.shape[:-1] + (n, n)))

    @cached_property
    def stable(self) -> Flags:
        """Mean-square stability of each member, certified: the solution for W = I is definite."""
        n = self.A_K.shape[-1]
        if not self.directions.shape[-3]:
            return np.asarray(np.abs(np.linalg.eigvals(self.A_K)).max(axis=-1) < 1)
        return _positive_definite(self._direct(np.eye(n), adjoint=False))

    def radius(self) -> Array:
        """Mean-square radius rho(F_K); rho(A_K)^2 without noise."""
        if not self.directions.shape[-3]:
            return np.asarray(np.abs(np.linalg.eigvals(self.A_K)).max(axis=-1) ** 2)
        return np.asarray(np.abs(np.linalg.eigvals(self._operator)).max(axis=-1))

    def _solve(self, W: Array, adjoint: bool) -> Array:
        if self.directions.shape[-3]:
            X = self._direct(W, adjoint)
        else:
            F = np.where(self.stable[..., None, None], _T(self.A_K) if adjoint else self.A_K, 0.0)
            X = W + np.zeros_like(F)
            for _ in range(64):
                X = X + F @ X @ _T(F)
                F = F @ F
                if np.abs(F).max(initial=0.0) < 1e-20:
                    break
        return np.where(self.stable[..., None, None], _symmetric(X), np.nan)

    def solve(self, W: Array) -> Array:
        """T_K(W): X = F_K(X) + W; nan for members that are not stable."""
        return self._solve(W, adjoint=False)

    def solve_adjoint(self, W: Array) -> Array:
        """T_K*(W): X = F_K*(X) + W; nan for members that are not stable."""
        return self._solve(W, adjoint=True)


def closed_loop(problem: LQR, K: Array) -> ClosedLoop:
    """The closed loop of u = -K x; K (..., m, n) broadcasts against the problem's batch."""
    A_K = problem.A - problem.B @ K
    state, input_ = problem.state_noise, problem.input_noise
    S = np.sqrt(state.variances)[..., None, None] * state.directions
    U = np.sqrt(input_.variances)[..., None, None] * input_.directions @ K[..., None, :, :]
    batch = A_K.shape[:-2]
    S = np.broadcast_to(S, batch + S.shape[-3:])
    U = np.broadcast_to(U, batch + U.shape[-3:])
    return ClosedLoop(A_K, np.concatenate([S, U], axis=-3))


def solve_lyapunov(F: Array, W: Array, adjoint: bool = False, method: str | None = None) -> Array:
    """X = F X F' + W, or X = F' X F + W; nan where rho(F) >= 1."""
    loop = ClosedLoop(F, np.zeros(F.shape[:-2] + (0,) + F.shape[-2:]))
    return loop.solve_adjoint(W) if adjoint else loop.solve(W)


def solve_generalized_lyapunov(
    F: Array,
    variances: Array,
    directions: Array,
    W: Array,
    adjoint: bool = False,
    method: str | None = None,
) -> Array:
    """X = F X F' + sum_i variances_i D_i X D_i' + W; nan where it is not mean-square stable."""
    loop = ClosedLoop(F, np.sqrt(variances)[..., None, None] * directions)
    return loop.solve_adjoint(W) if adjoint else loop.solve(W)


@dataclass(frozen=True)
class Riccati:
    """Solution of the generalised Riccati equation: P, the optimal gain, how it was reached."""

    P: Array
    K: Array
    residual: Array
    iterations: int


def _improved(problem: LQR, P: Array, gamma: Array, R: Array) -> Array:
    """The gain greedy for P, of the system scaled by sqrt(gamma)."""
    A, B, noise = problem.A, problem.B, problem.input_noise
    weight = _T(B) @ P @ B + (
        noise.variances[..., None, None]
        * (_T(noise.directions) @ P[..., None, :, :] @ noise.directions)
    ).sum(axis=-3)
    return np.linalg.solve(R + gamma * weight, gamma * (_T(B) @ P @ A))


def _scaled(loop: ClosedLoop, gamma: Array) -> ClosedLoop:
    root = np.sqrt(gamma)
    return ClosedLoop(root * loop.A_K, root[..., None] * loop.directions)


def _stabilizing_gain(problem: LQR) -> Array:
    """Policy iteration on a discounted problem whose discount rises to 1 as the gain allows."""
    n, m = problem.states, problem.inputs
    K = np.zeros(problem.batch_shape + (m, n))
    loop = closed_loop(problem, K)
    radius = loop.radius()
    gamma = np.zeros(problem.batch_shape)
    for _ in range(200):
        if loop.stable.all():
            return K
        gamma = np.minimum(1.0, gamma + 0.9 * (1 / np.maximum(radius, 1e-300) - gamma))
        g = gamma[..., None, None]
        P = _scaled(loop, g).solve_adjoint(np.eye(n) + _T(K) @ K)
        better = _improved(problem, P, g, np.eye(m))
        move = ~loop.stable & np.isfinite(better).all(axis=(-2, -1))
        K = np.where(move[..., None, None], better, K)
        loop = closed_loop(problem, K)
        radius = loop.radius()
    raise NotStabilizableError("no gain stabilizes the problem in mean square", ~loop.stable)


def solve_riccati(problem: LQR, method: str | None = None) -> Riccati:
    """The stabilizing solution of the generalised Riccati equation, of a stack of problems."""
    K = _stabilizing_gain(problem)
    one = np.ones(problem.batch_shape + (1, 1))
    P = np.zeros_like(problem.A)
    iterations = 0
    for _ in range(100):
        iterations += 1
        previous = P
        P = closed_loop(problem, K).solve_adjoint(problem.Q + _T(K) @ problem.R @ K)
        K = _improved(problem, P, one, problem.R)
        if (np.abs(P - previous).max(axis=(-2, -1)) <= 1e-13 * np.abs(P).max(axis=(-2, -1))).all():
            break
    loop = closed_loop(problem, K)
    gap = P - problem.Q - _T(K) @ problem.R @ K - loop.apply_adjoint(P)
    residual = np.abs(gap).max(axis=(-2, -1)) / np.maximum(np.abs(P).max(axis=(-2, -1)), 1e-300)
    return Riccati(P, K, residual, iterations)
