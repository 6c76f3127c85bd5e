"""Picture of an audit: recorded errors of gradient estimates beside exact ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure

from lqrlib.validation import Array

from .checking import shaped
from .curves import Curve, Panel, Reference, dashed, points
from .looks import BLUE, GREY, VERMILION, Look, in_order
from .panels import draw
from .words import number

LOOKS = (Look(BLUE, "o"), Look(VERMILION, "^"))


class Errors(NamedTuple):
    """Relative errors of estimates from so many roll-outs."""

    counts: Array  # (X,), of the recorded estimates
    recorded: Array  # (S, X)
    exact: Array  # (Y,), root mean squares at the common grid
    floor: float  # that of infinitely many
    ours: tuple[Array, Array]  # numbers (Z,) and errors (R, Z) of our own estimates


def estimate_errors(grid: Array, kinds: Mapping[str, Errors], wanted: float) -> Figure:
    """Draw recorded and exact errors over the number of roll-outs (Y,), and what was `wanted`."""
    curves: list[Curve] = []
    references, words = [Reference(wanted, f"{100 * wanted:.0f} %", color=GREY)], []
    silent: Any = {"told": False}
    for look, found in in_order(LOOKS, kinds):
        recorded = shaped(look.label, found.recorded, "estimates", len(found.counts))
        bars: Any = {"bars": True, "mean": True}
        x, y = found.ours
        floor = np.full(len(grid), found.floor)
        curves += [
            points(found.counts, recorded, look, f"{look.label}, recorded", **bars, **silent),
            points(1.25 * x, y, look, f"{look.label}, ours", hollow=True, **bars, **silent),
            dashed(grid, found.exact, look, f"{look.label}, exact", listed=True),
            dashed(grid, floor, look, line=":", **silent),
        ]
        first, last = recorded.mean(axis=0)[[0, -1]]
        ends = f"recorded {number(first)} falling to {number(last)}"
        words.append(f"{look.label} {ends}; exact root mean squares tend to {number(found.floor)}")
    panel = Panel("roll-outs", curves, references=references)
    story = f"Errors of gradient estimates: {'; '.join(words)}."
    return draw([panel], "relative error (dimensionless)", story, height=4.0, legend_columns=2)
