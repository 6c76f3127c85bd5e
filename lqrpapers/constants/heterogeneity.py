r"""How far two tasks differ at one gain: sharp bounds, noise included (mathematics as in `sharp`).

For tasks i and j at one gain K, :math:`T_i - T_j = T_i(F_i - F_j)T_j` needs no smallness. With
:math:`w = \varepsilon_1 + \varepsilon_2\|K\| \ge \|A_{K,i} - A_{K,j}\|` and the scaled noise
directions :math:`S_l = \sqrt{\alpha_l}A_l`, :math:`U_l = \sqrt{\beta_l}B_l`, paired in the order
they are given,

.. math:: \|F_i - F_j\| \le \delta := (\|A_{K,i}\| + \|A_{K,j}\|)\,w
          + \sum_l (\|S_{l,i}\|+\|S_{l,j}\|)\|S_{l,i}-S_{l,j}\|
          + \|K\|^2\sum_l (\|U_{l,i}\|+\|U_{l,j}\|)\|U_{l,i}-U_{l,j}\| .

How the two tasks' noise is paired matters; the size of one task's noise enters as :math:`s_B` of
`sharp`, which does not depend on how it is factored.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import LQR, objective
from lqrlib.matrices import frobenius_norm, spectral_norm
from lqrlib.tasks import distances
from lqrlib.validation import Array, Noise

from . import sharp
from .magnitudes import Magnitudes, magnitudes


class Differences(NamedTuple):
    """Bounds on how far two tasks are apart at one gain, each (...).

    Attributes
    ----------
    Sigma, P, E, gradient : array (...)
        Bounds on spectral norms of the differences.
    gradient_frobenius : array (...)
        Bound on the Frobenius norm of the difference of the gradients.
    """

    Sigma: Array
    P: Array
    E: Array
    gradient: Array
    gradient_frobenius: Array


def _paired(first: Noise, second: Noise) -> tuple[Array, Array]:
    """Scaled directions of both tasks, padded with zeros to the same number of terms."""
    scaled = [
        np.sqrt(each.variances)[..., None, None] * each.directions for each in (first, second)
    ]
    terms = max(each.shape[-3] for each in scaled)
    padded = [
        np.concatenate(
            [each, np.zeros(each.shape[:-3] + (terms - each.shape[-3],) + each.shape[-2:])], axis=-3
        )
        for each in scaled
    ]
    return padded[0], padded[1]


def _distance(first: Noise, second: Noise) -> Array:
    """Sum of (||S_i|| + ||S_j||) ||S_i - S_j|| over the terms, (...)."""
    one, two = _paired(first, second)
    norms = spectral_norm(one), spectral_norm(two)
    return np.asarray(((norms[0] + norms[1]) * spectral_norm(one - two)).sum(axis=-1))


def differences(first: LQR, second: LQR, K: ArrayLike) -> Differences:
    r"""Bounds on the differences of Sigma, P, E and the gradient of two tasks at K.

    .. math:: \|\Sigma_i-\Sigma_j\| &\le s := \nu_i(\varepsilon_0 + \delta\|\Sigma_j\|) \\
              \|P_i-P_j\| &\le p := \nu_i(\varepsilon_3+\varepsilon_4\|K\|^2+\delta\|P_j\|) \\
              \|E_i-E_j\| &\le e := \varepsilon_4\|K\| + \|B_i\|\|A_{K,i}\|p + \|B_i\|\|P_j\|w
              + \varepsilon_2\|P_j\|\|A_{K,j}\| + \|K\|\bigl(s_{B,i}\, p
              + \sum_l(\|U_{l,i}\|+\|U_{l,j}\|)\|U_{l,i}-U_{l,j}\|\|P_j\|\bigr) \\
              \|\nabla_i-\nabla_j\| &\le 2(e\|\Sigma_i\| + \|E_j\|s)

    with :math:`\varepsilon_0 = \|\Sigma_{0,i}-\Sigma_{0,j}\|`; in the Frobenius norm the last line
    has :math:`\|\Sigma_i\|_F` and :math:`\|E_j\|_F`. Not symmetric in i and j.

    Parameters
    ----------
    first, second : LQR
        Tasks i and j (or stacks of them that broadcast).
    K : array (..., m, n)
        A gain that stabilizes both.
    """
    gain = objective.gain_array(first, K)
    one, two = magnitudes(first, gain), magnitudes(second, gain)
    at, other = objective.evaluate(first, gain), objective.evaluate(second, gain)
    sizes = frobenius_norm(at.Sigma), spectral_norm(other.E), frobenius_norm(other.E)
    return _chain(first, second, one, two, *sizes)


def frobenius_distances(matrices: Array) -> Array:
    """||X_i - X_j||_F of the matrices (..., M, m, n) of a family, (..., M, M)."""
    return frobenius_norm(matrices[..., :, None, :, :] - matrices[..., None, :, :, :])


def sublevel_distances(tasks: LQR, over: Magnitudes) -> Array:
    r"""Bounds on ||grad J_i - grad J_j||_F for gains in the sub-level sets of both, (..., M, M).

    Parameters
    ----------
    tasks : LQR
        A family (..., M).
    over : Magnitudes
        Those of each task's sub-level set, from ``sublevel(tasks, levels)``.
    """
    M = tasks.batch_shape[-1]
    rows, columns = np.indices((M, M))
    one = over.each(lambda _, numbers: numbers[..., rows])
    two = over.each(lambda _, numbers: numbers[..., columns])
    gain = np.minimum(one.K, two.K)
    one, two = replace(one, K=gain), replace(two, K=gain)
    sizes = one.Sigma, sharp.E_bound(two), sharp.E_bound(two)
    bound = _chain(tasks[..., rows], tasks[..., columns], one, two, *sizes).gradient_frobenius
    return np.minimum(bound, bound.swapaxes(-1, -2))


def _chain(
    first: LQR,
    second: LQR,
    one: Magnitudes,
    two: Magnitudes,
    Sigma_frobenius: Array,
    E: Array,
    E_frobenius: Array,
) -> Differences:
    """The bounds of `differences`, from the sizes of both tasks."""
    eps = distances(first, second)
    w = eps.A + eps.B * one.K
    state = _distance(first.state_noise, second.state_noise)
    inputs = _distance(first.input_noise, second.input_noise)
    change = (one.A_K + two.A_K) * w + state + one.K**2 * inputs
    start = spectral_norm(first.Sigma0 - second.Sigma0)
    s = one.nu * (start + change * two.Sigma)
    p = one.nu * (eps.Q + eps.R * one.K**2 + change * two.P)
    e = eps.R * one.K + one.B * (one.A_K * p + two.P * w) + eps.B * two.P * two.A_K
    e = e + one.K * (one.noise * p + inputs * two.P)
    return Differences(
        s, p, e, 2 * (e * one.Sigma + E * s), 2 * (e * Sigma_frobenius + E_frobenius * s)
    )
