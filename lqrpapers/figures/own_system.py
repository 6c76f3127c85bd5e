"""Figures of a reader's own system, of any number of states and inputs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter
from numpy.typing import ArrayLike

from lqrlib.validation import Array

from .curves import DECILES, ITERATIONS, Curve, Panel, Reference, points, spread
from .landscape import paths_in_plane
from .looks import GREY, METHODS, OLIVE, SERIES, SKY, WINE, Look, by_name, in_order
from .panels import draw
from .style import describe
from .words import joined, number

STEPS = 12  # of a walk, drawn on a line
UNDER, DASHES = 5.0, (0, (4, 2))  # width of a line under another, and what is drawn upon it
# Gaps below this, over the first, are rounding.
LEAST = 1e-14
#: Gains to start from or to compare.
GAINS = {
    "start": Look(SKY, "P", "start $K_0$"),
    "each": Look(GREY, "", "best for each noise"),
    "ignorant": Look(WINE, "<", "best without noise"),
    "optimum": METHODS["optimum"]._replace(label="optimum $K^*$"),
    "average": Look(OLIVE, "X", "average cost $K_{av}$"),
    "maml": METHODS["maml"]._replace(label="MAML $K^*_{ML}$"),
    "metric": Look(GREY, "h", "$K_{av}$, borrowed metric"),
}


def named(gain: str) -> str:
    """The label of one of `GAINS` without TeX's signs, for a line of text."""
    return re.sub(r"[${}^]", "", GAINS[gain].label).replace("K_0", "K0")


def cost_slice(
    x: Array, y: Array, costs: Array, walks: Mapping[str, Array], least: float
) -> Figure:
    """Draw the cost in the plane of optimum, start and slope, or on the line where y has one entry.

    Costs (Y, X), `least` at the optimum (0, 0); walks (T, 2) of methods are shadows on the plane.
    """
    labels = "way to the start ($K^*$ at 0, $K_0$ at 1)", "down the slope at $K_0$"
    if len(y) > 1:
        paths = {name: [walk] for name, walk in walks.items()}
        figure = paths_in_plane(x, y, costs, paths, (0.0, 0.0), least, labels=labels)
        figure.alt_text = figure.alt_text.replace(  # type: ignore[attr-defined]
            "1 starts", "one start"
        )
        under = METHODS["natural_gradient"].color
        for line in figure.axes[0].lines:  # where two paths coincide, the lower one is wider
            if line.get_color() == under and line.get_linestyle() == "-":
                line.set_linewidth(UNDER)
        return figure
    finite = np.isfinite(costs[0])
    curves = [Curve(x[finite], costs[0][finite] / least, Look("#000000", "", "cost"))]
    for look, walk in by_name(walks):
        first = walk[:STEPS, 0]  # the others stand on the optimum, or nearly
        over = np.interp(first, x[finite], costs[0][finite]) / least
        curves.append(points(first, over, look, told=False))
    curves.append(points([0.0], [1.0], METHODS["optimum"], told=False))
    panel = Panel(labels[0], curves, xscale="linear", ylabel="cost over the least")
    return draw([panel])


def leaving(x: Array, y: Array, walks: Mapping[str, Array]) -> str:
    """A sentence on the walks (T, 2) that leave the window of x and y."""
    out = [
        look.label
        for look, walk in by_name(walks)
        if any(
            (z < axis[0]).any() or (z > axis[-1]).any()
            for z, axis in zip(walk.T, (x, y), strict=True)
        )
    ]
    if not out:
        return "No path leaves the window."
    several = f"s of {joined(out)} leave" if len(out) > 1 else f" of {out[0]} leaves"
    return f"The path{several} the window for some steps."


def races(panels: Mapping[str, Mapping[str, Array]]) -> Figure:
    """Draw gaps over the first (T + 1,) of methods, a panel for each choice of steps."""
    drawn = [
        Panel(curves=_falling(by_name(gaps)), title=title, **ITERATIONS)
        for title, gaps in panels.items()
    ]
    return draw(drawn, "gap over the first", width=7.2, legend_columns=3)


