r"""What the journal version of S2 prints of its own step, and of robust stability.

Its one-step lemma (appendix "Model-based policy gradient descent") allows steps up to
`gradient_step`, in which a number h_B stands whose definition is not in the text at hand. Without
input noise S2 recovers the step of Fazel and others, which has ||B|| there; `input_weight` is a
number with which the lemma is true, noise or not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import LQR, objective
from lqrlib.matrices import spectral_norm
from lqrlib.validation import Array

from . import sharp
from .magnitudes import Magnitudes, measured


def input_weight(problem: LQR | Magnitudes, K: ArrayLike | None = None) -> Array:
    r"""A number for which h_B may stand, (...); at most ||B|| without input noise.

    .. math:: \frac{a + \sqrt{a^2 + b/(8\nu^2)}}{2(\|A_K\|+1)}

    With it a step moves :math:`\mathcal F_K` by at most :math:`1/(8\nu^2)`.
    """
    at = measured(problem, K)
    return (at.a + np.sqrt(at.a**2 + at.b / (8 * at.nu**2))) / (2 * (at.A_K + 1))


def gradient_step(
    problem: LQR | Magnitudes, K: ArrayLike | None = None, *, weight: ArrayLike
) -> Array:
    r"""The largest step of the one-step lemma, with h_B = `weight`, (...).

    .. math:: \frac1{16}\min\Bigl\{\frac{(q\mu/C)^2}{h_B\|\nabla C(K)\|(\|A_K\|+1)},\;
              \frac q{C\|R_K\|}\Bigr\}

    With `Magnitudes` the gradient is replaced by its bound, as in `sharp.gradient_step`.
    """
    at = measured(problem, K)
    if isinstance(problem, LQR) and K is not None:
        length = spectral_norm(objective.gradient(problem, K))
    else:
        length = sharp.gradient_bound(at)
    with np.errstate(divide="ignore"):
        first = 1 / (at.nu**2 * np.asarray(weight) * length * (at.A_K + 1))
    return np.minimum(first, at.q / (at.cost * at.R_K)) / 16


def robust_margin(nominal: ArrayLike, variance: ArrayLike) -> Array:
    r"""Constant errors of one uncertain state that it survives, (...): sqrt(a^2 + alpha) - ``|a|``.

    For a nominal multiplier a with noise of that variance, stable in the mean square.
    """
    a = np.abs(np.asarray(nominal, dtype=float))
    return np.asarray(np.sqrt(a**2 + np.asarray(variance)) - a)


def shift_margin(contraction: ArrayLike) -> Array:
    """How large sum phi_i^2 / alpha_i may be, (...): (1 - k) / (1 + k), in any number of states.

    k is the contraction of A - BK in the norm of P_K (this book).
    """
    k = np.asarray(contraction, dtype=float)
    return np.asarray((1 - k) / (1 + k))
