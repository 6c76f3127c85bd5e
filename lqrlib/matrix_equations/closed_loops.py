"""The closed loop as an operator on second moments: F_K, its adjoint and their resolvents.

F_K(X) = A_K X A_K' + sum_i S_i X S_i' and F_K*(X) = A_K' X A_K + sum_i S_i' X S_i, where the S_i
are the noise directions scaled by their standard deviations. The gain is mean-square stabilizing
when rho(F_K) < 1; then T_K = (I - F_K)^(-1) takes symmetric matrices to symmetric matrices.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lqrlib.matrices import Flags, aligned, symmetric_part, transpose
from lqrlib.matrix_equations import nonnormal
from lqrlib.matrix_equations.direct import MOST_DIRECT_STATES, direct
from lqrlib.matrix_equations.doubling import MOST_GROWTH, chunks, doubling
from lqrlib.matrix_equations.large.solver import solve_large
from lqrlib.matrix_equations.noise import Directions, GainNoise, NoiseTerms, ProblemNoise
from lqrlib.matrix_equations.radius import CERTIFIED, spectral_radius
from lqrlib.matrix_equations.symmetric import congruence
from lqrlib.problem import LQR
from lqrlib.validation import Array, choice

METHODS = ("doubling", "direct", "low_rank", "krylov")
DIRECT_CHUNK_BYTES = 250_000
LARGE_CHUNK_BYTES = 16_000_000
# Distance to one up to which the eigenvalues of a large loop leave the verdict to the solve.
NEAR = 1e-6
BELOW_ONE, TINY = np.nextafter(1.0, 0.0), np.finfo(float).tiny


def _peaks(A: Array) -> Array:
    """Largest squared norm of A, A^2, A^4, ... of each member (N,)."""
    return doubling(A, [(np.zeros((0,) + A.shape), True)])[2]


class ClosedLoop:
    """F_K, F_K* and their resolvents T_K, T_K* for a stack of closed loops.

    Attributes
    ----------
    A_K : array (..., n, n), A - B K
    stable : bool array (...)
        Mean-square stability, certified by the solve itself and not by a residual: the powers of
        A_K tend to zero without noise, the solution for W = I is positive definite with noise.
        Sharp to a margin 1 - rho(F_K) of about 1e-13 where the powers of A_K hardly grow; where
        they grow, the margin it takes grows with them (`nonnormal`).
    decided : bool array (...)
        Whether float64 decides; where it does not, `stable` is False.
    """

    def __init__(self, A_K: Array, noise: NoiseTerms | None, method: str | None = None) -> None:
        if method is not None:
            choice("method", method, METHODS)
        if method == "doubling" and noise is not None:
            raise ValueError("method: doubling takes no noise terms; use direct or krylov")
        self.A_K = A_K
        self._batch = A_K.shape[:-2]
        self._flat = A_K.reshape((-1,) + A_K.shape[-2:])
        self.noise = noise
        self._method = method
        self._stable: Flags | None = None
        self._frames: dict[int, nonnormal.Frame] = {}

    def _terms(self, part: slice | NDArray[np.intp]) -> Array:
        """A_K and the scaled noise directions, (C, 1 + terms, n, n)."""
        A = self._flat[part, None]
        if self.noise is None:
            return A
        return np.concatenate([A, self.noise.directions(part)], axis=1)

    def _apply(self, X: Array, adjoint: bool) -> Array:
        stack, restore = aligned(X, self.A_K)
        A = self._flat
        if self.noise is None:
            return restore(transpose(A) @ stack @ A if adjoint else A @ stack @ transpose(A))
        S = self._terms(slice(None))
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
        """F_K*(X), as `apply`."""
        return self._apply(X, adjoint=True)

    def operator(self, part: slice) -> Array:
        """Matrix (C, h, h) of F_K for a slice of the flat stack, in `symmetric` coordinates."""
        matrix = congruence(self._flat[part])
        if self.noise is not None:
            matrix += self.noise.operator(part)
        return matrix

    @np.errstate(all="ignore")
    def radius(self) -> Array:
        """Mean-square radius rho(F_K), (...), dimensionless; rho(A_K)^2 without noise.

        Below one where the loop is stable, one or more where it is not, nan where float64 does not
        decide and none is certified. With noise and up to 20 states it is certified to 1e-9 on both
        sides; where nonnormality forbids that, on its side of one, by eigenvalues in Schur form.
        """
        radius, everyone = spectral_radius(self._flat, self.noise), np.arange(len(self._flat))
        large = self._flat.shape[-1] > MOST_DIRECT_STATES
        if large and self.noise is not None:
            # a verdict on an unstable loop is dear there, and seldom needed
            normal = _peaks(self._flat) <= MOST_GROWTH
            known = normal & (np.abs(radius - 1) > NEAR)
            if (known | (radius > 1) & self._surely_unstable(everyone)).all():
                return radius.reshape(self._batch)
        stable, decided = self.stable.reshape(-1), self.decided.reshape(-1)
        certain = np.zeros(len(radius), dtype=bool)
        if self.noise is not None:
            certain = normal if large else self._certified(everyone, radius, CERTIFIED)
            for member in everyone[decided & np.isfinite(radius) & ~certain]:
                frame = nonnormal.triangular(nonnormal.balanced(self, member))
                better = spectral_radius(frame.A[None], Directions(frame.S[None]))
                radius[member] = better[0]
        radius = np.where(stable, np.minimum(radius, BELOW_ONE), np.maximum(radius, 1.0))
        return np.where(decided | certain, radius, np.nan).reshape(self._batch)

    def _certified(self, members: NDArray[np.intp], radius: Array, width: float) -> Flags:
        """Whether F_K is stable divided by radius (1 + width), and unstable by (1 - width)."""
        radius = np.maximum(radius, TINY)
        inside, _ = self._scaled(members, radius * (1 + width))
        return inside & self._scaled(members, radius * (1 - width))[1]

    def _scaled(self, members: NDArray[np.intp], scale: Array) -> tuple[Flags, Flags]:
        """Whether F_K / scale is certainly stable, and whether certainly unstable; (N,) each."""
        assert self.noise is not None
        root = np.sqrt(scale)[:, None, None]
        noise = Directions(self.noise.directions(members) / root[:, None])
        loop = ClosedLoop(self._flat[members] / root, noise, self._method)
        return loop.stable, loop.decided & ~loop.stable

    def _verdict(self) -> None:
        if self._stable is None:
            n = self.A_K.shape[-1]
            self._solve_flat((np.zeros((0, len(self._flat), n, n)), True))

    @property
    def stable(self) -> Flags:
        self._verdict()
        assert self._stable is not None
        return self._stable.reshape(self._batch)[()]

    @property
    def decided(self) -> Flags:
        self._verdict()
        return self._decided.reshape(self._batch)[()]

    def solve(self, W: Array) -> Array:
        """T_K(W): the X with X = F_K(X) + W, for symmetric W (..., n, n), definite or not.

        Extra axes go in front of the batch. nan for members that are not stable.
        """
        return self._solve(W, adjoint=False)

    def solve_adjoint(self, W: Array) -> Array:
        """T_K*(W): the X with X = F_K*(X) + W, as `solve`."""
        return self._solve(W, adjoint=True)

    def solve_both(self, W: Array, V: Array) -> tuple[Array, Array]:
        """T_K(W) and T_K*(V), for the price of little more than one of them where n is small."""
        forward, restore = aligned(W, self.A_K)
        backward, restore_adjoint = aligned(V, self.A_K)
        X, Y = self._at_once((forward, False), (backward, True))
        return restore(X), restore_adjoint(Y)

    def rounding(self, P: Array, Sigma: Array) -> Array:
        """What rounding in the solves for P and Sigma may change tr(P Sigma0), (...), first order.

        Each step rounds X and F*(X), entry by entry, and a change D of the right-hand side of P
        changes the trace by tr(D Sigma). Members that took other coordinates are judged in those.
        """
        P, Sigma = P.reshape(self._flat.shape), Sigma.reshape(self._flat.shape)
        effect = np.empty(len(P))
        for part in chunks(len(P), 64 * P[0].size, LARGE_CHUNK_BYTES):
            effect[part] = nonnormal.rounding_effect(P[part], Sigma[part], self._terms(part))
        for member, frame in self._frames.items():
            Y, Z = frame.weight(P[member], True), frame.weight(Sigma[member], False)
            S = np.concatenate([frame.A[None], frame.S])
            effect[member] = nonnormal.rounding_effect(Y, Z, S) + frame.change(Z, Y)
        return effect.reshape(self._batch)

    def _solve(self, W: Array, adjoint: bool) -> Array:
        stack, restore = aligned(W, self.A_K)
        return restore(self._at_once((stack, adjoint))[0])

    def _at_once(self, *equations: tuple[Array, bool]) -> list[Array]:
        """`_solve_flat`, sooner for one member whose powers hardly grow."""
        if len(self._flat) == 1 and self.noise is None and self._method in (None, "doubling"):
            solutions, stable, growth = doubling(self._flat, equations)
            if stable[0] and growth[0] <= MOST_GROWTH:
                self._stable = self._decided = stable
                return solutions
        return self._solve_flat(*equations)

    def _solve_flat(self, *equations: tuple[Array, bool]) -> list[Array]:
        """Solve for each (W, adjoint), W (extra, members, n, n), and certify the members."""
        # unstable members may overflow; they end as nan
        with np.errstate(all="ignore"):
            solutions, stable, decided, growth = self._plainly(equations)
            doubtful = np.flatnonzero(~self._fine(stable, decided, growth))
            if doubtful.size:
                # powers that came to an end do not prove instability, whatever was lost
                open_ = doubtful[~decided[doubtful]]
                if self.noise is None:
                    open_ = open_[~stable[open_]]
                lost = open_[self._surely_unstable(open_)]
                stable[lost], decided[lost] = False, True
                for member in np.setdiff1d(doubtful, lost):
                    part = [(W[:, member, None], adjoint) for W, adjoint in equations]
                    found, verdict, certain = nonnormal.look_again(self, member, part)
                    if certain and (verdict == stable[member] or not decided[member]):
                        stable[member], decided[member] = verdict, True
                        for X, Y in zip(solutions, found, strict=True):
                            X[:, member] = Y[:, 0]
                    elif not decided[member]:
                        stable[member] = False
            if self._stable is None:
                self._stable, self._decided = stable, decided
            if not self._stable.all():
                for X in solutions:
                    X[:, ~self._stable] = np.nan
            return solutions

    def _plainly(
        self, equations: Sequence[tuple[Array, bool]]
    ) -> tuple[list[Array], Flags, Flags, Array]:
        """Solutions, members that are stable, those where that is certain, and norms of T(I).

        By doubling, the largest squared norm of a power of A takes the place of T(I).
        """
        n, members, method = self._flat.shape[-1], len(self._flat), self._method
        if self.noise is None and method in (None, "doubling"):
            solutions, stable, growth = doubling(self._flat, equations)
            return solutions, stable, stable & (growth <= MOST_GROWTH), growth
        stable, trusted = np.zeros((2, members), dtype=bool)
        growth = np.empty(members)
        solutions = [np.empty(W.shape) for W, _ in equations]
        if method == "direct" or (method is None and n <= MOST_DIRECT_STATES):
            h = n * (n + 1) // 2
            for part in chunks(members, 8 * h * h, DIRECT_CHUNK_BYTES):
                parts = [(W[:, part], adjoint) for W, adjoint in equations]
                solved = direct(self.operator(part), parts)
                found, stable[part], trusted[part], growth[part] = solved
                for X, Y in zip(solutions, found, strict=True):
                    X[:, part] = Y
        else:
            for part in chunks(members, 320 * n * n, LARGE_CHUNK_BYTES):
                A = self._flat[part]
                S = np.zeros((len(A), 0, n, n))
                if self.noise is not None:
                    S = self.noise.directions(part)
                for X, (W, adjoint) in zip(solutions, equations, strict=True):
                    X[:, part], stable[part], trusted[part], growth[part] = solve_large(
                        A, S, W[:, part], adjoint, method
                    )
        return [symmetric_part(X) for X in solutions], stable, trusted, growth

    def _fine(self, stable: Flags, trusted: Flags, growth: Array) -> Flags:
        """The members for which the verdict is certain and the powers of A do not grow much."""
        # T(I) bounds the squared powers, but is large near the boundary, too
        fine, grown = trusted.copy(), np.flatnonzero(trusted & stable & (growth > MOST_GROWTH))
        if grown.size:
            fine[grown] = _peaks(self._flat[grown]) <= MOST_GROWTH
        return fine

    def _surely_unstable(self, members: NDArray[np.intp]) -> Flags:
        """Whether the loop is not finite, or A_K or a noise direction alone proves instability."""
        terms = self._terms(members)
        bad = ~np.isfinite(terms).all(axis=(-2, -1))
        bad |= nonnormal.surely_unstable(terms.reshape((-1,) + terms.shape[-2:])).reshape(bad.shape)
        return np.asarray(bad.any(axis=-1))


@np.errstate(over="ignore", invalid="ignore")
def closed_loop(problem: LQR, K: Array) -> ClosedLoop:
    """The closed loop of u = -K x; K (..., m, n) broadcasts against the problem's batch.

    The noise moments are computed once per problem and kept with it.
    """
    A_K = np.asarray(problem.A - problem.B @ K)
    if not problem.has_noise:
        return ClosedLoop(A_K, None)
    batch = A_K.shape[:-2]
    gains = np.broadcast_to(K, batch + K.shape[-2:]).reshape((-1,) + K.shape[-2:])
    index = None
    if batch != problem.batch_shape and problem.batch_shape:
        index = np.broadcast_to(problem._members(), batch).reshape(-1)
    return ClosedLoop(A_K, GainNoise(ProblemNoise.of(problem), gains, index))
