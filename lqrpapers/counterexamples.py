r"""The smallest problems on which a printed formula or a weakened theorem fails, as exact numbers.

Each comes with the exact rational values of both sides, so that a page can print them and a test
can compare them with the library's floating-point numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from lqrlib.problem import LQR
from lqrlib.validation import Array

Exact = Fraction | tuple[tuple[Fraction, ...], ...]


class Counterexample(NamedTuple):
    """One failure in exact numbers."""

    id: str  #: The result or erratum it belongs to, as in claims.yml.
    problem: LQR  #: For e3 a stack of two tasks.
    K: Array  #: (m, n)
    other: Array | None  #: The second gain (e2) or the direction (e4), where the claim takes one.
    exact: dict[str, Exact]  #: Names and exact values: fractions, or matrices of fractions.
    explanation: str  #: What fails and why, in a few sentences.


def _memoryless(b: float, weight: float) -> LQR:
    """The system x+ = b u with Q = R = weight and unit second moment of x_0."""
    return LQR([[0.0]], [[b]], [[weight]], [[weight]])


def _e1() -> Counterexample:
    exact: dict[str, Exact] = {
        "J": Fraction(5, 3),
        "J*": Fraction(1),
        "Sigma_K": Fraction(4, 3),
        "R_K": Fraction(8, 3),
        "E_K": Fraction(4, 3),
        "h_0": Fraction(4, 3),
        "gradient": Fraction(32, 9),
        "bound": Fraction(20, 9),
        "ratio": Fraction(8, 5),
    }
    return Counterexample(
        "e1",
        _memoryless(1.0, 1.0),
        np.array([[0.5]]),
        None,
        exact,
        "On x+ = u at K = 1/2 the gradient 2 E_K Sigma_K is 32/9; the printed h_G is 20/9. The "
        "factor 2 of the gradient is missing. With input weight r the ratio is 2/(1 + r/4): below "
        "2 always, it tends to 2 as r tends to 0.",
    )


def _e2() -> Counterexample:
    exact: dict[str, Exact] = {
        "J": Fraction(1),
        "J'": Fraction(17, 15),
        "h_Delta": Fraction(1, 4),
        "h_cost": Fraction(1, 2),
        "change": Fraction(2, 15),
        "bound": Fraction(1, 8),
        "ratio": Fraction(16, 15),
    }
    return Counterexample(
        "e2",
        _memoryless(1.0, 1.0),
        np.zeros((1, 1)),
        np.array([[0.25]]),
        exact,
        "On x+ = u, from K = 0 to K' = 1/4, at distance h_Delta, the cost rises by 2/15; the "
        "printed bound h_cost J |K' - K| is 1/8. Every term of h_cost carries the factor ||R||, "
        "but the cost also changes through Q when the dynamics change. With input weight r the "
        "rise is (1 + r)/15 and the bound r/8: the ratio grows without bound as r tends to 0.",
    )


def _e3() -> Counterexample:
    problem = LQR([[[0.0]], [[0.25]]], [[1.0]], [[1.0]], [[1.0]])
    exact: dict[str, Exact] = {
        "epsilon_1": Fraction(1, 4),
        "J": Fraction(16, 15),
        "change": Fraction(128, 225),
        "bound": Fraction(1472, 3375),
        "ratio": Fraction(30, 23),
    }
    return Counterexample(
        "e3",
        problem,
        np.zeros((1, 1)),
        None,
        exact,
        "Two tasks that differ by 1/4 in A have gradients 0 and -128/225 at K = 0; the printed "
        "heterogeneity bound is 1472/3375. The first factor of the gradient 2 E_K Sigma_K is "
        "bounded without its 2. With second task a small the ratio tends to 2.",
    )


def _e4() -> Counterexample:
    problem = LQR([[1.0]], [[1.0, 0.0]], [[1.0]], np.eye(2))
    scale = Fraction(8, 9)
    exact: dict[str, Exact] = {
        "Hessian": ((13 * scale, -2 * scale), (-2 * scale, 3 * scale)),
        "printed": ((13 * scale, -4 * scale), (0 * scale, 3 * scale)),
        "quadratic form at (1, 1)": 12 * scale,
    }
    return Counterexample(
        "e4",
        problem,
        np.array([[0.5], [0.5]]),
        np.array([[0.0], [1.0]]),
        exact,
        "One state, two inputs, of which the second does nothing, and a gain that uses it. The "
        "Hessian matrix is 8/9 (13, -2; -2, 3); the printed formula gives 8/9 (13, -4; 0, 3): "
        "not symmetric, with the same quadratic form. With one state and one input both agree, "
        "so no smaller example exists.",
    )


def _e6() -> Counterexample:
    exact: dict[str, Exact] = {
        "J": Fraction(1, 6),
        "xi": Fraction(0),
        "Hessian": Fraction(5, 3),
        "bound": Fraction(1),
        "ratio": Fraction(5, 3),
    }
    return Counterexample(
        "e6",
        _memoryless(2.0, 1 / 6),
        np.zeros((1, 1)),
        None,
        exact,
        "On x+ = 2u with Q = R = 1/6, at K = 0, the Hessian is 5/3; the printed h_H is 1. The term "
        "-1 in xi is not scaled with the weights: multiplying Q and R by c multiplies the Hessian "
        "by c, but not h_H, which is negative for small weights.",
    )


def _lemma_5() -> Counterexample:
    eye = np.eye(2)
    exact: dict[str, Exact] = {
        "J": Fraction(1, 2),
        "||K||_F^2": Fraction(1, 50),
        "bound": Fraction(1, 8),
        "squared ratio": Fraction(32, 25),
    }
    return Counterexample(
        "s1-lemma-5",
        LQR(eye / 2, eye, eye / 5, eye),
        eye / 10,
        None,
        exact,
        "Two copies of a scalar task at its optimal gain K = I/10, where h_0 = 0: the Frobenius "
        "norm of K is sqrt(2)/10, the printed h_c, with a spectral norm of B'P_K A, is 1/8. No "
        "scalar example exists; with d copies and weak inputs the ratio tends to sqrt(d).",
    )


def _corollary_3_3() -> Counterexample:
    eye, zero = np.eye(2), Fraction(0)
    exact: dict[str, Exact] = {
        "C": Fraction(2),
        "C*": Fraction(2),
        "cost from (0, 1)": Fraction(12, 5),
        "K*": ((Fraction(2, 3), zero), (zero, Fraction(2, 3))),
        "Sigma_K": ((Fraction(18, 13), zero), (zero, zero)),
    }
    return Counterexample(
        "s2-cor-3.3",
        LQR(eye, eye, eye, eye, np.diag([1.0, 0.0]), state_noise=([1 / 6], [eye])),
        np.diag([2 / 3, 1.0]),
        None,
        exact,
        "Two copies of x+ = (1 + delta) x + u, started at (1, 0), and multiplicative noise that "
        "never moves the second state: Sigma_K has rank 1, the gradient vanishes for every second "
        "diagonal entry of K, and K = diag(2/3, 1) differs from the optimal gain diag(2/3, 2/3). "
        "Additive noise of full rank replaces Sigma0 by its covariance and leaves only the latter.",
    )


_ALL: dict[str, Callable[[], Counterexample]] = {
    "e1": _e1,
    "e2": _e2,
    "e3": _e3,
    "e4": _e4,
    "e6": _e6,
    "s1-lemma-5": _lemma_5,
    "s2-cor-3.3": _corollary_3_3,
}


def counterexample(id: str) -> Counterexample:
    """The smallest known failure of a printed formula (e1 ...) or of a weakened theorem.

    Raises ValueError for an id without one; names those that have.
    """
    if id not in _ALL:
        raise ValueError(f"id: expected one of {', '.join(_ALL)}, got {id!r}")
    return _ALL[id]()
