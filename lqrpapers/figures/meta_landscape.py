"""Pictures of the MAML objective: stand-ins for its gradient, Lemma 8, its landscape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from lqrlib.validation import Array

from .by_size import ratios_by_size
from .checking import shaped
from .curves import Curve, Panel, points
from .landscape import HATCH, entry, hatch_outside
from .looks import BLACK, CORRECTED, GREY, METHODS, PRINTED, SERIES, SKY, Look, in_order
from .panels import draw
from .style import describe, drawing
from .words import number

STAND_INS = (SERIES[2], SERIES[1], PRINTED)
FORMS = (PRINTED, CORRECTED, SERIES[2])
LINES = ("-", "--", "-")
OBJECTIVES = (Look(GREY, "o"), Look(SKY, "s"), METHODS["maml"])


def meta_gradient_errors(steps: Array, errors: Mapping[str, Array]) -> Figure:
    """Draw relative errors (S, T) of stand-ins for the meta-gradient over the inner step (T,).

    Lines are medians, bands run from the 10 to the 90 % quantile. At most three stand-ins.
    """
    curves = [
        Curve(
            steps, shaped(look.label, sample, "samples", len(steps)), look, quantiles=((0.1, 0.9),)
        )
        for look, sample in in_order(STAND_INS, errors)
    ]
    label = r"$\eta_l\,\times$ largest curvature of a task (dimensionless)"
    story = "Stand-ins for the gradient of the MAML objective; medians and 10 to 90 % bands."
    return draw([Panel(label, curves, legend="best")], "relative error (dimensionless)", story)


def heterogeneity_tightness(
    sizes: Array, panels: Mapping[str, Mapping[str, Sequence[Array]]]
) -> Figure:
    """Draw difference of gradients over its bound, by number of states, for three forms.

    Parameters
    ----------
    sizes : array (N,)
    panels : mapping from a panel's name to a mapping "printed", "corrected", "sharp" -> N arrays
        Ratios (S,) for each size; 1 is attained, above 1 violated. Median, 5 to 95 % band, and
        the largest as an open marker.
    """
    label = "difference / bound (dimensionless)"
    return ratios_by_size(sizes, panels, FORMS, label, largest=True)


class Objective(NamedTuple):
    """An objective over a gain of one entry, with the places where its slope vanishes.

    Attributes
    ----------
    values : array (T,)
        Infinite or nan where it is not defined.
    stationary, heights : arrays (k,)
    """

    values: Array
    stationary: Array
    heights: Array


def scalar_landscapes(panels: Mapping[str, tuple[Array, Mapping[str, Objective], float]]) -> Figure:
    """Draw objectives over one gain, several inner steps to a panel, stationary points marked.

    Parameters
    ----------
    panels : mapping from a panel's name to (gains (T,), objectives by name (at most three), top)
        `top` is where the vertical axis ends.
    """
    drawn, words = [], []
    for title, (gains, objectives, top) in panels.items():
        curves = []
        for line, (look, (values, stationary, heights)) in zip(
            LINES, in_order(OBJECTIVES, objectives), strict=False
        ):
            shaped(look.label, values, len(gains))
            shown = np.where(values <= 2 * top, values, np.nan)
            plain = look._replace(marker="")
            curves.append(Curve(gains, shown, plain, line=line, told=False))
            curves.append(points(stationary, heights, look, edge=BLACK, listed=False, told=False))
            places = ", ".join(number(np.round(k, 9) + 0.0) for k in stationary)
            words.append(f"{title}, {look.label}: stationary at {places}")
        low = min(float(np.nanmin(each.values)) for each in objectives.values())
        drawn.append(
            Panel(
                f"gain $k$, {title} (dimensionless)",
                curves,
                xscale="linear",
                yscale="linear",
                ylim=(low - 0.06 * (top - low), top),
                legend="upper center",
            )
        )
    story = f"Markers where the slope is zero. {'; '.join(words)}."
    return draw(drawn, "objective (dimensionless)", story, width=6.8, share=False)


def two_pieces(
    x: Array,
    y: Array,
    costs: Array,
    minima: Sequence[tuple[float, float, float]],
    paths: Sequence[Array],
    labels: tuple[str, str],
) -> Figure:
    """Draw the average cost over a plane in which the common gains fall into pieces.

    Parameters
    ----------
    x, y : arrays (a,), (b,)
    costs : array (b, a)
        Infinite where some task is not stabilized.
    minima : sequence of (x, y, value)
        The lowest first.
    paths : sequence of arrays (T, 2)
        Descents projected on the plane.
    labels : (str, str)
    """
    shaped("costs", costs, len(y), len(x))
    finite = np.isfinite(costs)
    with drawing(width=6.4, height=5.2) as (figure, axes):
        hatch_outside(axes, x, y, finite)
        levels = np.geomspace(costs[finite].min(), 50 * costs[finite].min(), 14)
        shades = [str(shade) for shade in np.linspace(1.0, 0.6, len(levels))]
        axes.contourf(
            x, y, np.where(finite, costs, np.nan), levels=levels, colors=shades, extend="max"
        )
        look = METHODS["maml"]
        for path in paths:
            axes.plot(*path.T, color=look.color, zorder=3)
            axes.plot(*path[0], "o", color=BLACK, markerfacecolor="white", markersize=7, zorder=4)
        for place, (marker, size) in zip(minima, (("*", 14), ("X", 10)), strict=False):
            axes.plot(*place[:2], marker, color=BLACK, markersize=size, zorder=5)
            axes.annotate(
                f"{place[2]:.1f}",
                (0.6 * place[0], 0.6 * place[1]),
                fontsize=11,
                weight="bold",
                ha="center",
                va="center",
                zorder=6,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 2.0},
            )
        axes.set(xlabel=labels[0], ylabel=labels[1], aspect="equal")
        handles = [
            entry("*", "lowest minimum"),
            entry("X", "another minimum"),
            Line2D(
                [],
                [],
                color=look.color,
                marker="o",
                markerfacecolor="white",
                markeredgecolor=BLACK,
                label="descent",
            ),
            Patch(**HATCH, label="not common"),
        ]
        figure.legend(handles=handles, loc="outside upper center", ncols=2)
    told = "; ".join(f"({number(a)}, {number(b)}) with {number(v)}" for a, b, v in minima)
    return describe(
        figure,
        f"""Map of the average cost over a plane of gains. Common stabilizing gains fill
        {100 * finite.mean():.2g} % of the window, in separate pieces. Minima: {told}.
        {len(paths)} descents end at {joined_ends(paths)}.""",
    )


def joined_ends(paths: Sequence[Array]) -> str:
    """Last points of paths, in words."""
    return ", ".join(f"({number(path[-1][0])}, {number(path[-1][1])})" for path in paths)
