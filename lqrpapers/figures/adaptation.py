"""Pictures of adaptation to unseen tasks: curves, clocks, cost queries, distances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lqrlib.validation import Array

from .checking import shaped
from .curves import ITERATIONS, QUARTILES, Curve, Panel, Reference, dashed, points, spread
from .looks import BLACK, GREY, INDIGO, METHODS, OLIVE, PURPLE, SERIES, SKY, WINE, Look, in_order
from .panels import draw
from .words import number

# Where a descent starts.
STARTS = {
    "random": Look(GREY, "p", "random gain"),
    "learned": METHODS["maml"]._replace(label="learned by S1 Algorithm 3"),
    "alone": Look(WINE, "<", "nominal task alone"),
    "nominal": Look(INDIGO, "d", "nominal optimum"),
    "average model": Look(SKY, "P", "average model"),
    "average cost": Look(OLIVE, "X", "average cost"),
    "maml": Look(PURPLE, "h", "MAML optimum"),
    "published": Look(BLACK, "8", "S1's random gain"),
}
LINES = ("-", ":", "-.", (0, (5, 2, 1, 2, 1, 2)), (0, (1, 1)))
GAP = "$(J_i(K_t) - J_i^*) / J_i^*$"


class Runs(NamedTuple):
    """Runs from one kind of start: a key of `STARTS`, a label and gaps (T + 1, ...)."""

    start: str
    label: str
    gaps: Array


def adaptation_curves(
    panels: Mapping[str, Sequence[Runs]],
    recorded: tuple[Array, Array] | None = None,
    *,
    level: float | None = None,
) -> Figure:
    """Draw relative gaps over iterations, {panel: runs}: medians and 10 to 90 % bands.

    Runs that left are infinite. `recorded`, iterations and gaps (X,) of a published run, are
    crosses in the first panel; a gap `level` is dashed.
    """
    drawn: list[Panel] = []
    marks = [] if level is None else [Reference(level)]
    axes = ITERATIONS | {"references": marks, "top": 1e6, "ylim": (2e-5, 20)}
    for title, several in panels.items():
        curves = [
            spread(np.arange(len(gaps)), gaps.reshape(len(gaps), -1), STARTS[start], label)
            for start, label, gaps in several
        ]
        if recorded is not None and not drawn:
            curves.append(points(*recorded, Look(BLACK, "x", "recorded")))
        drawn.append(Panel(curves=curves, title=title, **axes))
    story = "Lines are medians of runs, bands their 10 to 90 % quantiles."
    return draw(drawn, GAP, story, width=7.2, height=4.0, legend_columns=2)


def clocks(curves: Mapping[str, tuple[str, Array, Array]], marks: Mapping[str, float]) -> Figure:
    """Draw median gaps over the clock, the sum of all step sizes so far; some clocks are marked.

    `curves` maps a label to a key of `STARTS`, clocks (T,) and gaps (T, runs), drawn from the first
    positive clock on.
    """
    lines = []
    for dashes, (label, (start, times, gaps)) in zip(LINES, curves.items(), strict=False):
        middle = np.median(shaped(label, gaps, len(times), "runs"), axis=1)
        shown = times > 0
        lines.append(Curve(times[shown], middle[shown], STARTS[start], label, line=dashes))
    ends = [Reference(clock, vertical=True, note=label) for label, clock in marks.items()]
    panel = Panel(r"clock $\tau = \sum\eta$", lines, references=ends)
    return draw([panel], GAP, "Medians of runs.", height=4.2, legend_columns=2)


def query_counts(
    groups: list[str], targets: list[str], counts: Mapping[str, Array], *, each: float
) -> Figure:
    """Draw median queries with intervals: a panel for each target, a group for each level.

    `counts` maps a key of `STARTS` to an array (groups, targets, 3): median, lower and upper end;
    ``inf`` where the target is not reached, nan where there is no such start. The axis is linear
    below `each`, the queries of one gradient.
    """
    for start, rows in counts.items():
        shaped(STARTS[start].label, rows, len(groups), len(targets), 3)
    every = np.array(list(counts.values()))
    edge = 6 * float(np.max(every[np.isfinite(every)], initial=1.0))
    offsets = np.linspace(-0.32, 0.32, len(counts))

    def bend(axes: Axes) -> None:
        axes.set_yscale("symlog", linthresh=each, linscale=0.4)
        axes.grid(axis="x", visible=False)

    words, panels, places = [], [], np.arange(len(groups))
    style: Any = {"size": 6, "bars": True, "told": False}
    axis: Any = {"xscale": "linear", "yscale": "symlog", "xticks": dict(enumerate(groups))}
    axis |= {"ylim": (-0.3 * each, 1.3 * edge), "top": edge, "also": bend}
    for k, target in enumerate(targets):
        curves = []
        for offset, (start, rows) in zip(offsets, counts.items(), strict=True):
            label = STARTS[start].label
            middle, *ends = rows[:, k].T
            style |= {"shift": offset, "between": tuple(ends)}
            curves.append(points(places, middle, STARTS[start], label, **style))
            if not k:
                ends = [number(count) for count in middle[~np.isnan(middle)][[0, -1]]]
                words.append(f"{label} {' to '.join(ends)}")
        panels.append(Panel("heterogeneity level", curves, f"to {target}", **axis))
    story = f"""Median number of queries until the relative gap is small, by start, logarithmic
        above {number(each)}; the upper edge means never. To {targets[0]}, from the least to the
        largest level: {"; ".join(words)}."""
    return draw(panels, "cost queries", story, width=7.2, height=4.0)


RATIOS = (0.2, 0.3, 0.5, 0.7, 1.0, 1.5)
FAMILIES = SERIES[:3]


def crossover(
    steps: Array,
    advantages: Mapping[str, tuple[Array, Array]],
    ratios: Mapping[str, Array],
) -> Figure:
    """Draw what MAML wins over averaging, against inner step times the largest eigenvalue (X,).

    Left relative advantages on training tasks, {label: (measured (X,), to leading order
    (X,))}; right gaps after one step on unseen tasks, MAML's over averaging's, {label: ratios
    (X, families)}.
    """
    left = []
    for look, (measured, model) in in_order(FAMILIES, advantages):
        left.append(Curve(steps, measured, look))
        left.append(dashed(steps, model, look, f"{look.label}, formula"))
    looks = SERIES[2:]
    right = [
        spread(steps, values, look, quantiles=QUARTILES) for look, values in in_order(looks, ratios)
    ]
    label = r"$\eta_l\,\chi_{\max}$"
    labels = (
        "relative advantage, training tasks",
        "gap after one step, MAML / averaging,\nunseen tasks",
    )
    axis: Any = {"xticks": steps, "legend": "above"}
    panels = [Panel(label, left, ylabel=labels[0], **axis)]
    axis |= {"yticks": RATIOS, "references": [Reference(1, width=1)]}
    panels.append(Panel(label, right, ylabel=labels[1], **axis))
    story = """Left: what MAML wins over averaging. Right: below one where MAML is better; medians
        and quartiles."""
    return draw(panels, story=story, width=7.2, height=4.0)


def beyond_training(distances: Array, gaps: Mapping[str, tuple[str, Sequence[Array]]]) -> Figure:
    """Draw how starts fare on tasks at `distances` (X,), relative to the training tasks.

    Left the share of tasks stabilized, right relative gaps at the start, {label: (key of `STARTS`,
    (X, ...))}, ``inf`` where it does not stabilize.
    """
    left, right = [], []
    for label, (start, runs) in gaps.items():
        rows = np.reshape(runs, (len(runs), -1))
        right.append(spread(distances, rows, STARTS[start], label))
        shares = 100 * np.isfinite(rows).mean(axis=1)
        left.append(Curve(distances, shares, STARTS[start], label))
    label = "distance / training distance"
    gap = "relative gap at the start"
    panels = [
        Panel(label, left, ylabel="unseen tasks stabilized (%)", yscale="linear", ylim=(0, 104)),
        Panel(label, right, ylabel=gap, top=1e6, ylim=(None, 30)),
    ]
    story = "Right: median and 10 to 90 % quantiles."
    return draw(panels, story=story, width=7.2, height=3.8)
