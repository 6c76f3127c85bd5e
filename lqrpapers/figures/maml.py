"""Pictures of the MAML iteration: runs, what its objective looks like, which steps it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lqrlib.validation import Array

from .checking import shaped
from .curves import ITERATIONS, Curve, Panel, Reference, points
from .looks import BLUE, GREEN, GREY, METHODS, ORANGE, PURPLE, Look, looks_of
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
            axes.annotate("leaves", place, (8, 0), textcoords="offset points", color=color,
                          va="center")  # fmt: skip

    least = Reference(optimal, "least cost", line=":", color=GREY)
    panel = Panel(curves=curves, references=[least], legend="upper right", also=say_who_leaves,
                  **ITERATIONS)  # fmt: skip
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
            Curve(line.position, line.objective, Look(METHODS["maml"].color), "$J_{ML}$",
                  line="-."),
        ]  # fmt: skip
        drawn.append(Panel(line.axis, curves, title, xscale="linear", references=marks))
    return draw(
        drawn, "cost (dimensionless)", "Cost J and MAML objective J_ML along lines of gains.",
        share=False,
    )  # fmt: skip


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
    panel = Panel("step sizes $\\eta = \\eta_l$ (dimensionless)", curves, references=lines,
                  ylim=(None, 1.6 * top), legend="right")  # fmt: skip
    return draw([panel], "cost at the end (dimensionless)", f"{'; '.join(words)}.", height=3.5)
