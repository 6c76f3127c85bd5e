r"""The cost of the first steps: what roll-outs of finite length average to.

.. math:: C_\ell(K) = \mathbb E \sum_{t<\ell} x_t^\top (Q + K^\top R K) x_t
          = \operatorname{tr} V_\ell \Sigma_0, \qquad
          V_{s+1} = Q + K^\top R K + F_K^*(V_s), \quad V_0 = 0 .

It is a polynomial in K, finite for every gain (up to overflow, which gives ``inf``). At a
stabilizing gain the part cut off is
:math:`C(K) - C_\ell(K) = \operatorname{tr} P_K F_K^\ell(\Sigma_0)`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from . import objective
from .matrices import Flags, inner, transpose
from .matrix_equations import closed_loop
from .matrix_equations.direct import MOST_DIRECT_STATES
from .matrix_equations.doubling import NEGLIGIBLE, chunks, squared_norms
from .matrix_equations.noise import Directions
from .matrix_equations.nonnormal import Frame
from .matrix_equations.symmetric import congruence, coordinates, from_coordinates
from .problem import LQR, stage_weight
from .validation import Array, finite_array, require_broadcast, whole_number

EPS = np.finfo(float).eps
# Steps without a new least change of at most this size after which a recursion has settled.
PATIENCE, SETTLED = 50, 1e-13
# Relative error that a power's lost digits may bring into a sum before it is worked out again.
DOUBTFUL = 1e-8
# Members in doubt are sooner step by step together up to so many steps for each, and at the most.
FEW_STEPS, MOST_STEPS = 60, 3000


def initial_moment(problem: LQR, x0: ArrayLike | None) -> Array:
    """Second moment of the initial state: Sigma0, or that of one fixed state (..., n)."""
    if x0 is None:
        return problem.Sigma0
    state = finite_array("x0", x0, 1)
    if state.shape[-1] != problem.states:
        raise ValueError(f"x0: expected shape (..., {problem.states}), got {state.shape}")
    require_broadcast("x0", state.shape[:-1], problem.batch_shape)
    with np.errstate(over="ignore", under="ignore"):
        return state[..., :, None] * state[..., None, :]


@np.errstate(all="ignore")  # to infinity or to zero, as numbers go
def value_matrix(problem: LQR, K: Array, horizon: int) -> Array:
    """V_horizon, (..., n, n): by doubling, for few steps or many states with noise step by step."""
    if problem.has_noise:
        return _noisy_value_matrix(problem, K, horizon)
    A_K = np.asarray(problem.A - problem.B @ K)
    F = A_K.reshape(-1, *A_K.shape[-2:])
    W = np.broadcast_to(stage_weight(problem, K), A_K.shape).reshape(F.shape)
    value, doubt = np.empty(F.shape), np.empty(len(F), dtype=bool)
    for part in chunks(len(F), 8 * problem.states**2):
        value[part], doubt[part] = _doubled(F[part], W[part], horizon, 2)
    again = np.flatnonzero(doubt)
    if horizon < min(FEW_STEPS * len(again), MOST_STEPS):
        # as they are written: no power that could lose digits is formed
        F, W = F[again], W[again]
        value[again] = W
        for _ in range(horizon - 1):
            value[again] = W + transpose(F) @ (value[again] @ F)
    else:
        for i in again:
            value[i] = _alone(F[i], F[:0], W[i], horizon)
    return value.reshape(A_K.shape)


def _noisy_value_matrix(problem: LQR, K: Array, horizon: int) -> Array:
    """V_horizon with noise: the operator's matrix doubled, or its steps until they repeat."""
    weight, loop, n = stage_weight(problem, K), closed_loop(problem, K), problem.states
    if n > MOST_DIRECT_STATES or horizon <= n * (n + 1) // 2:
        value = weight = np.broadcast_to(weight, loop.A_K.shape)
        least, since = np.full(weight.shape[:-2], np.inf), np.zeros(weight.shape[:-2])
        for _ in range(horizon - 1):
            last, value = value, weight + loop.apply_adjoint(value)
            change = np.abs(value - last).max(axis=(-2, -1)) / np.abs(value).max(axis=(-2, -1))
            since = np.where(change < least, 0, since + 1)
            least = np.fmin(change, least)
            # rounding keeps the last digit moving: small changes that shrink no more are the end
            if not ((change > EPS) & ((since < PATIENCE) | (change > SETTLED))).any():
                break  # settled, or overflowed
        return value
    assert loop.noise is not None
    F = loop.A_K.reshape(-1, n, n)
    W = np.broadcast_to(weight, loop.A_K.shape).reshape(F.shape)
    found, bytes_each = np.empty(F.shape), 2 * (n * (n + 1)) ** 2
    for part in chunks(len(F), bytes_each):
        found[part], doubt = _by_matrix(loop.operator(part), W[part], horizon)
        for i in np.flatnonzero(doubt) + part.start:
            found[i] = _alone(F[i], loop.noise.directions(slice(i, i + 1))[0], W[i], horizon)
    return found.reshape(loop.A_K.shape)


