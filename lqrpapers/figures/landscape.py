"""Pictures of the cost over a plane of gains, and of the set where it is finite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from lqrlib.validation import Array

from .checking import shaped
from .looks import BLACK, METHODS, WINE, Look
from .style import Point, describe, drawing, note
from .words import joined, number

# Cost relative to the optimum at which a contour is drawn; beyond the last, one shade.
LEVELS = (1.0, 1.1, 1.3, 1.6, 2.0, 3.0, 5.0, 10.0, 30.0, 100.0, 1000.0)
# Light shades of grey, so that the methods' colours stand out and the figure prints in grey.
SHADES = tuple(str(shade) for shade in np.linspace(1.0, 0.58, len(LEVELS)))

# A marker that is outlined only.
HOLLOW: Any = {"color": BLACK, "markerfacecolor": "white", "markersize": 7}
# Where the cost is infinite.
HATCH: Any = {"facecolor": "#f2f2f2", "hatch": "////", "hatchcolor": "#b4b4b4"}


def _check_plane(x: Array, y: Array, costs: Array) -> None:
    shaped("costs", costs, len(y), len(x))
    if not np.isfinite(costs).any():
        raise ValueError("costs: expected some finite ones, got no stabilizing gain in the plane")


def _plane(axes: Axes, x: Array, y: Array, costs: Array, least: float) -> None:
    """Shade the cost relative to `least`; hatch where it is infinite."""
    finite = np.isfinite(costs)
    relative = np.where(finite, costs / least, np.nan)
    hatch_outside(axes, x, y, finite)
    axes.contourf(x, y, relative, levels=LEVELS, colors=SHADES[:-1], extend="max", zorder=1)
    style: Any = {"colors": "#8a8a8a", "linewidths": 0.5, "zorder": 1}
    lines = axes.contour(x, y, relative, levels=LEVELS[1:], **style)
    axes.clabel(lines, levels=[2.0, 10.0, 100.0], fmt=lambda level: f"{level:g}", fontsize=8)


def hatch_outside(axes: Axes, x: Array, y: Array, inside: NDArray[np.bool_]) -> None:
    """Hatch where a set (b, a) in the plane of x (a,) and y (b,) is not, and draw its boundary."""
    style: Any = {"colors": [HATCH["facecolor"]], "hatches": [HATCH["hatch"]], "zorder": 0}
    outside = axes.contourf(x, y, ~inside, levels=[0.5, 1.5], **style)
    outside.set_hatchcolor(HATCH["hatchcolor"])
    axes.contour(x, y, inside, levels=[0.5], colors=BLACK, linewidths=1.2, zorder=2)
    axes.grid(False)


def _stabilizing(costs: Array) -> str:
    return f"{100 * np.isfinite(costs).mean():.2g} %"


def paths_in_plane(
    x: Array,
    y: Array,
    costs: Array,
    paths: Mapping[str, Sequence[Array]],
    optimum: Point,
    least: float,
    *,
    labels: tuple[str, str],
    outline: Array | None = None,
    segment: tuple[Point, Point] | None = None,
) -> Figure:
    """Draw the cost over a plane of gains with the paths of descent methods on it.

    Costs (b, a) at y (b,) and x (a,) are infinite where the gain does not stabilize, and `least` at
    the optimum. Each name in `looks.METHODS` has paths (T, 2), one for each start. The boundary of
    a second problem with costs `outline` (b, a) is dashed; a chord `segment` between two
    stabilizing gains is dotted, with its midpoint.
    """
    _check_plane(x, y, costs)
    if unknown := set(paths) - set(METHODS):
        raise ValueError(f"paths: expected names in looks.METHODS, got {sorted(unknown)}")
    with drawing(width=6.4, height=5.4) as (figure, axes):
        _plane(axes, x, y, costs, least)
        handles: list[Line2D | Patch] = []
        if outline is not None:
            edge: Any = {"colors": BLACK, "linewidths": 1.0, "linestyles": "dashed", "zorder": 2}
            axes.contour(x, y, np.isfinite(outline), levels=[0.5], **edge)
        for name, members in paths.items():
            look = METHODS[name]
            for path in members:
                _walk(axes, path, look, spacing=0.5)
            handles.append(Line2D([], [], color=look.color, marker=look.marker, label=look.label))
        starts = np.array([path[0] for members in paths.values() for path in members])
        if len(starts):
            axes.plot(*starts.T, "o", **HOLLOW, zorder=4)
            handles.append(entry("o", "start", hollow=True))
        best = METHODS["optimum"]
        axes.plot(*optimum, best.marker, color=best.color, markersize=12, zorder=5)
        handles.append(entry(best.marker, best.label))
        if segment is not None:
            ends = np.array(segment)
            middle = ends.mean(axis=0)
            axes.plot(*ends.T, ":", color=WINE, linewidth=2, zorder=4)
            axes.plot(*middle, "X", color=WINE, markersize=8, zorder=5)
            chord: Any = {"color": WINE, "linestyle": ":", "marker": "X"}
            handles.append(Line2D([], [], **chord, label="chord, midpoint"))
        handles.append(Patch(**HATCH, label="not stabilizing"))
        if outline is not None:
            line = Line2D([], [], color=BLACK, linestyle="--", label="boundary without noise")
            handles.append(line)
        axes.set(xlim=(x[0], x[-1]), ylim=(y[0], y[-1]), xlabel=labels[0], ylabel=labels[1])
        figure.legend(handles=handles, loc="outside upper center", ncols=3)
    text = f"""Map of the cost over a plane of gains. Stabilizing gains fill
        {_stabilizing(costs)} of the window. """
    if paths:
        counts = [len(members) for members in paths.values()]
        lasts = np.array([path[-1] for members in paths.values() for path in members])
        farthest = np.linalg.norm(lasts - optimum, axis=1).max()
        text += f"""Paths of {joined([METHODS[name].label for name in paths])} from
            {max(counts)} starts bend with that set and end within {number(farthest)} of the
            optimum at ({number(optimum[0])}, {number(optimum[1])}). """
    if segment is not None:
        column, row = (int(np.abs(z - c).argmin()) for z, c in ((x, middle[0]), (y, middle[1])))
        inside = np.isfinite(costs[row, column])
        side = "inside," if inside else "outside, so the set is not convex,"
        text += f"""The midpoint of the dotted chord between two stabilizing gains lies {side}
            near ({number(x[column])}, {number(y[row])})."""
    return describe(figure, text)


def entry(marker: str, label: str, *, hollow: bool = False) -> Line2D:
    """A black marker for a legend."""
    style = HOLLOW | ({} if hollow else {"markerfacecolor": BLACK})
    return Line2D([], [], marker=marker, linestyle="none", label=label, **style)


def _walk(axes: Axes, path: Array, look: Look, spacing: float) -> None:
    """Draw a path (T, 2) with markers `spacing` apart along it, so that they do not pile up."""
    length = np.concatenate([[0.0], np.linalg.norm(np.diff(path, axis=0), axis=1).cumsum()])
    places = np.searchsorted(length, np.arange(spacing, length[-1], spacing))
    axes.plot(*path.T, color=look.color, zorder=3)
    axes.plot(*path[places].T, look.marker, color=look.color, markersize=4.5, zorder=3)


def segment_and_slice(
    fractions: Array,
    straight: Array,
    detour: Array,
    x: Array,
    y: Array,
    costs: Array,
    projections: Sequence[Array],
    least: float,
) -> Figure:
    """Draw the way between two stabilizing gains, straight and by a detour, and a plane with both.

    Left the mean-square radius (T,) of both at fractions (T,) of the way. Right costs (b, a) in the
    plane whose points (1, 0) and (0, 1) are the two gains and whose origin is the optimum, of cost
    `least`, with the detour projected on it in pieces (T, 2).
    """
    _check_plane(x, y, costs)
    shaped("straight", straight, len(fractions))
    shaped("detour", detour, len(fractions))
    way = METHODS["gauss_newton"]
    chord: Any = {"color": WINE, "linewidth": 2.4}
    with drawing(1, 2, width=7.2, height=3.9) as (figure, (left, right)):
        left.axhline(1.0, color=BLACK, linewidth=1.0, linestyle="--")
        left.plot(fractions, straight, ":", **chord, label="straight segment")
        style: Any = {"color": way.color, "marker": way.marker, "markevery": len(fractions) // 8}
        left.plot(fractions, detour, label=f"{way.label} via the optimum", **style)
        left.set_xlabel("share of the way")
        left.set_ylabel("mean-square radius")
        note(left, "boundary", (0.5, 1.0), (0, -12), ha="center", fontsize=9)
        _plane(right, x, y, costs, least)
        right.plot([1, 0], [0, 1], ":", **chord, zorder=4)
        for piece in projections:
            _walk(right, piece, way, spacing=0.22)
        right.plot([1, 0], [0, 1], "o", **HOLLOW, zorder=5)
        right.plot(0, 0, "*", color=BLACK, markersize=12, zorder=5)
        right.plot(0.5, 0.5, "X", color=WINE, markersize=8, zorder=5)
        right.set_xlabel("share of the first gain")
        right.set_ylabel("share of the second gain")
        right.set(xlim=(x[0], x[-1]), ylim=(y[0], y[-1]), aspect="equal")
        handles = left.get_legend_handles_labels()[0]
        handles += [
            entry("o", "the two gains", hollow=True),
            entry("*", METHODS["optimum"].label),
            Line2D([], [], color=WINE, marker="X", linestyle="none", label="midpoint"),
            Patch(**HATCH, label="not stabilizing"),
        ]
        figure.legend(handles=handles, loc="outside upper center", ncols=3)
    text = f"""Left: along the straight segment between two stabilizing gains the mean-square radius
        rises from {number(straight[0])} to {number(straight.max())} and stays above 1 for
        {100 * np.mean(straight >= 1):.0f} % of the way; along the detour through the optimum it
        never exceeds {number(detour.max())}. Right: in the plane through both gains and the
        optimum, stabilizing gains fill {_stabilizing(costs)} of the window; the midpoint of the two
        gains lies {"outside" if straight[len(straight) // 2] >= 1 else "inside"}."""
    return describe(figure, text)
