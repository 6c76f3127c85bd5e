"""Pictures of the MAML iteration: runs, what its objective looks like, which steps it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from .style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    METHODS,
    ORANGE,
    PURPLE,
    Look,
    describe,
    drawing,
    joined,
    looks_of,
    number,
)

Array = NDArray[np.float64]

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
    words = []
    with drawing(height=3.6) as (figure, axes):
        for name, look in looks_of(costs, VARIANTS, "variants").items():
            values = np.asarray(costs[name], dtype=float)
            if values.ndim != 1 or not np.isfinite(values[:1]).all():
                raise ValueError(f"{name}: expected costs (T + 1,) with a finite start")
            steps = np.flatnonzero(np.isfinite(values))
            marks = sorted({0, *np.unique(np.geomspace(1, len(steps), 8).astype(int) - 1)})
            axes.plot(
                steps, values[steps], color=look.color, marker=look.marker, markevery=marks,
                label=look.label,
            )  # fmt: skip
            if len(steps) < len(values):
                axes.annotate(
                    "leaves", (steps[-1], values[steps[-1]]), (8, 0), textcoords="offset points",
                    color=look.color, va="center",
                )  # fmt: skip
                ends = f"leaves the stabilizing set after {steps[-1]} steps at"
            else:
                ends = f"ends after {steps[-1]} steps at"
            words.append(f"{look.label} {ends} {number(values[steps[-1]])}")
        axes.axhline(optimal, color=GREY, linestyle=":", label="least cost")
        axes.set_xscale("symlog", linthresh=1)
        axes.set_yscale("log")
        axes.set_xlim(0, None)
        axes.set_xlabel("iteration (log scale from 1)")
        axes.set_ylabel("cost $J(K_t)$ (dimensionless)")
        axes.legend(loc="upper right")
    text = f"""Cost over the iterations on log scales, from {number(next(iter(costs.values()))[0])}
        at the start; the least cost is {number(optimal)}. {"; ".join(words)}."""
    return describe(figure, text)


def objectives(panels: Mapping[str, Slice]) -> Figure:
    """Draw the cost and the MAML objective along lines of gains, side by side."""
    words = []
    with drawing(1, len(panels), height=3.5, squeeze=False) as (figure, grid):
        for axes, (title, line) in zip(grid[0], panels.items(), strict=True):
            if not np.shape(line.position) == np.shape(line.cost) == np.shape(line.objective):
                raise ValueError(f"{title}: expected arrays of one length")
            for values, color, style, label in (
                (line.cost, METHODS["gradient"].color, "-", "$J$"),
                (line.objective, METHODS["maml"].color, "-.", "$J_{ML}$"),
            ):
                drawn = np.where(np.isfinite(values), values, np.nan)
                axes.plot(line.position, drawn, color=color, linestyle=style, label=label)
            for text, place in line.places.items():
                axes.axvline(place, color=GREY, linewidth=0.8)
                axes.annotate(
                    text, (place, 0.98), (3, 0), xycoords=("data", "axes fraction"),
                    textcoords="offset points", va="top",
                )  # fmt: skip
            axes.set_yscale("log")
            axes.set_xlabel(line.axis)
            axes.set_title(title, loc="left", fontsize=10, fontweight="bold")
            least = line.position[np.nanargmin(line.objective)]
            words.append(
                f"{title}: J between {number(np.min(line.cost))} and "
                f"{number(np.max(line.cost[np.isfinite(line.cost)]))}, J_ML least "
                f"({number(np.min(line.objective))}) at {number(least)}; marked are "
                f"{joined([f'{t} at {number(p)}' for t, p in line.places.items()])}"
            )
        grid[0, 0].set_ylabel("cost (dimensionless)")
        grid[0, 0].legend(loc="upper left", bbox_to_anchor=(0.12, 0.95))
    text = f"Cost J and MAML objective J_ML along lines of gains, log scale. {'; '.join(words)}."
    return describe(figure, text.replace("$", ""))


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
    words, top = [], 3 * start
    with drawing(height=3.5) as (figure, axes):
        for count, (name, look) in enumerate(looks_of(finals, VARIANTS, "variants").items()):
            shift = 1.06 ** (count - 1)  # so that equal results stay visible
            values = np.asarray(finals[name], dtype=float)
            if values.shape != np.shape(steps):
                raise ValueError(f"{name}: expected shape {np.shape(steps)}, got {values.shape}")
            good = values <= start
            axes.plot(
                steps[good] * shift, values[good], look.marker, color=look.color, label=look.label
            )
            axes.plot(
                steps[~good] * shift, np.full((~good).sum(), top), look.marker, color=look.color,
                markerfacecolor="none",
            )  # fmt: skip
            words.append(
                f"{look.label}: {int(good.sum())} of {len(values)} runs end below the start, the "
                f"best at {number(values.min())}"
                + (
                    f", failing {joined([number(s) for s in steps[~good]])}"
                    if not good.all()
                    else ""
                )
            )
        for place, style, text in (
            (limit, "--", "$1/\\lambda_{\\max}(\\nabla^2J(K_0))$"),
            (published, ":", "published"),
        ):
            axes.axvline(place, color=BLACK, linestyle=style, linewidth=1.0, label=text)
        axes.axhline(start, color=GREY, linewidth=0.8)
        for text, height in (("cost of the start", start), ("failed", 1.15 * top)):
            axes.annotate(
                text, (0.0, height), (4, -2), xycoords=("axes fraction", "data"),
                textcoords="offset points", va="top" if height == start else "bottom", color=GREY,
            )  # fmt: skip
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_ylim(None, 1.6 * top)
        axes.set_xlabel("step sizes $\\eta = \\eta_l$ (dimensionless)")
        axes.set_ylabel("cost at the end (dimensionless)")
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    text = f"""Cost at the end of runs of Algorithm 1 over the step size, log scales; the start
        costs {number(start)}. {"; ".join(words)}. Vertical lines at {number(limit)} and
        {number(published)}."""
    return describe(figure, text.replace("$m\\times m$", "m x m"))
