r"""The solver of the code published with S2, which stops early (erratum E11): its numbers repeat.

With :math:`F_K = F_K^0 + N_K`, the first part without noise, a sweep solves a plain Lyapunov
equation with the noise of the last iterate on its right-hand side:

.. math:: P \leftarrow (I - F_K^{0*})^{-1}\bigl(Q + K^\top RK + N_K^*(P)\bigr), \qquad
          \Sigma \leftarrow (I - F_K^0)^{-1}\bigl(\Sigma_0 + N_K(\Sigma)\bigr) .

The code stops when neither moves by more than `TOLERANCE`, relative in the spectral norm, and calls
a gain unstable when `CAP` sweeps are not enough. Its sweep for Sigma keeps only the last term of
the input noise, which matters where there are several; S2's suspension has one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import LQR, objective
from lqrlib.matrices import inner
from lqrlib.matrix_equations import closed_loop
from lqrlib.problem import input_weight, stage_weight
from lqrlib.validation import Array

from .moments import second_moment_matrix

TOLERANCE, CAP = 1e-5, 1000


def _is_small(change: Array, whole: Array) -> bool:
    """Whether a change has settled, in the spectral norm; mostly Frobenius norms tell already."""
    if np.vdot(change, change) > 1.01 * len(change) * TOLERANCE**2 * np.vdot(whole, whole):
        return False
    return bool(np.linalg.norm(change, 2) < TOLERANCE * np.linalg.norm(whole, 2))


def last_input_noise(problem: LQR) -> LQR:
    """One problem with only the last term of its input noise."""
    variances, terms = problem.input_noise
    return problem.replace(input_noise=(variances[-1:], terms[-1:]))


def finite_horizon(problem: LQR, K: Array, steps: int = 10_000) -> tuple[Array, Array]:
    """P and Sigma of the code's variant that adds up a finite horizon, of one problem."""
    full, part = (closed_loop(each, K) for each in (problem, last_input_noise(problem)))
    P = value = Sigma = moment = problem.Q
    for _ in range(steps):
        value = full.apply_adjoint(value)
        noise = part.apply(moment) - part.A_K @ moment @ part.A_K.T
        moment = part.A_K @ value @ part.A_K.T + noise
        P, Sigma = P + value, Sigma + moment
        if max(np.abs(value).sum(), np.abs(moment).sum()) < 1e-15:
            break
    return P, Sigma


class PublishedSolver:
    """The gradient of one problem as that code finds it on its way from K0: a direction."""

    def __init__(self, problem: LQR, K0: Array, *, keep_last: bool = False) -> None:
        self.problem = problem
        self._swept = last_input_noise(problem) if keep_last else problem  # for Sigma
        self._last = self.solve(K0, P=problem.Q)[0], self.solve(K0, Sigma=problem.Sigma0)[1]

    def solve(
        self, K: Array, P: Array | None = None, Sigma: Array | None = None
    ) -> tuple[Array | None, Array | None, int]:
        """P and Sigma by sweeps from those given, and how many; None where it gives up."""
        if objective.is_stabilizing(self.problem, K):  # or the sweeps would never settle
            still = second_moment_matrix(self.problem.without_noise(), K)
            noise = second_moment_matrix(self.problem, K) - still
            spread = second_moment_matrix(self._swept, K) - still
            plain, shape = np.linalg.inv(np.eye(len(still)) - still), self.problem.A.shape
            weight, first = stage_weight(self.problem, K).ravel(), self.problem.Sigma0.ravel()
            for sweep in range(1, CAP + 2):
                settled = True
                if P is not None:
                    old, P = P, (plain.T @ (weight + noise.T @ P.ravel())).reshape(shape)
                    settled &= _is_small(P - old, old)
                if Sigma is not None:
                    old, Sigma = Sigma, (plain @ (first + spread @ Sigma.ravel())).reshape(shape)
                    settled &= _is_small(Sigma - old, Sigma)
                if settled:
                    return P, Sigma, sweep
        return None, None, CAP + 1

    def cost(self, K: Array) -> float:
        """Cost of a trial gain, swept from Q; ``inf`` where it gives up."""
        P = self.solve(K, P=self.problem.Q)[0]
        return np.inf if P is None else float(inner(P, self.problem.Sigma0))

    def __call__(self, K: Array) -> Array:
        """2 E_K Sigma_K, (m, n), swept from where the last gradient ended; nan if it gives up."""
        P, Sigma, _ = self.solve(K, *self._last)
        if P is None or Sigma is None:
            return np.full_like(K, np.nan)
        self._last = P, Sigma
        E = input_weight(self.problem, P) @ K - self.problem.B.T @ P @ self.problem.A
        return 2 * E @ Sigma

    def costs(self, gains: ArrayLike) -> tuple[Array, Array]:
        """Costs (T,) and sweeps (T,) along a run (T, m, n), swept from zero and then on."""
        P = Sigma = np.zeros_like(self.problem.A)
        costs, spent = [], []
        for K in np.asarray(gains):
            value, covariance, sweeps = self.solve(K, P, Sigma)
            if value is not None and covariance is not None:
                P, Sigma = value, covariance
            costs.append(np.inf if value is None else inner(value, self.problem.Sigma0))
            spent.append(sweeps)
        return np.array(costs), np.array(spent)
