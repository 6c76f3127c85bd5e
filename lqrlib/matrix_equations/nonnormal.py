"""One closed loop whose powers grow before they decay: better coordinates and a sharp verdict.

Squaring A loses a digit for each factor of ten by which the powers grow, and with noise a linear
solve does. Where balancing does not mend that, the real Schur form does: the powers of a
triangular matrix keep their zeros, so small entries are not lost against large ones.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import scipy  # loads scipy.linalg when it is first used

from lqrlib.matrices import Flags, inner, symmetric_part, trace, transpose
from lqrlib.matrix_equations.direct import MOST_DIRECT_STATES
from lqrlib.matrix_equations.doubling import MOST_SQUARINGS
from lqrlib.matrix_equations.noise import Directions
from lqrlib.validation import Array

if TYPE_CHECKING:
    from lqrlib.matrix_equations.closed_loops import ClosedLoop

EPS = np.finfo(float).eps
# The computed Schur form is that of a matrix closer than this, in units of eps ||A||.
BACKWARD = 10
# Powers of two by which a triangular loop is scaled, and what its error weighs against its size.
MOST_SHRUNK, AGAINST_ERROR = 30, 1e3
MOST_ARCS = 4096


@dataclass(frozen=True)
class Frame:
    """A closed loop x+ = A x with noise directions S in coordinates y = inverse x.

    V, inverse, A : arrays (n, n); S : array (terms, n, n), such that A is inverse @ (loop) @ V but
    for an error of norm `error`; schur : the unscaled triangular matrix where there is one, which
    is `exact` where rows and columns were only permuted.
    """

    V: Array
    inverse: Array
    A: Array
    S: Array
    error: float = 0.0
    schur: Array | None = None
    exact: bool = False

    def size(self) -> float:
        """Root of the sum of squares of A and S."""
        return float(np.hypot(np.linalg.norm(self.A), np.linalg.norm(self.S)))

    def change(self, X: Array, Y: Array) -> float:
        """How much the error of A and S may change tr(Y F(X)), for X and Y (n, n)."""
        terms = np.concatenate([self.A[None], self.S])
        return 2 * self.error * float(np.linalg.norm(Y @ terms @ X))

    def stretched(self, factors: Array) -> Frame:
        """The frame with coordinates divided by factors (n,)."""
        ratio = factors / factors[:, None]
        error = self.error and self.error * float(np.linalg.norm(ratio))
        V, inverse = self.V * factors, self.inverse / factors[:, None]
        return replace(self, V=V, inverse=inverse, A=self.A * ratio, S=self.S * ratio, error=error)

    def balanced(self) -> Frame:
        """The frame balanced by powers of two: bad scaling is not nonnormality."""
        entries = np.abs(self.A) + np.abs(self.S).sum(axis=0)
        return self.stretched(scipy.linalg.lapack.dgebal(entries, scale=1, permute=0)[3])

    def triangular(self) -> Frame:
        """The frame in which A is a real Schur form."""
        T, Z = scipy.linalg.schur(self.A)
        exact = np.count_nonzero(Z) == len(Z) and not np.diagonal(T, -1).any()
        error = 0.0 if exact else BACKWARD * EPS * self.size()
        return Frame(self.V @ Z, Z.T @ self.inverse, T, Z.T @ self.S @ Z, error, T, exact)

    def shrunk(self, slack: float) -> Frame:
        """The triangular frame scaled by powers of two, which rounds nothing, to be near normal.

        That shrinks what stands above the diagonal, and enlarges what noise and rounding put below.
        The least scaling is taken that comes within a factor of `slack` of the best.
        """
        n = len(self.A)
        scales, offsets = np.arange(float(min(MOST_SHRUNK, 1000 // n))), np.arange(1.0 - n, n)
        # each diagonal, from the lowest to the highest, grows by one factor
        growth = np.exp2(-scales[:, None] * offsets)
        squares = self.A**2 + (self.S**2).sum(axis=0)
        diagonals = np.sqrt([np.trace(squares, int(offset)) for offset in offsets])
        errors = self.error * np.sqrt(n - np.abs(offsets))
        sizes = np.linalg.norm([growth * diagonals, growth * errors], axis=-1)
        heights = sizes[0] + AGAINST_ERROR * sizes[1]
        scale = scales[int(np.argmax(heights <= slack * heights.min()))]
        return self.stretched(np.exp2(-scale * np.arange(float(n))))

    def weight(self, W: Array, adjoint: bool) -> Array:
        """The right-hand side W (..., n, n) of a Lyapunov equation in these coordinates."""
        return self.V.T @ W @ self.V if adjoint else self.inverse @ W @ self.inverse.T

    def solution(self, X: Array, adjoint: bool) -> Array:
        """The solution X (..., n, n) found in these coordinates in those of x."""
        return self.inverse.T @ X @ self.inverse if adjoint else self.V @ X @ self.V.T

    def verdict(self) -> tuple[bool, bool]:
        """Whether rho(A) < 1, and whether that is decided; of a triangular frame."""
        assert self.schur is not None
        T = self.schur
        stable = bool(np.abs(np.linalg.eigvals(T)).max() < 1)
        # no matrix as close as the one that T belongs to has an eigenvalue on the unit circle
        least = BACKWARD * EPS * float(np.linalg.norm(T))
        return stable, self.exact or _far_from_circle(T, least) or _circle_is_clear(T, least)


def _far_from_circle(T: Array, least: float) -> bool:
    """A cheap sufficient condition for `_circle_is_clear`, by ||(|I - |T||)^(-1)||."""
    if np.diagonal(T, -1).any():
        T = scipy.linalg.rsf2csf(T, np.eye(len(T)))[0]
    bound = np.diag(np.abs(1 - np.abs(np.diagonal(T)))) - np.abs(np.triu(T, 1))
    if not np.diagonal(bound).all():
        return False
    inverse = scipy.linalg.solve_triangular(bound, np.eye(len(T)))
    return bool(np.linalg.norm(inverse) * least < 1)


def _circle_is_clear(T: Array, least: float) -> bool:
    """Whether zI - T has no singular value below `least` for any z on the unit circle.

    The resolvent is a polynomial in z of degree n - 1 over the product of z - lambda_i, so it
    grows by a factor of at most (1 + 1/n)^n < 4 within 1/n of the distance to the eigenvalues.
    """
    n, values = len(T), np.linalg.eigvals(T)
    half = np.pi / (4 * n)
    angles = np.arange(half, np.pi, 2 * half)  # T is real: half the circle will do
    while 0 < angles.size <= MOST_ARCS:
        z = np.exp(1j * angles)[:, None]
        singular = np.linalg.svd(z[..., None] * np.eye(n) - T, compute_uv=False)
        if singular[:, -1].min() <= 4 * least:
            return False
        angles = angles[half > np.abs(z - values).min(axis=-1) / n]
        half /= 2
        angles = np.concatenate([angles - half, angles + half])
    return not angles.size


def surely_unstable(F: Array) -> Flags:
    """Whether each F (N, n, n) has rho(F) > 1 beyond doubt; False proves nothing.

    |tr F^(2^k)| > n shows it, and next to the unit circle the eigenvalues do (Bauer and Fike).
    """
    n, power = F.shape[-1], F
    unstable, error = np.zeros(len(F), dtype=bool), np.zeros(len(F))
    for _ in range(MOST_SQUARINGS):
        size = n * np.abs(power).max(axis=(-2, -1))  # a bound of the norm that does not overflow
        unstable |= np.abs(trace(power)) - n * (error + EPS * size) > n
        going = ~unstable & np.isfinite(size)
        if not going.any():
            break
        power = np.where(going[:, None, None], power, 0.0)
        power, error = power @ power, (2 * size + error) * error + n * EPS * size**2
    size = np.abs(F).sum(axis=(-2, -1))
    left = np.flatnonzero(~unstable & np.isfinite(size) & (size > 1))
    values, vectors = np.linalg.eig(F[left])
    error = BACKWARD * EPS * np.linalg.cond(vectors) * size[left]
    unstable[left] = np.abs(values).max(axis=-1) - 1 > error
    return unstable


def rounding_effect(P: Array, Sigma: Array, S: Array) -> Array:
    """eps <|P| + sum_i |S_i'| |P| |S_i|, |Sigma|> for S (..., terms, n, n)."""
    P, Sigma, S = np.abs(P), np.abs(Sigma), np.abs(S)
    image = (transpose(S) @ P[..., None, :, :] @ S).sum(axis=-3)
    return EPS * inner(P + image, Sigma)


