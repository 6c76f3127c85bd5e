"""Pictures of what the theorems on MAML promise, beside what happens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lqrlib.validation import Array

from .checking import shaped
from .curves import ITERATIONS, Curve, Panel, dashed, key
from .looks import CORRECTED, GREEN, GREY, METHODS, ORANGE, PRINTED, SKY, Look, looks_of
from .panels import draw
from .words import number

KINDS = {
    "printed": PRINTED,
    "sharp": CORRECTED._replace(label="sharp"),
    "local": Look(GREEN, "s", "sharp, $L$ and $f$ measured"),
    "measured": METHODS["maml"]._replace(label="measured"),
}
SETTINGS = {
    "system": Look(ORANGE, "s", "system"),
    "cost": Look(SKY, "^", "cost"),
    "both": METHODS["maml"]._replace(label="both"),
}


class Run(NamedTuple):
    """One run: measured gaps (T + 1,), and what is promised at each step (T + 1,)."""

    measured: Array
    promised: Array


class Sweep(NamedTuple):
    """Bias over heterogeneity, D draws.

    Attributes
    ----------
    levels : array (L,)
        Heterogeneity epsilon.
    bias : array (L, D)
        Largest gap of a task at K*_ML, nan where a draw has no common gain any more.
    promised : array (L, D)
        The bound with L and f measured.
    start, common : arrays (D,)
        Levels at which the start and every common gain cease to stabilize all tasks; ``inf`` for
        draws in which that does not happen.
    """

    levels: Array
    bias: Array
    promised: Array
    start: Array
    common: Array


def by_size(sizes: Array, panels: Mapping[str, Mapping[str, Array]]) -> Figure:
    """Draw positive numbers by number of states: median and 5 % to 95 % band of each kind.

    Parameters
    ----------
    sizes : array (N,)
        Numbers of states.
    panels : mapping from an axis label to a mapping from a kind to array (N, S)
        Kinds: "printed", "sharp", "local", "measured".
    """
    drawn = []
    for label, kinds in panels.items():
        curves = [
            Curve(sizes, shaped(name, kinds[name], len(sizes), "samples").T, look,
                  line="-" if name == "measured" else "--", quantiles=((0.05, 0.95),))
            for name, look in looks_of(kinds, KINDS, "kinds").items()
        ]  # fmt: skip
        drawn.append(
            Panel("number of states $n$", curves, ylabel=label, xscale="linear", xticks=sizes)
        )
    story = "Medians over random problems and 5 to 95 % bands; dashed: promised."
    return draw(drawn, story=story, height=3.5, legend_columns=4)


def theorem_runs(panels: Mapping[str, Mapping[str, Run]]) -> Figure:
    """Draw largest gaps over iterations, measured solid and promised dashed, printed and sharp."""
    drawn = []
    for title, runs in panels.items():
        curves = []
        for name, look in looks_of(runs, KINDS, "kinds").items():
            for line, values in zip(("-", "--"), runs[name], strict=True):
                gaps = shaped(f"{title}, {name}", values, "T + 1")
                steps = np.arange(len(gaps))
                curves.append(Curve(steps, gaps, look, line=line, listed=line == "-"))
        curves.append(key(Look(GREY), "promised", line="--"))
        drawn.append(Panel(curves=curves, title=title, **ITERATIONS))
    return draw(drawn, "largest gap of a task (dimensionless)", "Dashed: promised.")


def bias(sweeps: Mapping[str, Sweep]) -> Figure:
    """Draw the bias of K*_ML over heterogeneity in the three settings, one panel each.

    Lines are medians over the draws, bands their range; dashed the promise with measured L and f.
    Grey spans: from the first to the last draw in which the start, or any common gain found,
    ceases to stabilize all tasks.
    """
    panels, words = [], []
    for name, look in looks_of(sweeps, SETTINGS, "settings").items():
        sweep = sweeps[name]
        shape = len(sweep.levels), len(sweep.start)
        values = shaped(name, sweep.bias, *shape).T
        there = np.isfinite(values).any(axis=0)
        levels = sweep.levels[there]
        measured = Curve(levels, values[:, there], look, "measured")
        bounds = shaped(name, sweep.promised, *shape).T[:, there]
        bound = dashed(levels, bounds, label="promised", listed=True, quantiles=())
        guide = measured.middle()[0] * (levels / levels[0]) ** 2
        slope = Curve(levels, guide, Look(GREY), "slope 2", line=":", told=False)

        def shade(axes: Axes, sweep: Sweep = sweep) -> None:
            for places, face, hatch in ((sweep.start, GREY, ""), (sweep.common, "none", "//")):
                if (ends := _span(places)) is not None:
                    axes.axvspan(*ends, facecolor=face, edgecolor=GREY, hatch=hatch, alpha=0.35,
                                 linewidth=0)  # fmt: skip

        for what, places in (("the start", sweep.start), ("every common gain", sweep.common)):
            if (ends := _span(places)) is not None:
                words.append(
                    f"{look.label}: {what} lost between {number(ends[0])} and {number(ends[1])}."
                )
        panels.append(
            Panel("heterogeneity $\\varepsilon$", [measured, bound, slope], look.label, also=shade)
        )
    story = f"Medians over draws and their range. {' '.join(words)}"
    return draw(panels, "largest gap at $K^*_{ML}$ (dimensionless)", story, height=3.9)


def _span(places: Array) -> tuple[float, float] | None:
    """First and last place that is finite, if there is one."""
    finite = places[np.isfinite(places)]
    return (float(finite.min()), float(finite.max())) if len(finite) else None
