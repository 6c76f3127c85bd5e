"""Pictures of the MAML objective: stand-ins for its gradient, Lemma 8, its landscape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from lqrlib.validation import Array

from .by_size import ratios_by_size
from .checking import shaped
from .curves import LINEAR, Curve, Panel, points, spread
from .landscape import HATCH, HOLLOW, entry, hatch_outside
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
    curves = [spread(steps, np.transpose(each), look) for look, each in in_order(STAND_INS, errors)]
    label = r"$\eta_l\,\times$ largest curvature of a task (dimensionless)"
    story = "Stand-ins for the gradient of the MAML objective; medians and 10 to 90 % bands."
    return draw([Panel(label, curves, legend="best")], "relative error (dimensionless)", story)


def heterogeneity_tightness(
    sizes: Array, panels: Mapping[str, Mapping[str, Sequence[Array]]]
) -> Figure:
    """Draw difference of gradients over its bound by number of states (N,), for three forms.

    {panel: {"printed", "corrected", "sharp": N arrays}}; 1 is attained, above 1 violated. Median,
    5 to 95 % band, and the largest as an open marker.
    """
    label = "difference / bound (dimensionless)"
    return ratios_by_size(sizes, panels, FORMS, label, largest=True)


class Objective(NamedTuple):
    """An objective over one gain, and the places where its slope vanishes."""

    values: Array  # (T,), infinite or nan where it is not defined
    stationary: Array  # (k,)
    heights: Array  # (k,)


def scalar_landscapes(panels: Mapping[str, tuple[Array, Mapping[str, Objective], float]]) -> Figure:
    """Draw objectives over one gain, several inner steps to a panel, stationary points marked.

    `panels` maps a name to (gains (T,), at most three objectives by name, top of the axis).
    """
    drawn, words = [], []
    for title, (gains, objectives, top) in panels.items():
        curves = []
        named = in_order(OBJECTIVES, objectives)
        for line, (look, (values, stationary, heights)) in zip(LINES, named, strict=False):
            shown = np.where(values <= 2 * top, values, np.nan)
            plain = look._replace(marker="")
            curves.append(Curve(gains, shown, plain, line=line, told=False))
            curves.append(points(stationary, heights, look, edge=BLACK, listed=False, told=False))
            places = ", ".join(number(np.round(k, 9) + 0.0) for k in stationary)
            words.append(f"{title}, {look.label}: stationary at {places}")
        low = min(float(np.nanmin(each.values)) for each in objectives.values())
        axes = LINEAR | {"ylim": (low - 0.06 * (top - low), top), "legend": "upper center"}
        drawn.append(Panel(f"gain $k$, {title} (dimensionless)", curves, **axes))
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

    Costs (b, a) at y (b,) and x (a,) are infinite where some task is not stabilized; minima are
    (x, y, value), the lowest first; paths (T, 2) are descents projected on the plane.
    """
    shaped("costs", costs, len(y), len(x))
    finite = np.isfinite(costs)
    style: Any = {"fontsize": 11, "weight": "bold", "ha": "center", "va": "center", "zorder": 6}
    style["bbox"] = {"facecolor": "white", "edgecolor": "none", "pad": 2.0}
    with drawing(width=6.4, height=5.2) as (figure, axes):
        hatch_outside(axes, x, y, finite)
        levels = np.geomspace(costs[finite].min(), 50 * costs[finite].min(), 14)
        shades = [str(shade) for shade in np.linspace(1.0, 0.6, len(levels))]
        known = np.where(finite, costs, np.nan)
        axes.contourf(x, y, known, levels=levels, colors=shades, extend="max")
        look = METHODS["maml"]
        for path in paths:
            axes.plot(*path.T, color=look.color, zorder=3)
            axes.plot(*path[0], "o", **HOLLOW, zorder=4)
        for place, (marker, size) in zip(minima, (("*", 14), ("X", 10)), strict=False):
            axes.plot(*place[:2], marker, color=BLACK, markersize=size, zorder=5)
            inwards = 0.6 * place[0], 0.6 * place[1]
            axes.annotate(f"{place[2]:.1f}", inwards, **style)
        axes.set(xlabel=labels[0], ylabel=labels[1], aspect="equal")
        circle: Any = {"marker": "o", "markerfacecolor": "white", "markeredgecolor": BLACK}
        handles = [
            entry("*", "lowest minimum"),
            entry("X", "another minimum"),
            Line2D([], [], color=look.color, label="descent", **circle),
            Patch(**HATCH, label="not common"),
        ]
        figure.legend(handles=handles, loc="outside upper center", ncols=2)
    told = "; ".join(f"({number(a)}, {number(b)}) with {number(v)}" for a, b, v in minima)
    ends = ", ".join(f"({number(path[-1][0])}, {number(path[-1][1])})" for path in paths)
    text = f"""Map of the average cost over a plane of gains. Common stabilizing gains fill
        {100 * finite.mean():.2g} % of the window, in separate pieces. Minima: {told}.
        {len(paths)} descents end at {ends}."""
    return describe(figure, text)
