"""Pictures of the regulator's cost: averages against formula, bounds, frequencies."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

from .style import BLACK, GREY, PURPLE, SKY, VERMILION, describe, drawing, joined, number

Array = NDArray[np.float64]

# Kinds of data that are not methods: no pair of colour and marker that a method has.
LOOKS = ((SKY, "P"), (PURPLE, "h"), (BLACK, "d"), (VERMILION, "<"))


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


def running_averages(samples: Mapping[str, Array], truth: Mapping[str, float]) -> Figure:
    """Draw averages over more and more roll-outs, relative to the formula, with 95 % intervals.

    Parameters
    ----------
    samples : mapping from a label to an array (N,)
        Costs of independent roll-outs.
    truth : mapping from the same labels to the cost by the formula
    """
    if set(samples) != set(truth) or not samples:
        raise ValueError(
            f"truth: expected the labels {sorted(samples)}, at least one, got {sorted(truth)}"
        )
    finals = []
    with drawing(width=6.4, height=3.6) as (figure, axes):
        for (label, values), (color, marker) in zip(samples.items(), LOOKS, strict=False):
            runs = np.unique(np.geomspace(30, len(values), 40).astype(int))
            mean = values.cumsum()[runs - 1] / runs
            # Sums of deviations from the full mean: no cancellation.
            centred = values - values.mean()
            variance = (centred**2).cumsum()[runs - 1] / runs - (mean - values.mean()) ** 2
            half = 1.96 * np.sqrt(variance / runs)
            cost = truth[label]
            axes.fill_between(
                runs, 100 * ((mean - half) / cost - 1), 100 * ((mean + half) / cost - 1),
                color=color, alpha=0.2, linewidth=0,
            )  # fmt: skip
            axes.plot(runs, 100 * (mean / cost - 1), color=color, marker=marker, markevery=4,
                      label=label)  # fmt: skip
            finals.append(f"{label} {100 * (mean[-1] / cost - 1):+.2f} %")
        axes.axhline(0.0, color=BLACK, linestyle="--", linewidth=1.0)
        axes.set(xscale="log", xlabel="number of roll-outs (dimensionless)",
                 ylabel="average cost over formula − 1 (%)")  # fmt: skip
        axes.legend()
    return describe(
        figure,
        f"""Average cost of simulated roll-outs relative to the formula, with 95 % intervals that
        shrink as roll-outs are added. At the end: {joined(finals)}.""",
    )


def bounds_and_truth(
    radius_bound: Mapping[str, tuple[Array, Array]], norm_bound: Mapping[str, tuple[Array, Array]]
) -> Figure:
    """Scatter a quantity over the bound that the cost puts on it, in two panels.

    Parameters
    ----------
    radius_bound : mapping from a label to (bound, truth)
        C / (mu q) and 1 / (1 - rho), each (N,).
    norm_bound : mapping from a label to (bound, truth)
        sqrt((C - tr Q Sigma0) / (mu r)) and the Frobenius norm of the gain, each (N,).
    """
    with drawing(1, 2, width=7.2, height=3.7) as (figure, (left, right)):
        closest = [
            _below(
                left, radius_bound, "bound C/(μq) (dimensionless)", "1/(1 − mean-square radius)"
            ),
            _below(right, norm_bound, "bound on ‖K‖ (dimensionless)", "‖K‖, Frobenius norm"),
        ]
        handles, labels = left.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=3)
    return describe(
        figure,
        f"""Two scatter plots, all quantities dimensionless: truth over bound for random problems,
        with a dashed diagonal. Left, distance from the boundary: the largest share of the bound
        that truth reaches is {number(closest[0])}. Right, size of the gain: the largest share is
        {number(closest[1])}.""",
    )


def _below(axes: Axes, pairs: Mapping[str, tuple[Array, Array]], xlabel: str, ylabel: str) -> float:
    """Scatter truth over bound with the diagonal; return the largest ratio."""
    for (label, (bound, truth)), (color, marker) in zip(pairs.items(), LOOKS, strict=False):
        if np.shape(bound) != np.shape(truth):
            raise ValueError(
                f"{label}: expected bound and truth of one shape, "
                f"got {np.shape(bound)} and {np.shape(truth)}"
            )
        axes.plot(bound, truth, marker, color=color, markersize=3.5, alpha=0.5, label=label,
                  markeredgewidth=0)  # fmt: skip
    bounds = np.concatenate([bound for bound, _ in pairs.values()])
    truths = np.concatenate([truth for _, truth in pairs.values()])
    ends = np.array([bounds.min(), bounds.max()])
    axes.plot(ends, ends, "--", color=GREY, label="truth = bound")
    axes.set(xscale="log", yscale="log", xlabel=xlabel, ylabel=ylabel,
             ylim=(truths.min() / 2, truths.max() * 3))  # fmt: skip
    return float((truths / bounds).max())


def midpoint_failures(states: Array, failures: Mapping[str, tuple[Array, Array]]) -> Figure:
    """Draw how often the midpoint of two stabilizing gains fails, with 95 % Wilson intervals.

    Parameters
    ----------
    states : array (S,)
        Numbers of states n.
    failures : mapping from a label to (count, total)
        Failures and pairs for each n, each (S,).
    """
    words = []
    with drawing(width=6.4, height=3.6) as (figure, axes):
        for k, ((label, (count, total)), (color, marker)) in enumerate(
            zip(failures.items(), LOOKS, strict=False)
        ):
            share = np.asarray(count) / np.asarray(total)
            if share.shape != np.shape(states):
                raise ValueError(
                    f"{label}: expected one count for each of {len(states)} values of n, "
                    f"got {share.shape}"
                )
            low, high = wilson_interval(count, total)
            axes.errorbar(
                np.asarray(states) + 0.08 * (k - 1), share, [share - low, high - share],
                color=color, marker=marker, capsize=3, label=label,
            )  # fmt: skip
            words.append(f"{label}: {100 * share[0]:.1f} % at n = {states[0]} to "
                         f"{100 * share[-1]:.1f} % at n = {states[-1]}")  # fmt: skip
        axes.set(xlabel="number of states n (dimensionless)", ylabel="midpoint does not stabilize",
                 xticks=states, ylim=(-0.03, 1.03))  # fmt: skip
        axes.yaxis.set_major_formatter(PercentFormatter(1.0))
        axes.legend(loc="upper left")
    return describe(
        figure,
        f"""Share of pairs of stabilizing gains whose midpoint does not stabilize, over the number
        of states, with 95 % Wilson intervals. {joined(words)}.""",
    )
