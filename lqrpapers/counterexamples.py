"""The smallest problems on which a printed formula or a weakened theorem fails."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lqrlib.problem import LQR
from lqrlib.validation import Array


class Counterexample(NamedTuple):
    """One failure."""

    id: str  #: The result or erratum it belongs to, as in claims.yml.
    problem: LQR
    K: Array  #: (m, n)
    other: Array | None  #: The second gain (e2) or the direction (e4), where the claim takes one.


def _memoryless(b: float, weight: float) -> LQR:
    """The system x+ = b u with Q = R = weight and unit second moment of x_0."""
    return LQR([[0.0]], [[b]], [[weight]], [[weight]])


_EYE = np.eye(2)
_FOUND = (
    # The gradient is 32/9, the bound 20/9: its factor 2 is missing. 2/(1 + r/4) for R = r.
    Counterexample("e1", _memoryless(1.0, 1.0), np.array([[0.5]]), None),
    # At distance h_Delta the cost rises by 2/15, the bound is 1/8: all its terms have ||R||, but
    # the cost also changes through Q. For R = r the ratio 8 (1 + r) / (15 r) is unbounded.
    Counterexample("e2", _memoryless(1.0, 1.0), np.zeros((1, 1)), np.array([[0.25]])),
    # The second input does nothing, and the gain uses it: 8/9 (13, -2; -2, 3), printed as
    # 8/9 (13, -4; 0, 3). With one state and one input both agree.
    Counterexample(
        "e4",
        LQR([[1.0]], [[1.0, 0.0]], [[1.0]], np.eye(2)),
        np.array([[0.5], [0.5]]),
        np.array([[0.0], [1.0]]),
    ),
    # The Hessian is 5/3, the bound 1: the term -1 in xi does not scale with the weights.
    Counterexample("e6", _memoryless(2.0, 1 / 6), np.zeros((1, 1)), None),
    # Two copies of a scalar task at its optimal gain: ||K||_F = sqrt(2)/10, the bound is 1/8, of a
    # spectral norm. With d copies and weak inputs the ratio tends to sqrt(d).
    Counterexample("s1-lemma-5", LQR(_EYE / 2, _EYE, _EYE / 5, _EYE), _EYE / 10, None),
    # Two copies of x+ = (1 + delta) x + u, started at (1, 0), and noise that never moves the second
    # state: the gradient vanishes for every second entry of K, the best is 2/3.
    Counterexample(
        "s2-cor-3.3",
        LQR(_EYE, _EYE, _EYE, _EYE, np.diag([1.0, 0.0]), state_noise=([1 / 6], [_EYE])),
        np.diag([2 / 3, 1.0]),
        None,
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
