"""The closed loop as an operator on second moments: F_K, its adjoint and their resolvents.

F_K(X) = A_K X A_K' + sum_i S_i X S_i' and F_K*(X) = A_K' X A_K + sum_i S_i' X S_i, where the S_i
are the noise directions scaled by their standard deviations. The gain is mean-square stabilizing
when rho(F_K) < 1; then T_K = (I - F_K)^(-1) takes symmetric matrices to symmetric matrices.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lqrlib.matrices import Flags, symmetric_part, transpose
from lqrlib.matrix_equations.direct import direct
from lqrlib.matrix_equations.doubling import chunks, doubling
from lqrlib.matrix_equations.large.solver import solve_large
from lqrlib.matrix_equations.noise import GainNoise, NoiseTerms, ProblemNoise
from lqrlib.matrix_equations.radius import spectral_radius
from lqrlib.matrix_equations.symmetric import congruence
from lqrlib.problem import LQR
from lqrlib.validation import Array

METHODS = ("doubling", "direct", "low_rank", "krylov")
# Up to this many states the direct solve is the fastest with noise.
MOST_DIRECT_STATES = 20
DIRECT_CHUNK_BYTES = 250_000
LARGE_CHUNK_BYTES = 16_000_000


class ClosedLoop:
    """F_K, F_K* and their resolvents T_K, T_K* for a stack of closed loops.

    Attributes
    ----------
    A_K : array (..., n, n)
        A - B K.
    stable : bool array (...)
        Mean-square stability, certified by the solve itself and not by a residual: the powers of
        A_K tend to zero without noise, the solution for W = I is positive definite with noise.
        Sharp to a margin 1 - rho(F_K) of about 1e-13.
    """

    def __init__(self, A_K: Array, noise: NoiseTerms | None, method: str | None = None) -> None:
        if method is not None and method not in METHODS:
            raise ValueError(f"method: expected None or one of {METHODS}, got {method!r}")
        if method == "doubling" and noise is not None:
            raise ValueError("method: doubling takes no noise terms; use direct or krylov")
        self.A_K = A_K
        self._batch = A_K.shape[:-2]
        self._flat = A_K.reshape((-1,) + A_K.shape[-2:])
        self._noise = noise
        self._method = method
        self._stable: Flags | None = None

    def _apply(self, X: Array, adjoint: bool) -> Array:
        stack, restore = self._aligned(X)
        A = self._flat
        if self._noise is None:
            return restore(transpose(A) @ stack @ A if adjoint else A @ stack @ transpose(A))
        S = np.concatenate([A[:, None], self._noise.directions(slice(None))], axis=1)
        if adjoint:
            S = transpose(S)
        # sum over terms as one product of a wide and a tall matrix
        members, terms, n, _ = S.shape
        wide = np.moveaxis(S, 1, 2).reshape(members, n, terms * n)
        tall = (stack[:, :, None] @ transpose(S)).reshape(-1, members, terms * n, n)
        return restore(wide @ tall)

    def apply(self, X: Array) -> Array:
        """F_K(X), for X (..., n, n); extra axes go in front of the batch."""
        return self._apply(X, adjoint=False)

    def apply_adjoint(self, X: Array) -> Array:
        """F_K*(X), for X (..., n, n); extra axes go in front of the batch."""
        return self._apply(X, adjoint=True)

    def radius(self) -> Array:
        """Mean-square radius rho(F_K), (...), dimensionless; rho(A_K)^2 without noise."""
        return spectral_radius(self._flat, self._noise).reshape(self._batch)

    @property
    def stable(self) -> Flags:
        if self._stable is None:
            n = self.A_K.shape[-1]
            self._solve_flat((np.zeros((0, len(self._flat), n, n)), False))
        assert self._stable is not None
        return self._stable.reshape(self._batch)[()]

    def solve(self, W: Array) -> Array:
        """T_K(W): the X with X = F_K(X) + W, for symmetric W (..., n, n), definite or not.

        Extra axes go in front of the batch. nan for members that are not stable.
        """
        return self._solve(W, adjoint=False)

    def solve_adjoint(self, W: Array) -> Array:
        """T_K*(W): the X with X = F_K*(X) + W, for symmetric W (..., n, n), definite or not.

        Extra axes go in front of the batch. nan for members that are not stable.
        """
        return self._solve(W, adjoint=True)

    def solve_both(self, W: Array, V: Array) -> tuple[Array, Array]:
        """T_K(W) and T_K*(V), for the price of little more than one of them where n is small."""
        forward, restore = self._aligned(W)
        backward, restore_adjoint = self._aligned(V)
        X, Y = self._solve_flat((forward, False), (backward, True))
        return restore(X), restore_adjoint(Y)

    def _solve(self, W: Array, adjoint: bool) -> Array:
        stack, restore = self._aligned(W)
        return restore(self._solve_flat((stack, adjoint))[0])

    def _solve_flat(self, *equations: tuple[Array, bool]) -> list[Array]:
        """Solve for each (W, adjoint), W (extra, members, n, n), and certify the members."""
        n, members, method = self._flat.shape[-1], len(self._flat), self._method
        # unstable members may overflow; they end as nan
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            if self._noise is None and method in (None, "doubling"):
                results = [doubling(self._flat, W, adjoint) for W, adjoint in equations]
                self._stable = results[0][1]
                return [X for X, _ in results]
            stable = np.empty(members, dtype=bool)
            solutions = [np.empty(W.shape) for W, _ in equations]
            if method == "direct" or (method is None and n <= MOST_DIRECT_STATES):
                h = n * (n + 1) // 2
                for part in chunks(members, 8 * h * h, DIRECT_CHUNK_BYTES):
                    operator = congruence(self._flat[part])
                    if self._noise is not None:
                        operator += self._noise.operator(part)
                    parts = [(W[:, part], adjoint) for W, adjoint in equations]
                    found, stable[part] = direct(operator, parts)
                    for X, Y in zip(solutions, found, strict=True):
                        X[:, part] = Y
            else:
                for part in chunks(members, 320 * n * n, LARGE_CHUNK_BYTES):
                    A = self._flat[part]
                    S = np.zeros((len(A), 0, n, n))
                    if self._noise is not None:
                        S = self._noise.directions(part)
                    for X, (W, adjoint) in zip(solutions, equations, strict=True):
                        X[:, part], stable[part] = solve_large(A, S, W[:, part], adjoint, method)
            self._stable = stable
            return [symmetric_part(X) for X in solutions]

    def _aligned(self, W: Array) -> tuple[Array, Callable[[Array], Array]]:
        """W as (extra, members, n, n), and what brings a result back to W's broadcast shape."""
        n = self.A_K.shape[-1]
        shape = np.broadcast_shapes(W.shape[:-2], self._batch)
        front = len(shape) - len(self._batch)
        # where the batch has length one and W more, W's axis is an extra one
        stretched = [front + i for i, size in enumerate(self._batch) if size < shape[front + i]]
        moved = list(range(front)) + stretched
        W = np.moveaxis(np.broadcast_to(W, shape + (n, n)), moved, range(len(moved)))
        shape = W.shape

        def restore(X: Array) -> Array:
            return np.moveaxis(X.reshape(shape), range(len(moved)), moved)

        return W.reshape((-1, len(self._flat), n, n)), restore


def closed_loop(problem: LQR, K: Array) -> ClosedLoop:
    """The closed loop of u = -K x; K (..., m, n) broadcasts against the problem's batch.

    The noise moments are computed once per problem and kept with it.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        A_K = np.asarray(problem.A - problem.B @ K)
    if not problem.has_noise:
        return ClosedLoop(A_K, None)
    batch = A_K.shape[:-2]
    gains = np.broadcast_to(K, batch + K.shape[-2:]).reshape((-1,) + K.shape[-2:])
    index = None
    if batch != problem.batch_shape and problem.batch_shape:
        numbers = np.arange(int(np.prod(problem.batch_shape))).reshape(problem.batch_shape)
        index = np.broadcast_to(numbers, batch).reshape(-1)
    return ClosedLoop(A_K, GainNoise(ProblemNoise.of(problem), gains, index))
