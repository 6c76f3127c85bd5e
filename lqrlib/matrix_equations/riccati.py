"""The generalised Riccati equation of a stack of problems.

P = Q + A'PA + sum alpha_i A_i'PA_i - A'PB (R + B'PB + sum beta_j B_j'PB_j)^(-1) B'PA
(S2 section 2.1). The solution sought is the one whose gain stabilizes in mean square; a small
residual does not single it out, stability of the gain does, and that is certified.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import scipy  # loads scipy.linalg when it is first used
from numpy.typing import NDArray

from lqrlib.errors import NotStabilizableError
from lqrlib.matrices import Flags, frobenius_norm, inner
from lqrlib.matrix_equations.closed_loops import ClosedLoop, closed_loop
from lqrlib.matrix_equations.elimination import solve_definite
from lqrlib.matrix_equations.iteration import policy_iteration, value_iteration, value_step
from lqrlib.matrix_equations.riccati_doubling import double_one, structured_doubling
from lqrlib.matrix_equations.stabilization import greedy_gain, stabilizing_gain
from lqrlib.problem import LQR, require_problem, stage_weight
from lqrlib.validation import Array, Noise, choice

METHODS = ("doubling", "policy_iteration", "value_iteration")
# Relative change of P in Newton's step up to which the step is in its quadratic regime.
SMALL_STEP, TINY = 1e-6, np.finfo(float).tiny
# Largest power of two in Q, R and B that is left as it is.
MOST_EXPONENT = 128


@dataclass(frozen=True, eq=False)
class Solution:
    """The stabilizing solution of the generalised Riccati equation; unpacks to K, P, poles, cost.

    Attributes
    ----------
    problem : LQR
    K : array (..., m, n)
        The optimal gain of u = -K x: certified mean-square stabilizing, or improved from a gain
        that is. Read-only.
    P : array (..., n, n)
        Value matrix of the optimal gain. Read-only.
    iterations : int array (...)
        Policy improvements or value-iteration sweeps each member took.
    """

    problem: LQR
    K: Array
    P: Array
    iterations: NDArray[np.int64]

    def __post_init__(self) -> None:
        self.K.setflags(write=False)
        self.P.setflags(write=False)

    def __reduce__(self) -> tuple[Any, ...]:
        """What copies and pickles are made of; they are read-only too."""
        return type(self), (self.problem, self.K, self.P, self.iterations)

    def __iter__(self) -> Iterator[NDArray[Any]]:
        return iter((self.K, self.P, self.poles, self.cost))

    @cached_property
    @np.errstate(all="ignore")
    def poles(self) -> NDArray[np.complex128]:
        """Eigenvalues of A - BK, (..., n): the poles of the mean closed loop."""
        poles = np.linalg.eigvals(self.problem.A - self.problem.B @ self.K)
        return poles.astype(np.complex128)

    @cached_property
    def cost(self) -> Array:
        """The least cost tr(P Sigma0), (...)."""
        return inner(self.P, self.problem.Sigma0)

    @cached_property
    @np.errstate(all="ignore")
    def residual(self) -> Array:
        """Residual relative to ||P|| max(1, ||A||^2), (...); small does not mean accurate."""
        gap = frobenius_norm(value_step(self.problem, self.P) - self.P)
        scale = frobenius_norm(self.P) * np.maximum(1.0, frobenius_norm(self.problem.A) ** 2)
        return gap / np.where(scale == 0, 1.0, scale)


@np.errstate(all="ignore")  # what overflows on the way is judged by what comes out
def solve_riccati(problem: LQR, method: str | None = None) -> Solution:
    """The stabilizing `Solution` of the generalised Riccati equation (S2 section 2.1).

    Parameters
    ----------
    problem : LQR
        One problem or a stack (...).
    method : {"doubling", "policy_iteration", "value_iteration"}, optional
        By default structured doubling and a Newton step without noise, policy iteration from a
        certified stabilizing gain with noise. Doubling takes no noise. Value iteration needs
        about 40 / margin sweeps.

    Raises
    ------
    NotStabilizableError
        If a member has no mean-square stabilizing gain, or no optimal one because Q does not
        weigh a mode on the unit circle; names the members. Beyond what float64 resolves, where
        P has a condition number above 1e13, a stabilizable member may be named too.
    RuntimeError
        If value iteration has not converged after 100,000 sweeps.
    """
    require_problem(problem)
    if method is not None and choice("method", method, METHODS) == "doubling" and problem.has_noise:
        raise ValueError("method: doubling takes no noise; use policy_iteration")
    shape = problem.batch_shape
    if not shape and method in (None, "doubling") and not problem.has_noise:
        if (single := _single(problem)) is not None:
            return single
    flat = problem if len(shape) == 1 else problem.reshape(-1)
    flat, weights, inputs = _rescaled(flat)
    count, n, m = len(flat), flat.states, flat.inputs
    P, K = np.empty((count, n, n)), np.empty((count, m, n))
    steps = np.zeros(count, dtype=np.int64)
    open_ = np.ones(count, dtype=bool)

    if method == "value_iteration":
        P, steps = value_iteration(flat, flat.Q)
        K, solved = _certified(flat, P)
        open_ = ~solved
    elif method != "policy_iteration" and not flat.has_noise:
        start, done = structured_doubling(flat.A, flat.B, flat.Q, flat.R)
        start[~done] = 0.0
        gain = greedy_gain(flat, start)
        loop = closed_loop(flat, gain)
        P = loop.solve_adjoint(stage_weight(flat, gain))
        small = frobenius_norm(P - start) <= SMALL_STEP * frobenius_norm(P)
        open_ = ~(done & loop.stable & small)
        P[open_] = 0.0
        K = greedy_gain(flat, P)
        steps[:] = 1

    left = np.flatnonzero(open_)
    if left.size:
        part = flat if open_.all() else flat[left]
        gain, stable = stabilizing_gain(part, _first_guess(part))
        bad = np.zeros(count, dtype=bool)
        bad[left] = ~stable
        if bad.any():
            raise NotStabilizableError("no gain is mean-square stabilizing", bad.reshape(shape))
        if method == "value_iteration":
            # from above: value iteration then descends to the stabilizing solution
            above = closed_loop(part, gain).solve_adjoint(stage_weight(part, gain))
            P[left], steps[left] = value_iteration(part, above)
            K[left], converged = _certified(part, P[left])
        else:
            P[left], K[left], steps[left], converged = policy_iteration(part, gain)
        if not converged.all():
            bad[left] = ~converged
            raise NotStabilizableError(
                "no optimal gain: Q does not weigh a mode on the unit circle", bad.reshape(shape)
            )
    P = np.ldexp(P, weights).reshape(shape + (n, n))
    K = np.ldexp(K, -inputs).reshape(shape + (m, n))
    return Solution(problem, K, P, steps.reshape(shape))


def _single(problem: LQR) -> Solution | None:
    """`solve_riccati` for one problem without noise; None where anything is out of the ordinary."""
    start = double_one(problem.A, problem.B, problem.Q, problem.R)
    if start is None:
        return None
    K = greedy_gain(problem, start)
    P = closed_loop(problem, K).solve_adjoint(stage_weight(problem, K))
    step = P - start
    most = SMALL_STEP**2 * np.vdot(P, P)
    if not max(np.vdot(step, step), TINY) <= most < np.inf:  # nan where the loop is not stable
        return None
    return Solution(problem, greedy_gain(problem, P), P, np.ones((), dtype=np.int64))


def _rescaled(problem: LQR) -> tuple[LQR, NDArray[np.int32], NDArray[np.int32]]:
    """A flat stack with extreme Q, R or B brought to sizes whose squares float64 holds.

    Powers of two, so nothing is rounded: P is to be multiplied by 2^weights, K by 2^-inputs, both
    (N, 1, 1). Where no size is extreme, nothing changes.
    """
    Q, R, B = (
        np.frexp(np.abs(X).max(axis=(-2, -1), keepdims=True))[1]
        for X in (problem.Q, problem.R, problem.B)
    )
    ordinary = (np.abs([Q, R, B]) <= MOST_EXPONENT).all(axis=0)
    R = R - 2 * B
    Q = np.where((problem.Q == 0).all(axis=(-2, -1), keepdims=True), R, Q)
    weights = np.where(ordinary, 0, (Q + R) // 2)
    inputs = np.where(ordinary, 0, B)
    if not ordinary.all():
        variances, directions = problem.input_noise
        arrays = {
            "A": problem.A,
            "B": np.ldexp(problem.B, -inputs),
            "Q": np.ldexp(problem.Q, -weights),
            "R": np.ldexp(problem.R, -2 * inputs - weights),
            "Sigma0": problem.Sigma0,
        }
        steering = Noise(variances, np.ldexp(directions, -inputs[:, None]))
        problem = problem._from_arrays(
            arrays, {"state_noise": problem.state_noise, "input_noise": steering}
        )
    return problem, weights, inputs


def _certified(problem: LQR, P: Array) -> tuple[Array, Flags]:
    """The gain greedy for P and whether it is certified stabilizing; flat stack."""
    finite = np.asarray(np.isfinite(P).all(axis=(-2, -1)))
    K = greedy_gain(problem, np.where(finite[:, None, None], P, 0.0))
    return K, finite & closed_loop(problem, K).stable


def _first_guess(problem: LQR) -> Array:
    """The gain that is optimal without noise and with unit weights, where there is one."""
    identity = np.eye(problem.states)
    unit = np.broadcast_to(identity, problem.Q.shape)
    P, done = structured_doubling(problem.A, problem.B, unit, problem.R)
    K = greedy_gain(problem, np.where(done[:, None, None], P, 0.0))
    K = np.where(np.isfinite(K), K, 0.0)
    mean_stable = ClosedLoop(problem.A - problem.B @ K, None).stable
    for i in np.flatnonzero(~mean_stable):
        # rarely: a condition number of P near 1 / eps is out of doubling's reach, not of QZ's
        A, B, R = problem.A[i], problem.B[i], problem.R[i]
        for weight in (problem.Q[i], identity):
            try:
                X = scipy.linalg.solve_discrete_are(A, B, weight, R)
            except (np.linalg.LinAlgError, ValueError):  # scipy's ordqz says ValueError
                continue
            gain = solve_definite(R + B.T @ X @ B, B.T @ X @ A)
            if ClosedLoop(A - B @ gain, None).stable:
                K[i] = gain
                break
    return K
