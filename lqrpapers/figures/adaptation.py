"""Pictures of adaptation to unseen tasks: curves, clocks, cost queries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from .estimation import matching, name_panel
from .style import (
    BLACK,
    GREEN,
    GREY,
    METHODS,
    ORANGE,
    PROMISED,
    SKY,
    Look,
    describe,
    drawing,
    joined,
    number,
)

Array = NDArray[np.float64]

# Where a descent starts. Labels are given by the chapter.
STARTS = {
    "random": Look(GREY, "p", "random gain"),
    "learned": METHODS["maml"],
    "alone": METHODS["zeroth_order"],
    "nominal": METHODS["optimum"],
    "average model": Look(SKY, "P", "average model"),
    "average cost": Look(GREEN, "X", "average cost"),
    "maml": Look(ORANGE, "h", "MAML optimum"),
    "published": Look(BLACK, "d", "S1's random gain"),
}
LINES = ("-", ":", "-.", (0, (5, 2, 1, 2, 1, 2)), (0, (1, 1)))


class Curve(NamedTuple):
    """Runs from one kind of start: a key of `STARTS`, a label and gaps (T + 1, runs)."""

    start: str
    label: str
    gaps: Array


def adaptation_curves(
    panels: Mapping[str, list[Curve]],
    recorded: tuple[Array, Array] | None = None,
    *,
    level: float | None = None,
) -> Figure:
    """Draw relative gaps over iterations, a panel for each comparison.

    Lines are medians, bands go from the 10 % to the 90 % quantile; runs that left are infinite.

    Parameters
    ----------
    panels : mapping from a title to curves
    recorded : (iterations (X,), gaps (X,)), optional
        A published run, drawn as crosses in the first panel.
    level : number, optional
        A gap to mark, dashed.
    """
    words = []
    with drawing(1, len(panels), width=7.2, height=4.0, sharey=True, squeeze=False) as (
        figure,
        grid,
    ):
        for axes, (title, curves) in zip(grid[0], panels.items(), strict=True):
            for curve in curves:
                times = np.arange(float(len(curve.gaps)))
                matching(curve.label, times, curve.gaps.T)
                _band(axes, times, curve)
                words.append(_summary(title, curve))
            if level is not None:
                axes.axhline(level, color=BLACK, linewidth=1.2, **PROMISED)
            axes.set(xscale="symlog", yscale="log", xlabel="iteration (dimensionless)")
            axes.set_xlim(0, None)
            name_panel(axes, title)
        if recorded is not None:
            grid[0, 0].plot(*recorded, "x", color=BLACK, markersize=5, label="recorded")
            words.append(
                f"the recorded run goes from {number(recorded[1][0])} to {number(recorded[1][-1])}"
            )
        grid[0, 0].set_ylim(2e-5, 20)
        grid[0, 0].set_ylabel("$(J_i(K_t) - J_i^*) / J_i^*$ (dimensionless)")
        found: dict[str, Any] = {}
        for axes in grid[0]:
            handles, labels = axes.get_legend_handles_labels()
            found.update(zip(labels, handles, strict=True))
        figure.legend(list(found.values()), list(found), loc="outside upper center", ncols=2)
    text = f"""{len(panels)} panels of relative cost gaps over iterations, log axes. Medians and 10
        to 90 % quantiles. {"; ".join(words)}."""
    return describe(figure, text)


def _band(axes: Axes, times: Array, curve: Curve) -> None:
    look = STARTS[curve.start]
    low, middle, high = (
        np.quantile(curve.gaps, q, axis=1, method="inverted_cdf") for q in (0.1, 0.5, 0.9)
    )
    axes.fill_between(times, low, np.minimum(high, 1e6), color=look.color, alpha=0.2, linewidth=0)
    marks = np.unique(np.geomspace(1, len(times) - 1, 9).astype(int))
    axes.plot(
        times,
        middle,
        color=look.color,
        marker=look.marker,
        markevery=[0, *marks],
        label=curve.label,
    )


def _summary(title: str, curve: Curve) -> str:
    first, last = (
        float(np.quantile(row, 0.5, method="inverted_cdf")) for row in curve.gaps[[0, -1]]
    )
    lost = int(np.isinf(curve.gaps[-1]).sum())
    left = f", {lost} of {curve.gaps.shape[1]} runs left" if lost else ""
    return f"{title}, {curve.label}: median {number(first)} to {number(last)}{left}"


def clocks(curves: Mapping[str, tuple[str, Array, Array]], marks: Mapping[str, float]) -> Figure:
    """Draw relative gaps over the clock, the sum of all step sizes so far.

    Parameters
    ----------
    curves : mapping from a label to a key of `STARTS`, clocks (T,) and gaps (T, runs)
        Medians are drawn, from the first positive clock on.
    marks : mapping from a label to a clock
        Marked, dashed.
    """
    words = []
    with drawing(height=4.2) as (figure, axes):
        for number_, (label, (start, times, gaps)) in enumerate(curves.items()):
            matching(label, times, gaps.T)
            look, shown = STARTS[start], times > 0
            middle = np.quantile(gaps, 0.5, axis=1, method="inverted_cdf")
            places = np.unique(np.geomspace(1, shown.sum(), 7).astype(int)) - 1
            axes.plot(
                times[shown],
                middle[shown],
                color=look.color,
                marker=look.marker,
                linestyle=LINES[number_ % len(LINES)],
                markevery=list(places),
                label=label,
            )
            words.append(
                f"{label}: {number(middle[shown][0])} at clock {number(times[shown][0])} to "
                f"{number(middle[-1])} at {number(times[-1])}"
            )
        for label, clock in marks.items():
            axes.axvline(clock, color=BLACK, linewidth=1, **PROMISED)
            # the curves fall to the right: the upper right corner is free
            axes.annotate(label, (clock, 0.97), (4, 0), textcoords="offset points",
                          xycoords=("data", "axes fraction"), va="top", fontsize=9)  # fmt: skip
            words.append(f"{label}, dashed at {number(clock)}")
        axes.set(
            xscale="log",
            yscale="log",
            xlabel=r"clock $\tau = \sum\eta$ (dimensionless)",
            ylabel="$(J_i(K_t) - J_i^*) / J_i^*$ (dimensionless)",
        )
        figure.legend(loc="outside upper center", ncols=2)
    text = f"""Median relative gaps over the clock, log axes. {"; ".join(words)}."""
    return describe(figure, text)


def query_counts(
    groups: list[str], targets: list[str], counts: Mapping[str, tuple[str, Array]], *, each: float
) -> Figure:
    """Draw median queries with intervals: a panel for each target, a group for each level.

    Parameters
    ----------
    groups : list of str (G,)
        Labels on the horizontal axis.
    targets : list of str (L,)
        Titles of the panels.
    counts : mapping from a label to a key of `STARTS` and an array (G, L, 3)
        Median, lower and upper end; ``inf`` where the target is not reached, nan where there is no
        such start.
    each : number
        Queries of one gradient; the axis is linear below it.
    """
    words, top = [], 1.0
    for label, (_, rows) in counts.items():
        if np.shape(rows) != (len(groups), len(targets), 3):
            raise ValueError(
                f"{label}: expected shape {(len(groups), len(targets), 3)}, got {np.shape(rows)}"
            )
        top = max(top, float(np.max(rows[np.isfinite(rows)], initial=1.0)))
    edge = 6 * top
    with drawing(1, len(targets), width=7.2, height=4.0, sharey=True, squeeze=False) as (
        figure,
        grid,
    ):
        offsets = np.linspace(-0.32, 0.32, len(counts))
        for k, (axes, target) in enumerate(zip(grid[0], targets, strict=True)):
            for offset, (label, (start, rows)) in zip(offsets, counts.items(), strict=True):
                look, shown = STARTS[start], np.minimum(rows[:, k], edge)
                here = ~np.isnan(shown[:, 0])
                middle, low, high = shown[here].T
                place = np.arange(len(groups))[here] + offset
                axes.errorbar(place, middle, [middle - low, high - middle], color=look.color,
                              marker=look.marker, linestyle="none", capsize=2, markersize=6,
                              label=label)  # fmt: skip
                said = joined(
                    [f"{number(rows[g, k, 0])} at {groups[g]}" for g in np.flatnonzero(here)]
                )
                words.append(f"to {target} from {label}: {said}")
            axes.set_xticks(np.arange(len(groups)), groups)
            axes.set_yscale("symlog", linthresh=each, linscale=0.4)
            axes.set_ylim(-0.3 * each, 1.3 * edge)
            axes.set_xlabel("heterogeneity level")
            axes.grid(axis="x", visible=False)
            name_panel(axes, f"to {target}")
        grid[0, 0].set_ylabel("cost queries (dimensionless)")
        handles, labels = grid[0, 0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=3)
    text = f"""{len(targets)} panels of the median number of cost queries until the relative gap is
        small, by level and start, logarithmic above {number(each)}; the upper edge means never.
        {"; ".join(words)}."""
    return describe(figure, text)
