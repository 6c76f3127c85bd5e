"""Pictures of the regulator's cost: averages against formula, bounds, frequencies."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from lqrlib.validation import Array

from .checking import same_names, shaped
from .curves import LINEAR, Curve, Panel, Reference, dashed, points
from .looks import GREY, SERIES, Look, in_order
from .panels import draw
from .words import joined, number


def wilson_interval(count: Array, total: Array, quantile: float = 1.96) -> tuple[Array, Array]:
    """Wilson score interval of a proportion count / total; quantile 1.96 is 95 %.

    Never empty and inside [0, 1], also when count is 0 or total.
    """
    count, total = np.asarray(count, dtype=float), np.asarray(total, dtype=float)
    if (total <= 0).any() or (count < 0).any() or (count > total).any():
        raise ValueError("count, total: expected 0 <= count <= total and total > 0")
    square = quantile**2
    middle = (count + square / 2) / (total + square)
    spread = np.sqrt(count * (total - count) / total + square / 4) * quantile / (total + square)
    return np.maximum(middle - spread, 0.0), np.minimum(middle + spread, 1.0)


def running_averages(
    samples: Mapping[str, Array], truth: Mapping[str, float], apart: Collection[str] = ()
) -> Figure:
    """Draw averages of costs (N,) of roll-outs relative to the formula, with 95 % intervals.

    Those named in `apart` stand in a second panel, with a scale of its own.
    """
    same_names("truth", truth, samples)
    curves: dict[bool, list[Curve]] = {False: [], True: []}
    for look, values in in_order(SERIES, samples):
        runs = np.unique(np.geomspace(30, len(values), 40).astype(int))
        mean = values.cumsum()[runs - 1] / runs
        # Sums of deviations from the full mean: no cancellation.
        centred = values - values.mean()
        variance = (centred**2).cumsum()[runs - 1] / runs - (mean - values.mean()) ** 2
        half = 1.96 * np.sqrt(variance / runs)
        ends = np.array([mean - half, mean, mean + half])
        low, middle, high = 100 * (ends / truth[look.label] - 1)
        curve = Curve(runs, middle, look, between=(low, high))
        curves[look.label in apart].append(curve)
    zero = [Reference(0, width=1)]
    label = "number of roll-outs"
    panels = [
        Panel(label, group, yscale="linear", references=zero, legend="best")
        for group in curves.values()
        if group
    ]
    story = "Simulated roll-outs, with 95 % intervals that shrink as roll-outs are added."
    wide = 6.4 if len(panels) == 1 else 7.2
    return draw(panels, "average cost over formula − 1 (%)", story, width=wide, share=False)


def bounds_and_truth(
    radius_bound: Mapping[str, tuple[Array, Array]], norm_bound: Mapping[str, tuple[Array, Array]]
) -> Figure:
    """Scatter a quantity over the bound that the cost puts on it, {label: (bound, truth)}.

    Left C / (mu q) and 1 / (1 - rho); right sqrt((C - tr Q Sigma0) / (mu r)) and the Frobenius norm
    of the gain, each (N,).
    """
    panels, words = [], []
    radius = "bound C/(μq)", "1/(1 − mean-square radius)"
    norm = "bound on ‖K‖", "‖K‖, Frobenius norm"
    for pairs, side, (xlabel, ylabel) in (
        (radius_bound, "Left, distance from the boundary", radius),
        (norm_bound, "Right, size of the gain", norm),
    ):
        looks = in_order(SERIES, pairs)
        curves = [points(*pair, look, size=3.5, alpha=0.5) for look, pair in looks]
        bounds, truths = np.concatenate([curve.data() for curve in curves], axis=1)
        ends = np.array([bounds.min(), bounds.max()])
        curves.append(dashed(ends, ends, Look(GREY), "truth = bound", listed=True, told=False))
        limits = truths.min() / 2, truths.max() * 3
        panels.append(Panel(xlabel, curves, ylabel=ylabel, ylim=limits))
        closest = number((truths / bounds).max())
        words.append(f"{side}: the largest share of the bound that truth reaches is {closest}.")
    story = f"Truth over bound for random problems, with a dashed diagonal. {' '.join(words)}"
    return draw(panels, story=story, width=7.2, height=3.7)


def midpoint_failures(states: Array, failures: Mapping[str, tuple[Array, Array]]) -> Figure:
    """Draw how often the midpoint of two stabilizing gains fails, with 95 % Wilson intervals.

    {label: (failures, pairs)} for each number of states, each (S,).
    """

    def per_cent(axes: Axes) -> None:
        axes.yaxis.set_major_formatter(PercentFormatter(1.0))

    curves, words = [], []
    for k, (look, (count, total)) in enumerate(in_order(SERIES, failures)):
        fraction = shaped(look.label, count / total, len(states))
        style: Any = {"between": wilson_interval(count, total), "bars": True, "told": False}
        curves.append(Curve(states, fraction, look, shift=0.08 * (k - 1), **style))
        words.append(
            f"{look.label}: {100 * fraction[0]:.1f} % at n = {states[0]} to "
            f"{100 * fraction[-1]:.1f} % at n = {states[-1]}"
        )
    axes = LINEAR | {"xticks": states, "ylim": (-0.03, 1.03), "legend": "upper left"}
    panel = Panel("number of states n", curves, also=per_cent, **axes)
    story = f"Pairs of stabilizing gains, with 95 % Wilson intervals. {joined(words)}."
    return draw([panel], "midpoint does not stabilize", story)
