"""Pictures of model-free MAML: runs from many seeds, levels of heterogeneity, kept promises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure

from lqrlib.validation import Array

from ..claims import Check
from ..notebook import readable
from ..recorded.s1 import Training
from .by_size import STATES
from .checking import shaped
from .curves import Curve, Limits, Panel, Reference, dashed, points, spread
from .looks import (
    CORRECTED,
    GREY,
    INDIGO,
    METHODS,
    OLIVE,
    PRINTED,
    SERIES,
    SKY,
    WINE,
    Look,
    in_order,
)
from .panels import draw
from .words import number

# One look for each level of heterogeneity, smallest first; and for each step size.
LEVELS = (
    Look(SKY, "P", "0.001"),
    Look(WINE, "h", "0.01"),
    Look(OLIVE, "<", "0.015"),
    Look(INDIGO, "d", "0.03"),
)
# Sources of the Hessian in the meta-gradient.
HESSIANS = {
    "printed": PRINTED,
    "none": Look(OLIVE, "<", "none"),
    "exact": METHODS["maml"]._replace(label="true operator"),
    "stein": Look(SKY, "P", "Stein estimate"),
    "difference": Look(INDIGO, "d", "differences"),
}


class Series(NamedTuple):
    """Gaps over iterations as one curve of a panel; what is None is not drawn."""

    label: str
    look: Look
    predicted: Array | None = None  # (X,), a dashed line from iteration 0, no further than `record`
    record: Training | None = None  # open markers
    gaps: Array | None = None  # (T + 1, S), one column for each run; a run that left ends infinite
    first: int = 0  # the iteration of gaps[0]
    unit: float = 1.0  # what an iteration is on the x axis

    @property
    def stayed(self) -> Array:
        """The gaps (T + 1, S) of the runs that did not leave."""
        return np.zeros((0, 0)) if self.gaps is None else self.gaps[:, np.isfinite(self.gaps[-1])]


def gap_curves(
    panels: Mapping[str, Sequence[Series]],
    xlabel: str = "iteration",
    ylabel: str = "gap",
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
            if series.gaps is not None and not series.stayed.size
        ]
    return draw(drawn, ylabel, " ".join(gone), height=height, legend_columns=columns)


def _curves(series: Series) -> list[Curve]:
    """What there is of a series: measured runs, a prediction, recorded points."""
    label, look, predicted, record, gaps, first, unit = series
    alone, curves = gaps is None, []
    if series.stayed.size:
        x = unit * (first + np.arange(len(series.stayed)))
        curves.append(Curve(x, series.stayed.T, look, label))
    if predicted is not None:
        y = predicted if record is None else predicted[: int(record.iterations[-1]) + 1]
        line = dashed(unit * np.arange(len(y)), y, look, f"{label}, predicted", listed=alone)
        curves.append(line)
    if record is not None:
        style: Any = {"hollow": True, "size": 5, "every": 2, "listed": alone}
        x = unit * record.iterations
        curves.append(points(x, record.gaps, look, f"{label}, recorded", **style))
    return curves


class Point(NamedTuple):
    """Gaps (S,) of the runs at one level of heterogeneity and one step size."""

    level: float
    step: float
    gaps: Array


def gaps_by_level(
    measured: Sequence[Point],
    predicted: Mapping[float, float],
    levels: Array,
    bias: Array,
) -> Figure:
    """Draw what is left after the same number of iterations against the level.

    Measured levels for each step size; dashed the gap `predicted` for it without heterogeneity or
    sampling; the `bias` (D, L) of the MAML optimum at `levels` (L,) for D draws of tasks.
    """
    if not {point.step for point in measured} <= set(predicted):
        raise ValueError(f"predicted: expected all measured steps, got {list(predicted)}")
    exact = shaped("bias", bias, "draws", len(levels))
    looks = SERIES[:3]
    curves, references, words = [], [], []
    by_step = {readable(f"step {step:.2g}"): (step, gap) for step, gap in predicted.items()}
    for look, (step, gap) in in_order(looks, by_step):
        references.append(Reference(gap, color=look.color))
        words.append(f"{look.label}: predicted {number(gap)}")
        several = [point for point in measured if point.step == step and point.gaps.size]
        curves += [points([at.level], at.gaps[:, None], look, bars=True) for at in several]
    curves.append(Curve(levels, exact, Look(GREY, "p"), "exact bias of the MAML optimum"))
    label = r"level of heterogeneity $\epsilon$"
    panel = Panel(label, curves, references=references)
    story = f"Gap of the nominal task. {'; '.join(words)}."
    return draw([panel], "gap", story, height=3.8, legend_columns=2)


def kept_promises(sizes: Array, decreases: Mapping[str, Sequence[Sequence[Check]]]) -> Figure:
    """Draw measured over promised decrease in a step, {form: checks for each number of states}.

    Where a form was checked on fewer cases of one size, as many are drawn of all.
    """
    looks, curves = (PRINTED, CORRECTED, SERIES[0]), []
    for look, several in in_order(looks, decreases):
        ratios = [np.concatenate([1 / np.ravel(c.ratio) for c in checks]) for checks in several]
        values = np.array([each[: min(map(len, ratios))] for each in ratios])
        curves.append(spread(sizes, values, look, quantiles=((0, 1),)))
    axis: Any = {"xscale": "linear", "xticks": sizes, "legend": "upper left"}
    panel = Panel(STATES, curves, references=[Reference(1)], **axis)
    label = "measured / promised decrease"
    return draw([panel], label, "Decrease of a task's cost in one step.", height=3.4)
