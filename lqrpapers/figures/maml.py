"""Pictures of the MAML iteration: runs, its objective, what its theorems promise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lqrlib.validation import Array

from .checking import shaped
from .curves import ITERATIONS, Curve, Panel, Reference, dashed, key, points
from .looks import (
    BLUE,
    CORRECTED,
    GREEN,
    GREY,
    METHODS,
    ORANGE,
    PRINTED,
    PURPLE,
    SKY,
    Look,
    looks_of,
)
from .panels import draw
from .words import joined, number

# What stands for the Hessian in the outer gradient; MAML's own colour for the true operator.
VARIANTS = {
    "exact": Look(PURPLE, METHODS["maml"].marker, "Hessian operator"),
    "none": Look(ORANGE, "P", "no Hessian (first order)"),
    "matrix": Look(GREEN, "X", "$m\\times m$ matrix"),
    "short": Look(BLUE, "h", "Hessian operator, shorter inner step"),
}


class Slice(NamedTuple):
    """Costs along a line of gains.

    Attributes
    ----------
    position : array (P,)
        Coordinate on the line.
    cost, objective : arrays (P,)
        J and J_ML, ``inf`` where undefined.
    places : mapping from a text to a coordinate
        Marked gains.
    axis : str
        Label of the horizontal axis.
    """

    position: Array
    cost: Array
    objective: Array
    places: Mapping[str, float]
    axis: str


def runs(costs: Mapping[str, Array], optimal: float) -> Figure:
    """Draw the cost of the nominal task along runs of Algorithm 1, one line for each variant.

    Parameters
    ----------
    costs : mapping from "exact", "none", "matrix" or "short" to array (T + 1,)
        ``inf`` from where the iterate does not stabilize, or has no step, any more.
    optimal : float
        Least cost.
    """
    curves, leaving = [], []
    for name, look in looks_of(costs, VARIANTS, "variants").items():
        values = shaped(name, costs[name], "T + 1")
        if not np.isfinite(values[0]):
            raise ValueError(f"{name}: expected costs (T + 1,) with a finite start")
        curves.append(Curve(np.arange(len(values)), values, look))
        last = np.flatnonzero(np.isfinite(values))[-1]
        if last < len(values) - 1:
            leaving.append(((last, values[last]), look.color))

    def say_who_leaves(axes: Axes) -> None:
        for place, color in leaving:
            axes.annotate(
                "leaves", place, (8, 0), textcoords="offset points", color=color, va="center"
            )

    least = Reference(optimal, "least cost", line=":", color=GREY)
    panel = Panel(
        curves=curves, references=[least], legend="upper right", also=say_who_leaves, **ITERATIONS
    )
    story = "A cost that becomes infinite: the run leaves the stabilizing set."
    return draw([panel], "cost $J(K_t)$ (dimensionless)", story)


def objectives(panels: Mapping[str, Slice]) -> Figure:
    """Draw the cost and the MAML objective along lines of gains, side by side."""
    drawn = []
    for title, line in panels.items():
        marks = [
            Reference(place, vertical=True, line="-", color=GREY, width=0.8, note=text)
            for text, place in line.places.items()
        ]
        curves = [
            Curve(line.position, line.cost, Look(METHODS["gradient"].color), "$J$"),
            Curve(
                line.position, line.objective, Look(METHODS["maml"].color), "$J_{ML}$", line="-."
            ),
        ]
        drawn.append(Panel(line.axis, curves, title, xscale="linear", references=marks))
    return draw(
        drawn,
        "cost (dimensionless)",
        "Cost J and MAML objective J_ML along lines of gains.",
        share=False,
    )


def outcomes(
    steps: Array, finals: Mapping[str, Array], limit: float, published: float, start: float
) -> Figure:
    """Draw the last cost of runs against their step size, and the runs that leave.

    Parameters
    ----------
    steps : array (S,)
        Step sizes eta = eta_l.
    finals : mapping from a variant to array (S,)
        Last cost, ``inf`` for runs that left.
    limit : float
        1 / (largest eigenvalue of the Hessian at the start), a vertical line.
    published : float
        The published step size, a vertical line.
    start : float
        Cost at the start.
    """
    curves, words, top = [], [], 3 * start
    for count, (name, look) in enumerate(looks_of(finals, VARIANTS, "variants").items()):
        shifted = steps * 1.06 ** (count - 1)  # so that equal results stay visible
        values = shaped(name, finals[name], len(steps))
        good = values <= start
        below, above = np.where(good, values, np.nan), np.where(good, np.nan, top)
        curves.append(points(shifted, below, look, told=False))
        curves.append(points(shifted, above, look, hollow=True, told=False, listed=False))
        failing = joined([number(step) for step in steps[~good]]) if not good.all() else "none"
        words.append(
            f"{look.label}: {int(good.sum())} of {len(values)} runs end below the start, the best "
            f"at {number(values.min())}, failing: {failing}"
        )

    lines = [
        Reference(limit, "$1/\\lambda_{\\max}(\\nabla^2J(K_0))$", vertical=True, width=1),
        Reference(published, "published", vertical=True, line=":", width=1),
        Reference(start, line="-", color=GREY, width=0.8, note="cost of the start"),
        Reference(1.3 * top, line="", color=GREY, note="failed"),
    ]
    panel = Panel(
        "step sizes $\\eta = \\eta_l$ (dimensionless)",
        curves,
        references=lines,
        ylim=(None, 1.6 * top),
        legend="right",
    )
    return draw([panel], "cost at the end (dimensionless)", f"{'; '.join(words)}.", height=3.5)


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
            Curve(
                sizes,
                shaped(name, kinds[name], len(sizes), "samples").T,
                look,
                line="-" if name == "measured" else "--",
                quantiles=((0.05, 0.95),),
            )
            for name, look in looks_of(kinds, KINDS, "kinds").items()
        ]
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
                    axes.axvspan(
                        *ends, facecolor=face, edgecolor=GREY, hatch=hatch, alpha=0.35, linewidth=0
                    )

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
