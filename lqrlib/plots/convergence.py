"""Pictures of convergence: three methods racing, promised and measured steps, S2's Figure 2."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ..recorded import Curve
from .style import BLACK, GREY, METHODS, PROMISED, Look, describe, drawing, number

Array = NDArray[np.float64]
# Relative gaps below this are rounding errors of the cost.
LEAST_GAP = 1e-16


def _looks(names: Sequence[str] | Mapping[str, object]) -> dict[str, Look]:
    unknown = [name for name in names if name not in METHODS]
    if unknown or not names:
        raise ValueError(f"expected methods among {', '.join(METHODS)}, got {list(names)}")
    return {name: METHODS[name] for name in names}


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
    looks = _looks(gaps)
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


def ratios_by_size(sizes: Array, panels: Mapping[str, Mapping[str, Array]], label: str) -> Figure:
    """Draw ratios by number of states: median, 5 % to 95 % band, and the least (open marker).

    Parameters
    ----------
    sizes : array (N,)
        Numbers of states.
    panels : mapping from a panel's name to a mapping from a method to array (N, S)
        Positive ratios.
    label : str
        Of the vertical axis.
    """
    words = []
    with drawing(1, len(panels), height=3.4, sharey=True, squeeze=False) as (figure, grid):
        for axes, (title, ratios) in zip(grid[0], panels.items(), strict=True):
            for name, look in _looks(ratios).items():
                values = ratios[name]
                if np.ndim(values) != 2 or len(values) != len(sizes):
                    raise ValueError(
                        f"{name}: expected shape ({len(sizes)}, samples), got {np.shape(values)}"
                    )
                low, middle, high = np.quantile(values, (0.05, 0.5, 0.95), axis=1)
                axes.fill_between(sizes, low, high, color=look.color, alpha=0.18, linewidth=0)
                axes.plot(sizes, middle, color=look.color, marker=look.marker, label=look.label)
                least = values.min(axis=1)
                axes.plot(sizes, least, look.marker, color=look.color, markerfacecolor="none")
                words.append(
                    f"{title}, {look.label}: median {number(middle[0])} at n = {sizes[0]} and "
                    f"{number(middle[-1])} at n = {sizes[-1]}, least {number(least.min())}"
                )
            axes.axhline(1, color=BLACK, **PROMISED)
            axes.set_yscale("log")
            axes.set_xticks(sizes)
            axes.set_xlabel("number of states $n$")
            axes.annotate(
                title, (0.03, 0.97), xycoords="axes fraction", ha="left", va="top", weight="bold"
            )
        bottom, top = grid[0, 0].get_ylim()
        grid[0, 0].set_ylim(bottom, top * (top / bottom) ** 0.35)
        grid[0, 0].set_ylabel(label)
        grid[0, -1].legend(loc="upper right")
    text = f"""{len(panels)} panels of {label} over the number of states on a log scale, with a
        dashed line at 1. {"; ".join(words)}."""
    return describe(figure, text)


def steps_under_noise(
    levels: Array, allowed: Mapping[str, Array], critical: Mapping[str, Array]
) -> Figure:
    """Draw the step size each method may take, promised and measured, as noise grows.

    Parameters
    ----------
    levels : array (L,)
        Factor on the variances.
    allowed, critical : mapping from a method to array (L,)
        Step size that its theorem allows, and beyond which it was seen to fail.
    """
    looks = _looks(allowed)
    if list(allowed) != list(critical):
        raise ValueError(f"expected the same methods, got {list(allowed)} and {list(critical)}")
    words = []
    with drawing(height=3.8) as (figure, axes):
        for name, look in looks.items():
            for values in (allowed[name], critical[name]):
                if np.shape(values) != np.shape(levels):
                    raise ValueError(
                        f"{name}: expected shape {np.shape(levels)}, got {np.shape(values)}"
                    )
            style = {"color": look.color, "marker": look.marker}
            axes.plot(levels, critical[name], label=look.label, **style)
            axes.plot(levels, allowed[name], markerfacecolor="none", **style, **PROMISED)
            words.append(
                f"{look.label}: allowed {number(allowed[name][0])} without noise and "
                f"{number(allowed[name][-1])} at the strongest, critical "
                f"{number(critical[name][0])} and {number(critical[name][-1])}"
            )
        axes.plot([], [], color=GREY, label="allowed", **PROMISED)
        axes.plot([], [], color=GREY, label="critical, measured")
        axes.set_yscale("log")
        axes.set_xlabel("factor on the noise variances (dimensionless)")
        axes.set_ylabel("step size (1 / cost unit)")
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    text = f"""Step sizes on a log scale over a factor on the noise variances from
        {number(levels[0])} to {number(levels[-1])}; solid lines measured, dashed lines allowed.
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
    looks = _looks(gaps)
    if list(recorded) != list(gaps):
        raise ValueError(f"expected the same methods, got {list(gaps)} and {list(recorded)}")
    words = []
    with drawing(height=4.2) as (figure, axes):
        for name, look in looks.items():
            if np.ndim(gaps[name]) != 2:
                raise ValueError(f"{name}: expected shape (T + 1, S), got {np.shape(gaps[name])}")
            ours = np.maximum(gaps[name], LEAST_GAP)
            steps = np.arange(len(ours))
            color = look.color
            axes.fill_between(
                steps, ours.min(axis=1), ours.max(axis=1), color=color, alpha=0.2, linewidth=0
            )
            axes.plot(steps, ours.mean(axis=1), color=color, label=look.label)
            seen = recorded[name].gaps
            means, least, most = np.array(list(seen.values())).T
            axes.errorbar(
                list(seen),
                means,
                yerr=[means - least, most - means],
                fmt=look.marker,
                color=color,
                markeredgecolor=BLACK,
                ecolor=BLACK,
                elinewidth=0.8,
                capsize=2,
                markeredgewidth=0.8,
            )
            last = max(step for step in seen if step < len(steps))
            words.append(
                f"{look.label}: mean {number(ours[last].mean())} after {last:,} steps, recorded "
                f"{number(seen[last].mean)}"
            )
        axes.plot([], [], "o", color="white", markeredgecolor=BLACK, label="recorded by S2")
        axes.set_yscale("log")
        axes.set_ylim(LEAST_GAP / 3, 40)
        _iterations(axes, max(len(each) for each in gaps.values()))
        axes.set_ylabel("(cost − optimal cost) / optimal cost\n(dimensionless)")
        axes.legend(loc="lower right")
    text = f"""Three bands of the relative cost gap over iterations, both on log scales, with points
        for recorded means and bars for recorded ranges. {"; ".join(words)}."""
    return describe(figure, text)


