"""Pictures of second moments: what samples see, which gains survive the noise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

from lqrlib.validation import Array

from .checking import same_names, shaped
from .curves import Curve, Panel, Reference, dashed, points
from .looks import BLACK, GREY, INDIGO, SERIES, SKY, Look, in_order
from .panels import draw
from .style import describe, drawing
from .words import joined, number

LOOKS = SERIES[:4]


class Paths(NamedTuple):
    """Squared norms ``|x_t|^2`` of trajectories (S, T), and the exact ``E|x_t|^2`` (T,)."""

    samples: Array
    exact: Array


def trajectories(panels: Mapping[str, Paths], shown: int = 25) -> Figure:
    """Draw ``|x_t|^2`` of some trajectories, their median and average, and the exact second moment.

    Of the first `shown` the lines are drawn, without zeros; median and average are over all.
    """
    drawn = []
    faint: Any = {"width": 0.5, "alpha": 0.6, "told": False, "listed": False}
    for label, (samples, exact) in panels.items():
        t = np.arange(len(exact))
        every = shaped(label, samples, "S", len(exact))
        some = np.where(every > 0, every, np.nan)[:shown]
        curves = [Curve(t, path, Look(GREY), **faint) for path in some]
        curves += [
            dashed(t, exact, label="exact second moment", listed=True),
            Curve(t, every.mean(axis=0), LOOKS[0], f"average of {len(every):,}"),
            Curve(t, np.median(every, axis=0), LOOKS[1], "median"),
        ]
        drawn.append(Panel("time step t", curves, label, xscale="linear"))
    return draw(drawn, "squared norm of the state", width=7.2)


def sample_averages(
    exact: Array, averages: Mapping[int, Array], visible: Mapping[int, Array]
) -> Figure:
    """Draw averages over N trajectories, {N: (seeds, T)}, against the expectation (T,).

    `visible`, {N: (T,)}, is the part of the expectation from outcomes that N trajectories can be
    expected to meet; dotted.
    """
    t = np.arange(len(exact))
    curves = [dashed(t, exact, label="expectation", listed=True)]
    words = []
    same_names("visible", [f"{size}" for size in visible], [f"{size}" for size in averages])
    for look, (size, samples) in zip(LOOKS, averages.items(), strict=False):
        values = shaped(f"N = {size}", samples, "seeds", len(t))
        name = f"average of $10^{{{round(np.log10(size))}}}$"
        curves.append(Curve(t, values, look, name))
        curves.append(dashed(t, visible[size], look, f"{name}, visible part", line=":"))
        fraction = np.median(values[:, -1]) / exact[-1]
        words.append(f"{size:.0e} trajectories: {number(fraction)} of the expectation")
    floor = min(samples.min() for samples in averages.values())
    panel = Panel("time step t", curves, xscale="linear", ylim=(max(floor, 1e-12), 3 * exact.max()))
    story = f"""Bands over seeds. All averages follow the growing expectation at first and then fall
        away from it. At t = {t[-1]} the median averages are: {joined(words)}."""
    return draw([panel], "$x_t^2$", story, height=4.0, legend_columns=2)


def radii(groups: Mapping[str, tuple[Array, Array]]) -> Figure:
    """Scatter the mean-square radius of gains over the squared nominal radius, {label: (x, y)}."""
    curves = [points(*pair, look, size=4, alpha=0.5) for look, pair in in_order(LOOKS, groups)]
    data = [curve.data() for curve in curves]
    nominals, squares = np.concatenate(data, axis=1)
    held = int(np.sum(squares < 1))
    lost = int(np.sum((nominals < 1) & (squares >= 1)))
    ends = np.array([squares.min() / 2, squares.max() * 1.5])
    curves.append(dashed(ends, ends, Look(GREY), "equal", listed=True))

    def round_ticks(axes: Axes) -> None:
        _round_ticks(axes.xaxis)
        _round_ticks(axes.yaxis)

    ones = [Reference(1, vertical=upright, line="-", width=1) for upright in (False, True)]
    axes: Any = {"xlim": tuple(ends), "ylim": tuple(ends), "legend": "lower right"}
    label = "squared radius of the mean, ρ(A − BK)²"
    panel = Panel(label, curves, references=ones, also=round_ticks, **axes)
    story = f"""No point lies below the diagonal by more than rounding. {held} gains are stable in
        the mean square; {lost} are stable in the mean only, in the upper left quarter."""
    return draw([panel], "mean-square radius ρ(F)", story, height=4.0)


def _round_ticks(axis: Axis) -> None:
    """Ticks of a logarithmic axis at 1, 2 and 5, written as plain numbers."""
    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axis.set_minor_formatter(NullFormatter())


class Window(NamedTuple):
    """A plane of gains: coordinates (c,) and (r,), and the noise level (r, c) each survives."""

    x: Array
    y: Array
    levels: Array


def _widths(x: Array) -> Array:
    """Width of the cell around each point of an increasing grid; half cells at the ends."""
    edges = np.concatenate([x[:1], (x[1:] + x[:-1]) / 2, x[-1:]])
    return np.diff(edges)


def shrinking_set(
    window: Window,
    shares: Sequence[float],
    critical: float,
    last: tuple[float, float],
    found: tuple[Array, Array],
    boundary: tuple[Array, Array],
) -> Figure:
    """Draw how the mean-square stabilizing set of a stick shrinks with the noise to nothing.

    A set is drawn for each of the increasing `shares` in [0, 1) of the critical level; levels of
    the window are negative where not even the mean is stable; its horizontal axis is logarithmic,
    areas in the alt text are not. `last` is the gain that survives longest; `found` and `boundary`
    are two noise levels at which it disappears, by search and in closed form.
    """
    shares = list(shares)
    if sorted(shares) != shares or not 0 <= shares[0] <= shares[-1] < 1:
        raise ValueError(f"shares: expected increasing numbers in [0, 1), got {shares}")
    shaped("window", window.levels, len(window.y), len(window.x))
    relative = window.levels / critical
    cells = _widths(window.y)[:, None] * _widths(window.x)
    areas = [float(np.sum(cells * (relative > share)) / cells.sum()) for share in shares]
    with drawing(1, 2, width=7.2, height=3.9) as (figure, (left, right)):
        greys = [str(g) for g in np.linspace(0.93, 0.35, len(shares))]
        left.contourf(window.x, window.y, relative, levels=[*shares, 2.0], colors=greys)
        style: Any = {"levels": shares, "colors": BLACK, "linewidths": 0.8}
        lines = left.contour(window.x, window.y, relative, **style)
        # at the top of each contour, where they do not crowd
        tops = [max(np.concatenate(each), key=lambda point: point[1]) for each in lines.allsegs]
        names = {share: f"{100 * share:.0f} %" for share in shares}
        left.clabel(lines, fmt=names, fontsize=9, manual=[(float(x), float(y)) for x, y in tops])
        left.plot(*last, "*", color=BLACK, markersize=10, markeredgecolor="white")
        left.set(xscale="log", xlabel="gain on the angle", ylabel="gain on the angular velocity")
        _round_ticks(left.xaxis)
        left.grid(False)
        right.fill(*(np.append(b, 0.0) for b in boundary), color=SKY, alpha=0.3, linewidth=0)
        right.plot(*boundary, color=INDIGO, label="closed form")
        right.plot(*found, "8", color=BLACK, clip_on=False, zorder=3, label="bisection")
        right.text(0.08, 0.2, "some gain\nstabilizes", transform=right.transAxes)
        right.text(0.55, 0.6, "no gain\nstabilizes", transform=right.transAxes)
        right.set(xlabel="variance α of the free motion's error", xlim=(0, None))
        right.set(ylabel="variance β of the motor's error", ylim=(0, None))
        right.legend(loc="upper right")
    sizes = [f"{100 * a:.2g} % at {100 * s:.0f} %" for a, s in zip(areas, shares, strict=True)]
    text = f"""Left: nested regions of stabilizing gains in a plane. They fill {joined(sizes)} of
        the critical noise level {number(critical)}, shrinking around a star at
        ({number(last[0])}, {number(last[1])}). Right: a curve in the plane of two noise levels,
        from {number(boundary[0].max())} on the first axis to {number(boundary[1].max())} on the
        second; below it some gain stabilizes, above it none does."""
    return describe(figure, text)
