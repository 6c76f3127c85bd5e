r"""How many roll-outs S2 Theorem 4.1 asks for, written out.

To lead gradient descent from K_0 to a gap of at most :math:`\Delta`, on the sub-level set of K_0:

.. math::
    \eta \le 1/L, \quad T = \frac{4}{\eta\lambda}\log\frac{C(K_0)-C^*}{\Delta}, \quad
    \varepsilon = \sqrt{\lambda\Delta/2}, \quad
    r = \min\Bigl\{h_\Delta, \max\Bigl(\frac{\varepsilon}{3 h_{grad}},
        \sqrt{\frac{2\varepsilon}{3 h_{hess}}}\Bigr)\Bigr\},

.. math::
    \ell = \frac{\bar P}{q}\log\frac{3 d \bar C}{r\varepsilon}, \quad
    N = \Bigl(\frac{72 z d^2\bar C^2}{r^2\varepsilon^2} + \frac{8 z d\bar C}{r\varepsilon}\Bigr)
        \log\frac{T}{\delta}, \qquad
    \bar P = C(K_0)/\mu + p(r), \quad \bar C = \bar P\operatorname{tr}\Sigma_0 ,

with d = mn, and z such that no roll-out costs more than :math:`z\bar C`. L and the h are those of
`lqrpapers.constants.sharp` over the sub-level set.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import LQR, objective, optimality_gap

from . import printed, sharp
from .magnitudes import sublevel


class SampleSizes(NamedTuple):
    """What the model-free theorem asks for; for one problem and one start.

    Attributes
    ----------
    step_size, iterations : float, int
        eta = 1/L and T.
    error : float
        Largest error of a gradient estimate, Frobenius norm.
    radius : float
        Exploration radius r, Frobenius norm.
    horizon : int
        Length of a roll-out, in steps.
    samples : int
        Roll-outs for one gradient estimate, one point each.
    cost_bound : float
        Bound on the expected cost of a roll-out; z times it bounds every roll-out.
    steps : float
        Simulated time steps in all: iterations x samples x horizon.
    """

    step_size: float
    iterations: int
    error: float
    radius: float
    horizon: int
    samples: int
    cost_bound: float

    @property
    def steps(self) -> float:
        return float(self.iterations) * float(self.samples) * float(self.horizon)


def sample_sizes(
    problem: LQR, K: ArrayLike, gap: float, *, failure: float = 0.1, spread: float = 1.0
) -> SampleSizes:
    """Sample sizes with which descent from K reaches the gap, except with probability `failure`.

    Parameters
    ----------
    problem : LQR
        One problem.
    K : array (m, n)
        A stabilizing start.
    gap : float
        The largest C - C* to end with; positive and below that of K.
    failure : float in (0, 0.5]
        Probability with which any of the estimates may be worse than its error.
    spread : float >= 1
        z: a roll-out costs at most z times the bound on its mean, with probability one.

    Raises
    ------
    NotStabilizingError
        If the start does not stabilize.
    ValueError
        If there is nothing to do (the gap of K is below `gap`) or an argument is out of range.
    """
    objective.require_stabilizing(problem, K)
    start = float(optimality_gap(problem, K))
    if not 0 < gap < start:
        raise ValueError(f"gap: expected a number in (0, {start:.6g}), the start's, got {gap!r}")
    if not 0 < failure <= 0.5:
        raise ValueError(f"failure: expected a number in (0, 0.5], got {failure!r}")
    if not spread >= 1:
        raise ValueError(f"spread: expected a number >= 1, got {spread!r}")
    level = sublevel(problem, objective.cost(problem, K))
    domination = float(printed.gradient_domination(problem, K))
    step = 1 / float(sharp.hessian_bound(level))
    iterations = int(np.ceil(4 / (step * domination) * np.log(start / gap)))
    error = float(np.sqrt(domination * gap / 2))
    radius = min(
        float(sharp.smoothness_radius(level)),
        max(
            error / (3 * float(sharp.gradient_smoothness(level))),
            float(np.sqrt(2 * error / (3 * float(sharp.hessian_smoothness(level))))),
        ),
    )
    dimension = problem.inputs * problem.states
    value = float(level.P + sharp.value_change(level, distance=radius))
    cost = value * float(level.trace)
    horizon = int(np.ceil(value / float(level.q) * np.log(3 * dimension * cost / (radius * error))))
    size = dimension * cost / (radius * error)
    samples = int(np.ceil(spread * (72 * size**2 + 8 * size) * np.log(iterations / failure)))
    return SampleSizes(step, iterations, error, radius, horizon, samples, cost)
