r"""How many samples S1's report asks for: TR Lemma 17 (gradient) and TR Lemma 18 (Hessian).

Both lemmas bound the error of an estimate by :math:`\varepsilon` except with probability
:math:`\delta`, once the radius r is small enough and the number of samples S large enough:

.. math:: r \le \min\Bigl\{h_\Delta, \frac1{h_{cost}}, \frac{\varepsilon}{2h}\Bigr\}, \qquad
          S \ge \frac{8k}{\varepsilon^2}\Bigl(\sigma_r^2 + \frac{B_r\varepsilon}{6\sqrt k}\Bigr)
          \log\frac{m+n}{\delta} .

===========  ============================================  =====================================
lemma        h, k, log                                     B_r; sigma_r^2 is the same with squares
===========  ============================================  =====================================
17           :math:`h_{grad}`, min(m, n), m + n            :math:`2mn\,h_{cost}J
                                                           + (\varepsilon/2 + h_G)`
18           :math:`h_{hess}`, m, 2m                       :math:`\frac{m^2(m+r^2)}{r}h_{cost}J
                                                           + (\varepsilon/2 + h_H)`
===========  ============================================  =====================================

Everything is taken at K. The lemmas take suprema over the sub-level set, which are larger.
"""

from __future__ import annotations

from types import ModuleType
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import LQR, objective
from lqrlib.validation import Array, positive_array, real_number

from . import corrected, printed, sharp
from .magnitudes import Magnitudes, magnitudes


class EstimateSize(NamedTuple):
    """What a lemma asks of an estimate, arrays (...).

    Attributes
    ----------
    radius : array (...)
        r, Frobenius norm of the directions.
    samples : array (...)
        S, a whole number, as a float: it may be very large.
    bound : array (...)
        B_r: no sample is further from the mean than this ("sharp": larger than this).
    deviation : array (...)
        sigma_r.
    bias : array (...)
        How far the mean of the estimate may be from what it estimates.
    """

    radius: Array
    samples: Array
    bound: Array
    deviation: Array
    bias: Array


def _probability(failure: float) -> None:
    if not 0 < real_number("failure", failure, positive=False) < 1:
        raise ValueError(f"failure: expected a number in (0, 1), got {failure!r}")


def matrix_bernstein_samples(
    error: ArrayLike,
    deviation: ArrayLike,
    bound: ArrayLike,
    failure: float,
    rows: int,
    columns: int,
) -> Array:
    r"""Samples of TR Lemma 16, (...): then the mean errs by at most `error`, Frobenius norm.

    .. math:: S \ge \frac{2k}{\varepsilon^2}\Bigl(\sigma^2 + \frac{B\varepsilon}{3\sqrt k}\Bigr)
              \log\frac{d_1+d_2}{\delta}, \qquad k = \min(d_1, d_2)
    """
    _probability(failure)
    error = positive_array("error", error)
    deviation, bound = (np.asarray(x, dtype=float) for x in (deviation, bound))
    small = min(rows, columns)
    inner = deviation**2 + bound * error / (3 * np.sqrt(small))
    return np.ceil(2 * small / error**2 * inner * np.log((rows + columns) / failure))


def vector_bernstein_samples(
    error: ArrayLike, deviation: ArrayLike, bound: ArrayLike, failure: float
) -> Array:
    r"""Samples after which a mean of vectors errs by at most `error`, (...); no dimension in it.

    With :math:`L = \log(1/\delta)`, :math:`\|Y\| \le b` and :math:`\mathbb E\|Y-\mathbb EY\|^2
    \le \sigma^2`, the mean of S copies errs by more than
    :math:`\sigma(1+\sqrt{2L})/\sqrt S + 4bL/(3S)` with probability at most :math:`\delta`
    (from the vector Bernstein inequality); solved for S.
    """
    _probability(failure)
    error = positive_array("error", error)
    deviation, bound = (np.asarray(x, dtype=float) for x in (deviation, bound))
    log = np.log(1 / failure)
    slow = deviation * (1 + np.sqrt(2 * log))
    root = (slow + np.sqrt(slow**2 + 16 / 3 * bound * log * error)) / (2 * error)
    return np.ceil(root**2)


def _arguments(
    problem: LQR, K: ArrayLike, error: ArrayLike, failure: float
) -> tuple[Magnitudes, Array, int, int]:
    objective.require_stabilizing(problem, K)
    _probability(failure)
    return magnitudes(problem, K), positive_array("error", error), problem.inputs, problem.states


