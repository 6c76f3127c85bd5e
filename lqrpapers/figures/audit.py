"""Picture of an audit: recorded errors of gradient estimates beside exact ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

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
    curves, references, words = [], [Reference(wanted, f"{wanted:.0%}", color=GREY)], []
    for look, found in in_order(LOOKS, kinds):
        recorded = shaped(look.label, found.recorded, "estimates", len(found.counts))
        x, y = found.ours
        curves += [
            points(found.counts, recorded, look, f"{look.label}, recorded", bars=True, mean=True),
            points(1.25 * x, y, look, f"{look.label}, ours", bars=True, mean=True, hollow=True),
            dashed(grid, found.exact, look, f"{look.label}, exact", listed=True),
            Curve(
                grid,
                np.full(len(grid), found.floor),
                look._replace(marker=""),
                line=":",
                told=False,
                listed=False,
            ),
        ]
        words.append(f"{look.label}: no number of roll-outs brings it below {number(found.floor)}")
    panel = Panel("roll-outs", curves, references=references)
    story = f"Errors of gradient estimates. {'; '.join(words)}."
    return draw([panel], "relative error (dimensionless)", story, height=4.0, legend_columns=2)
