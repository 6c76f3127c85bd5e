"""Pictures of step sizes: what a theorem allows, what really works, how many steps it takes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from .style import BLACK, GREY, PROMISED, describe, drawing, looks_of, number

Array = NDArray[np.float64]


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
            for name, look in looks_of(ratios).items():
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
    looks = looks_of(allowed)
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
        axes.set_ylabel("step size (dimensionless)")
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    text = f"""Step sizes on a log scale over a factor on the noise variances from
        {number(levels[0])} to {number(levels[-1])}; solid lines measured, dashed lines allowed.
        {"; ".join(words)}."""
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
    looks = looks_of(constant)
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
