"""How far three printed constants fail on x+ = u as the weights vary."""

from __future__ import annotations

import numpy as np

from lqrlib.problem import LQR
from lqrlib.validation import Array

from ..claims import check


def printed_and_sharp(points: int = 240) -> dict[str, tuple[str, Array, Array, Array]]:
    """Ratios quantity / bound, printed and sharp, of E1, E2 and E6, each (points,).

    {erratum and gain: (label of the weight, weight, printed, sharp)}; a printed ratio is negative
    where the printed bound is.
    """
    one = np.ones((points, 1, 1))
    r, c = (np.logspace(*ends, points)[:, None, None] for ends in ((-3, 2), (-2, 1)))
    cheap, scaled = LQR(0 * one, one, one, r), LQR(0 * one, one, c, c)
    found = {}
    for name, label, weight, lemma, part, case in (
        ("E1 at $K = 1/2$", "$R/Q$", r, "s1-lemma-5", "gradient", (cheap, one / 2)),
        ("E2 at $K = 0$", "$R/Q$", r, "s1-lemma-6", "cost", (cheap, 0 * one, one)),
        ("E6 at $K = 0$", "$c$", c, "s1-lemma-5", "Hessian", (scaled, 0 * one)),
    ):
        printed, sharp = (check(lemma, *case, form=form)[part] for form in ("printed", "sharp"))
        label = f"{label} (dimensionless)"
        found[name] = label, weight.ravel(), printed.lhs / printed.rhs, sharp.ratio
    return found
