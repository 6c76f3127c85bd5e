"""What several chapters draw: ratios of random problems by number of states."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from lqrlib.validation import Array

from .checking import shaped
from .curves import NINETY, Curve, Panel, Reference, extremes, side_by_side
from .looks import Look, in_order
from .panels import draw

STATES = "number of states $n$"


def ratios_by_size(
    sizes: Array,
    panels: Mapping[str, Mapping[str, Iterable[ArrayLike]]],
    looks: Sequence[Look],
    ylabel: str,
    *,
    largest: bool,
    height: float = 3.6,
) -> Figure:
    """Draw medians, 5 to 95 % bands and the largest or least ratio as open markers; 1 is dashed.

    `panels` maps a panel's name to a mapping from a curve's name to ratios, an array for each of
    the `sizes` (N,). Looks in the order of the curves.
    """
    drawn = []
    for title, several in panels.items():
        curves = []
        for look, ratios in in_order(looks, several):
            samples = shaped(f"{title}, {look.label}", side_by_side(ratios), "samples", len(sizes))
            curves.append(Curve(sizes, samples, look, quantiles=NINETY))
            curves.append(extremes(sizes, samples, look, largest))
        one = [Reference(1)]
        drawn.append(Panel(STATES, curves, title, xscale="linear", xticks=sizes, references=one))
    extreme = "largest" if largest else "least"
    story = f"Medians, 5 to 95 % bands, and the {extreme} ratio as an open marker."
    return draw(drawn, ylabel, story, height=height)
