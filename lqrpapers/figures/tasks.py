"""Pictures of families of tasks: sub-level sets, distances, common gains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from lqrlib.validation import Array

from .checking import shaped
from .curves import Curve, Panel
from .landscape import entry
from .looks import BLACK, BLUE, GREEN, ORANGE, SERIES, in_order
from .panels import draw
from .regulator import wilson_interval
from .style import PROMISED, describe, drawing
from .words import number

# One look for each generator of families, one for each task.
SHADES = ("#e4e4e4", "#a8a8a8")
GENERATORS = SERIES[:2]
TASKS: Any = (
    {"colors": BLUE, "linestyles": "-"},
    {"colors": ORANGE, "linestyles": "--"},
    {"colors": GREEN, "linestyles": "-."},
)


class Family(NamedTuple):
    """What `sublevel_plane` draws of one family.

    Attributes
    ----------
    excess : array (M, b, a)
        J_i(K) - J_i* over gamma_i (J_i(K0) - J_i*) on the grid: at most 1 in the sub-level set,
        infinite where K does not stabilize task i, nan where it does but there is no K0.
    optima : array (M, 2)
    start : (float, float) or None
        K0, if there is one.
    """

    excess: Array
    optima: Array
    start: tuple[float, float] | None


def sublevel_plane(
    x: Array, y: Array, families: Mapping[str, Family], labels: tuple[str, str]
) -> Figure:
    """Draw sub-level sets and stabilizing sets of tasks over the plane of gains, one panel each.

    Parameters
    ----------
    x, y : arrays (a,), (b,)
    families : mapping from a panel's name to a Family of at most three tasks
    labels : (str, str)
        Of the axes, with units.
    """
    words = []
    with drawing(1, len(families), width=6.8, height=3.9, sharey=True, squeeze=False) as (
        figure,
        grid,
    ):
        for axes, (title, family) in zip(grid[0], families.items(), strict=True):
            if family.excess.shape[1:] != (len(y), len(x)) or len(family.excess) > len(TASKS):
                raise ValueError(
                    f"{title}: expected excess of shape (at most {len(TASKS)}, {len(y)}, {len(x)}),"
                    f" got {family.excess.shape}"
                )
            stable = ~np.isinf(family.excess).any(axis=0)
            meta = (family.excess <= 1).all(axis=0)
            for order, (where, shade) in enumerate(((stable, SHADES[0]), (meta, SHADES[1]))):
                if where.any():
                    axes.contourf(x, y, where, levels=[0.5, 1.5], colors=[shade], zorder=order)
            for excess, look, best in zip(family.excess, TASKS, family.optima, strict=False):
                finite = ~np.isinf(excess)
                axes.contour(
                    x,
                    y,
                    finite,
                    levels=[0.5],
                    zorder=2,
                    linewidths=1.5,
                    **look | {"linestyles": ":"},
                )
                if family.start is None:
                    axes.contourf(
                        x,
                        y,
                        finite,
                        levels=[0.5, 1.5],
                        colors=[look["colors"]],
                        alpha=0.12,
                        zorder=0,
                    )
                else:
                    level = np.where(finite, excess, 1e6)
                    axes.contour(x, y, level, levels=[1.0], zorder=3, linewidths=1.8, **look)
                axes.plot(
                    *best,
                    "*",
                    color=look["colors"],
                    markersize=11,
                    zorder=5,
                    markeredgecolor=BLACK,
                    markeredgewidth=0.5,
                )
            if family.start is not None:
                axes.plot(
                    *family.start, "o", color=BLACK, markerfacecolor="white", zorder=6, markersize=7
                )
            axes.grid(False)
            axes.set(xlabel=labels[0], xlim=(x[0], x[-1]), ylim=(y[0], y[-1]))
            axes.annotate(title, (0.5, 1.0), xycoords="axes fraction", ha="center", va="bottom")
            words.append(
                f"{title}: gains that stabilize all {len(family.excess)} tasks fill "
                f"{100 * stable.mean():.2g} % of the window, the common sub-level set "
                f"{100 * meta.mean():.2g} %."
            )
        grid[0, 0].set_ylabel(labels[1])
        handles: list[Line2D | Patch] = [
            Line2D([], [], color=look["colors"], linestyle=look["linestyles"], label=f"$S_{i}$")
            for i, look in enumerate(TASKS[: len(family.excess)], 1)
        ]
        handles += [
            Line2D([], [], color=BLACK, linestyle=":", label="edge of stability"),
            Patch(color=SHADES[1], label="$S_{ML}$"),
            Patch(color=SHADES[0], label="stabilizes all"),
            entry("*", "$K_i^*$"),
            entry("o", "$K_0$", hollow=True),
        ]
        figure.legend(handles=handles, loc="outside upper center", ncols=4)
    return describe(
        figure,
        f"""Sub-level sets of tasks in a plane of gains, {len(families)} panels.
        {" ".join(words)}""",
    )


def pairwise_distances(panels: Mapping[str, Mapping[str, Array]]) -> Figure:
    """Draw histograms of pairwise distances relative to the level, generator by generator.

    Parameters
    ----------
    panels : mapping from a matrix's name to a mapping from a generator's name to array (S,)
        Spectral distances over epsilon; at most two generators.
    """
    words = []
    bins = np.linspace(-0.025, 1.025, 22)  # 0.6, where the nominal pairs lie, inside a bin
    with drawing(1, len(panels), height=3.0, sharey=True, squeeze=False) as (figure, grid):
        for axes, (title, generators) in zip(grid[0], panels.items(), strict=True):
            for look, values in in_order(GENERATORS, generators):
                sample = shaped(look.label, values, "S")
                density, _ = np.histogram(sample, bins)
                share = 100 * density / len(sample)
                axes.stairs(share, bins, fill=True, color=look.color, alpha=0.25)
                axes.stairs(share, bins, color=look.color, linewidth=1.4)
                peak = int(np.argmax(share))
                axes.plot(
                    bins[peak : peak + 2].mean(),
                    share[peak],
                    look.marker,
                    color=look.color,
                    label=look.label,
                )
                words.append(
                    f"{title}, {look.label}: median {number(np.median(sample))}, largest "
                    f"{number(sample.max())}"
                )
            axes.axvline(1, color=BLACK, **PROMISED)
            axes.set_xlabel(f"distance of two ${title}$ / level (dimensionless)")
        grid[0, 0].set_ylabel("share of all pairs (%)")
        grid[0, 0].legend(loc="upper left")
    return describe(
        figure,
        f"""Histograms of pairwise spectral distances over the level, with a dashed line at 1.
        {"; ".join(words)}.""",
    )


def common_gain_shares(
    panels: Mapping[str, tuple[Array, Mapping[str, Mapping[str, Array]]]],
) -> Figure:
    """Draw the share of families that a gain stabilizes over the level, with 95 % intervals.

    Parameters
    ----------
    panels : mapping from a panel's name to (levels (E,), answers)
        answers maps a question (at most two) to a mapping from a generator's name (at most two)
        to a bool array (E, D): one answer for each level and family.
    """

    def small_steep_ticks(axes: Axes) -> None:
        axes.tick_params(axis="x", rotation=45, labelsize=9)
        axes.minorticks_off()

    drawn, lost = [], []
    for title, (levels, answers) in panels.items():
        curves = []
        for hollow, (question, generators) in zip((False, True), answers.items(), strict=False):
            for look, found in in_order(GENERATORS, generators):
                name = f"{question}, {look.label}"
                stable = shaped(name, found, len(levels), "families")
                count, total = stable.sum(axis=1), np.full(len(levels), stable.shape[1])
                low, high = wilson_interval(count, total)
                percentage = 100 * count / total
                curves.append(
                    Curve(
                        levels,
                        percentage,
                        look,
                        name,
                        between=(100 * low, 100 * high),
                        hollow=hollow,
                        width=1.0 if hollow else 1.8,
                    )
                )
                below = levels[percentage < 50]
                if len(below):
                    lost.append(f"{title}, {name}: below half from {number(below[0])} on.")
        drawn.append(
            Panel(
                f"level $\\varepsilon$, {title} (dimensionless)",
                curves,
                yscale="linear",
                xticks=levels,
                ylim=(-4, 104),
                also=small_steep_ticks,
            )
        )
    story = f"Families that one gain stabilizes, with 95 % intervals. {' '.join(lost)}"
    return draw(drawn, "share of families (%)", story, height=3.7, legend_columns=2)
