"""Pictures of what meta-learning wins on unseen tasks, near the training tasks and beyond."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter
from numpy.typing import NDArray

from .adaptation import STARTS
from .estimation import matching
from .style import (
    BLACK,
    BLUE,
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

RATIOS = (0.2, 0.3, 0.5, 0.7, 1.0, 1.5)
FAMILIES = (Look(BLUE, "o", ""), Look(ORANGE, "s", ""), Look(VERMILION, "v", ""))


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
    words = []
    with drawing(1, 2, width=7.2, height=4.0) as (figure, (left, right)):
        for look, (label, (measured, model)) in zip(FAMILIES, advantages.items(), strict=False):
            matching(label, steps, np.stack([measured, model]))
            left.plot(steps, measured, color=look.color, marker=look.marker, label=label)
            left.plot(steps, model, color=look.color, **PROMISED)
            words.append(
                f"{label}: advantage {number(measured[0])} at {number(steps[0])} and "
                f"{number(measured[-1])} at {number(steps[-1])}"
            )
        left.set(xscale="log", yscale="log", xlabel=r"$\eta_l\,h_{\max}$ (dimensionless)")
        left.set_ylabel("relative advantage, training tasks\n(dimensionless)")
        looks = (METHODS["optimum"], STARTS["learned"], STARTS["average cost"])
        for look, (label, (x, values)) in zip(looks, ratios.items(), strict=False):
            matching(label, x, values.T)
            low, middle, high = np.quantile(values, [0.25, 0.5, 0.75], axis=1)
            right.fill_between(x, low, high, color=look.color, alpha=0.2, linewidth=0)
            right.plot(x, middle, color=look.color, marker=look.marker, label=label)
            words.append(f"{label}: median ratio {number(middle[0])} to {number(middle[-1])}")
        right.axhline(1.0, color=BLACK, linewidth=1, **PROMISED)
        right.set(xscale="log", yscale="log", xlabel=r"$\eta_l\,h_{\max}$ (dimensionless)")
        right.set_ylabel("gap after one step, MAML / averaging,\nunseen tasks (dimensionless)")
        for axes in (left, right):
            axes.set_xticks(steps, [f"{step:g}" for step in steps])
            axes.xaxis.set_minor_formatter(NullFormatter())
            axes.legend(loc="lower left", bbox_to_anchor=(0, 1), fontsize=9)
        right.set_yticks(RATIOS, [f"{ratio:g}" for ratio in RATIOS])
        right.yaxis.set_minor_formatter(NullFormatter())
    text = f"""Two panels over the inner step size times the largest eigenvalue, log axes. Left:
        advantage of MAML over averaging on training tasks, measured solid, from the quadratic
        model dashed. Right: ratio of gaps after one step on unseen tasks, below one where MAML is
        better. {"; ".join(words)}."""
    return describe(figure, text)


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
    words = []
    with drawing(1, 2, width=7.2, height=3.8) as (figure, (left, right)):
        for label, (start, values) in stable.items():
            matching(label, distances, values[None])
            look = STARTS[start]
            left.plot(distances, 100 * values, color=look.color, marker=look.marker, label=label)
            words.append(
                f"{label} stabilizes {number(100 * values[-1])} % at {number(distances[-1])}"
            )
        for label, (start, runs) in gaps.items():
            matching(label, distances, runs.T)
            look = STARTS[start]
            low, middle, high = np.quantile(runs, [0.1, 0.5, 0.9], axis=1, method="inverted_cdf")
            right.fill_between(distances, low, np.minimum(high, 1e6), color=look.color, alpha=0.2,
                               linewidth=0)  # fmt: skip
            right.plot(distances, middle, color=look.color, marker=look.marker)
            words.append(f"{label}: median gap {number(middle[0])} to {number(middle[-1])}")
        left.set(xscale="log", ylim=(0, 104), ylabel="unseen tasks stabilized (%)")
        right.set(xscale="log", yscale="log", ylim=(None, 30))
        right.set_ylabel("relative gap at the start (dimensionless)")
        for axes in (left, right):
            axes.set_xlabel("distance / training distance (dimensionless)")
        figure.legend(loc="outside upper center", ncols=3)
    text = f"""Two panels over the distance of unseen tasks relative to training tasks. Left: share
        that each start stabilizes. Right: relative gap at the start, median and 10 to 90 %
        quantiles. {"; ".join(words)}."""
    return describe(figure, text)