def noise_margin(scales: Array, costs: Mapping[str, Array], margins: Mapping[str, float]) -> Figure:
    """Draw costs (S,) of gains over factors on the variances; dotted where each one's ends."""
    lines: dict[str, Any] = {"each": {"width": UNDER, "alpha": 0.5}, "optimum": {"line": DASHES}}
    curves = [
        Curve(scales, cost, GAINS[name], **lines.get(name, {}))
        for name, cost in sorted(costs.items(), key=lambda item: item[0] != "each")
    ]
    ends = [
        Reference(at, vertical=True, line=":", color=GAINS[name].color)
        for name, at in margins.items()
        if np.isfinite(at)
    ]
    top = 30 * float(np.nanmin([cost[0] for cost in costs.values()]))
    figure = draw(
        [
            Panel(
                "noise variances, times those of the system",
                curves,
                references=ends,
                ylabel="cost over the optimal one",
                ylim=(None, top),
                xlim=(scales[0], 1.1 * scales[-1]),
                also=lambda axes: axes.xaxis.set_minor_formatter(NullFormatter()),
            )
        ]
    )
    told = [f"{named(name)} begins at {number(c[0])}" for name, c in costs.items()]
    told += [f"{named(name)} fails at {number(at)}" for name, at in margins.items()]
    return describe(figure, f"Cost over the noise variances, log axes: {joined(told)}.")


def learning(
    rollouts: ArrayLike, errors: Mapping[str, Array], runs: Sequence[tuple[Array, Array]]
) -> Figure:
    """Draw errors (N, S) of gradient estimates, and gaps of runs over their queries.

    `runs` has queries (T + 1,) and gaps over the first (T + 1,) of each seed.
    """
    found = in_order(SERIES, errors)
    left = Panel(
        "roll-outs",
        [spread(rollouts, rows, look, quantiles=((0.0, 1.0),)) for look, rows in found],
        ylabel="error over the gradient",
        references=[Reference(1.0, line=":")],
        xticks=rollouts,
    )
    look = METHODS["zeroth_order"]
    curves = [
        Curve(queries[1:], np.maximum(gaps[1:], LEAST), look, listed=not k)
        for k, (queries, gaps) in enumerate(runs)
    ]
    right = Panel("cost queries", curves, xscale="linear", ylabel="gap over the first")
    figure = draw([left, right], width=7.2, share=False, legend_columns=4)
    told = [f"{name} {_ends(np.median(rows, axis=1))}" for name, rows in errors.items()]
    return describe(
        figure,
        f"""Left: median error of the gradient over roll-outs, log axes: {joined(told)}. Right: gap
        of {len(runs)} zeroth-order descents over cost queries: {_ends(runs[0][1][1:])} after
        {runs[0][0][-1]:,} queries, and alike.""",
    )


def adaptation(gaps: Mapping[str, Array]) -> Figure:
    """Draw relative gaps (T + 1, copies) of descents on unseen copies, by where they start."""
    # Two nearly coincide: one is wide and below, the other dashed upon it.
    lines: dict[str, Any] = {"average": {"width": UNDER}, "maml": {"line": DASHES}}
    curves = []
    for name, rows in sorted(gaps.items(), key=lambda item: item[0] != "average"):
        steps, look = np.arange(len(rows)), GAINS[name]
        drawn = np.maximum(rows, LEAST)
        curves.append(spread(steps, drawn, look, quantiles=DECILES, **lines.get(name, {})))
    panel = Panel(curves=curves, **ITERATIONS)
    figure = draw([panel], "gap over the optimal cost")
    told = [f"{named(name)} {_ends(np.median(rows, axis=1))}" for name, rows in gaps.items()]
    last = len(next(iter(gaps.values()))) - 1
    return describe(
        figure,
        f"Median gap of new copies over their iterations to {last}, log axes: {joined(told)}.",
    )


def _ends(course: Array) -> str:
    return f"from {number(course[0])} to {number(course[-1])}"


def _falling(found: Sequence[tuple[Look, Array]]) -> list[Curve]:
    return [Curve(np.arange(len(g)), np.maximum(g, LEAST), look) for look, g in found]
