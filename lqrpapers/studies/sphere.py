r"""What estimates from random directions do to leading order in their radius.

Notation: a function f near K, :math:`d = mn` entries, gradient g, Hessian H (as a d x d matrix),
Laplacian :math:`\Delta f = \operatorname{tr} H`; directions U = r W with W uniform on the unit
sphere. Everything follows from the moments of the sphere,

.. math:: \mathbb E\,W_iW_j = \frac{\delta_{ij}}{d}, \qquad
          \mathbb E\,W_iW_jW_kW_l = \frac{\delta_{ij}\delta_{kl} + \delta_{ik}\delta_{jl}
          + \delta_{il}\delta_{jk}}{d(d+2)} .

"Variance" is the total one of one sample, :math:`\mathbb E\|Z - \mathbb E Z\|_F^2`; S samples
divide it by S.
"""

from __future__ import annotations

from itertools import combinations, product
from math import comb

import numpy as np
from numpy.typing import ArrayLike

from lqrlib.validation import Array, finite_array, matrix, positive_array, whole_number

from .taylor import Expansion


def _radii(radius: ArrayLike, *, positive: bool = True) -> Array:
    if positive:
        return positive_array("radius", radius)
    radii = finite_array("radius", radius, 0)
    if (radii < 0).any():
        raise ValueError(f"radius: expected no negative number, got {radii.min():.3g}")
    return radii


def gradient_bias(at: Expansion, radius: ArrayLike) -> Array:
    r"""Mean of the gradient estimates minus the gradient, (..., d), up to O(r^4).

    .. math:: \frac{r^2}{2(d+2)}\,\nabla\Delta f

    One point, one point with a baseline and two points share it.
    """
    r = _radii(radius, positive=False)[..., None]
    return r**2 / (2 * (at.dimension + 2)) * at.laplacian_gradient


def gradient_variance(at: Expansion, radius: ArrayLike, kind: str = "two points") -> Array:
    r"""Variance of one sample of a gradient estimate, (...), up to O(r^4).

    With :math:`v = (d-1)\|g\|^2 + r^2\,\frac{d-1}{d+2}\langle g, \nabla\Delta f\rangle`:

    ====================  ======================================================================
    two points            v
    baseline              :math:`v + \frac{d\,r^2}{4(d+2)}\bigl((\operatorname{tr}H)^2
                          + 2\|H\|_F^2\bigr)`, one point with the baseline f(K)
    one point             that plus :math:`\frac{d^2}{r^2}f\bigl(f + \frac{r^2}{d}\Delta f
                          + \frac{r^4}{4d(d+2)}\Delta^2f\bigr)`
    ====================  ======================================================================
    """
    if kind not in ("one point", "baseline", "two points"):
        raise ValueError(f"kind: expected one point, baseline or two points, got {kind!r}")
    d, square = at.dimension, _radii(radius, positive=kind == "one point") ** 2
    variance = (d - 1) * at.square + square * (d - 1) / (d + 2) * at.slope
    if kind != "two points":
        variance = variance + d * square / (4 * (d + 2)) * at.second_moment
    if kind == "one point":
        fourth = square**2 / (4 * d * (d + 2)) * at.bilaplacian
        offset = at.value + square / d * at.laplacian + fourth
        variance = variance + d**2 / square * at.value * offset
    return variance


def printed_hessian_mean(at: Expansion, radius: ArrayLike) -> Array:
    r"""Mean of the Hessian estimate printed in S1 (E5), (..., m, m), up to O(r^4).

    .. math:: -\frac{m}{2n}\Delta f\,I + \frac{m^2r^2}{2d(d+2)}\Bigl(n\,\Delta f\,I
              + 2\operatorname{tr}_n H - \tfrac14\Delta^2f\,I\Bigr)

    with the partial trace over states, :math:`(\operatorname{tr}_nH)_{ab} = \sum_jH_{(a,j),(b,j)}`:
    the only place where more of the Hessian than its trace enters.
    """
    (m, n), d = at.shape, at.dimension
    square = _radii(radius, positive=False)[..., None, None] ** 2
    blocks = at.hessian.reshape((*at.hessian.shape[:-2], m, n, m, n))
    partial = np.einsum("...ajbj->...ab", blocks)
    trace, double = at.laplacian[..., None, None], at.bilaplacian[..., None, None]
    identity = np.eye(m)
    inner = n * trace * identity + 2 * partial - double / 4 * identity
    return -m / (2 * n) * trace * identity + m**2 * square / (2 * d * (d + 2)) * inner


def printed_hessian_deviation(at: Expansion, radius: ArrayLike) -> Array:
    r"""Standard deviation of one sample of each diagonal entry of it, (...), to leading order.

    .. math:: \frac{m^2}{r}\,\frac{\|g\|_F}{\sqrt{mn}}
    """
    return at.shape[0] ** 2 / _radii(radius) * np.sqrt(at.square / at.dimension)


