"""S1's Lemmas 5 and 6 as printed and sharp: on any cases, and on x+ = u as the weights vary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from lqrlib.problem import LQR
from lqrlib.validation import Array

from ..claims import Checks, check, check_all

Case = tuple[LQR, Array, Array]  # problem, gain, direction of the step
# Each quantity with its lemma, and the part that bounds it as printed and sharp.
QUANTITIES = {
    "gradient\n$h_G$": ("s1-lemma-5", "gradient", "gradient"),
    "Hessian\n$h_H$": ("s1-lemma-5", "Hessian", "Hessian"),
    "gain\n$h_c$": ("s1-lemma-5", "gain", "gain"),
    "change of cost\n$h_{cost}$": ("s1-lemma-6", "cost", "cost"),
    "change of gradient\n$h_{grad}$": ("s1-lemma-6", "gradient", "gradient"),
}


def both_lemmas(cases: Sequence[Case], form: str, fraction: ArrayLike = 1.0) -> dict[str, Checks]:
    """One form of Lemmas 5 and 6 of S1 on all cases together, at parts of the distance allowed."""
    uniform = check_all("s1-lemma-5", [case[:2] for case in cases], form=form)
    local = check_all("s1-lemma-6", cases, form=form, fraction=fraction)
    return {"s1-lemma-5": uniform, "s1-lemma-6": local}


def compared(
    printed: Mapping[str, Checks], sharp: Mapping[str, Checks]
) -> dict[str, tuple[Array, Array]]:
    """Ratios quantity / bound (S,), printed and sharp, of each of `QUANTITIES`, signs kept."""
    found = {}
    for name, (lemma, old, new) in QUANTITIES.items():
        left, right = printed[lemma][old], sharp[lemma][new]
        found[name] = left.lhs / left.rhs, right.lhs / right.rhs
    return found


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
        found[name] = label, weight.ravel(), printed.lhs / printed.rhs, sharp.ratio
    return found