def gradient_size(
    problem: LQR, K: ArrayLike, error: ArrayLike, *, failure: float = 0.1, form: str = "printed"
) -> EstimateSize:
    r"""Radius and samples for a two-point gradient estimate within `error` (Frobenius norm).

    Parameters
    ----------
    problem : LQR
    K : array (..., m, n)
    error : positive number or array (...)
        epsilon.
    failure : float in (0, 1)
        delta.
    form : "printed", "corrected" or "sharp"
        TR Lemma 17; the same with the repaired h_cost, h_G and h_grad; or, with
        :math:`g = 2(C/q)h_0` and :math:`M = h_{hess}` of `lqrpapers.constants.sharp`,

        .. math:: r &= \min\Bigl\{h_\Delta, \sqrt{\tfrac{(d+2)\varepsilon}{2dM}}\Bigr\} \\
                  \text{bias} &\le \tfrac{d\,M r^2}{2(d+2)} \le \tfrac\varepsilon4 \\
                  \sigma &= \sqrt d\,g + \tfrac16dMr^2 \\
                  b &= d\,g + \tfrac16dMr^2

        and the samples of `vector_bernstein_samples`.

    Raises
    ------
    NotStabilizingError
        If K does not stabilize.
    ValueError
        If an argument is out of range.
    """
    at, epsilon, m, n = _arguments(problem, K, error, failure)
    d = m * n
    if form == "sharp":
        slope, smooth = sharp.gradient_bound(at), sharp.hessian_smoothness(at)
        with np.errstate(divide="ignore"):
            limit = np.sqrt((d + 2) * epsilon / (2 * d * smooth))
        radius = np.minimum(sharp.smoothness_radius(at), limit)
        bias = d / (2 * (d + 2)) * smooth * radius**2
        rest = d * smooth * radius**2 / 6
        deviation, bound = np.sqrt(d) * slope + rest, d * slope + rest
        samples = vector_bernstein_samples(epsilon - bias, deviation, bound, failure)
        return EstimateSize(radius, samples, bound, deviation, bias)
    source = _source(form)
    radius = np.minimum(
        np.minimum(printed.smoothness_radius(at), 1 / source.cost_smoothness(at)),
        epsilon / (2 * source.gradient_smoothness(at)),
    )
    change = 2 * d * source.cost_smoothness(at) * at.cost
    centre = epsilon / 2 + source.gradient_bound(at)
    bound, deviation = change + centre, np.sqrt(change**2 + centre**2)
    samples = matrix_bernstein_samples(epsilon / 2, deviation, bound, failure, m, n)
    return EstimateSize(radius, samples, bound, deviation, epsilon / 2)


def hessian_size(
    problem: LQR, K: ArrayLike, error: ArrayLike, *, failure: float = 0.1, form: str = "printed"
) -> EstimateSize:
    r"""Radius and samples for a Hessian estimate within `error` (Frobenius norm).

    Parameters
    ----------
    problem, K, error, failure
        As for `gradient_size`.
    form : "printed" or "corrected"
        TR Lemma 18 for the estimate of S1 Algorithm 2, which does not converge to the Hessian
        (erratum E5); or the sizes of the sphere form of `estimators.stein_hessian`: with
        :math:`c = d\sqrt{d(d+3)}`, :math:`M = h_{hess}` and the bound H on the Hessian of
        `lqrpapers.constants.sharp`,

        .. math:: r &= \min\Bigl\{h_\Delta, \tfrac{3\varepsilon}{2cM}\Bigr\} \\
                  \text{bias} &\le \tfrac16cMr \le \tfrac\varepsilon4 \\
                  \sigma &= b = \tfrac c2\bigl(H + \tfrac13Mr\bigr)

        and the samples of `vector_bernstein_samples`.
    """
    at, epsilon, m, n = _arguments(problem, K, error, failure)
    d = m * n
    if form == "corrected":
        size, smooth = sharp.hessian_bound(at), sharp.hessian_smoothness(at)
        factor = d * np.sqrt(d * (d + 3))
        with np.errstate(divide="ignore"):
            limit = 3 * epsilon / (2 * factor * smooth)
        radius = np.minimum(sharp.smoothness_radius(at), limit)
        bias = factor * smooth * radius / 6
        bound = factor / 2 * (size + smooth * radius / 3)
        samples = vector_bernstein_samples(epsilon - bias, bound, bound, failure)
        return EstimateSize(radius, samples, bound, bound, bias)
    if form != "printed":
        raise ValueError(f"form: expected printed or corrected, got {form!r}")
    radius = np.minimum(
        np.minimum(printed.smoothness_radius(at), 1 / printed.cost_smoothness(at)),
        epsilon / (2 * printed_hessian_smoothness(problem, K)),
    )
    change = m**2 * (m + radius**2) / radius * printed.cost_smoothness(at) * at.cost
    centre = epsilon / 2 + printed.hessian_bound(at)
    bound, deviation = change + centre, np.sqrt(change**2 + centre**2)
    samples = matrix_bernstein_samples(epsilon / 2, deviation, bound, failure, m, m)
    return EstimateSize(radius, samples, bound, deviation, epsilon / 2)


