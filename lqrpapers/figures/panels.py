"""Figures of lines and bands: a list of panels, drawn and said in words by one function.

A figure function says what its curves are; `draw` does the rest. A `Curve` is a line, points, or
samples of which the middle and bands between quantiles are drawn; a `Panel` is a pair of axes with
its curves and `Reference` lines (see `curves`). The alt text names what is on the axes, and of each
curve where it begins and ends, an extreme between, and what is infinite, all read from the data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.ticker import NullFormatter

from lqrlib.validation import Array

from ..notebook import readable
from .checking import shaped
from .curves import Curve, Panel, Reference
from .style import describe, drawing, note
from .words import sentence

# Where a legend can stand beside the places that matplotlib knows.
PLACES: Any = {
    "above": {"loc": "lower left", "bbox_to_anchor": (0, 1)},
    "right": {"loc": "upper left", "bbox_to_anchor": (1, 1)},
}
MARKERS, SHORT = 9, 20  # on a long curve; a short one has them all
CROWD = 60  # from here on points are small and transparent


def draw(
    panels: Sequence[Panel],
    ylabel: str = "",
    story: str = "",
    *,
    width: float = 6.4,
    height: float = 3.6,
    columns: int = 0,
    legend_columns: int = 3,
    share: bool | None = None,
) -> Figure:
    """Draw panels from left to right, `columns` in a row (all if 0), and say them in words.

    `ylabel` is of the vertical axis that all panels share, unless `share` is false. `story` says
    what one sees, for the alt text; the numbers of the curves follow by themselves. Width and
    height in inches are of the whole figure, `legend_columns` of the legend above all panels.
    """
    columns = columns or len(panels)
    rows = -(-len(panels) // columns)
    shape: Any = {"width": width, "height": height, "squeeze": False}
    shared = bool(ylabel) if share is None else share
    with drawing(rows, columns, sharey=shared, **shape) as (figure, grid):
        for place, (axes, panel) in enumerate(zip(grid.flat, panels, strict=False)):
            _draw_panel(axes, panel)
            axes.set_ylabel(panel.ylabel or (ylabel if place % columns == 0 else ""))
        # Limits end the scaling of shared axes: they come when all curves are drawn.
        for axes, panel in zip(grid.flat, panels, strict=False):
            if panel.xlim != (None, None):
                axes.set_xlim(*panel.xlim)
            if panel.ylim != (None, None):
                axes.set_ylim(*panel.ylim)
        for axes in grid.flat[len(panels) :]:
            axes.remove()
        _legends(figure, list(grid.flat), panels, legend_columns)
    return describe(figure, sentence(panels, ylabel, story))


def _draw_panel(axes: Axes, panel: Panel) -> None:
    axes.set_xlabel(panel.xlabel)
    for turn, curve in enumerate(panel.curves):
        _draw_curve(axes, curve, panel, turn)
    for reference in panel.references:
        _draw_reference(axes, reference)
    # Scales come when all is drawn: a logarithmic axis cannot be fitted to the first single point.
    axes.set_xscale(panel.xscale, **({"linthresh": 1} if panel.xscale == "symlog" else {}))
    axes.set_yscale(panel.yscale)
    if panel.also is not None:
        panel.also(axes)
    for axis, ticks in ((axes.xaxis, panel.xticks), (axes.yaxis, panel.yticks)):
        if ticks is not None:
            named = ticks if isinstance(ticks, Mapping) else {t: f"{t:g}" for t in np.ravel(ticks)}
            axis.set_ticks(list(named), labels=list(named.values()))
            axis.set_minor_formatter(NullFormatter())
    if panel.title:
        style: Any = {"ha": "center", "va": "bottom", "weight": "bold"}
        note(axes, panel.title, (0.5, 1.0), (0, 2), xycoords="axes fraction", **style)


def _draw_curve(axes: Axes, curve: Curve, panel: Panel, turn: int) -> None:
    x, color = curve.data()[0] + curve.shift, curve.look.color
    middle = _drawn(curve.middle(), panel.top)
    crowded = not curve.line and len(x) > CROWD
    size = curve.size or (3.5 if crowded else None)
    alpha = curve.alpha or (0.5 if crowded else None)
    label = curve.name if curve.listed else f"_{curve.name}"  # in the data, not in the legend
    bare = not curve.line and not curve.look.marker
    bands = _bands(curve, panel.top)
    for k, (low, high) in enumerate(bands):
        if curve.bars:
            lengths = np.maximum([middle - low, high - middle], 0)
            bar: Any = {"elinewidth": 4, "alpha": 0.5} if k else {"elinewidth": 1, "alpha": 1}
            bar |= {"ecolor": curve.edge or color, "capsize": 0 if len(bands) > 1 else 3}
            _, _, drawn = axes.errorbar(x, middle, lengths, fmt="none", **bar)
            drawn[0].set_label(f"_{curve.name}")
        else:
            name = label if bare else f"_{curve.name}"
            axes.fill_between(x, low, high, color=color, alpha=0.2, linewidth=0, label=name)
    if bare:
        return
    style: dict[str, Any] = {"markersize": size, "alpha": alpha}
    inside = ("white" if curve.line else "none") if curve.hollow else None
    style |= {"markeredgecolor": curve.edge, "markerfacecolor": inside}
    style |= {"linewidth" if curve.line else "markeredgewidth": curve.width}
    if crowded:
        style |= {"markeredgewidth": curve.width or 0, "rasterized": True}
    style = {name: value for name, value in style.items() if value is not None}
    style |= {"color": color, "marker": curve.look.marker, "linestyle": curve.line or "none"}
    style["markevery"] = _markers(x, middle, panel, turn) if curve.line else curve.every
    axes.plot(x, middle, label=label, **style)


def _drawn(values: Array, top: float | None) -> Array:
    """Infinite values and those beyond the top at the top; nan, which is not drawn, without one."""
    if top is None:
        return np.where(np.isfinite(values), values, np.nan)
    return np.minimum(values, top)


def _bands(curve: Curve, top: float | None) -> list[tuple[Array, Array]]:
    """Lower and upper end of each band, as drawn."""
    if curve.between is not None:
        x = curve.data()[0]
        low, high = (shaped(f"{curve.name}, between", end, len(x)) for end in curve.between)
        return [(_drawn(low, top), _drawn(high, top))]
    samples = curve.data()[1]
    if samples.ndim == 1:
        return []
    there = ~np.isnan(samples).all(axis=0)
    bands = []
    for pair in curve.quantiles:
        ends = np.full((2, samples.shape[1]), np.nan)
        # Between two infinite values there is nothing to interpolate.
        method: Any = "inverted_cdf" if np.isinf(samples).any() else "linear"
        ends[:, there] = np.nanquantile(samples[:, there], pair, axis=0, method=method)
        bands.append((_drawn(ends[0], top), _drawn(ends[1], top)))
    return bands


def _markers(x: Array, y: Array, panel: Panel, turn: int) -> list[int]:
    """Indices of the points with a marker, among those that are seen."""
    low = -np.inf if panel.xlim[0] is None else panel.xlim[0]
    there = np.flatnonzero(np.isfinite(x) & np.isfinite(y) & (x >= low))
    return [int(there[k]) for k in marked(x[there], panel.xscale, turn)]


def marked(x: Array, scale: str = "linear", turn: int = 0) -> list[int]:
    """Indices at which a curve has markers: all of a short one, else even on its axis.

    Curves take turns, so that the markers of those that coincide stand apart.
    """
    if len(x) <= SHORT:
        return list(range(len(x)))
    place = np.array(x, dtype=float)
    if scale != "linear":
        bent = place > (1 if scale == "symlog" else 0)
        place[bent] = np.log10(place[bent]) + (scale == "symlog")
    step = (place.max() - place.min()) / (MARKERS - 1)
    wanted = place.min() + step * (np.arange(MARKERS) + (turn % 4) / 4)
    wanted = wanted[wanted <= place.max() + 1e-9 * step]
    return sorted({int(np.abs(place - at).argmin()) for at in wanted})


def _draw_reference(axes: Axes, reference: Reference) -> None:
    across = axes.axvline if reference.vertical else axes.axhline
    style: Any = {"color": reference.color, "linewidth": reference.width, "zorder": 1.5}
    style |= {"linestyle": reference.line or "none", "label": reference.label or None}
    across(reference.at, **style)
    if reference.note:
        text: Any = {"fontsize": 9, "va": "top"}
        if reference.vertical:
            text["xycoords"] = ("data", "axes fraction")
            note(axes, reference.note, (reference.at, 0.97), (4, 0), **text)
        else:
            text |= {"xycoords": ("axes fraction", "data"), "color": reference.color}
            note(axes, reference.note, (0, reference.at), (4, -2), **text)


def _legends(figure: Figure, grid: list[Axes], panels: Sequence[Panel], columns: int) -> None:
    """The panels' own legends, and one above them all with the rest, each label once."""
    above: dict[str, Any] = {}
    for axes, panel in zip(grid, panels, strict=False):
        high = {curve.name for curve in panel.curves if curve.above or not panel.legend}
        own: dict[str, Any] = {}
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
            (above if label in high or not panel.legend else own).setdefault(label, handle)
        if own:
            place = PLACES.get(panel.legend, {"loc": panel.legend})
            _clear(axes.legend(list(own.values()), list(map(readable, own)), **place))
    if above:
        place = {"loc": "outside upper center", "ncols": columns}
        _clear(figure.legend(list(above.values()), list(map(readable, above)), **place))


def _clear(legend: Legend) -> None:
    """Points that are small and faint in a cloud can be seen in its legend."""
    for handle in legend.legend_handles:
        if isinstance(handle, Line2D) and handle.get_linestyle() == "None":
            handle.set_markersize(max(handle.get_markersize(), 5))
            handle.set(alpha=1, rasterized=False)
