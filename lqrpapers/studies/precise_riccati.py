"""The Riccati equation without noise in many digits, to count the correct ones of a solver."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import scipy

import lqrlib
from lqrlib.validation import Array
from lqrpapers.recorded.darex import Case


def precise_riccati(A: Array, B: Array, Q: Array, R: Array, K: Array, digits: int = 60) -> Array:
    """P (n, n) in so many digits, rounded once, by Newton's iteration from a stabilizing gain K.

    For real arrays of a few states: each step doubles the closed loop until nothing is left of it.
    ValueError where K does not stabilize.
    """
    with mpmath.workdps(2 * digits):
        a, b, q, r, k = (mpmath.matrix(np.asarray(X).tolist()) for X in (A, B, Q, R, K))
        last, small = 0 * a, mpmath.mpf(10) ** -digits
        while True:
            f, p = a - b * k, q + k.T * r * k
            while mpmath.mnorm(f, "f") > small:
                if mpmath.mnorm(f, "f") > 1e60:
                    raise ValueError("K: expected a stabilizing gain, got one that is not")
                p, f = p + f.T * p * f, f * f
            if mpmath.mnorm(p - last, "f") <= small * mpmath.mnorm(p, "f"):
                return np.array(p.tolist(), dtype=float)
            k, last = (r + b.T * p * b) ** -1 * (b.T * p * a), p


def correct_digits(P: Array | None, exact: Array) -> float:
    """Correct digits of P, relative to its norm; at most 16, and none where there is no P."""
    if P is None or not np.isfinite(P).all():
        return 0.0
    error = float(np.linalg.norm(P - exact) / np.linalg.norm(exact))
    return min(16.0, -math.log10(max(error, 1e-16)))


def solver_digits(case: Case) -> tuple[float, float]:
    """Correct digits of P from `lqrlib.solve` and from scipy.linalg.solve_discrete_are."""
    ours = lqrlib.solve(lqrlib.LQR(*case[:4]))
    exact = precise_riccati(*case[:4], ours.K) if case.P is None else case.P
    try:
        theirs = scipy.linalg.solve_discrete_are(*case[:4])
    except np.linalg.LinAlgError:
        theirs = None
    return correct_digits(ours.P, exact), correct_digits(theirs, exact)
