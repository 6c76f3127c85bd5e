r"""The smallest problems on which a printed formula or a weakened theorem fails, as exact numbers.

Each comes with the exact rational values of both sides, so that a page can print them and a test
can compare them with the library's floating-point numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from .problem import LQR
from .validation import Array

Exact = Fraction | tuple[tuple[Fraction, ...], ...]


class Counterexample(NamedTuple):
    """One failure in exact numbers.

    Attributes
    ----------
    id : str
        The result or erratum it belongs to, as in claims.yml.
    problem : LQR
        The problem (for e3 a stack of two tasks).
    K : array (m, n)
        The gain.
    other : array (m, n) or None
        The second gain (e2) or the direction (e4), where the claim takes one.
    exact : dict
        Names and exact values: fractions, or matrices of fractions.
    explanation : str
        What fails and why, in a few sentences.
    """

    id: str
    problem: LQR
    K: Array
    other: Array | None
    exact: dict[str, Exact]
    explanation: str


def _scalar(a: Fraction, q: Fraction, r: Fraction) -> LQR:
    """The system x+ = a x + u with weights q and r and unit second moment of x_0."""
    return LQR([[float(a)]], [[1.0]], [[float(q)]], [[float(r)]])


def _e1() -> Counterexample:
    problem = _scalar(Fraction(3, 4), Fraction(7, 16), Fraction(7))
    exact: dict[str, Exact] = {
        "J": Fraction(1),
        "J*": Fraction(7, 8),
        "Sigma_K": Fraction(16, 7),
        "R_K": Fraction(8),
        "E_K": Fraction(-3, 4),
        "h_0": Fraction(1),
        "gradient": Fraction(24, 7),
        "bound": Fraction(16, 7),
        "ratio": Fraction(3, 2),
    }
    return Counterexample(
        "e1",
        problem,
        np.zeros((1, 1)),
        None,
        exact,
        "At K = 0 the gradient 2 E_K Sigma_K has size 24/7; the printed h_G is 16/7. The factor 2 "
        "of the gradient is missing. The ratio is 3/2 here, below 2 always, and tends to 2 as the "
        "input weight tends to 0.",
    )


def _e2() -> Counterexample:
    problem = _scalar(Fraction(1, 2), Fraction(1), Fraction(1))
    exact: dict[str, Exact] = {
        "J": Fraction(4, 3),
        "J'": Fraction(5, 3),
        "h_Delta": Fraction(1, 8),
        "h_cost": Fraction(1, 3),
        "change": Fraction(1, 3),
        "bound": Fraction(1, 18),
        "ratio": Fraction(6),
    }
    return Counterexample(
        "e2",
        problem,
        np.zeros((1, 1)),
        np.array([[-1 / 8]]),
        exact,
        "From K = 0 to K' = -1/8, at distance h_Delta, the cost rises by 1/3; the printed bound "
        "h_cost J |K' - K| is 1/18. Every term of h_cost carries the factor ||R||, but the cost "
        "also changes through Q when the dynamics change. With input weight r the rise is "
        "(12 + r)/39 and the bound r/18: the ratio grows without bound as r tends to 0.",
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
    problem = _scalar(Fraction(1, 2), Fraction(1, 5), Fraction(1, 5))
    exact: dict[str, Exact] = {
        "J": Fraction(4, 15),
        "xi": Fraction(-4, 3),
        "Hessian": Fraction(296, 135),
        "bound, rational part": Fraction(56, 45),
        "bound, factor of sqrt(2)": Fraction(-256, 135),
    }
    return Counterexample(
        "e6",
        problem,
        np.zeros((1, 1)),
        None,
        exact,
        "At K = 0 the Hessian is 296/135; the printed h_H is 56/45 - 256 sqrt(2)/135, a negative "
        "number. The term -1 in xi is not scaled with the weights: multiplying Q and R by c "
        "multiplies the Hessian by c, but not h_H. At Q = R = 1/4 the ratio is 3.82; as "
        "h_H crosses 0 it is unbounded.",
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


def _lemma_3_2() -> Counterexample:
    exact: dict[str, Exact] = {
        "gap": Fraction(1, 2600),
        "squared gradient": Fraction(196, 17850625),
        "bound": Fraction(49, 17850625),
        "ratio": Fraction(17850625, 127400),
    }
    return Counterexample(
        "s2-lemma-3.2",
        LQR(
            [[0.0, 0.0], [0.1, 0.5]],
            [[0.0], [1.0]],
            7 / 8 * np.eye(2),
            [[1.0]],
            np.diag([1.0, 0.0]),
        ),
        np.array([[7 / 130, 0.0]]),
        None,
        exact,
        "Every trajectory starts in the first state and excites the second only through a "
        "coupling of 1/10, so the gradient hardly sees an error in the second entry of K: the "
        "gap is 1/2600, while the bound with the least positive eigenvalue of Sigma0 in place of "
        "mu is 49/17850625, 140 times less.",
    )


def _corollary_3_3() -> Counterexample:
    exact: dict[str, Exact] = {
        "C": Fraction(1),
        "C*": Fraction(1),
        "K*": ((Fraction(1, 4), Fraction(0)),),
        "Sigma_K": ((Fraction(16, 11), Fraction(0)), (Fraction(0), Fraction(0))),
    }
    return Counterexample(
        "s2-cor-3.3",
        LQR(
            np.eye(2) / 2,
            [[1.0], [0.0]],
            5 / 8 * np.eye(2),
            [[1.0]],
            np.diag([1.0, 0.0]),
            state_noise=([0.25], [np.eye(2)]),
        ),
        np.array([[0.25, 1.0]]),
        None,
        exact,
        "A fixed initial state (1, 0) and multiplicative noise that never moves the second state: "
        "Sigma_K has rank 1, the gradient vanishes for every second entry of K, and K differs "
        "from the optimal gain (1/4, 0). Additive noise of covariance I, which replaces Sigma0 by "
        "I, leaves (1/4, 0) as the only stationary gain.",
    )


_ALL: dict[str, Callable[[], Counterexample]] = {
    "e1": _e1,
    "e2": _e2,
    "e3": _e3,
    "e4": _e4,
    "e6": _e6,
    "s1-lemma-5": _lemma_5,
    "s2-lemma-3.2": _lemma_3_2,
    "s2-cor-3.3": _corollary_3_3,
}


def counterexample(id: str) -> Counterexample:
    """The smallest known failure of a printed formula (e1 ...) or of a weakened theorem.

    Raises ValueError for an id without one; names those that have.
    """
    if id not in _ALL:
        raise ValueError(f"id: expected one of {', '.join(_ALL)}, got {id!r}")
    return _ALL[id]()
