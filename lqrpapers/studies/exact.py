"""One closed loop in exact rational numbers: a float is a fraction, and nothing is rounded."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import cached_property
from math import isqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lqrlib import LQR

Exact = NDArray[np.object_]  # of fractions
Terms = Iterable[tuple[Fraction, Exact]]  # variances and directions of noise


def fractions(X: Any) -> Exact:
    """The numbers of an array as the fractions they are."""
    return np.asarray(np.vectorize(Fraction, otypes=[object])(X))


def rounded(X: Any, bits: int = 60) -> Exact:
    """The nearest multiples of 2^-bits."""
    unit = 2**bits
    return np.asarray(np.vectorize(lambda x: Fraction(round(x * unit), unit), otypes=[object])(X))


def root_above(x: Fraction, bits: int = 60) -> Fraction:
    """A fraction that is no smaller than the square root of x >= 0; the root where that is one."""
    exact = Fraction(isqrt(x.numerator), isqrt(x.denominator))
    if exact * exact == x:
        return exact
    unit = 2**bits
    return Fraction(isqrt(int(x * unit * unit) + 1) + 1, unit)


def solved(M: Exact, columns: Exact) -> Exact:
    """M^-1 columns, by elimination; ZeroDivisionError where M is singular."""
    M, X = M.copy(), columns.copy()
    for k in range(len(M)):
        pivot = next((i for i in range(k, len(M)) if M[i, k]), k)
        M[[k, pivot]], X[[k, pivot]] = M[[pivot, k]], X[[pivot, k]]
        X[k], M[k] = X[k] / M[k, k], M[k] / M[k, k]
        for i in range(len(M)):
            if i != k and M[i, k]:
                X[i], M[i] = X[i] - M[i, k] * X[k], M[i] - M[i, k] * M[k]
    return X


def is_definite(X: Exact) -> bool:
    """Whether a symmetric matrix is positive definite: every pivot of elimination is positive."""
    X = X.copy()
    for k in range(len(X)):
        if not X[k, k] > 0:
            return False
        X[k + 1 :, k + 1 :] -= np.outer(X[k + 1 :, k], X[k, k + 1 :]) / X[k, k]
    return True


class ExactGain:
    """What `lqrlib.AtGain` has of one problem at one gain, in fractions."""

    def __init__(
        self,
        A: Any,
        B: Any,
        Q: Any,
        R: Any,
        K: Any,
        Sigma0: Any = None,
        state_noise: Terms = (),
        input_noise: Terms = (),
    ) -> None:
        self.A, self.B, self.Q, self.R, self.K = (
            np.atleast_2d(fractions(each)) for each in (A, B, Q, R, K)
        )
        self.eye = fractions(np.eye(len(self.A), dtype=int))
        self.Sigma0 = self.eye if Sigma0 is None else np.atleast_2d(fractions(Sigma0))
        self.state_noise, self.input_noise = list(state_noise), list(input_noise)
        self.A_K = self.A - self.B @ self.K
        self.weight = self.Q + self.K.T @ self.R @ self.K
        inputs = [(b, D @ self.K) for b, D in self.input_noise]
        self.terms = [(Fraction(1), self.A_K), *self.state_noise, *inputs]

    @classmethod
    def of(cls, problem: LQR, K: Any) -> ExactGain:
        """One problem, whose floats are taken for the fractions they are."""
        state, inputs = (
            [(Fraction(v), fractions(D)) for v, D in zip(*noise, strict=True)]
            for noise in (problem.state_noise, problem.input_noise)
        )
        data = problem.A, problem.B, problem.Q, problem.R, K, problem.Sigma0
        return cls(*data, state, inputs)

    def apply(self, X: Exact) -> Exact:
        """F_K(X)."""
        return np.asarray(sum(v * (M @ X @ M.T) for v, M in self.terms))

    def apply_adjoint(self, P: Exact) -> Exact:
        """F_K*(P)."""
        return np.asarray(sum(v * (M.T @ P @ M) for v, M in self.terms))

    @cached_property
    def _equation(self) -> Exact:
        """I - F_K on row-major vec."""
        square = np.asarray(sum(v * np.kron(M, M) for v, M in self.terms))
        return fractions(np.eye(len(square), dtype=int)) - square

    @cached_property
    def P(self) -> Exact:
        """The solution of P = Q + K'RK + F_K*(P)."""
        return solved(self._equation.T, self.weight.reshape(-1, 1)).reshape(self.A.shape)

    @cached_property
    def Sigma(self) -> Exact:
        """The solution of Sigma = Sigma0 + F_K(Sigma)."""
        return solved(self._equation, self.Sigma0.reshape(-1, 1)).reshape(self.A.shape)

    @property
    def stabilizes(self) -> bool:
        """Whether rho(F_K) < 1: exactly where P is definite, as Q + K'RK is."""
        return is_definite(self.P)

    @property
    def cost(self) -> Fraction:
        """tr P Sigma0."""
        return Fraction(np.trace(self.P @ self.Sigma0))

    @property
    def R_K(self) -> Exact:
        """R + B'PB + sum beta_j B_j'PB_j."""
        extra = sum((b * (D.T @ self.P @ D) for b, D in self.input_noise), 0 * self.R)
        return np.asarray(self.R + self.B.T @ self.P @ self.B + extra)

    @property
    def E(self) -> Exact:
        """R_K K - B'PA."""
        return np.asarray(self.R_K @ self.K - self.B.T @ self.P @ self.A)

    @property
    def gradient(self) -> Exact:
        """2 E Sigma."""
        return np.asarray(2 * self.E @ self.Sigma)
