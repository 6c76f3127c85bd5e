"""Pictures of the MAML objective: stand-ins for its gradient, Lemma 8, its landscape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from .landscape import HATCH
from .style import (
    BLACK,
    CORRECTED,
    GREEN,
    GREY,
    METHODS,
    ORANGE,
    PRINTED,
    PROMISED,
    SKY,
    Look,
    band,
    describe,
    drawing,
    number,
)

Array = NDArray[np.float64]

STAND_INS = (Look(GREEN, "^", ""), Look(ORANGE, "s", ""), Look(PRINTED.color, PRINTED.marker, ""))
FORMS = (PRINTED, CORRECTED, Look(GREEN, "^", "sharp"))
CURVES = ((GREY, "-", "o"), (SKY, "--", "s"), (METHODS["maml"].color, "-", "D"))


def meta_gradient_errors(steps: Array, errors: Mapping[str, Array]) -> Figure:
    """Draw relative errors (S, T) of stand-ins for the meta-gradient over the inner step (T,).

    Lines are medians, bands run from the 10 to the 90 % quantile. At most three stand-ins.
    """
    words = []
    with drawing() as (figure, axes):
        for look, (name, sample) in zip(STAND_INS, errors.items(), strict=False):
            if np.ndim(sample) != 2 or np.shape(sample)[1] != len(steps):
                raise ValueError(
                    f"{name}: expected shape (samples, {len(steps)}), got {np.shape(sample)}"
                )
            band(axes, steps, sample, look, low=0.1, high=0.9, label=name)
            words.append(
                f"{name}: median {number(np.median(sample[:, 0]))} at the smallest step, "
                f"{number(np.median(sample[:, -1]))} at the largest"
            )
        axes.set(xscale="log", yscale="log")
        axes.set_xlabel(r"$\eta_l\,\times$ largest curvature of a task (dimensionless)")
        axes.set_ylabel("relative error (dimensionless)")
        axes.legend()
    return describe(
        figure,
        f"""Relative error of stand-ins for the gradient of the MAML objective over the inner step
        times the largest curvature, both logarithmic. {"; ".join(words)}.""",
    )


def heterogeneity_tightness(
    sizes: Array, panels: Mapping[str, Mapping[str, Sequence[Array]]]
) -> Figure:
    """Draw difference of gradients over its bound, by number of states, for three forms.

    Parameters
    ----------
    sizes : array (N,)
    panels : mapping from a panel's name to a mapping "printed", "corrected", "sharp" -> N arrays
        Ratios (S,) for each size; 1 is attained, above 1 violated. Median, 5 to 95 % band, and
        the largest as an open marker.
    """
    words = []
    with drawing(1, len(panels), height=3.5, sharey=True, squeeze=False) as (figure, grid):
        for axes, (title, forms) in zip(grid[0], panels.items(), strict=True):
            for look, (name, rows) in zip(FORMS, forms.items(), strict=True):
                if len(rows) != len(sizes):
                    raise ValueError(
                        f"{title}, {name}: expected {len(sizes)} arrays, got {len(rows)}"
                    )
                low, middle, high, top = np.transpose(
                    [np.quantile(row, (0.05, 0.5, 0.95, 1.0)) for row in rows]
                )
                axes.fill_between(sizes, low, high, color=look.color, alpha=0.15, linewidth=0)
                axes.plot(sizes, middle, color=look.color, marker=look.marker, label=name)
                axes.plot(sizes, top, "v", color=look.color, markerfacecolor="none", markersize=6)
                words.append(
                    f"{title}, {name}: median {number(middle[0])} at n = {sizes[0]:.0f} and "
                    f"{number(middle[-1])} at n = {sizes[-1]:.0f}, largest {number(top.max())}"
                )
            axes.axhline(1, color=BLACK, **PROMISED)
            axes.set_yscale("log")
            axes.set_xticks(sizes)
            axes.set_xlabel("number of states $n$")
            axes.annotate(
                title, (0.97, 0.99), xycoords="axes fraction", ha="right", va="top", weight="bold"
            )
            axes.set_ylim(top=12)
        grid[0, 0].set_ylabel("difference / bound (dimensionless)")
        grid[0, 0].legend(loc="lower left")
    return describe(
        figure,
        f"""Ratio of the gradients' difference to its bound over the number of states, logarithmic,
        with a dashed line at 1. {"; ".join(words)}.""",
    )


class Curve(NamedTuple):
    """An objective over a gain of one entry, with the places where its slope vanishes.

    Attributes
    ----------
    values : array (T,)
        Infinite or nan where it is not defined.
    stationary, heights : arrays (k,)
    """

    values: Array
    stationary: Array
    heights: Array


def scalar_landscapes(panels: Mapping[str, tuple[Array, Mapping[str, Curve], float]]) -> Figure:
    """Draw objectives over one gain, several inner steps to a panel, stationary points marked.

    Parameters
    ----------
    panels : mapping from a panel's name to (gains (T,), curves by name (at most three), top)
        `top` is where the vertical axis ends.
    """
    words = []
    with drawing(1, len(panels), width=6.8, height=3.6, squeeze=False) as (figure, grid):
        for axes, (title, (gains, curves, top)) in zip(grid[0], panels.items(), strict=True):
            for (color, line, marker), (name, curve) in zip(CURVES, curves.items(), strict=False):
                if np.shape(curve.values) != np.shape(gains):
                    raise ValueError(
                        f"{name}: expected shape {np.shape(gains)}, got {np.shape(curve.values)}"
                    )
                shown = np.where(curve.values <= 2 * top, curve.values, np.nan)
                axes.plot(gains, shown, line, color=color, label=name)
                axes.plot(
                    curve.stationary, curve.heights, marker, color=color,
                    markeredgecolor=BLACK, markeredgewidth=0.6, zorder=4, clip_on=True,
                )  # fmt: skip
                places = ", ".join(number(np.round(k, 9) + 0.0) for k in curve.stationary)
                words.append(f"{title}, {name}: stationary at {places}")
            low = min(np.nanmin(curve.values) for curve in curves.values())
            axes.set_ylim(low - 0.06 * (top - low), top)
            axes.set_xlabel(f"gain $k$, {title} (dimensionless)")
            axes.legend(loc="upper center", fontsize=8)
        grid[0, 0].set_ylabel("objective (dimensionless)")
    return describe(
        figure,
        f"""Objectives over a gain of one entry, markers where the slope is zero.
        {"; ".join(words)}.""",
    )


def two_pieces(
    x: Array,
    y: Array,
    costs: Array,
    minima: Sequence[tuple[float, float, float]],
    paths: Sequence[Array],
    labels: tuple[str, str],
) -> Figure:
    """Draw the average cost over a plane in which the common gains fall into pieces.

    Parameters
    ----------
    x, y : arrays (a,), (b,)
    costs : array (b, a)
        Infinite where some task is not stabilized.
    minima : sequence of (x, y, value)
        The lowest first.
    paths : sequence of arrays (T, 2)
        Descents projected on the plane.
    labels : (str, str)
    """
    if np.shape(costs) != (len(y), len(x)):
        raise ValueError(f"costs: expected shape ({len(y)}, {len(x)}), got {np.shape(costs)}")
    finite = np.isfinite(costs)
    with drawing(width=6.4, height=5.2) as (figure, axes):
        outside = axes.contourf(
            x, y, ~finite, levels=[0.5, 1.5], colors=[HATCH["facecolor"]], hatches=[HATCH["hatch"]]
        )
        outside.set_hatchcolor(HATCH["hatchcolor"])
        levels = np.geomspace(costs[finite].min(), 50 * costs[finite].min(), 14)
        shades = [str(shade) for shade in np.linspace(1.0, 0.6, len(levels))]
        axes.contourf(x, y, np.where(finite, costs, np.nan), levels=levels, colors=shades,
                      extend="max")  # fmt: skip
        axes.contour(x, y, finite, levels=[0.5], colors=BLACK, linewidths=1.2)
        look = METHODS["maml"]
        for path in paths:
            axes.plot(*path.T, color=look.color, zorder=3)
            axes.plot(*path[0], "o", color=BLACK, markerfacecolor="white", markersize=7, zorder=4)
        for place, (marker, size) in zip(minima, (("*", 14), ("X", 10)), strict=False):
            axes.plot(*place[:2], marker, color=BLACK, markersize=size, zorder=5)
            axes.annotate(
                f"{place[2]:.1f}", (0.6 * place[0], 0.6 * place[1]), fontsize=11, weight="bold",
                ha="center", va="center", zorder=6,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 2.0},
            )  # fmt: skip
        axes.grid(False)
        axes.set(xlabel=labels[0], ylabel=labels[1], aspect="equal")
        handles = [
            Line2D([], [], color=BLACK, marker="*", linestyle="none", markersize=11,
                   label="lowest minimum"),
            Line2D([], [], color=BLACK, marker="X", linestyle="none", markersize=8,
                   label="another minimum"),
            Line2D([], [], color=look.color, marker="o", markerfacecolor="white",
                   markeredgecolor=BLACK, label="descent"),
            Patch(**HATCH, label="not common"),
        ]  # fmt: skip
        figure.legend(handles=handles, loc="outside upper center", ncols=2)
    told = "; ".join(f"({number(a)}, {number(b)}) with {number(v)}" for a, b, v in minima)
    return describe(
        figure,
        f"""Map of the average cost over a plane of gains. Common stabilizing gains fill
        {100 * finite.mean():.2g} % of the window, in separate pieces. Minima: {told}.
        {len(paths)} descents end at {joined_ends(paths)}.""",
    )


def joined_ends(paths: Sequence[Array]) -> str:
    """Last points of paths, in words."""
    return ", ".join(f"({number(path[-1][0])}, {number(path[-1][1])})" for path in paths)
