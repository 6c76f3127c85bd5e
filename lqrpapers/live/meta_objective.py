"""The MAML objective of two mirrored tasks over one gain, and an inner step from a gain to drag."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import lqrlib
from lqrlib import LQR
from lqrpapers.figures.looks import METHODS, SERIES

from . import plain

DIFFERENCE, SHARE = 0.7, 1.5  # ends of the sliders: a, and the inner step times J''(0)
ABOVE = 0.8  # the cost axis ends so far above the cost in the middle


def meta_objective(
    settings: Mapping[str, tuple[LQR, float, float]],
) -> tuple[str, dict[str, Any]]:
    """Kind and data: for each setting by its words a family, an inner step and a gain to drag.

    The first task of each family is x+ = a x + b u, the second, if there is one, x+ = a x - b u;
    in all else the families are alike.
    """
    firsts = [family[0] for family, _, _ in settings.values()]
    told = [
        {
            "words": words,
            "difference": float(first.A.item()),
            "share": step * float(lqrlib.hessian_matrix(first, [[0.0]]).item()),
            "gain": gain,
        }
        for first, (words, (_, step, gain)) in zip(firsts, settings.items(), strict=True)
    ]
    names = "cost of x⁺ = a x + u", "cost of x⁺ = a x − u"
    tasks = [look._replace(label=name) for look, name in zip(SERIES, names, strict=False)]
    maml = METHODS["maml"]._replace(label="MAML objective, after the inner step")
    looks = [{"label": each.label, "color": each.color} for each in (*tasks, maml)]
    return "meta_objective", {
        "problem": plain(firsts[0]),
        "settings": told,
        "most": {"difference": DIFFERENCE, "share": SHARE},
        "above": ABOVE,
        "looks": {"tasks": looks[:2], "maml": looks[2]},
    }