def successive_gaps(pairs: Mapping[str, tuple[Array, Array]]) -> Figure:
    """Scatter the gap after a step over the gap before it, with lines of slope one and two.

    Parameters
    ----------
    pairs : mapping from a method to two arrays (S,)
        Gaps before and after, positive.
    """
    words = []
    with drawing(height=3.8) as (figure, axes):
        for name, look in _looks(pairs).items():
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
        ends = np.array([1e-8, 10.0])
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


def steps_needed(constant: Mapping[str, Array], searched: Mapping[str, Array], most: int) -> Figure:
    """Draw how many steps each system needs, with a constant step and with a line search.

    Parameters
    ----------
    constant, searched : mapping from a method to array (S,)
        Number of steps, ``inf`` for systems that needed more than the run had.
    most : int
        Where those are drawn.
    """
    looks = _looks(constant)
    if list(constant) != list(searched):
        raise ValueError(f"expected the same methods, got {list(constant)} and {list(searched)}")
    words, places = [], []
    with drawing(height=3.2) as (figure, axes):
        for row, (name, look) in enumerate(looks.items()):
            for shift, kind, values in (
                (0.17, "constant", constant[name]),
                (-0.17, "line search", searched[name]),
            ):
                if np.ndim(values) != 1:
                    raise ValueError(f"{name}: expected shape (S,), got {np.shape(values)}")
                found = np.isfinite(values)
                # systems side by side, so that equal numbers of steps stay visible
                height = row + shift + np.linspace(-0.12, 0.12, len(values))
                face = look.color if kind == "constant" else "none"
                style = {"color": look.color, "markerfacecolor": face, "markersize": 4}
                axes.plot(values[found], height[found], look.marker, **style)
                axes.plot(np.full((~found).sum(), most), height[~found], ">", **style)
                places.append((row + shift, f"{look.label}, {kind}"))
                typical = np.median(values)
                words.append(
                    f"{look.label}, {kind}: median "
                    f"{'more than the run' if np.isinf(typical) else number(typical)}, "
                    f"{int((~found).sum())} systems not there at the end"
                )
        axes.set_yticks(*zip(*places, strict=True))
        axes.set_xscale("log")
        axes.set_xlim(0.7, 1.6 * most)
        axes.set_xlabel("iterations until the cost is within 1 % of the optimum")
        axes.grid(axis="y", visible=False)
    text = f"""Strip plot on a log axis of the iterations that each system needs to come within one
        per cent of the optimal cost. {"; ".join(words)}."""
    return describe(figure, text)
