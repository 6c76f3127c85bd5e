"""Pictures of adaptation to unseen tasks: curves, clocks, cost queries, distances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lqrlib.validation import Array

from .checking import shaped
from .curves import ITERATIONS, Curve, Panel, Reference, dashed, points
from .looks import BLACK, GREEN, GREY, METHODS, ORANGE, SERIES, SKY, Look, in_order
from .panels import draw
from .words import joined, number

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
GAP = "$(J_i(K_t) - J_i^*) / J_i^*$ (dimensionless)"


class Runs(NamedTuple):
    """Runs from one kind of start: a key of `STARTS`, a label and gaps (T + 1, runs)."""

    start: str
    label: str
    gaps: Array


def adaptation_curves(
    panels: Mapping[str, Sequence[Runs]],
    recorded: tuple[Array, Array] | None = None,
    *,
    level: float | None = None,
) -> Figure:
    """Draw relative gaps over iterations, a panel for each comparison.

    Lines are medians, bands go from the 10 % to the 90 % quantile; runs that left are infinite.

    Parameters
    ----------
    panels : mapping from a title to runs
    recorded : (iterations (X,), gaps (X,)), optional
        A published run, drawn as crosses in the first panel.
    level : number, optional
        A gap to mark, dashed.
    """
    drawn = {title: [_runs(each) for each in several] for title, several in panels.items()}
    if recorded is not None:
        next(iter(drawn.values())).append(points(*recorded, Look(BLACK, "x", "recorded")))
    marks = [] if level is None else [Reference(level)]
    return draw(
        [
            Panel(
                curves=curves, title=title, references=marks, top=1e6, ylim=(2e-5, 20), **ITERATIONS
            )
            for title, curves in drawn.items()
        ],
        GAP,
        "Lines are medians of runs, bands their 10 to 90 % quantiles.",
        width=7.2,
        height=4.0,
        legend_columns=2,
    )


def _runs(runs: Runs) -> Curve:
    gaps = shaped(runs.label, runs.gaps, "iterations", "runs")
    times = np.arange(len(gaps))
    return Curve(times, gaps.T, STARTS[runs.start], runs.label, quantiles=((0.1, 0.9),))


def clocks(curves: Mapping[str, tuple[str, Array, Array]], marks: Mapping[str, float]) -> Figure:
    """Draw relative gaps over the clock, the sum of all step sizes so far.

    Parameters
    ----------
    curves : mapping from a label to a key of `STARTS`, clocks (T,) and gaps (T, runs)
        Medians are drawn, from the first positive clock on.
    marks : mapping from a label to a clock
        Marked, dashed.
    """
    lines = []
    for dashes, (label, (start, times, gaps)) in zip(LINES, curves.items(), strict=False):
        middle = np.median(shaped(label, gaps, len(times), "runs"), axis=1)
        shown = times > 0
        lines.append(Curve(times[shown], middle[shown], STARTS[start], label, line=dashes))
    ends = [Reference(clock, vertical=True, note=label) for label, clock in marks.items()]
    panel = Panel(r"clock $\tau = \sum\eta$ (dimensionless)", lines, references=ends)
    return draw([panel], GAP, "Medians of runs.", height=4.2, legend_columns=2)


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
    for label, (_, rows) in counts.items():
        shaped(label, rows, len(groups), len(targets), 3)
    every = np.array([rows for _, rows in counts.values()])
    edge = 6 * float(np.max(every[np.isfinite(every)], initial=1.0))
    offsets = np.linspace(-0.32, 0.32, len(counts))

    def bend(axes: Axes) -> None:
        axes.set_yscale("symlog", linthresh=each, linscale=0.4)
        axes.grid(axis="x", visible=False)

    words, panels = [], []
    for k, target in enumerate(targets):
        curves = []
        for offset, (label, (start, rows)) in zip(offsets, counts.items(), strict=True):
            middle, low, high = rows[:, k].T
            curves.append(
                points(
                    np.arange(len(groups)),
                    middle,
                    STARTS[start],
                    label,
                    shift=offset,
                    size=6,
                    between=(low, high),
                    bars=True,
                    told=False,
                )
            )
            there = [
                f"{number(middle[g])} at {groups[g]}" for g in np.flatnonzero(~np.isnan(middle))
            ]
            words.append(f"to {target} from {label}: {joined(there)}")
        panels.append(
            Panel(
                "heterogeneity level",
                curves,
                f"to {target}",
                xscale="linear",
                yscale="symlog",
                xticks=dict(enumerate(groups)),
                ylim=(-0.3 * each, 1.3 * edge),
                top=edge,
                also=bend,
            )
        )
    story = f"""Median number of queries until the relative gap is small, by start, logarithmic
        above {number(each)}; the upper edge means never. {"; ".join(words)}."""
    return draw(panels, "cost queries (dimensionless)", story, width=7.2, height=4.0)


RATIOS = (0.2, 0.3, 0.5, 0.7, 1.0, 1.5)
FAMILIES = (SERIES[0], SERIES[1], SERIES[3])


def crossover(
    steps: Array,
    advantages: Mapping[str, tuple[Array, Array]],
    ratios: Mapping[str, tuple[Array, Array]],
) -> Figure:
    """Draw what MAML wins over averaging, against the inner step size times the steepest Hessian.

    Parameters
    ----------
    steps : array (X,)
        Inner step size times the largest eigenvalue.
    advantages : mapping from a label to (measured (X,), calculated (X,))
        Relative advantage on training tasks, and what the quadratic model gives.
    ratios : mapping from a label to (x (Y,), ratios (Y, F))
        Gap after one step on unseen tasks, MAML's over averaging's, for F families.
    """
    left = []
    for look, (measured, model) in in_order(FAMILIES, advantages):
        left.append(Curve(steps, measured, look))
        left.append(dashed(steps, model, look, f"{look.label}, quadratic model"))
    looks = (METHODS["optimum"], STARTS["learned"], STARTS["average cost"])
    right = [
        Curve(x, shaped(look.label, values, len(x), "families").T, look, quantiles=((0.25, 0.75),))
        for look, (x, values) in in_order(looks, ratios)
    ]
    label = r"$\eta_l\,h_{\max}$ (dimensionless)"
    panels = [
        Panel(
            label,
            left,
            ylabel="relative advantage, training tasks\n(dimensionless)",
            xticks=steps,
            legend="above",
        ),
        Panel(
            label,
            right,
            xticks=steps,
            yticks=RATIOS,
            references=[Reference(1, width=1)],
            ylabel="gap after one step, MAML / averaging,\nunseen tasks (dimensionless)",
            legend="above",
        ),
    ]
    story = """Left: what MAML wins over averaging. Right: below one where MAML is better; medians
        and quartiles."""
    return draw(panels, story=story, width=7.2, height=4.0)


def beyond_training(
    distances: Array, stable: Mapping[str, tuple[str, Array]], gaps: Mapping[str, tuple[str, Array]]
) -> Figure:
    """Draw how starts fare on tasks further away than the training tasks.

    Parameters
    ----------
    distances : array (X,)
        Level of the unseen tasks over that of the training tasks.
    stable : mapping from a label to a key of `STARTS` and an array (X,)
        Share of unseen tasks that the start stabilizes.
    gaps : mapping from a label to a key of `STARTS` and an array (X, runs)
        Relative gaps at the start; ``inf`` where it does not stabilize.
    """
    left = [
        Curve(distances, 100 * values, STARTS[start], label)
        for label, (start, values) in stable.items()
    ]
    right = [
        Curve(
            distances,
            shaped(label, runs, len(distances), "runs").T,
            STARTS[start],
            label,
            quantiles=((0.1, 0.9),),
        )
        for label, (start, runs) in gaps.items()
    ]
    label = "distance / training distance (dimensionless)"
    panels = [
        Panel(label, left, ylabel="unseen tasks stabilized (%)", yscale="linear", ylim=(0, 104)),
        Panel(
            label,
            right,
            ylabel="relative gap at the start (dimensionless)",
            top=1e6,
            ylim=(None, 30),
        ),
    ]
    story = "Right: median and 10 to 90 % quantiles."
    return draw(panels, story=story, width=7.2, height=3.8)