def balanced(loop: ClosedLoop, member: int) -> Frame:
    """One member of the loop in coordinates in which bad scaling is mended."""
    A, identity = loop._flat[member], np.eye(loop._flat.shape[-1])
    return Frame(identity, identity, A, loop._terms(np.array([member]))[0, 1:]).balanced()


def triangular(frame: Frame) -> Frame:
    """The frame in Schur form, and with noise scaled to be near normal."""
    frame = frame.triangular()
    if not len(frame.S):
        return frame
    # powers stop at a norm, so beyond the direct solve small entries must not be made smaller
    return frame.shrunk(1.0 if len(frame.A) <= MOST_DIRECT_STATES else 1.1)


def look_again(
    loop: ClosedLoop, member: int, equations: list[tuple[Array, bool]]
) -> tuple[list[Array], bool, bool]:
    """Solve for one member in coordinates that suit it; is it stable, and is that decided?"""
    frame, noisy = balanced(loop, member), loop.noise is not None
    identity = np.eye(len(frame.A))[None, None]
    for in_schur_form in (False, True):
        if in_schur_form:
            if not np.isfinite(frame.size()):
                break
            frame = triangular(frame)
        noise = Directions(frame.S[None]) if noisy else None
        alone = type(loop)(frame.A[None], noise, loop._method)
        parts = [(frame.weight(W, adjoint), adjoint) for W, adjoint in equations]
        parts += [(identity, False), (identity, True)] if noisy else []
        found, solved, trusted, growth = alone._plainly(parts)
        if noisy:
            # rho = 1 where tr T(I) is infinite: not if rounding changes it by less than itself
            *found, [[X]], [[Y]] = found
            change = 10 * len(X) * rounding_effect(Y, X, alone._terms(slice(None))[0])
            trusted[0] = change + frame.change(X, Y) < np.abs(np.trace(X))
        if not in_schur_form:
            stable, decided = solved[0], alone._fine(solved, trusted, growth)[0]
        elif noisy:
            # A has to be stable as well, and that beyond the error of its Schur form
            stable, decided = solved[0], trusted[0] and frame.verdict()[1]
        else:
            stable, decided = frame.verdict()
            decided &= bool(solved[0]) or not stable
        if decided:
            loop._frames[member] = frame
            pairs = zip(found, equations, strict=True)
            found = [symmetric_part(frame.solution(X, adjoint)) for X, (_, adjoint) in pairs]
            return found, bool(stable), True
    return [np.full(W.shape, np.nan) for W, _ in equations], False, False
