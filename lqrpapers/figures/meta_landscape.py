"""Pictures of the MAML objective: stand-ins for its gradient, TR Lemma 8, its landscape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from lqrlib.validation import Array

from .by_size import ratios_by_size
from .checking import shaped
from .curves import LINEAR, Curve, Panel, points, spread
from .landscape import HATCH, HOLLOW, entry, hatch_outside
from .looks import BLACK, CORRECTED, GREY, METHODS, PRINTED, SERIES, Look, in_order
from .panels import draw
from .style import describe, drawing
from .words import number

STAND_INS = (*SERIES[:2], PRINTED)
FORMS = (PRINTED, CORRECTED, SERIES[0])
LINES = ("-", "--", "-")
OBJECTIVES = (Look(GREY, "p"), SERIES[0], METHODS["maml"])


def meta_gradient_errors(steps: Array, errors: Mapping[str, Array]) -> Figure:
    """Draw relative errors (S, T) of stand-ins for the meta-gradient over the inner step (T,).

    Lines are medians, bands run from the 10 to the 90 % quantile. At most three stand-ins.
    """
    curves = [spread(steps, np.transpose(each), look) for look, each in in_order(STAND_INS, errors)]
    label = r"$\eta_l\,\times$ largest curvature of a task"
    story = "Stand-ins for the gradient of the MAML objective; medians and 10 to 90 % bands."
    return draw([Panel(label, curves, legend="best")], "relative error", story)


def heterogeneity_tightness(
    sizes: Array, panels: Mapping[str, Mapping[str, Sequence[Array]]]
) -> Figure:
    """Draw difference of gradients over its bound by number of states (N,), for three forms.

    {panel: {"printed", "corrected", "sharp": N arrays}}; 1 is attained, above 1 violated. Median,
    5 to 95 % band, and the largest as an open marker.
    """
    label = "difference / bound"
    return ratios_by_size(sizes, panels, FORMS, label, largest=True)


def scalar_landscapes(
    panels: Mapping[str, tuple[Array, Mapping[str, tuple[Array, Array, Array]], float]],
) -> Figure:
    """Draw objectives over one gain, several inner steps to a panel, stationary points marked.

    `panels` maps a name to (gains (T,), at most three objectives by name, top of the axis); an
    objective is its values (T,), infinite or nan where it is not defined, and the places (k,) and
    heights (k,) of its stationary points.
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
        low = min(float(np.nanmin(values)) for values, _, _ in objectives.values())
        axes = LINEAR | {"ylim": (low - 0.06 * (top - low), top), "legend": "upper center"}
        drawn.append(Panel(f"gain $k$, {title}", curves, **axes))
    story = f"Markers where the slope is zero. {'; '.join(words)}."
    return draw(drawn, "objective", story, width=6.8, share=False)


def two_pieces(s: Array, costs: Array, minima: Array, heights: Array, paths: Array) -> Figure:
    """Draw the average cost over gains of two states and inputs, whose common gains are pieces.

    Costs (a, a) with k12 along and k21 up the plane, at s (a,), are infinite where some task is not
    stabilized; minima (k, 2, 2) have their heights (k,), the lowest first; descents (T, k, 2, 2)
    are projected on the plane.
    """
    shaped("costs", costs, len(s), len(s))
    finite = np.isfinite(costs)
    places = minima[:, [0, 1], [1, 0]]
    drawn = np.moveaxis(paths[..., [0, 1], [1, 0]], 1, 0)
    style: Any = {"fontsize": 11, "weight": "bold", "ha": "center", "va": "center", "zorder": 6}
    style["bbox"] = {"facecolor": "white", "edgecolor": "none", "pad": 2.0}
    with drawing(width=6.4, height=5.0) as (figure, axes):
        hatch_outside(axes, s, s, finite)
        levels = np.geomspace(costs[finite].min(), 50 * costs[finite].min(), 14)
        shades = [str(shade) for shade in np.linspace(1.0, 0.6, len(levels))]
        known = np.where(finite, costs, np.nan)
        axes.contourf(s, s, known, levels=levels, colors=shades, extend="max")
        look = METHODS["maml"]
        for path in drawn:
            axes.plot(*path.T, color=look.color, zorder=3)
            axes.plot(*path[0], "o", **HOLLOW, zorder=4)
        for place, height, (marker, size) in zip(
            places, heights, (("*", 14), ("X", 10)), strict=True
        ):
            axes.plot(*place, marker, color=BLACK, markersize=size, zorder=5)
            axes.annotate(f"{height:.1f}", 0.6 * place, **style)
        axes.set(xlabel="$k_{12}$", ylabel="$k_{21}$", aspect="equal")
        circle: Any = {"marker": "o", "markerfacecolor": "white", "markeredgecolor": BLACK}
        handles = [
            entry("*", "lowest minimum"),
            entry("X", "another minimum"),
            Line2D([], [], color=look.color, label="descent", **circle),
            Patch(**HATCH, label="not common"),
        ]
        figure.legend(handles=handles, loc="outside upper center", ncols=2)
    at = [f"({number(a)}, {number(b)})" for a, b in places]
    told = "; ".join(f"{place} with {number(v)}" for place, v in zip(at, heights, strict=True))
    ends = ", ".join(f"({number(a)}, {number(b)})" for a, b in drawn[:, -1])
    text = f"""Map of the average cost over a plane of gains. Common stabilizing gains fill
        {100 * finite.mean():.2g} % of the window, in separate pieces. Minima: {told}.
        {len(drawn)} descents end at {ends}."""
    return describe(figure, text)
