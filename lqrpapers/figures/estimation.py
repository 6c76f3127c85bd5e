"""Pictures of estimating from roll-outs: errors of gradients, tails of costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from .style import (
    BLACK,
    BLUE,
    GREY,
    ORANGE,
    PROMISED,
    SKY,
    VERMILION,
    Look,
    describe,
    drawing,
    number,
)

Array = NDArray[np.float64]

ESTIMATORS = {
    "one point": Look(VERMILION, "v", "one point"),
    "pairs": Look(SKY, "^", "pairs"),
    "pairs, common noise": Look(BLUE, "D", "pairs, common noise"),
}
LEVELS = (Look(BLUE, "o", ""), Look(ORANGE, "s", ""), Look(VERMILION, "v", ""))


class Curves(NamedTuple):
    """One panel: measured curves with their spread, exact ones, promised ones.

    Attributes
    ----------
    label : str
        Label of the horizontal axis, with its unit.
    measured : mapping
        From a key of `ESTIMATORS` to (x (X,), samples (S, X)).
    exact : mapping
        From a label to (x, y): known without sampling.
    promised : mapping
        From a label to (x, y), drawn dashed.
    """

    label: str
    measured: Mapping[str, tuple[Array, Array]]
    exact: Mapping[str, tuple[Array, Array]]
    promised: Mapping[str, tuple[Array, Array]]


def matching(name: str, x: Array, samples: Array) -> None:
    """Raise ValueError unless every sample has one entry for each x."""
    if np.ndim(samples) != 2 or np.shape(samples)[1:] != np.shape(x) or np.size(x) == 0:
        raise ValueError(
            f"{name}: expected x (X,) and samples (S, X), got {np.shape(x)} and {np.shape(samples)}"
        )


def spread(axes: Axes, x: Array, samples: Array, look: Look, label: str) -> None:
    """Median and the spread from least to largest; infinite samples leave through the top."""
    axes.fill_between(
        x, samples.min(axis=0), samples.max(axis=0), color=look.color, alpha=0.2, linewidth=0
    )
    mark = max(1, len(x) // 8)
    middle = np.median(samples, axis=0)
    axes.plot(x, middle, color=look.color, marker=look.marker, markevery=mark, label=label)


def name_panel(axes: Axes, text: str) -> None:
    """Write the name of a panel above it."""
    axes.annotate(
        text, (0.5, 1.0), xycoords="axes fraction", ha="center", va="bottom", weight="bold"
    )


def gradient_errors(panels: Mapping[str, Curves]) -> Figure:
    """Draw relative errors of gradient estimates, one panel for each thing that varies."""
    words = []
    with drawing(1, len(panels), height=3.7, sharey=True, squeeze=False) as (figure, grid):
        for axes, (title, panel) in zip(grid[0], panels.items(), strict=True):
            for name, (x, samples) in panel.measured.items():
                matching(name, x, samples)
                spread(axes, x, samples, ESTIMATORS[name], name)
                middle = np.median(samples, axis=0)
                words.append(
                    f"{title}, {name}: median from {number(middle[0])} at {number(x[0])} to "
                    f"{number(middle[-1])} at {number(x[-1])}"
                )
            for name, (x, y) in panel.exact.items():
                axes.plot(x, y, color=BLACK, label=name)
                words.append(f"{title}, {name}: from {number(y[0])} to {number(y[-1])}")
            for name, (x, y) in panel.promised.items():
                axes.plot(x, y, color=GREY, label=name, **PROMISED)
            if panel.exact or panel.promised:
                lines = [line for line in axes.lines if line.get_label() not in panel.measured]
                axes.legend(handles=lines, loc="best", fontsize=9)
            axes.set_xscale("linear" if "steps" in panel.label else "log")
            axes.set_yscale("log")
            axes.set_xlabel(panel.label)
            name_panel(axes, title)
        grid[0, 0].set_ylim(bottom=1e-4)
        grid[0, 0].set_ylabel("relative error of the gradient (dimensionless)")
        handles, labels = grid[0, 0].get_legend_handles_labels()
        shown = [i for i, label in enumerate(labels) if label in ESTIMATORS]
        figure.legend(
            [handles[i] for i in shown],
            [labels[i] for i in shown],
            loc="outside upper center",
            ncols=3,
        )
    text = f"""{len(panels)} panels of the relative error of gradient estimates, logarithmic.
        {"; ".join(words)}."""
    return describe(figure, text)


def rollout_tails(
    costs: Mapping[str, Array], exponents: Mapping[str, float], sizes: Array, errors: Array
) -> Figure:
    """Draw how often a roll-out exceeds a cost, and how slowly averages of roll-outs settle.

    Parameters
    ----------
    costs : mapping from a noise level's name to an array (S,)
        Costs of roll-outs in units of their mean.
    exponents : mapping from the same names to numbers
        Exponents k of the tails z^-k, drawn dashed.
    sizes : array (X,)
        Numbers of roll-outs averaged.
    errors : array (levels, X)
        Median relative errors of the averages.
    """
    if list(costs) != list(exponents) or np.shape(errors) != (len(costs), len(sizes)):
        raise ValueError(
            f"expected one row of errors for each noise level and one column for each size, got "
            f"{np.shape(errors)} for {list(costs)}, {list(exponents)} and {len(sizes)} sizes"
        )
    words = []
    with drawing(1, 2, height=3.7) as (figure, (left, right)):
        for look, (name, values), error in zip(LEVELS, costs.items(), errors, strict=False):
            order = np.sort(values)[::-1]
            places = np.unique(np.geomspace(1, len(order), 200).astype(int))
            left.plot(
                order[places - 1],
                places / len(order),
                color=look.color,
                marker=look.marker,
                markevery=25,
                label=name,
            )
            slope = -min(0.5, 1 - 1 / exponents[name])
            if np.isfinite(exponents[name]):
                anchor = order[len(order) // 300]
                z = np.geomspace(anchor, order[0], 20)
                left.plot(z, (z / anchor) ** -exponents[name] / 300, color=look.color, **PROMISED)
            right.plot(sizes, error, color=look.color, marker=look.marker)
            line = error[0] * (np.asarray(sizes) / sizes[0]) ** slope
            right.plot(sizes, line, color=look.color, **PROMISED)
            words.append(
                f"{name}: tail exponent {number(exponents[name])}, largest of {len(order):,} costs "
                f"{number(order[0])} times the mean, error of the average falls from "
                f"{number(error[0])} to {number(error[-1])}"
            )
        for axes in (left, right):
            axes.set_xscale("log")
            axes.set_yscale("log")
        left.set_xlabel("cost of a roll-out / its mean (dimensionless)")
        left.set_ylabel("share of roll-outs above (dimensionless)")
        left.set_ylim(bottom=0.5 / max(len(v) for v in costs.values()))
        left.set_xlim(left=0.05)
        right.set_xlabel("roll-outs averaged")
        right.set_ylabel("relative error (dimensionless)")
        figure.legend(*left.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    text = f"""Two panels on log axes. Left: share of roll-outs whose cost exceeds a value, with
        dashed lines of the predicted slope. Right: median error of an average over the number of
        roll-outs, with dashed lines of the predicted slope. {"; ".join(words)}."""
    return describe(figure, text)