def stein_bias(at: Expansion, radius: ArrayLike) -> Array:
    r"""Mean of the sphere form of the Stein estimate minus the Hessian, (..., d, d), up to O(r^4).

    .. math:: \frac{r^2}{2(d+4)}\Bigl(\nabla^2\Delta f - \frac{\Delta^2f}{d}I\Bigr)
              + \frac{r^2}{4(d+2)}\,\frac{\Delta^2f}{d}\,I
    """
    d, square = at.dimension, _radii(radius, positive=False)[..., None, None] ** 2
    mean = at.bilaplacian[..., None, None] / d * np.eye(d)
    return square / (2 * (d + 4)) * (at.laplacian_hessian - mean) + square / (4 * (d + 2)) * mean


def stein_variance(at: Expansion, kind: str = "sphere", radius: ArrayLike = np.nan) -> Array:
    r"""Variance of one sample of a consistent Hessian estimate, (...), to leading order.

    With :math:`s = (\operatorname{tr}H)^2 + 2\|H\|_F^2` and :math:`\sigma = r/\sqrt d`:

    ===============  ===========================================================================
    sphere           :math:`\frac{d^2(d+3)}{4(d+2)}\,s - \|H\|_F^2`
    gaussian         :math:`\frac{d^2+9d+16}{4}\,s - \|H\|_F^2`
    one-sided        :math:`(d+1)(d+4)\,\|g\|^2/\sigma^2`: Gaussian, f(K+U) - f(K) only
    ===============  ===========================================================================
    """
    d, size = at.dimension, np.sum(at.hessian**2, axis=(-2, -1))
    if kind == "sphere":
        return d**2 * (d + 3) / (4 * (d + 2)) * at.second_moment - size
    if kind == "gaussian":
        return (d**2 + 9 * d + 16) / 4 * at.second_moment - size
    if kind == "one-sided":
        return (d + 1) * (d + 4) * at.square * d / _radii(radius) ** 2
    raise ValueError(f"kind: expected sphere, gaussian or one-sided, got {kind!r}")


def product_variance(at: Expansion, X: ArrayLike, kind: str = "sphere") -> Array:
    r"""Variance of one sample of an estimate of the Hessian applied to X (..., m, n), (...).

    To leading order, with x = vec X and :math:`s = (\operatorname{tr}H)^2 + 2\|H\|_F^2`:

    ===============  ===========================================================================
    sphere           the Stein estimate times x, two queries: :math:`\frac{d^2}{4(d+4)}
                     \bigl(s\|x\|^2 + 4\operatorname{tr}H\,\langle x,Hx\rangle + 8\|Hx\|^2\bigr)
                     + \frac{d}{4(d+2)}\,s\|x\|^2 - \|Hx\|^2`
    difference       of two-point gradients with the same directions, four queries:
                     :math:`(d-1)\,\|Hx\|^2`
    ===============  ===========================================================================
    """
    d = at.dimension
    x = matrix("X", X, *at.shape)
    x = x.reshape((*x.shape[:-2], d))
    image = np.einsum("...ij,...j->...i", at.hessian, x)
    size = np.sum(image**2, axis=-1)
    if kind == "difference":
        return (d - 1) * size
    if kind != "sphere":
        raise ValueError(f"kind: expected sphere or difference, got {kind!r}")
    s = at.second_moment * np.sum(x**2, axis=-1)
    along = s + 4 * at.laplacian * np.sum(x * image, axis=-1) + 8 * size
    return d**2 / (4 * (d + 4)) * along + d / (4 * (d + 2)) * s - size


def sphere_cubature(dimension: int, degree: int = 5) -> tuple[Array, Array]:
    """Points (k, d) on the unit sphere and weights that integrate degree 5, or 7, exactly.

    The points are all with one, two (or three) entries that are not zero and equal but for signs,
    2 d^2 of them for degree 5; they come in antipodal pairs, so every odd power integrates to zero.
    Weights sum to one; some are negative in higher dimensions.
    """
    d = whole_number("dimension", dimension)
    if degree not in (5, 7):
        raise ValueError(f"degree: expected 5 or 7, got {degree!r}")
    counts = np.arange(1, min(degree // 2, d) + 1)
    points: list[Array] = []
    for count in range(1, len(counts) + 1):
        places = np.array(list(combinations(range(d), count)))
        for signs in product((1.0, -1.0), repeat=count):
            points.append(np.zeros((len(places), d)))
            np.put_along_axis(points[-1], places, np.array(signs) / np.sqrt(count), axis=1)
    # Sums of the entries' powers 2, 4 and 6: 1/count^k at a point, on the right their means.
    means = np.array([1, 3 / (d + 2), 15 / ((d + 2) * (d + 4))])[: len(counts)]
    shares = np.linalg.solve(1.0 / counts ** np.arange(len(counts))[:, None], means)
    sizes = [2**count * comb(d, count) for count in range(1, len(counts) + 1)]
    return np.concatenate(points), np.repeat(shares / sizes, sizes)