def _by_matrix(operator: Array, W: Array, horizon: int) -> tuple[Array, Flags]:
    """The sum for W (N, n, n) by powers of the operator's matrix, and which are in doubt."""
    found, doubt = _doubled(operator, coordinates(W)[:, None], horizon, 1)
    return from_coordinates(found[:, 0], W.shape[-1]), doubt


def _alone(F: Array, S: Array, W: Array, horizon: int) -> Array:
    """The sum (n, n) of one loop in coordinates that make its powers normal (`nonnormal`)."""
    eye = np.eye(len(F))
    frame = Frame(eye, eye, F, S).balanced().triangular().shrunk(1.0)
    A, W = frame.A[None], frame.weight(W, True)[None]
    if len(S):
        operator = congruence(A) + Directions(frame.S[None]).operator(slice(None))
        found, _ = _by_matrix(operator, W, horizon)
    else:
        found, _ = _doubled(A, W, horizon, 2)
    return frame.solution(found[0], True)


def _doubled(power: Array, value: Array, horizon: int, factors: int) -> tuple[Array, Flags]:
    """Sum over t < horizon of pull^t(W), W (N, k, n): the rows times F, and from the left F'.

    V_2k = V_k + pull^k(V_k), and V_(k+s) = V_k + pull^k(V_s) joins those that the bits of the
    horizon name. Once the power is below rounding, V_k is the sum of any number of terms. In doubt
    are members whose power lost digits that matter: a square may be far smaller than what is
    squared. `factors` is 1 for rows that meet no F' from the left, else 2.
    """
    stages, size, lost = [], squared_norms(power), np.full(len(value), EPS)
    doubt, rows = np.zeros(len(value), dtype=bool), value.shape[1]
    both = np.concatenate([value, power], axis=1)
    for bit in range(horizon.bit_length()):
        if bit:
            before = value
            both = both @ power  # one product is sooner than two: the rows, and the square
            value = both[:, :rows]
            np.add(before, transpose(power) @ value if factors == 2 else value, out=value)
            error = lost * size ** (factors / 2)  # times the share of the sum that is pulled
            if not (error <= DOUBTFUL).all():
                doubt |= error * np.sqrt(squared_norms(before) / squared_norms(value)) > DOUBTFUL
            last, power = size, both[:, rows:]
            size = squared_norms(power)
            if size.max() <= NEGLIGIBLE ** (2 / factors):
                return value, doubt
            lost = np.where(size < np.inf, 2 * lost * (last / np.sqrt(size)), lost)
        if horizon >> bit & 1:
            stages.append((power, value))
    *earlier, (_, total) = stages
    for power, value in reversed(earlier):
        total = total @ power
        total = value + (transpose(power) @ total if factors == 2 else total)
    return total, doubt


@np.errstate(under="ignore", over="ignore")
def finite_horizon_cost(
    problem: LQR, K: ArrayLike, horizon: int, x0: ArrayLike | None = None
) -> Array:
    """C_horizon(K), (...): expected cost of the first `horizon` steps, finite for every gain.

    Parameters
    ----------
    problem : LQR
    K : array (..., m, n)
    horizon : int
        Number of steps, at least 1.
    x0 : array (..., n), optional
        A fixed initial state; by default the initial state has second moment Sigma0.

    Examples
    --------
    >>> import lqrlib
    >>> problem = lqrlib.systems.scalar(a=2.0, b=1.0, q=1.0, r=1.0)
    >>> print(finite_horizon_cost(problem, [[0.0]], 4))  # 1 + 4 + 16 + 64
    85.0
    """
    gain, steps = objective.gain_array(problem, K), whole_number("horizon", horizon)
    moment = initial_moment(problem, x0)
    require_broadcast("x0", moment.shape[:-2], gain.shape[:-2], "those of K,")
    costs = inner(value_matrix(problem, gain, steps), moment)
    return np.where(np.isnan(costs), np.inf, costs)  # nan: it overflowed on the way
