"""A certified stabilizing gain, or the verdict that there is none.

The problem scaled by a discount g < 1 (F_K becomes g F_K) is stabilized by K as long as
g rho(F_K) < 1. From any K, each step moves g most of the way to 1 / rho(F_K) and improves K by
one step of policy iteration for the scaled problem, which keeps it stabilizing there. So g rises;
it passes 1 if the problem is stabilizable and otherwise settles at 1 / min rho(F_K), below 1.
"""

from __future__ import annotations

import numpy as np

from lqrlib.matrices import Flags, transpose
from lqrlib.matrix_equations.closed_loops import closed_loop
from lqrlib.matrix_equations.elimination import solve_definite
from lqrlib.matrix_equations.radius import spectral_radius
from lqrlib.problem import LQR, input_weight
from lqrlib.validation import Array

MOST_STEPS = 200
# Fraction of the way to the boundary of the discounted stabilizing set that one step takes.
BOLDNESS = 0.9
# The discount has settled when it can still grow by less than this, relative to itself.
SETTLED = 1e-11


def greedy_gain(problem: LQR, P: Array) -> Array:
    """R_K^(-1) B'PA, (..., m, n): policy improvement."""
    return solve_definite(input_weight(problem, P), transpose(problem.B) @ P @ problem.A)


def _discounted(problem: LQR, discount: Array) -> LQR:
    """The problem with F_K scaled by the discount, (N,), for every gain, and unit weights."""
    root = np.sqrt(discount)[:, None, None]
    state, inputs = problem.state_noise, problem.input_noise
    return problem.replace(
        A=root * problem.A,
        B=root * problem.B,
        Q=np.eye(problem.states),
        R=np.eye(problem.inputs),
        state_noise=(state.variances * discount[:, None], state.directions),
        input_noise=(inputs.variances * discount[:, None], inputs.directions),
    )


def stabilizing_gain(problem: LQR, K: Array) -> tuple[Array, Flags]:
    """Mean-square stabilizing gains of a flat stack, starting from any finite K (N, m, n).

    Returns the gains and whether each is certified. A False comes from a discount that settled
    below 1: within 1e-10 or so no gain stabilizes the member.
    """
    K = K.copy()
    stable = np.zeros(len(K), dtype=bool)
    members = np.arange(len(K))
    discount, usable = np.zeros(len(K)), np.ones(len(K), dtype=bool)
    part = problem
    for _ in range(MOST_STEPS):
        loop = closed_loop(part, K[members])
        stable[members] = loop.stable
        if loop.stable.all():
            break  # before the eigenvalues, which are dear where there are many states
        with np.errstate(divide="ignore"):
            # next to the boundary the verdict may be open; the eigenvalues still point the way
            boundary = 1 / spectral_radius(loop.A_K, loop.noise)
        distance = boundary - discount[members]
        going = ~loop.stable & usable & (distance > SETTLED * boundary)
        if not going.any():
            break
        if not going.all():
            members, distance, part = members[going], distance[going], part[np.flatnonzero(going)]
        discount[members] = np.minimum(1.0, discount[members] + BOLDNESS * distance)
        scaled = _discounted(part, discount[members])
        gain = K[members]
        P = closed_loop(scaled, gain).solve_adjoint(np.eye(part.states) + transpose(gain) @ gain)
        # where rounding beats the boundary a bolder discount does no better: the search ends there
        usable = np.asarray(np.isfinite(P).all(axis=(-2, -1)))
        improved = greedy_gain(scaled, np.where(usable[:, None, None], P, 0.0))
        K[members] = np.where(usable[:, None, None], improved, gain)
    return K, stable
