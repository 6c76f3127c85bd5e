"""Correct digits of P from lqrlib and its peers on the cases of `lqrpapers.recorded.darex`."""

from __future__ import annotations

import numpy as np
import scipy.linalg
import slycot

import lqrlib
from lqrpapers.recorded.darex import Case
from lqrpapers.studies.precise_riccati import correct_digits, precise_riccati


def peers(case: Case) -> dict[str, float]:
    """Correct digits of P from lqrlib, scipy and slycot."""
    n, m = case.B.shape
    solution = lqrlib.solve(lqrlib.LQR(*case[:4]))
    exact = precise_riccati(*case[:4], solution.K) if case.P is None else case.P
    found = {"lqrlib": solution.P}
    ways = {
        "scipy": lambda: scipy.linalg.solve_discrete_are(*case[:4]),
        "slycot": lambda: slycot.sb02od(n, m, *case[:4], "D")[0],
    }
    for name, way in ways.items():
        try:
            with np.errstate(all="ignore"):
                found[name] = way()
        except (ArithmeticError, ValueError, np.linalg.LinAlgError):
            found[name] = None
    return {name: correct_digits(P, exact) for name, P in found.items()}
