"""Pictures of model-free MAML: runs from many seeds, levels of heterogeneity, kept promises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from lqrlib.validation import Array

from .checking import same_names, shaped
from .curves import Curve, Limits, Panel, Reference, dashed, points
from .looks import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, SERIES, SKY, VERMILION, Look, in_order
from .panels import draw
from .words import number

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


def gap_curves(
    panels: Mapping[str, Sequence[Series]],
    xlabel: str,
    ylabel: str,
    *,
    height: float = 3.6,
    ylim: Limits = (None, None),
    logx: bool = False,
    columns: int = 3,
) -> Figure:
    """Draw gaps on a log axis, one panel for each title ("" for none), one legend for all.

    Bands span the runs from least to largest; lines are medians; dashed lines are predictions;
    open markers, every second one, were recorded by others.
    """
    scale = "log" if logx else "linear"
    drawn, gone = [], []
    for title, several in panels.items():
        curves = [curve for series in several for curve in _curves(series)]
        drawn.append(Panel(xlabel, curves, title, xscale=scale, ylim=ylim))
        gone += [
            f"{f'{title}, ' if title else ''}{series.label}: no run left."
            for series in several
            if series.gaps is not None and not len(series.gaps)
        ]
    return draw(drawn, ylabel, " ".join(gone), height=height, legend_columns=columns)


def _curves(series: Series) -> list[Curve]:
    """What there is of a series: measured runs, a prediction, recorded points."""
    label, look = series.label, series.look
    measured = series.gaps is not None and len(series.gaps) > 0
    curves = []
    if series.gaps is not None and measured:
        curves.append(Curve(series.x, series.gaps, look, label))
    alone = series.gaps is None
    if series.predicted is not None:
        curves.append(dashed(*series.predicted, look, f"{label}, predicted", listed=alone))
    if series.recorded is not None:
        curves.append(
            points(
                *series.recorded,
                look,
                f"{label}, recorded",
                hollow=True,
                size=5,
                every=2,
                listed=alone,
            )
        )
    return curves


class Point(NamedTuple):
    """Gaps (S,) of the runs at one level of heterogeneity and one step size."""

    level: float
    gaps: Array


def gaps_by_level(
    points_by_step: Mapping[str, Sequence[Point]],
    predicted: Mapping[str, float],
    levels: Array,
    bias: Array,
) -> Figure:
    """Draw what is left after the same number of iterations against the level.

    Parameters
    ----------
    points_by_step : mapping from a label, one for each step size, to its measured levels
    predicted : mapping from the same labels to the gap without heterogeneity or sampling
    levels : array (L,)
    bias : array (D, L)
        Gap of the stationary gain of the MAML objective, for each of D draws of tasks.
    """
    same_names("predicted", predicted, points_by_step)
    exact = shaped("bias", bias, "draws", len(levels))
    looks = (SERIES[0], SERIES[2], SERIES[3])
    curves, references, words = [], [], []
    for look, several in in_order(looks, points_by_step):
        references.append(Reference(predicted[look.label], color=look.color))
        words.append(f"{look.label}: predicted {number(predicted[look.label])}")
        curves += [
            points([point.level], np.asarray(point.gaps)[:, None], look, bars=True)
            for point in several
        ]
    curves.append(Curve(levels, exact, Look(GREY, "*"), "exact bias of the MAML optimum"))
    panel = Panel(
        r"level of heterogeneity $\epsilon$ (dimensionless)", curves, references=references
    )
    story = f"Gap of the nominal task. {'; '.join(words)}."
    return draw([panel], "gap (dimensionless)", story, height=3.8, legend_columns=2)


def kept_promises(sizes: Array, ratios: Mapping[str, Array]) -> Figure:
    """Draw measured over promised decrease in a step, by number of states.

    Parameters
    ----------
    sizes : array (N,)
    ratios : mapping from "as printed", "sharp" to arrays (N, S)
    """
    looks = (Look(VERMILION, "x"), Look(BLUE, "+"), Look(SKY, "o"))
    curves = [
        Curve(sizes, shaped(look.label, values, len(sizes), "S").T, look)
        for look, values in in_order(looks, ratios)
    ]
    panel = Panel(
        "number of states $n$",
        curves,
        xscale="linear",
        xticks=sizes,
        references=[Reference(1)],
        legend="upper left",
    )
    label = "measured / promised decrease\n(dimensionless)"
    return draw([panel], label, "Decrease of a task's cost in one step.", height=3.4)
