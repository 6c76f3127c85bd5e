"""Pictures of gradient domination: the cloud below its line, the value difference, the promise."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from .style import (
    BLACK,
    BLUE,
    GREEN,
    METHODS,
    ORANGE,
    PROMISED,
    SKY,
    Look,
    describe,
    drawing,
    joined,
    number,
)

Array = NDArray[np.float64]
LINEAR = Look(ORANGE, "s", "linear in $\\Delta$")
QUADRATIC = Look(SKY, "^", "quadratic in $\\Delta$")
FORMS = (Look(BLUE, "o", ""), Look(ORANGE, "s", ""), Look(GREEN, "^", ""))


def _same_length(**arrays: Array) -> None:
    shapes = {name: np.shape(array) for name, array in arrays.items()}
    if any(len(shape) != 1 or shape[0] == 0 for shape in shapes.values()):
        raise ValueError(f"expected arrays with one non-empty axis, got {shapes}")
    if len(set(shapes.values())) > 1:
        raise ValueError(f"expected arrays of one length, got {shapes}")


def domination_cloud(squared_norms: Array, gaps: Array, factor: float) -> Figure:
    """Scatter cost gaps over squared gradient norms, with the promised line gap = factor * norm^2.

    Parameters
    ----------
    squared_norms, gaps : array (S,)
        Squared Frobenius norm of the gradient and C(K) - C*, one for each gain; positive.
    factor : float
        Slope of the promise.
    """
    _same_length(squared_norms=squared_norms, gaps=gaps)
    if not (np.min(squared_norms) > 0 and np.min(gaps) > 0):
        raise ValueError("expected positive gaps and norms, as the axes are logarithmic")
    ratios = gaps / (factor * squared_norms)
    tightest = int(np.argmax(ratios))
    ends = np.array([squared_norms.min() / 2, squared_norms.max() * 2])
    with drawing() as (figure, axes):
        look = METHODS["gradient"]
        axes.scatter(
            squared_norms,
            gaps,
            s=5,
            alpha=0.35,
            color=look.color,
            linewidths=0,
            label="one gain",
            rasterized=True,
        )
        axes.plot(ends, factor * ends, color=BLACK, label="promised upper limit", **PROMISED)
        axes.plot(
            squared_norms[tightest],
            gaps[tightest],
            "D",
            markersize=7,
            markerfacecolor="none",
            color=BLACK,
            label="closest to it",
        )
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlabel(r"$\|\nabla C(K)\|_F^2$ (dimensionless)")
        axes.set_ylabel("$C(K) - C^*$ (dimensionless)")
        axes.legend(loc="lower right", markerscale=1.6)
    above = int(np.count_nonzero(ratios > 1))
    text = f"""Scatter plot in log-log axes of the cost gap over the squared gradient norm for
        {len(gaps):,} gains. Gaps run from {number(gaps.min())} to {number(gaps.max())}.
        {above} points lie above the dashed promised line; the closest reaches
        {number(ratios.max())} of it."""
    return describe(figure, text)


def value_difference(
    linear: Array, quadratic: Array, shares: Array, linear_along: Array, quadratic_along: Array
) -> Figure:
    """Draw the value difference as a sum of two parts, over time and along a segment of gains.

    Parameters
    ----------
    linear, quadratic : array (T,)
        Contribution of each time step to the part linear and to the part quadratic in the change.
    shares : array (S,)
        Share of the way from the old gain to the new one, rising from 0 to 1.
    linear_along, quadratic_along : array (S,)
        Both parts of the value difference between the old gain and the one at that share.
    """
    _same_length(linear=linear, quadratic=quadratic)
    _same_length(shares=shares, linear_along=linear_along, quadratic_along=quadratic_along)
    time = np.arange(len(linear))
    total = float(linear_along[-1] + quadratic_along[-1])
    with drawing(1, 2, height=3.4) as (figure, (left, right)):
        left.bar(time, linear, color=LINEAR.color, hatch="//", edgecolor="white", linewidth=0)
        left.bar(time, quadratic, color=QUADRATIC.color)
        left.plot(time, np.cumsum(linear + quadratic), "o-", color=BLACK, label="running sum")
        left.axhline(total, color=BLACK, linewidth=1.2, **PROMISED)
        left.set_xlabel("time step $t$")
        left.set_ylabel("value difference (dimensionless)")
        right.fill_between(
            shares,
            linear_along,
            facecolor=LINEAR.color,
            hatch="//",
            edgecolor="white",
            linewidth=0,
            label=LINEAR.label,
        )
        right.fill_between(
            shares, quadratic_along, color=QUADRATIC.color, linewidth=0, label=QUADRATIC.label
        )
        both = linear_along + quadratic_along
        right.plot(shares, both, "-", color=BLACK, label="sum")
        right.plot(shares[-1:], both[-1:], "o", color=BLACK, clip_on=False)
        right.axhline(total, color=BLACK, linewidth=1.2, **PROMISED, label="$C(K') - C(K)$")
        right.set_xlabel("share from $K$ to $K'$ (dimensionless)")
        for axes in (left, right):
            axes.axhline(0, color=BLACK, linewidth=0.8)
        left.legend(loc="lower right")
        right.legend(loc="lower left")
    text = f"""Two panels. Left: bars over {len(linear)} time steps, the linear part below zero
        (sum {number(linear.sum())}), the quadratic part above zero (sum
        {number(quadratic.sum())}); their running sum reaches
        {number((linear + quadratic).sum())}, the cost difference being {number(total)}. Right: the
        same two parts as areas along the segment from K to K', ending at
        {number(linear_along[-1])} and {number(quadratic_along[-1])}; the sum has its least value
        {number(both.min())} at share {number(shares[np.argmin(both)])}."""
    return describe(figure, text)


def _by_size(axes: Axes, sizes: Array, ratios: Mapping[str, Array]) -> list[str]:
    words = []
    for look, (name, values) in zip(FORMS, ratios.items(), strict=False):
        low, middle, high = np.quantile(values, (0.05, 0.5, 0.95), axis=1)
        axes.fill_between(sizes, low, high, color=look.color, alpha=0.18, linewidth=0)
        axes.plot(sizes, middle, color=look.color, marker=look.marker, label=name)
        axes.plot(sizes, values.max(axis=1), look.marker, color=look.color, markerfacecolor="none")
        words.append(
            f"{name}: median {number(middle[0])} at n = {sizes[0]:.0f} and {number(middle[-1])} at "
            f"n = {sizes[-1]:.0f}, largest {number(values.max())}"
        )
    axes.axhline(1, color=BLACK, linestyle=PROMISED["linestyle"])
    axes.set_yscale("log")
    axes.set_xticks(sizes)
    axes.set_xlabel("number of states $n$")
    return words


def bound_tightness(sizes: Array, panels: Mapping[str, Mapping[str, Array]]) -> Figure:
    """Draw how much of each bound is used, by number of states.

    Parameters
    ----------
    sizes : array (N,)
        Numbers of states.
    panels : mapping from a panel's name to a mapping from a bound's name to array (N, S)
        Ratios of the bounded quantity to its bound; 1 is attained. At most three bounds.
    """
    for ratios in panels.values():
        for name, values in ratios.items():
            if np.ndim(values) != 2 or len(values) != len(sizes):
                raise ValueError(
                    f"{name}: expected shape ({len(sizes)}, samples), got {np.shape(values)}"
                )
    words = []
    with drawing(1, len(panels), height=3.4, sharey=True, squeeze=False) as (figure, grid):
        for axes, (title, ratios) in zip(grid[0], panels.items(), strict=True):
            words.append(f"{title}: {'; '.join(_by_size(axes, sizes, ratios))}.")
            axes.annotate(
                title, (0.97, 0.97), xycoords="axes fraction", ha="right", va="top", weight="bold"
            )
            axes.set_ylim(top=8)
        grid[0, 0].set_ylabel("left side / right side (dimensionless)")
        grid[0, 0].legend(loc="lower left")
    text = f"""{len(panels)} panels of the ratio of each bound's two sides over the number of
        states, on a log scale, with a dashed line at 1. {" ".join(words)}"""
    return describe(figure, text)


def promised_descent(costs: Mapping[str, Array], promised: Mapping[str, Array]) -> Figure:
    """Draw relative cost gaps of gradient descent, measured solid and promised dashed.

    Parameters
    ----------
    costs, promised : mapping from a run's name to array (T + 1,)
        Cost gap at each iteration over that at the start; the names of both agree.
    """
    if list(costs) != list(promised):
        raise ValueError(f"expected the same runs, got {list(costs)} and {list(promised)}")
    looks = (METHODS["gradient"], METHODS["gradient"]._replace(color=SKY, marker="d"))
    words = []
    with drawing() as (figure, axes):
        for look, (name, measured) in zip(looks, costs.items(), strict=False):
            _same_length(measured=measured, promised=promised[name])
            steps = np.arange(len(measured))
            mark = max(1, len(steps) // 8)
            axes.plot(
                steps, measured, color=look.color, marker=look.marker, markevery=mark, label=name
            )
            axes.plot(
                steps,
                promised[name],
                color=look.color,
                marker=look.marker,
                markevery=(mark // 2, mark),
                markerfacecolor="none",
                label=f"{name}, promised",
                **PROMISED,
            )
            words.append(
                f"{name}: measured {number(measured[-1])}, promised {number(promised[name][-1])}"
            )
        axes.set_yscale("log")
        axes.set_xlabel("iteration")
        axes.set_ylabel("cost gap / first gap (dimensionless)")
        axes.legend()
    text = f"""Cost gap relative to the start over {len(steps) - 1:,} iterations of gradient descent
        on a log scale. At the end {joined(words)}."""
    return describe(figure, text)
