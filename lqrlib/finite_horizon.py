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
from .matrices import inner, transpose
from .matrix_equations import closed_loop
from .matrix_equations.doubling import NEGLIGIBLE, chunks, squared_norms
from .problem import LQR, input_weight, stage_weight
from .validation import Array, finite_array, whole_number


def initial_moment(problem: LQR, x0: ArrayLike | None) -> Array:
    """Second moment of the initial state: Sigma0, or that of one fixed state (..., n)."""
    if x0 is None:
        return problem.Sigma0
    state = finite_array("x0", x0, 1)
    if state.shape[-1] != problem.states:
        raise ValueError(f"x0: expected shape (..., {problem.states}), got {state.shape}")
    return state[..., :, None] * state[..., None, :]


@np.errstate(over="ignore", invalid="ignore")
def value_matrix(problem: LQR, K: Array, horizon: int) -> Array:
    """V_horizon, (..., n, n): by doubling without noise, else step by step."""
    if problem.has_noise:
        weight = stage_weight(problem, K)
        loop = closed_loop(problem, K)
        value = weight
        for _ in range(horizon - 1):
            value = weight + loop.apply_adjoint(value)
        return value
    batch = np.broadcast_shapes(problem.batch_shape, K.shape[:-2])
    flat = (-1, problem.states, problem.states)
    value = np.empty((*batch, *flat[1:]))
    samples = K.ndim - 2 > len(problem.batch_shape)
    members = int(np.prod(batch[1:] if samples else batch))
    # samples in front of the problem's axes are taken a few at a time, to stay in the cache
    for some in chunks(len(K), 8 * problem.states**2 * members) if samples else (...,):
        gain = K[some]
        F = np.asarray(problem.A - problem.B @ gain)
        W = np.broadcast_to(stage_weight(problem, gain), F.shape).reshape(flat)
        found, F = np.empty(W.shape), F.reshape(flat)
        for part in chunks(len(W), 8 * problem.states**2):
            found[part] = _doubled(F[part], W[part], horizon)
        value[some] = found.reshape(value[some].shape)
    return value


def _doubled(power: Array, value: Array, horizon: int) -> Array:
    """Sum over t < horizon of (F^t)' W F^t for flat stacks F and W.

    V_2k = V_k + (F^k)' V_k F^k, and V_(k+s) = V_k + (F^k)' V_s F^k joins those that the bits of
    the horizon name. Once F^k is below rounding, V_k is the sum of any number of terms.
    """
    stages = []
    for bit in range(horizon.bit_length()):
        if bit:
            value = value + transpose(power) @ (value @ power)
            power = power @ power
            if squared_norms(power).max() <= NEGLIGIBLE:
                return value
        if horizon >> bit & 1:
            stages.append((power, value))
    *earlier, (_, total) = stages
    for power, value in reversed(earlier):
        total = value + transpose(power) @ (total @ power)
    return total


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
    costs = inner(value_matrix(problem, gain, steps), moment)
    return np.where(np.isnan(costs), np.inf, costs)  # nan: it overflowed on the way


def finite_horizon_gradient(problem: LQR, K: ArrayLike, horizon: int) -> Array:
    r"""Gradient of C_horizon at K, (..., m, n), for every gain.

    .. math:: \nabla C_\ell(K) = 2 \sum_{t<\ell} \Bigl[\bigl(R + B^\top V B
              + \sum_j \beta_j B_j^\top V B_j\bigr) K - B^\top V A\Bigr] F_K^t(\Sigma_0),
              \qquad V = V_{\ell-1-t} .
    """
    gain, steps = objective.gain_array(problem, K), whole_number("horizon", horizon)
    loop, weight = closed_loop(problem, gain), stage_weight(problem, gain)
    moments = [np.broadcast_to(problem.Sigma0, loop.A_K.shape)]
    for _ in range(steps - 1):
        moments.append(loop.apply(moments[-1]))
    B = transpose(problem.B)
    value = np.zeros(loop.A_K.shape)
    total = np.zeros(loop.A_K.shape[:-2] + gain.shape[-2:])
    for moment in reversed(moments):
        total += 2 * (input_weight(problem, value) @ gain - B @ value @ problem.A) @ moment
        value = weight + loop.apply_adjoint(value)
    return total
