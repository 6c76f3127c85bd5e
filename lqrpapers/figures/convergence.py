"""Pictures of convergence: three methods racing, S2's Figure 2, successive gaps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ..recorded.s2 import Curve, Spread
from .style import BLACK, GREY, PROMISED, Look, describe, drawing, looks_of, number

Array = NDArray[np.float64]
# Relative gaps below this are rounding errors of the cost.
LEAST_GAP = 1e-16


def _iterations(axes: Axes, most: int) -> None:
    """An axis of iterations that starts at zero and is logarithmic from one on."""
    axes.set_xscale("symlog", linthresh=1)
    axes.set_xlim(0, most)
    axes.set_xlabel("iteration (log scale from 1)")


def _marked(count: int) -> list[int]:
    """About ten indices below `count` that lie evenly on an axis of iterations."""
    return sorted({0, *np.unique(np.geomspace(1, max(1, count - 1), 9).astype(int))})


def race(gaps: Mapping[str, Array], promised: Mapping[str, Array]) -> Figure:
    """Draw the gap of each method over the iterations, measured solid and promised dashed.

    Parameters
    ----------
    gaps, promised : mapping from a method to array (T + 1,)
        Gap over the first gap; T may differ from method to method.
    """
    looks = looks_of(gaps)
    if list(promised) != list(gaps):
        raise ValueError(f"expected the same methods, got {list(gaps)} and {list(promised)}")
    words = []
    with drawing(height=3.8) as (figure, axes):
        for name, look in looks.items():
            if np.ndim(gaps[name]) != 1 or np.shape(gaps[name]) != np.shape(promised[name]):
                raise ValueError(
                    f"{name}: expected two arrays of one length, got {np.shape(gaps[name])} and "
                    f"{np.shape(promised[name])}"
                )
            steps, marks = np.arange(len(gaps[name])), _marked(len(gaps[name]))
            style = {"color": look.color, "marker": look.marker, "markevery": marks}
            axes.plot(steps, gaps[name], label=look.label, **style)
            axes.plot(steps, promised[name], markerfacecolor="none", **style, **PROMISED)
            words.append(
                f"{look.label}: {number(gaps[name][-1])} after {len(steps) - 1:,} iterations, "
                f"promised {number(promised[name][-1])}"
            )
        axes.plot([], [], color=GREY, label="promised", **PROMISED)
        axes.set_yscale("log")
        axes.set_ylim(LEAST_GAP, 5)
        _iterations(axes, max(map(len, gaps.values())) - 1)
        axes.set_ylabel("cost gap / first gap (dimensionless)")
        axes.legend(loc="lower left", ncols=2)
    text = f"""Line plot of the cost gap over the first gap against iterations, both on log scales.
        {"; ".join(words)}."""
    return describe(figure, text)


def figure_2(gaps: Mapping[str, Array], recorded: Mapping[str, Curve]) -> Figure:
    """Draw relative gaps by iteration: our mean and min-max band, and the recorded ones as points.

    Parameters
    ----------
    gaps : mapping from a method to array (T + 1, S)
        (C(K) - C*) / C* of S systems.
    recorded : mapping from a method to Curve
    """
    looks = looks_of(gaps)
    if list(recorded) != list(gaps):
        raise ValueError(f"expected the same methods, got {list(gaps)} and {list(recorded)}")
    words = []
    with drawing(1, 2, height=4.0) as (figure, both):
        for name, look in looks.items():
            if np.ndim(gaps[name]) != 2:
                raise ValueError(f"{name}: expected shape (T + 1, S), got {np.shape(gaps[name])}")
            ours, seen = np.maximum(gaps[name], LEAST_GAP), recorded[name].gaps
            for axes in both:
                _with_recorded(axes, look, ours, seen)
            last = max(step for step in seen if step < len(ours))
            words.append(
                f"{look.label}: mean {number(ours[last].mean())} after {last:,} steps, recorded "
                f"{number(seen[last].mean)}"
            )
        for axes in both:
            axes.set_yscale("log")
            _iterations(axes, max(len(each) for each in gaps.values()))
        left, right = both
        left.plot([], [], "o", color="white", markeredgecolor=BLACK, label="recorded by S2")
        left.set_ylim(LEAST_GAP / 3, 40)
        right.set_ylim(3e-4, 20)
        left.set_ylabel("(cost − optimal cost) / optimal cost\n(dimensionless)")
        left.legend(loc="center right", bbox_to_anchor=(1.04, 0.36))
    text = f"""Three bands of the relative cost gap over iterations, both on log scales, with points
        for recorded means and bars for recorded ranges; the second panel shows gaps above 0.0003
        only. {"; ".join(words)}."""
    return describe(figure, text)


def _with_recorded(axes: Axes, look: Look, ours: Array, seen: Mapping[int, Spread]) -> None:
    """Mean line and min-max band of gaps (T + 1, S), and recorded means with their ranges."""
    steps = np.arange(len(ours))
    low, high = ours.min(axis=1), ours.max(axis=1)
    axes.fill_between(steps, low, high, color=look.color, alpha=0.2, linewidth=0)
    axes.plot(steps, ours.mean(axis=1), color=look.color, label=look.label)
    means, least, most = np.array(list(seen.values())).T
    style: Any = {"color": look.color, "markeredgecolor": BLACK, "ecolor": BLACK, "capsize": 2}
    style |= {"elinewidth": 0.8, "markeredgewidth": 0.8}
    axes.errorbar(list(seen), means, yerr=[means - least, most - means], fmt=look.marker, **style)


def successive_gaps(pairs: Mapping[str, tuple[Array, Array]]) -> Figure:
    """Scatter the gap after a step over the gap before it, with lines of slope one and two.

    Parameters
    ----------
    pairs : mapping from a method to two arrays (S,)
        Gaps before and after, positive.
    """
    words = []
    with drawing(height=3.8) as (figure, axes):
        for name, look in looks_of(pairs).items():
            before, after = pairs[name]
            if np.ndim(before) != 1 or np.shape(before) != np.shape(after):
                raise ValueError(
                    f"{name}: expected two arrays of one length, got {np.shape(before)} and "
                    f"{np.shape(after)}"
                )
            if not (np.min(before) > 0 and np.min(after) > 0):
                raise ValueError(f"{name}: expected positive gaps, as the axes are logarithmic")
            slope = np.polyfit(np.log(before), np.log(after), 1)[0]
            label = f"{look.label}: slope {slope:.2f}"
            axes.plot(before, after, look.marker, color=look.color, label=label, alpha=0.6, ms=4)
            words.append(f"{look.label}: {len(before)} points, fitted slope {slope:.2f}")
        ends = np.array([min(before.min() for before, _ in pairs.values()), 1.0])
        axes.plot(ends, ends, color=GREY, linewidth=1, **PROMISED, label="no progress, slope 1")
        axes.plot(ends, ends**2, color=BLACK, linewidth=1, **PROMISED, label="slope 2")
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlabel("relative gap before the step (dimensionless)")
        axes.set_ylabel("relative gap after it (dimensionless)")
        axes.legend(loc="lower right")
    text = f"""Scatter plot in log-log axes of the relative gap after a step over the gap before it,
        with lines of slope one and two. {"; ".join(words)}."""
    return describe(figure, text)