def truncated_gradient_error(at: Magnitudes, horizon: ArrayLike) -> Array:
    r"""Bound on ||grad C - grad C_l||_F, what a horizon of l steps costs the gradient, (...).

    .. math:: \frac{2C}{q}\bigl(\nu h_0\gamma^\ell + \ell\gamma^{\ell-1} a\|P_K\|\bigr), \qquad
              \gamma = 1 - q/\|P_K\|
    """
    steps, factor = np.asarray(horizon), 1 - at.q / at.P
    first = at.nu * sharp.E_bound(at) * factor**steps
    second = steps * factor ** (steps - 1) * at.a * at.P
    return 2 * at.cost / at.q * (first + second)


def _source(form: str) -> ModuleType:
    if form not in ("printed", "corrected"):
        raise ValueError(f"form: expected printed, corrected or sharp, got {form!r}")
    return printed if form == "printed" else corrected


def printed_hessian_smoothness(problem: LQR, K: ArrayLike) -> Array:
    r"""h_hess as TR Lemma 15 prints it, (...).

    .. math:: h_{hess} &= 2(h_1 + 2h_2), \quad \tilde\mu = 1 + \mu/h_\Delta, \\
        h_1 &= h_3\|B\|^2\tfrac Jq + \tilde\mu h_4\|B\|\tfrac J\mu + h_4\operatorname{tr}R, \\
        h_2 &= \|B\|J\Bigl(\tfrac{h_6h_4\operatorname{tr}A_K}{\mu} + \|B\|h_6\tilde\mu\nu
               + \tfrac{\tilde\mu h_7}{q}\Bigr), \\
        h_3 &= 6(\tfrac Jq)^2\|K\|^2\|R\|\|B\|(\|A_K\|+1) + 6\tfrac Jq\|K\|\|R\|, \quad
        h_4 = 4(\tfrac Jq)^2\tfrac{\|B\|(\|A_K\|+1)}{\mu}, \\
        h_6 &= \sqrt{\tfrac1q\bigl(\|R\| + \tfrac{1+\|B\|^2}{\mu}J\bigr) - 1}, \quad
        h_7 = 4(\nu h_8 + 8\nu^2\|B\|(\|A_K\|+1)h_9), \\
        h_8 &= \|R\| + \|B\|^2\tfrac J\mu + (\|B\|\|A\| + \|B\|^2\|K\|)h_3, \quad
        h_9 = 2(\|R\|\|K\| + \|B\|\|A_K\|\tfrac J\mu)

    There is no h_5. The trace of A_K, which may be negative, is taken as printed.
    """
    at, gain = magnitudes(problem, K), objective.gain_array(problem, K)
    scale, value = at.cost / at.q, at.cost / at.mu
    closed = np.trace(problem.A - problem.B @ gain, axis1=-2, axis2=-1)
    weight = np.trace(problem.R, axis1=-2, axis2=-1)
    step = at.B * (at.A_K + 1)
    mu = 1 + at.mu / printed.smoothness_radius(at)
    h3 = 6 * scale**2 * at.K**2 * at.R * step + 6 * scale * at.K * at.R
    h4 = 4 * scale**2 * step / at.mu
    h6 = np.sqrt((at.R + (1 + at.B**2) * value) / at.q - 1)
    h8 = at.R + at.B**2 * value + (at.B * at.A + at.B**2 * at.K) * h3
    h9 = 2 * (at.R * at.K + at.B * at.A_K * value)
    h7 = 4 * (at.nu * h8 + 8 * at.nu**2 * step * h9)
    h1 = h3 * at.B**2 * scale + mu * h4 * at.B * value + h4 * weight
    h2 = at.B * at.cost * (h6 * h4 * closed / at.mu + at.B * h6 * mu * at.nu + mu * h7 / at.q)
    return 2 * (h1 + 2 * h2)
