"""Pictures of the MAML iteration: runs, its objective, what its theorems promise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import lqrlib
from lqrlib import LQR, maml
from lqrlib.validation import Array

from .by_size import STATES
from .checking import shaped
from .curves import ITERATIONS, NINETY, Curve, Panel, Reference, dashed, key, points, spread
from .looks import CORRECTED, GREY, INDIGO, METHODS, OLIVE, PRINTED, SKY, WINE, Look, by_name
from .panels import draw
from .style import note
from .words import joined, number

# What stands for the Hessian in the outer gradient; MAML's own colour for the true operator.
VARIANTS = {
    "exact": METHODS["maml"]._replace(label="Hessian operator"),
    "none": Look(SKY, "P", "no Hessian (first order)"),
    "matrix": Look(OLIVE, "X", "$m\\times m$ matrix"),
    "short": Look(INDIGO, "h", "Hessian operator, shorter inner step"),
}


class Line(NamedTuple):
    """A line of gains on which a family of one task is looked at."""

    family: LQR  # (1,)
    origin: Array | float  # (m, n)
    direction: Array | float  # (m, n)
    positions: Array  # (P,), coordinate on the line
    inner_step_size: float  # of J_ML
    places: Mapping[str, float]  # marked positions
    axis: str  # label of the horizontal axis


def runs(costs: Mapping[str, Array], optimal: float) -> Figure:
    """Draw the cost of the nominal task along runs, {key of `VARIANTS`: (T + 1,)}; least dotted.

    Costs are ``inf`` from where the iterate does not stabilize, or has no step, any more.
    """
    curves, leaving = [], []
    for look, cost in by_name(costs, VARIANTS, "variants"):
        values = shaped(look.label, cost, "T + 1")
        if not np.isfinite(values[0]):
            raise ValueError(f"{look.label}: expected costs (T + 1,) with a finite start")
        curves.append(Curve(np.arange(len(values)), values, look))
        last = np.flatnonzero(np.isfinite(values))[-1]
        if last < len(values) - 1:
            leaving.append(((last, values[last]), look.color))

    def say_who_leaves(axes: Axes) -> None:
        for place, color in leaving:
            note(axes, "leaves", place, (8, 0), color=color, va="center")

    least = [Reference(optimal, "least cost", line=":", color=GREY)]
    axis = ITERATIONS | {"legend": "upper right", "also": say_who_leaves}
    panel = Panel(curves=curves, references=least, **axis)
    story = "A cost that becomes infinite: the run leaves the stabilizing set."
    return draw([panel], "cost $J(K_t)$", story)


def objectives(panels: Mapping[str, Line]) -> Figure:
    """Draw the cost and the MAML objective along lines of gains, side by side."""
    drawn = []
    cost, objective = Look(METHODS["gradient"].color), Look(METHODS["maml"].color)
    for title, line in panels.items():
        gains = line.origin + line.positions[:, None, None] * line.direction
        paid = maml.cost(line.family, gains, line.inner_step_size)
        marks = [
            Reference(place, vertical=True, line="-", color=GREY, width=0.8, note=text)
            for text, place in line.places.items()
        ]
        curves = [
            Curve(line.positions, lqrlib.cost(line.family[0], gains), cost, "$J$"),
            Curve(line.positions, paid, objective, "$J_{ML}$", line="-."),
        ]
        drawn.append(Panel(line.axis, curves, title, xscale="linear", references=marks))
    story = "Cost J and MAML objective J_ML along lines of gains."
    return draw(drawn, "cost", story, share=False)


def outcomes(
    steps: Array, finals: Mapping[str, Array], limit: float, published: float, start: float
) -> Figure:
    """Draw the last cost {key of `VARIANTS`: (S,)} of runs against their step size (S,).

    Runs that left are ``inf``. `start` is the cost at the start; `limit`, one over the largest
    eigenvalue of the Hessian there, and the published step size are vertical lines.
    """
    curves, words, top = [], [], 3 * start
    for count, (look, last) in enumerate(by_name(finals, VARIANTS, "variants")):
        shifted = steps * 1.06 ** (count - 1)  # so that equal results stay visible
        values = shaped(look.label, last, len(steps))
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
    label, limits = "step sizes $\\eta = \\eta_l$", (None, 1.6 * top)
    panel = Panel(label, curves, references=lines, ylim=limits, legend="right")
    return draw([panel], "cost at the end", f"{'; '.join(words)}.", height=3.5)


KINDS = {
    "printed": PRINTED,
    "sharp": CORRECTED._replace(label="sharp"),
    "local": Look(SKY, "P", "sharp, $L$ and $f$ measured"),
    "measured": METHODS["maml"]._replace(label="measured"),
}
SETTINGS = {
    "system": Look(WINE, "h", "system"),
    "cost": Look(SKY, "P", "cost"),
    "both": METHODS["maml"]._replace(label="both"),
}


class Run(NamedTuple):
    """One run: measured gaps (T + 1,), and what is promised at each step (T + 1,)."""

    measured: Array
    promised: Array

    @property
    def broken(self) -> int:
        """How often the promise is exceeded."""
        return int(np.sum(self.measured > self.promised[: len(self.measured)] * (1 + 1e-9)))


class Sweep(NamedTuple):
    """Bias over heterogeneity, D draws."""

    levels: Array  # (L,), heterogeneity
    bias: Array  # (L, D), largest gap of a task at K*_ML, nan without a common gain
    promised: Array  # (L, D), the bound with L and f measured
    start: Array  # (D,), level at which the start ceases to stabilize all tasks, or inf
    common: Array  # (D,), level at which every common gain does


def by_size(sizes: Array, panels: Mapping[str, Mapping[str, Array]]) -> Figure:
    """Draw positive numbers {axis label: {key of `KINDS`: (N, S)}} by number of states (N,).

    Median and 5 to 95 % band of each kind.
    """
    drawn = []
    for label, kinds in panels.items():
        curves = []
        for look, samples in by_name(kinds, KINDS, "kinds"):
            line = "-" if look.label == "measured" else "--"
            curves.append(spread(sizes, samples, look, quantiles=NINETY, line=line))
        drawn.append(Panel(STATES, curves, ylabel=label, xscale="linear", xticks=sizes))
    story = "Medians over random problems and 5 to 95 % bands; dashed: promised."
    return draw(drawn, story=story, height=3.5, legend_columns=4)


def theorem_runs(panels: Mapping[str, Mapping[str, Run]]) -> Figure:
    """Draw largest gaps over iterations, measured solid and promised dashed, printed and sharp."""
    drawn = []
    for title, runs in panels.items():
        curves = []
        for look, run in by_name(runs, KINDS, "kinds"):
            for line, gaps in zip(("-", "--"), run, strict=True):
                values = shaped(f"{title}, {look.label}", gaps, "T + 1")
                steps = np.arange(len(values))
                curves.append(Curve(steps, values, look, line=line, listed=line == "-"))
        curves.append(key(Look(GREY), "promised", line="--"))
        drawn.append(Panel(curves=curves, title=title, **ITERATIONS))
    return draw(drawn, "largest gap of a task", "Dashed: promised.")


def bias(sweeps: Mapping[str, Sweep]) -> Figure:
    """Draw the bias of K*_ML over heterogeneity in the three settings, one panel each.

    Lines are medians over the draws, bands their range; dashed the promise with measured L and f.
    Grey spans: from the first to the last draw in which the start, or any common gain found,
    ceases to stabilize all tasks.
    """
    panels, words = [], []
    for look, sweep in by_name(sweeps, SETTINGS, "settings"):
        shape = len(sweep.levels), len(sweep.start)
        values = shaped(look.label, sweep.bias, *shape).T
        there = np.isfinite(values).any(axis=0)
        levels = sweep.levels[there]
        measured = Curve(levels, values[:, there], look, "measured")
        bounds = sweep.promised.T[:, there]
        bound = dashed(levels, bounds, label="promised", listed=True, quantiles=())
        guide = measured.middle()[0] * (levels / levels[0]) ** 2
        slope = Curve(levels, guide, Look(GREY), "slope 2", line=":", told=False)

        def shade(axes: Axes, sweep: Sweep = sweep) -> None:
            style: Any = {"edgecolor": GREY, "alpha": 0.35, "linewidth": 0}
            for places, face, hatch in ((sweep.start, GREY, ""), (sweep.common, "none", "//")):
                if (ends := _span(places)) is not None:
                    axes.axvspan(*ends, facecolor=face, hatch=hatch, **style)

        for what, places in (("the start", sweep.start), ("every common gain", sweep.common)):
            if (ends := _span(places)) is not None:
                between = f"between {number(ends[0])} and {number(ends[1])}"
                words.append(f"{look.label}: {what} lost {between}.")
        curves = [measured, bound, slope]
        panels.append(Panel("heterogeneity $\\varepsilon$", curves, look.label, also=shade))
    story = f"Medians over draws and their range. {' '.join(words)}"
    return draw(panels, "largest gap at $K^*_{ML}$", story, height=3.9)


def _span(places: Array) -> tuple[float, float] | None:
    """First and last place that is finite, if there is one."""
    finite = places[np.isfinite(places)]
    return (float(finite.min()), float(finite.max())) if len(finite) else None
