"""Pictures of model-free MAML: runs from many seeds, levels of heterogeneity, kept promises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter
from numpy.typing import NDArray

from .estimation import matching, name_panel, spread
from .style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PROMISED,
    PURPLE,
    SKY,
    VERMILION,
    Look,
    describe,
    drawing,
    number,
)

Array = NDArray[np.float64]

# One look for each level of heterogeneity, smallest first; and for each step size.
LEVELS = (
    Look(BLUE, "o", "0.001"),
    Look(GREEN, "^", "0.01"),
    Look(VERMILION, "v", "0.015"),
    Look(ORANGE, "s", "0.03"),
)
# Sources of the Hessian in the meta-gradient.
HESSIANS = {
    "printed": Look(VERMILION, "x", "as printed"),
    "none": Look(PURPLE, "D", "none"),
    "exact": Look(BLACK, "*", "true operator"),
    "stein": Look(BLUE, "o", "Stein estimate"),
    "difference": Look(GREEN, "^", "differences"),
}


class Series(NamedTuple):
    """One curve of a panel; what is None is not drawn.

    Attributes
    ----------
    label : str
    look : Look
    x : array (X,)
    gaps : array (S, X) or None
        One row for each run.
    predicted : pair of arrays or None
        x and y of a dashed line.
    recorded : pair of arrays or None
        x and y of open markers.
    """

    label: str
    look: Look
    x: Array
    gaps: Array | None = None
    predicted: tuple[Array, Array] | None = None
    recorded: tuple[Array, Array] | None = None


def _series(axes: Axes, series: Series, words: list[str], turn: int = 0) -> None:
    look, said = series.look, []
    if series.gaps is not None and len(series.gaps):
        matching(series.label, series.x, series.gaps)
        spread(axes, series.x, series.gaps, look, series.label)
        # markers of curves that coincide take turns
        every = max(4, len(series.x) // 8)
        axes.lines[-1].set_markevery((turn * every // 4, every))
        last = series.gaps[:, -1]
        said.append(
            f"median of {len(last)} runs {number(np.median(last))} at {number(series.x[-1])}, "
            f"from {number(last.min())} to {number(last.max())}"
        )
    if series.predicted is not None:
        x, y = series.predicted
        label = None if series.gaps is not None else f"{series.label}, predicted"
        axes.plot(x, y, color=look.color, label=label, linestyle="--")
        said.append(f"predicted {number(y[-1])} at {number(x[-1])}")
    if series.recorded is not None:
        x, y = series.recorded
        label = None if series.gaps is not None else f"{series.label}, recorded"
        axes.plot(
            x,
            y,
            look.marker,
            color=look.color,
            markerfacecolor="none",
            markersize=5,
            markevery=(0, 2),
            label=label,
        )
        said.append(f"recorded {number(y[-1])} at {number(x[-1])}")
    words.append(f"{series.label}: {', '.join(said) or 'no run left'}")


def gap_curves(
    panels: Mapping[str, Sequence[Series]],
    xlabel: str,
    ylabel: str,
    *,
    height: float = 3.6,
    ylim: tuple[float, float] | None = None,
    logx: bool = False,
    columns: int = 3,
) -> Figure:
    """Draw gaps on a log axis, one panel for each title ("" for none), one legend for all.

    Bands span the runs from least to largest; lines are medians; dashed lines are predictions;
    open markers, every second one, were recorded by others.
    """
    words: list[str] = []
    with drawing(1, len(panels), height=height, sharey=True, squeeze=False) as (figure, grid):
        handles: dict[str, Artist] = {}
        for axes, (title, several) in zip(grid[0], panels.items(), strict=True):
            said: list[str] = []
            for turn, series in enumerate(several):
                _series(axes, series, said, turn)
            axes.set_yscale("log")
            if logx:
                axes.set_xscale("log")
            axes.set_xlabel(xlabel)
            if title:
                name_panel(axes, title)
            for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
                handles.setdefault(label, handle)
            words.append((f"{title}: " if title else "") + "; ".join(said))
        if ylim:
            grid[0, 0].set_ylim(*ylim)
        grid[0, 0].set_ylabel(ylabel)
        figure.legend(
            list(handles.values()),
            list(handles),
            loc="outside upper center",
            ncols=columns,
        )
    count = f"{len(panels)} panels" if len(panels) > 1 else "One panel"
    text = f"{count} of {ylabel} on a log axis over {xlabel}. {'. '.join(words)}."
    return describe(figure, text)


class Point(NamedTuple):
    """Gaps (S,) of the runs at one level of heterogeneity and one step size."""

    level: float
    gaps: Array


def gaps_by_level(
    points: Mapping[str, Sequence[Point]],
    predicted: Mapping[str, float],
    levels: Array,
    bias: Array,
) -> Figure:
    """Draw what is left after the same number of iterations against the level.

    Parameters
    ----------
    points : mapping from a label, one for each step size, to its measured levels
    predicted : mapping from the same labels to the gap without heterogeneity or sampling
    levels : array (L,)
    bias : array (D, L)
        Gap of the stationary gain of the MAML objective, for each of D draws of tasks.
    """
    if list(points) != list(predicted):
        raise ValueError(f"expected the same labels, got {list(points)} and {list(predicted)}")
    matching("bias", levels, bias)
    looks = (Look(BLUE, "o", ""), Look(GREEN, "^", ""), Look(VERMILION, "v", ""))
    words = []
    with drawing(height=3.8) as (figure, axes):
        for look, (label, several) in zip(looks, points.items(), strict=False):
            axes.axhline(predicted[label], color=look.color, linewidth=1.2, **PROMISED)
            for point in several:
                middle = np.median(point.gaps)
                reach = [[middle - point.gaps.min()], [point.gaps.max() - middle]]
                axes.errorbar(
                    point.level,
                    middle,
                    reach,
                    fmt=look.marker,
                    color=look.color,
                    capsize=4,
                    label=label if point is several[0] else None,
                )
                words.append(f"{label}, level {point.level:g}: median {number(middle)}")
            words.append(f"{label}, predicted {number(predicted[label])}")
        spread(axes, levels, bias, Look(GREY, "*", ""), "exact bias of the MAML optimum")
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlabel(r"level of heterogeneity $\epsilon$ (dimensionless)")
        axes.set_ylabel("gap (dimensionless)")
        figure.legend(loc="outside upper center", ncols=2)
    exact = np.median(bias, axis=0)
    text = f"""Gap of the nominal task over the level of heterogeneity, log axes.
        {"; ".join(words)}. Exact bias: median {number(exact[0])} at level {number(levels[0])},
        {number(exact[-1])} at {number(levels[-1])}."""
    return describe(figure, text)


def kept_promises(sizes: Array, ratios: Mapping[str, Array]) -> Figure:
    """Draw measured over promised decrease in a step, by number of states.

    Parameters
    ----------
    sizes : array (N,)
    ratios : mapping from "as printed", "sharp" to arrays (N, S)
    """
    looks = (Look(VERMILION, "x", ""), Look(BLUE, "+", ""), Look(SKY, "o", ""))
    words = []
    with drawing(height=3.4) as (figure, axes):
        for look, (label, values) in zip(looks, ratios.items(), strict=False):
            matching(label, sizes, values.T)
            spread(axes, sizes, values.T, look, label)
            first, last = np.median(values[0]), np.median(values[-1])
            words.append(
                f"{label}: median {number(first)} at n = {sizes[0]:g}, {number(last)} at "
                f"n = {sizes[-1]:g}, least {number(values.min())}"
            )
        axes.axhline(1, color=BLACK, linewidth=1.2, **PROMISED)
        axes.set_yscale("log")
        axes.set_xticks(sizes)
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.set_xlabel("number of states $n$")
        axes.set_ylabel("measured / promised decrease\n(dimensionless)")
        axes.legend(loc="upper left")
    text = f"""Measured over promised decrease of a task's cost in one step, over the number of
        states, log axis, dashed line at 1. {"; ".join(words)}."""
    return describe(figure, text)
