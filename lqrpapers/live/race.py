"""Three descents from one start with steps to be chosen, measured against their theorems."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

import lqrlib
from lqrlib import LQR
from lqrlib.matrices import spectral_norm
from lqrpapers.figures.convergence import LEAST_GAP
from lqrpapers.figures.looks import METHODS

from . import plain

TOLD = 30  # iterations after which the sentence compares, at first
#: Theorem of S2, and the bound of its assumption, in HTML: with the place of its value, and short.
THEOREMS = {
    "gradient": ("3.6", "c<sub>pg</sub> = {}", "c<sub>pg</sub>"),
    "natural_gradient": ("3.5", "½(‖R‖ + b C(K<sub>0</sub>)/μ)<sup>−1</sup> = {}", "{}"),
    "gauss_newton": ("3.4", "½", "½"),
}


def ceilings(problem: LQR) -> dict[str, float]:
    """Steps beyond which no descent settles at the optimum (`ours-steps` in chapter 5)."""
    best = lqrlib.at_gain(problem, problem.optimum.K)
    return {
        "gradient": float(2 / np.linalg.eigvalsh(best.hessian_matrix)[-1]),
        "natural_gradient": float(1 / spectral_norm(best.R_K)),
        "gauss_newton": 1.0,
    }


def race(
    problem: LQR, K: ArrayLike, allowed: Mapping[str, Any], gaps: Mapping[str, ArrayLike]
) -> tuple[str, dict[str, Any]]:
    """Kind and data for the descents of one problem from K with the largest allowed steps.

    `gaps` are those of the picture, {method: (T + 1,)}: the longest says how many iterations.
    """
    methods = []
    for name, ceiling in ceilings(problem).items():
        number, bound, named = THEOREMS[name]
        step = float(allowed[name])
        told = {"theorem": f"S2, Theorem {number}", "href": f"#s2-thm-{number}"}
        steps = {"step": step, "least": step / 10, "most": 3 * ceiling}
        look = METHODS[name]._asdict()
        methods.append({"name": name, "bound": bound, "named": named} | told | steps | look)
    return "race", {
        "problem": plain(problem),
        "start": np.asarray(K, dtype=float).tolist(),
        "count": max(len(np.asarray(curve)) for curve in gaps.values()) - 1,
        "told": TOLD,
        "y": [LEAST_GAP, 1e3],
        "methods": methods,
    }
