"""Riccati equations that other libraries are tested with.

Sources: DAREX is Benner, Laub, Mehrmann, "A collection of benchmark examples for the numerical
solution of algebraic Riccati equations II: discrete-time case", Tech. Report SPC 95_23, TU
Chemnitz-Zwickau, 1995, by its numbers and with its default parameters as scipy tests it
(scipy/linalg/tests/test_solvers.py, class TestSolveDiscreteAre); darex12 to 14 with others too.
The rest are scipy's own (same file) and python-control's (control/tests/mateqn_test.py).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Case(NamedTuple):
    """A, B, Q, R; where lqrlib refuses them what its error says; P where it is known exactly."""

    A: NDArray[Any]
    B: NDArray[Any]
    Q: NDArray[Any]
    R: NDArray[Any]
    refused: str | None = None
    P: NDArray[Any] | None = None


def matrix(rows: str) -> NDArray[Any]:
    """Rows between semicolons."""
    dtype = complex if "j" in rows else float
    return np.array([[dtype(x) for x in row.split()] for row in rows.split(";")])


def case(A: str, B: str, Q: str, R: str, refused: str | None = None) -> Case:
    return Case(matrix(A), matrix(B), matrix(Q), matrix(R), refused)


CASES = {
    "scipy 0, complex": case(
        "2+0j 1-2j; 0j -0-3j",
        "0; 1",
        "1 0; 0 2",
        "1",
        "A: expected real numbers, got dtype complex128",
    ),
    "scipy 1, complex": case(
        "2 1; 0 -1",
        "-0-2j; 1j",
        "1 0; 0 2",
        "1",
        "B: expected real numbers, got dtype complex128",
    ),
    "scipy 2, complex": case(
        "3 1; 0 -1",
        "1 2; 1 3",
        "1+0j 1+1j; 1-1j 2+0j",
        "2+0j -0-2j; 2j 3+0j",
        "Q: expected real numbers, got dtype complex128",
    ),
    "scipy gh-2251": case(
        "0.63399379 0.54906824 0.76253406; "
        "0.5404729 0.53745766 0.08731853; "
        "0.27524045 0.84922129 0.4681622",
        "0.96861695; 0.05532739; 0.78934047",
        "1 0 0; 0 1 0; 0 0 1",
        "1",
    ),
    "darex1": case(
        "4 3; -4.5 -3.5",
        "1; -1",
        "9 6; 6 4",
        "1",
    ),
    "darex2": case(
        "0.9512 0; 0 0.9048",
        "4.877 4.877; -1.1895 3.569",
        "0.005 0; 0 0.02",
        "0.33333333333333331 0; 0 3",
    ),
    "darex3": case(
        "2 -1; 1 0",
        "1; 0",
        "0 0; 0 1",
        "0",
        "R: expected a positive definite matrix, got smallest eigenvalue 0",
    ),
    "darex4": case(
        "0 1; 0 -1",
        "1 0; 2 1",
        "-0.36363636363636365 -0.36363636363636365; -0.36363636363636365 0.63636363636363635",
        "9 3; 3 1",
        "Q: expected a positive semidefinite matrix",
    ),
    "darex5": case(
        "0 1; 0 0",
        "0; 1",
        "1 2; 2 4",
        "1",
    ),
    "darex6": case(
        "0.998 0.067 0 0; -0.067 0.998 0 0; 0 0 0.998 0.153; 0 0 -0.153 0.998",
        "0.0033 0.02; 0.1 -0.0007; 0.04 0.0073; -0.0028 0.1",
        "1.87 0 0 -0.244; 0 0.744 0.205 0; 0 0.205 0.589 0; -0.244 0 0 1.048",
        "1 0; 0 1",
    ),
    "darex7": case(
        "0.98475 -0.079903 0.0009054 -0.0010765; "
        "0.041588 0.99899 -0.035855 0.012684; "
        "-0.54662 0.044916 -0.32991 0.19318; "
        "2.6624 -0.10045 -0.92455 -0.26325",
        "0.0037112 0.0007361; -0.087051 9.3411e-06; -1.19844 -0.00041378; -3.1927 0.00092535",
        "0.01 0 0 0; 0 0.01 0 0; 0 0 0.01 0; 0 0 0 0.01",
        "1 0; 0 1",
    ),
    "darex8": case(
        "-0.6 -2.2 -3.6 -5.400018; 1 0.6 0.8 3.399982; 0 1 1.8 3.799982; 0 0 0 -0.999982",
        "1 -1 -1 -1; 0 1 -1 -1; 0 0 1 -1; 0 0 0 1",
        "2 1 3 6; 1 2 2 5; 3 2 6 11; 6 5 11 22",
        "1 0 0 0; 0 1 0 0; 0 0 1 0; 0 0 0 1",
    ),
    "darex9": case(
        "0.95407 0.019643 0.003597 0.000673 0.00019; "
        "0.40849 0.41317 0.16084 0.044679 0.011971; "
        "0.12217 0.26326 0.36149 0.1593 0.12383; "
        "0.041118 0.12858 0.27209 0.21442 0.40976; "
        "0.001305 0.005808 0.01875 0.036162 0.9428",
        "0.000434 -0.000122; "
        "0.026606 -0.010453; "
        "0.03753 -0.0551; "
        "0.036076 -0.066; "
        "0.004617 -0.009148",
        "1 0 0 0 0; 0 1 0 0 0; 0 0 1 0 0; 0 0 0 1 0; 0 0 0 0 1",
        "1 0; 0 1",
    ),
    "darex10": case(
        "0 1 0 0 0 0; 0 0 1 0 0 0; 0 0 0 0 0 0; 0 0 0 0 1 0; 0 0 0 0 0 1; 0 0 0 0 0 0",
        "0 0; 0 0; 1 0; 0 0; 0 0; 0 1",
        "1 1 0 0 0 0; 1 1 0 0 0 0; 0 0 0 0 0 0; 0 0 0 1 -1 0; 0 0 0 -1 1 0; 0 0 0 0 0 0",
        "3 0; 0 1",
    ),
    "darex11": case(
        "0.8701 0.135 0.01159 0.0005014 -0.03722 0.0003484 0 0.004242 0.007249; "
        "0.07655 0.8974 0.01272 0.0005504 -0.04016 0.0003743 0 0.00453 0.007499; "
        "-0.1272 0.3575 0.817 0.001455 -0.1028 0.000987 0 0.01185 0.01872; "
        "-0.3635 0.6339 0.07491 0.7966 -0.2735 0.002653 0 0.03172 0.04882; "
        "-0.96 1.6459 -0.1289 -0.005597 0.07142 0.007108 0 0.08452 0.1259; "
        "-0.6644 0.11296 -0.08889 -0.003854 0.08447 0.0136 0 0.1443 0.1016; "
        "-0.4102 0.693 -0.05471 -0.002371 0.06649 0.01249 0.0001063 0.09997 0.06967; "
        "-0.1799 0.3017 -0.02393 -0.001035 0.06059 0.02216 0 0.2139 0.03554; "
        "-0.3451 0.5804 -0.04596 -0.001989 0.1056 0.01986 0 0.2191 0.2152",
        "0.00476 -0.0005701 -0.08368; "
        "0.000879 -0.004773 -0.00273; "
        "0.001482 -0.01312 0.008876; "
        "0.003892 -0.03513 0.0248; "
        "0.01034 -0.09275 0.0668; "
        "0.007203 -0.06159 0.03834; "
        "0.004454 -0.03683 0.02029; "
        "0.001971 -0.01554 0.006937; "
        "0.003773 -0.03028 0.01469",
        "50 0 0 0 0 0 0 0 0; "
        "0 0 0 0 0 0 0 0 0; "
        "0 0 0 0 0 0 0 0 0; "
        "0 0 0 0 0 0 0 0 0; "
        "0 0 0 0 50 0 0 0 0; "
        "0 0 0 0 0 0 0 0 0; "
        "0 0 0 0 0 0 0 0 0; "
        "0 0 0 0 0 0 0 0 0; "
        "0 0 0 0 0 0 0 0 0",
        "1 0 0; 0 1 0; 0 0 1",
    ),
    "darex12": case(
        "0 1000000; 0 0",
        "0; 1",
        "1 0; 0 1",
        "1",
    ),
    "darex13": case(
        "1.7777777777777777 1.1111111111111112 -0.22222222222222221; "
        "1.1111111111111112 1.4444444444444444 -0.88888888888888884; "
        "-0.22222222222222221 -0.88888888888888884 0.77777777777777768",
        "1 0 0; 0 1 0; 0 0 1",
        "1000000 0 0; 0 1000000 0; 0 0 1000000",
        "1000000 0 0; 0 1000000 0; 0 0 1000000",
    ),
    "darex14": case(
        "0.99999999 0 0 0; 1 0 0 0; 0 1 0 0; 0 0 1 0",
        "1e-08; 0; 0; 0",
        "0 0 0 0; 0 0 0 0; 0 0 0 0; 0 0 0 1",
        "0.25",
    ),
    "control dare": case(
        "-0.6 0; -0.1 -0.4",
        "2 1; 0 1",
        "2 1; 1 0",
        "1 0; 0 1",
        "Q: expected a positive semidefinite matrix",
    ),
    "control dare, one input": case(
        "1 0; -1 1",
        "1; 0",
        "0 1; 1 1",
        "2",
        "Q: expected a positive semidefinite matrix",
    ),
}


def _reflected(weight: float) -> Case:
    """darex13: a reflection of diag(0, 1, 3), weights as large as one likes."""
    V = np.eye(3) - np.full((3, 3), 2 / 3)
    weights = weight * np.eye(3)
    return Case(V @ np.diag([0.0, 1.0, 3.0]) @ V, np.eye(3), weights, weights)


def _slow(tau: float) -> Case:
    """darex14: a pole at 1 - 1/tau and a chain of three delays."""
    A, B, Q = np.diag([1.0, 1.0, 1.0], -1), np.zeros((4, 1)), np.zeros((4, 4))
    A[0, 0], B[0, 0], Q[3, 3] = 1 - 1 / tau, 1 / tau, 1.0
    return Case(A, B, Q, np.array([[0.25]]))


def _shift(n: int) -> Case:
    """darex15: a chain of n delays, whose P is diag(1, ..., n)."""
    A, P = np.eye(n, k=1), np.diag(np.arange(1.0, n + 1))
    return Case(A, np.eye(n)[:, -1:], np.eye(n), np.eye(1), P=P)


def _variants() -> dict[str, Case]:
    first, second, twelfth = CASES["darex1"], CASES["darex2"], CASES["darex12"]
    found = {f"darex1, R {r:g}": first._replace(R=np.array([[r]])) for r in (1e-6, 1e-12)}
    found["darex2, R x 1e6"] = second._replace(R=1e6 * second.R)
    found["darex12, 1e8"] = twelfth._replace(A=100 * twelfth.A)
    found["darex13, 1e9"] = _reflected(1e9)
    found |= {f"darex14, tau {tau:g}": _slow(tau) for tau in (1e2, 1e4, 1e6)}
    return found | {f"darex15, n = {n}": _shift(n) for n in (100, 200)}


CASES |= _variants()
ACCEPTED = {name: case for name, case in CASES.items() if case.refused is None}
REFUSED = {name: case for name, case in CASES.items() if case.refused is not None}
