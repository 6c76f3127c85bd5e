"""The cost of the first steps, which roll-outs of finite length estimate: gradient and optimum."""

from __future__ import annotations

import numpy as np
import scipy  # loads scipy.optimize when it is first used
from numpy.typing import ArrayLike

from lqrlib.finite_horizon import finite_horizon_cost
from lqrlib.matrices import frobenius_norm, transpose
from lqrlib.matrix_equations import closed_loop
from lqrlib.objective import at_gain, gain_array, optimal_gain
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


def cut_off_curves(problem: LQR, K: ArrayLike, horizons: Array) -> list[tuple[Array, Array]]:
    """Shares (1, X) that horizons (X,) cut off cost and gradient of one problem, as two curves."""
    at = at_gain(problem, K)
    costs = np.array([finite_horizon_cost(problem, K, steps) for steps in horizons])
    slopes = np.array([finite_horizon_gradient(problem, K, steps) for steps in horizons])
    errors = frobenius_norm(slopes - at.gradient) / frobenius_norm(at.gradient)
    cut = np.maximum((at.cost - costs) / at.cost, 1e-16)
    return [(horizons, cut[None]), (horizons, errors[None])]


def shortsighted_gain(problem: LQR, horizon: int) -> Array:
    """Gain (m, n) that minimises the cost of so many steps, near the optimal one; of one problem.

    Descent on roll-outs of that length tends to it, with ever more samples. It need not stabilize.
    """
    best = optimal_gain(problem)

    def cost_and_slope(entries: Array) -> tuple[float, Array]:
        K = entries.reshape(best.shape)
        slope = finite_horizon_gradient(problem, K, horizon)
        return float(finite_horizon_cost(problem, K, horizon)), slope.ravel()

    _, scale = cost_and_slope(np.zeros(best.size))
    tolerance = {"gtol": 1e-9 * np.linalg.norm(scale)}
    found = scipy.optimize.minimize(
        cost_and_slope, best.ravel(), jac=True, method="BFGS", options=tolerance
    )
    return found.x.reshape(best.shape)
