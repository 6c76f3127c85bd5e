"""Computer-assisted proofs in exact fractions: where an optimal gain lies, and what its radius is.

The lemmas behind them stand in the chapter on the audit: `distance_to_optimum` bounds ||K - K*||,
and a positive definite X with low X <= F(X) <= high X encloses the spectral radius of F.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

import numpy as np

from lqrlib import LQR, optimal_gain
from lqrlib.matrices import least_eigenvalue

from .exact import Exact, ExactGain, fractions, is_definite, root_above, rounded, solved
from .moments import second_moment_matrix

# Widths of an enclosure that are tried, relative to the radius.
WIDTHS = tuple(Fraction(1, 10**digits) for digits in (9, 8, 7, 6, 5, 4, 3))


class Enclosure(NamedTuple):
    """What is proved of the spectral radius of F_K for every gain near the one computed."""

    low: Fraction  #: 0 where no certificate was found.
    high: Fraction | float  #: ``inf`` where none was found.
    distance: Fraction  #: Every gain within this distance is meant.


def certified_least(X: Exact) -> Fraction:
    """A positive number below the least eigenvalue of X; ValueError where none is found."""
    guess = Fraction(0.999 * float(least_eigenvalue(X.astype(float))))
    if not (guess > 0 and is_definite(X - guess * fractions(np.eye(len(X), dtype=int)))):
        raise ValueError("X: expected a positive definite matrix")
    return guess


def distance_to_optimum(at: ExactGain) -> Fraction:
    """No less than ||K - K*||_F: its square is at most C(K) tr(E'R_K^-1 E) / (q mu sigma(R))."""
    if not at.stabilizes:
        raise ValueError("K: expected a gain that stabilizes")
    q, mu, r = (certified_least(X) for X in (at.Q, at.Sigma0, at.R))
    slack = np.trace(at.E.T @ solved(at.R_K, at.E))
    return root_above(at.cost * slack / (q * mu * r))


def _length(X: Exact) -> Fraction:
    """No less than the Frobenius norm."""
    return root_above(Fraction((X * X).sum()))


def drift(at: ExactGain, distance: Fraction) -> Fraction:
    """No less than ||F_K' - F_K|| for gains within a distance: phi, with Frobenius norms."""
    s_B = sum((b * _length(D) ** 2 for b, D in at.input_noise), Fraction(0))
    a = _length(at.A_K) * _length(at.B) + _length(at.K) * s_B
    return 2 * a * distance + (_length(at.B) ** 2 + s_B) * distance**2


def radius_enclosure(problem: LQR, K: Exact, distance: Fraction) -> Enclosure:
    """Spectral radius of F_K' for every K' within a distance of K: X is F_K's eigenvector."""
    matrix = second_moment_matrix(problem, K.astype(float))
    values, vectors = np.linalg.eig(matrix)
    first = int(np.argmax(values.real))
    vector = vectors[:, first].real.reshape(problem.A.shape)
    X = rounded((vector + vector.T) / np.trace(vector))
    at, radius, low = ExactGain.of(problem, K), Fraction(values[first].real), Fraction(0)
    image, eye = at.apply(X), at.eye
    lost = drift(at, distance) * Fraction(np.trace(X)) * eye
    if not is_definite(X):
        return Enclosure(low, np.inf, distance)
    for width in WIDTHS:
        low, high = radius * (1 - width), radius * (1 + width)
        if is_definite(image - lost - low * X) and is_definite(high * X - image - lost):
            return Enclosure(low, high, distance)
    return Enclosure(Fraction(0), np.inf, distance)


def optimum_judged(trained: LQR, judged: LQR, bits: int = 50) -> Enclosure:
    """Radius under the noise of one problem of the *exact* optimal gain of another."""
    K = rounded(optimal_gain(trained), bits)
    return radius_enclosure(judged, K, distance_to_optimum(ExactGain.of(trained, K)))
