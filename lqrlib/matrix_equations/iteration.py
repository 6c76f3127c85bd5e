"""Policy and value iteration for the generalised Riccati equation, on a flat stack."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lqrlib.matrices import Flags, frobenius_norm, symmetric_part
from lqrlib.matrix_equations.closed_loops import closed_loop
from lqrlib.matrix_equations.stabilization import greedy_gain
from lqrlib.problem import LQR, stage_weight
from lqrlib.validation import Array

MOST_POLICIES = 100
MOST_SWEEPS = 100_000
# Sweeps without a new least change after which value iteration has stagnated.
PATIENCE = 50
# Mean-square radius up to which a gain that cannot be improved counts as well inside.
INSIDE = 1 - 1e-6
# Relative change of P at which rounding, not convergence, sets the pace.
ROUNDING = 4 * np.finfo(float).eps


@np.errstate(all="ignore")
def value_step(problem: LQR, P: Array) -> Array:
    """The right-hand side of the generalised Riccati equation, symmetric.

    Written as Q + K'RK + F_K*(P) with the gain K greedy for P: a sum of semidefinite terms, where
    A'PA - A'PB (...)^(-1) B'PA cancels, and symmetrised, or the skew part would grow.
    """
    K = greedy_gain(problem, P)
    return symmetric_part(stage_weight(problem, K) + closed_loop(problem, K).apply_adjoint(P))


def policy_iteration(problem: LQR, K: Array) -> tuple[Array, Array, NDArray[np.int64], Flags]:
    """Kleinman and Hewer's iteration from certified stabilizing gains of a flat stack.

    Returns P, K, the steps and whether P converged before the gain reached the boundary.
    """
    count, n = len(K), problem.states
    K = K.copy()
    P = np.full((count, n, n), np.nan)
    steps = np.zeros(count, dtype=np.int64)
    converged = np.zeros(count, dtype=bool)
    members = np.arange(count)
    last = np.full(count, np.inf)
    part, gain = problem, K
    for _ in range(MOST_POLICIES):
        value = closed_loop(part, gain).solve_adjoint(stage_weight(part, gain))
        stable = np.isfinite(value).all(axis=(-2, -1))
        with np.errstate(invalid="ignore"):
            change = frobenius_norm(value - P[members])
            size = frobenius_norm(value)
            # P falls from step to step and converges quadratically, until rounding takes over
            rose = np.trace(value - P[members], axis1=-2, axis2=-1) >= 0
            slowed = (change <= 1e-6 * size) & (change >= 0.5 * last[members])
            ended = (change <= ROUNDING * size) | rose | slowed
        P[members[stable]], K[members[stable]] = value[stable], gain[stable]
        last[members] = np.where(np.isfinite(change), change, np.inf)
        steps[members[stable]] += 1
        converged[members] = stable & ended
        for i in members[~stable & (steps[members] > 0)]:
            # a gain well inside was the last that rounding lets us have; one at the boundary
            # was on its way to a limit that does not stabilize
            converged[i] = closed_loop(problem[[i]], K[[i]]).radius()[0] < INSIDE
        going = stable & ~ended
        if not going.all():
            members, value = members[going], value[going]
            if not members.size:
                break
            part = part[np.flatnonzero(going)]
        gain = greedy_gain(part, value)
    return P, K, steps, converged


def value_iteration(problem: LQR, P: Array) -> tuple[Array, NDArray[np.int64]]:
    """Sweeps from P until rounding stops the progress; flat stack.

    Members that grow without end, as the pair cannot be stabilized, are returned as they are then.
    """
    P = P.copy()
    steps = np.zeros(len(P), dtype=np.int64)
    members = np.arange(len(P))
    part = problem
    least = np.full(len(P), np.inf)
    since = np.zeros(len(P), dtype=np.int64)
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(MOST_SWEEPS):
            value = value_step(part, P[members])
            change, size = frobenius_norm(value - P[members]), frobenius_norm(value)
            P[members] = value
            steps[members] += 1
            since[members] = np.where(change < least[members], 0, since[members] + 1)
            least[members] = np.minimum(change, least[members])
            # the change shrinks by a constant factor until it is rounding, and then no more
            stagnant = (change <= 1e-10 * size) & (since[members] >= PATIENCE)
            going = (change > 0) & ~stagnant & (size < 1e100)
            if not going.all():
                members = members[going]
                if not members.size:
                    return P, steps
                part = problem[members]
    raise RuntimeError(
        f"value iteration: no convergence in {MOST_SWEEPS} sweeps, use policy_iteration"
    )
