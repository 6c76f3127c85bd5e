r"""The smallest problems on which a printed formula or a weakened theorem fails, as exact numbers.

Each comes with the exact rational values of both sides, so that a page can print them and a test
can compare them with the library's floating-point numbers.
"""

from __future__ import annotations

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


_EYE = np.eye(2)
_FOUND = (
    Counterexample(
        "e1",
        _memoryless(1.0, 1.0),
        np.array([[0.5]]),
        None,
        {
            "J": Fraction(5, 3),
            "J*": Fraction(1),
            "Sigma_K": Fraction(4, 3),
            "R_K": Fraction(8, 3),
            "E_K": Fraction(4, 3),
            "h_0": Fraction(4, 3),
            "gradient": Fraction(32, 9),
            "bound": Fraction(20, 9),
            "ratio": Fraction(8, 5),
        },
        "On x+ = u at K = 1/2 the gradient 2 E_K Sigma_K is 32/9; the printed h_G is 20/9. The "
        "factor 2 of the gradient is missing. With input weight r the ratio is 2/(1 + r/4): below "
        "2 always, it tends to 2 as r tends to 0.",
    ),
    Counterexample(
        "e2",
        _memoryless(1.0, 1.0),
        np.zeros((1, 1)),
        np.array([[0.25]]),
        {
            "J": Fraction(1),
            "J'": Fraction(17, 15),
            "h_Delta": Fraction(1, 4),
            "h_cost": Fraction(1, 2),
            "change": Fraction(2, 15),
            "bound": Fraction(1, 8),
            "ratio": Fraction(16, 15),
        },
        "On x+ = u, from K = 0 to K' = 1/4, at distance h_Delta, the cost rises by 2/15; the "
        "printed bound h_cost J |K' - K| is 1/8. Every term of h_cost carries the factor ||R||, "
        "but the cost also changes through Q when the dynamics change. With input weight r the "
        "rise is (1 + r)/15 and the bound r/8: the ratio grows without bound as r tends to 0.",
    ),
    Counterexample(
        "e3",
        LQR([[[0.0]], [[0.25]]], [[1.0]], [[1.0]], [[1.0]]),
        np.zeros((1, 1)),
        None,
        {
            "epsilon_1": Fraction(1, 4),
            "J": Fraction(16, 15),
            "change": Fraction(128, 225),
            "bound": Fraction(1472, 3375),
            "ratio": Fraction(30, 23),
        },
        "Two tasks that differ by 1/4 in A have gradients 0 and -128/225 at K = 0; the printed "
        "heterogeneity bound is 1472/3375. The first factor of the gradient 2 E_K Sigma_K is "
        "bounded without its 2. With second task a small the ratio tends to 2.",
    ),
    Counterexample(
        "e4",
        LQR([[1.0]], [[1.0, 0.0]], [[1.0]], np.eye(2)),
        np.array([[0.5], [0.5]]),
        np.array([[0.0], [1.0]]),
        {
            "Hessian": ((Fraction(104, 9), Fraction(-16, 9)), (Fraction(-16, 9), Fraction(8, 3))),
            "printed": ((Fraction(104, 9), Fraction(-32, 9)), (Fraction(0), Fraction(8, 3))),
            "quadratic form at (1, 1)": Fraction(32, 3),
        },
        "One state, two inputs, of which the second does nothing, and a gain that uses it. The "
        "Hessian matrix is 8/9 (13, -2; -2, 3); the printed formula gives 8/9 (13, -4; 0, 3): "
        "not symmetric, with the same quadratic form. With one state and one input both agree, "
        "so no smaller example exists.",
    ),
    Counterexample(
        "e6",
        _memoryless(2.0, 1 / 6),
        np.zeros((1, 1)),
        None,
        {
            "J": Fraction(1, 6),
            "xi": Fraction(0),
            "Hessian": Fraction(5, 3),
            "bound": Fraction(1),
            "ratio": Fraction(5, 3),
        },
        "On x+ = 2u with Q = R = 1/6, at K = 0, the Hessian is 5/3; the printed h_H is 1. The term "
        "-1 in xi is not scaled with the weights: multiplying Q and R by c multiplies the Hessian "
        "by c, but not h_H, which is negative for small weights.",
    ),
    Counterexample(
        "s1-lemma-5",
        LQR(_EYE / 2, _EYE, _EYE / 5, _EYE),
        _EYE / 10,
        None,
        {
            "J": Fraction(1, 2),
            "||K||_F^2": Fraction(1, 50),
            "bound": Fraction(1, 8),
            "squared ratio": Fraction(32, 25),
        },
        "Two copies of a scalar task at its optimal gain K = I/10, where h_0 = 0: the Frobenius "
        "norm of K is sqrt(2)/10, the printed h_c, with a spectral norm of B'P_K A, is 1/8. No "
        "scalar example exists; with d copies and weak inputs the ratio tends to sqrt(d).",
    ),
    Counterexample(
        "s2-cor-3.3",
        LQR(_EYE, _EYE, _EYE, _EYE, np.diag([1.0, 0.0]), state_noise=([1 / 6], [_EYE])),
        np.diag([2 / 3, 1.0]),
        None,
        {
            "C": Fraction(2),
            "C*": Fraction(2),
            "cost from (0, 1)": Fraction(12, 5),
            "K*": ((Fraction(2, 3), Fraction(0)), (Fraction(0), Fraction(2, 3))),
            "Sigma_K": ((Fraction(18, 13), Fraction(0)), (Fraction(0), Fraction(0))),
        },
        "Two copies of x+ = (1 + delta) x + u, started at (1, 0), and multiplicative noise that "
        "never moves the second state: Sigma_K has rank 1, the gradient vanishes for every second "
        "diagonal entry of K, and K = diag(2/3, 1) differs from the optimal gain diag(2/3, 2/3). "
        "Additive noise of full rank replaces Sigma0 by its covariance and leaves only the latter.",
    ),
)
_BY_ID = {each.id: each for each in _FOUND}


def counterexample(id: str) -> Counterexample:
    """The smallest known failure of a printed formula (e1 ...) or of a weakened theorem.

    Raises ValueError for an id without one; names those that have.
    """
    if id not in _BY_ID:
        raise ValueError(f"id: expected one of {', '.join(_BY_ID)}, got {id!r}")
    return _BY_ID[id]


def nonconvex_example() -> tuple[LQR, Array, Array]:
    """Three states, A = B = I, and two stabilizing gains whose midpoint is not (Fazel, App. A).

    Returns the problem and the two gains (3, 3).
    """
    problem = LQR(np.eye(3), np.eye(3), np.eye(3), np.eye(3))
    first = np.array([[1.0, 0.0, -10.0], [-1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    second = np.array([[1.0, -10.0, 0.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 1.0]])
    return problem, first, second
