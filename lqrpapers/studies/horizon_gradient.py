"""The gradient of the cost of the first steps, which roll-outs of finite length estimate."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lqrlib.matrices import transpose
from lqrlib.matrix_equations import closed_loop
from lqrlib.objective import gain_array
from lqrlib.problem import LQR, input_weight, stage_weight
from lqrlib.validation import Array, whole_number


def finite_horizon_gradient(problem: LQR, K: ArrayLike, horizon: int) -> Array:
    r"""Gradient of C_horizon at K, (..., m, n), for every gain.

    .. math:: \nabla C_\ell(K) = 2 \sum_{t<\ell} \Bigl[\bigl(R + B^\top V B
              + \sum_j \beta_j B_j^\top V B_j\bigr) K - B^\top V A\Bigr] F_K^t(\Sigma_0),
              \qquad V = V_{\ell-1-t} .
    """
    gain, steps = gain_array(problem, K), whole_number("horizon", horizon)
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
