"""Pictures of learning from roll-outs: learning curves, promised rates, bad choices."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter
from numpy.typing import NDArray

from .estimation import ESTIMATORS, matching, name_panel, spread
from .style import (
    BLACK,
    BLUE,
    GREEN,
    METHODS,
    ORANGE,
    PROMISED,
    VERMILION,
    Look,
    describe,
    drawing,
    number,
)

Array = NDArray[np.float64]

SYSTEMS = (Look(BLUE, "o", ""), Look(GREEN, "^", ""), Look(ORANGE, "s", ""))


def learning_curves(
    panels: Mapping[str, Mapping[str, tuple[Array, Array]]], share: float
) -> Figure:
    """Draw relative cost gaps against simulated time steps, one panel for each system.

    Parameters
    ----------
    panels : mapping from a system's name to a mapping from a key of `ESTIMATORS` to a pair
        (steps (T,), gaps (S, T)): time steps simulated so far and (C - C*)/C* for each seed;
        ``inf`` for a seed that has left the stabilizing set.
    share : float
        The gap aimed at, drawn dashed.
    """
    words = []
    with drawing(1, len(panels), height=3.7, sharey=True, squeeze=False) as (figure, grid):
        for axes, (title, curves) in zip(grid[0], panels.items(), strict=True):
            for name, (steps, gaps) in curves.items():
                matching(name, steps, gaps)
                spread(axes, steps, np.minimum(gaps, 1e6), ESTIMATORS[name], name)
                words.append(
                    f"{title}, {name}: median gap from {number(np.median(gaps[:, 0]))} after "
                    f"{number(steps[0])} steps to {number(np.median(gaps[:, -1]))} after "
                    f"{number(steps[-1])}, largest of {len(gaps)} seeds {number(gaps[:, -1].max())}"
                )
            axes.axhline(share, color=BLACK, linewidth=1.2, **PROMISED)
            axes.set_xscale("log")
            axes.set_yscale("log")
            axes.set_ylim(5e-4, 1)
            axes.set_xlabel("simulated time steps")
            name_panel(axes, title)
        grid[0, 0].set_ylabel("$(C(K) - C^*) / C^*$ (dimensionless)")
        handles, labels = grid[0, 0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=3)
    text = f"""{len(panels)} panels of the relative cost gap over simulated time steps, log axes,
        dashed line at {number(share)}. {"; ".join(words)}."""
    return describe(figure, text)


def promised_rate(gaps: Array, exact: Array, promised: Mapping[str, Array]) -> Figure:
    """Draw gaps along iterations over the first: estimated, exact, and as theorems promise.

    Parameters
    ----------
    gaps : array (S, T)
        From estimated gradients, one row for each seed.
    exact : array (T,)
        From the exact gradient.
    promised : mapping from a label to an array (T,)
    """
    iterations = np.arange(float(len(exact)))
    matching("gaps", iterations, gaps)
    with drawing(height=3.4) as (figure, axes):
        spread(axes, iterations, gaps, METHODS["zeroth_order"], "one point, measured")
        look = METHODS["gradient"]
        axes.plot(
            iterations,
            exact,
            color=look.color,
            marker=look.marker,
            markevery=5,
            label="exact gradient, measured",
        )
        for color, (name, values) in zip((BLUE, VERMILION), promised.items(), strict=True):
            axes.plot(iterations, values, color=color, label=name, **PROMISED)
        axes.set_yscale("log")
        axes.set_ylim(bottom=max(1e-4, 0.3 * float(np.min(gaps))))
        axes.set_xlabel("iteration")
        axes.set_ylabel("gap / gap at the start (dimensionless)")
        axes.legend(loc="best")
    ends = "; ".join(f"{name}: {number(v[-1])}" for name, v in promised.items())
    text = f"""Line plot, logarithmic, of the cost gap over {len(exact) - 1} iterations, as a share
        of the first. Estimated gradients end at {number(np.median(gaps[:, -1]))} (median of
        {len(gaps)} seeds, {number(gaps[:, -1].min())} to {number(gaps[:, -1].max())}), the exact
        gradient at {number(exact[-1])}. Promised, dashed: {ends}."""
    return describe(figure, text)


def bad_choices(
    radii: Array,
    by_radius: Mapping[str, Array],
    horizons: Array,
    by_horizon: Mapping[str, Array],
    share: float,
) -> Figure:
    """Draw the gap learning ends with, against the radius and against the length of roll-outs.

    Parameters
    ----------
    radii : array (X,)
    by_radius : mapping from a key of `ESTIMATORS` to gaps (S, X)
        ``inf`` where a seed left the stabilizing set; drawn on the upper edge.
    horizons : array (L,)
    by_horizon : mapping from a system's name to gaps (L,)
        Gap of the gain that minimises the cost of that many steps; ``inf`` if it does not
        stabilize.
    share : float
        The gap aimed at, drawn dashed.
    """
    top = 3.0
    words = []
    with drawing(1, 2, height=3.9, sharey=True) as (figure, (left, right)):
        for name, gaps in by_radius.items():
            matching(name, radii, gaps)
            look = ESTIMATORS[name]
            spread(left, radii, np.minimum(gaps, top), look, name)
            gone = np.mean(~np.isfinite(gaps), axis=0)
            words.append(
                f"{name}: median gap {number(np.min(np.median(gaps, axis=0)))} at the best radius, "
                f"{number(100 * gone[-1])} % of seeds lost at radius {number(radii[-1])}"
            )
        for look, (name, values) in zip(SYSTEMS, by_horizon.items(), strict=False):
            right.plot(
                horizons, np.minimum(values, top), color=look.color, marker=look.marker, label=name
            )
            lost = ~np.isfinite(values)
            tail = f", unstable up to {number(np.max(horizons[lost]))} steps" if lost.any() else ""
            words.append(f"{name}: gap {number(values[-1])} at {number(horizons[-1])} steps{tail}")
        for axes in (left, right):
            axes.axhline(share, color=BLACK, linewidth=1.2, **PROMISED)
            axes.set_xscale("log")
            axes.set_yscale("log")
            axes.set_ylim(3e-4, top * 1.15)
            axes.xaxis.set_minor_formatter(NullFormatter())
            axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), fontsize=9)
        left.set_xticks(radii, [f"{r:g}" for r in radii])
        right.set_xticks(horizons, [f"{k:g}" for k in horizons])
        left.set_xlabel("radius $r$ (dimensionless)")
        left.set_ylabel("final $(C(K) - C^*) / C^*$ (dimensionless)")
        right.set_xlabel("length of a roll-out (time steps)")
    text = f"""Two panels on log axes of the gap learning ends with, dashed line at {number(share)},
        upper edge for gains that do not stabilize. Left: against the exploration radius. Right:
        against the length of roll-outs, with endless samples. {"; ".join(words)}."""
    return describe(figure, text)
