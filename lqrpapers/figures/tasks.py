"""Pictures of families of tasks: sub-level sets, distances, common gains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from lqrlib import LQR, optimal_gain, optimality_gap
from lqrlib.validation import Array

from .checking import shaped
from .curves import Curve, Panel
from .landscape import HOLLOW, entry
from .looks import BLACK, OLIVE, SERIES, SKY, WINE, in_order
from .panels import draw
from .regulator import wilson_interval
from .style import PROMISED, describe, drawing
from .words import number

# One look for each generator of families, question and task.
SHADES = ("#e4e4e4", "#a8a8a8")
GENERATORS = SERIES[:2]
QUESTIONS: Any = ({"width": 1.8}, {"hollow": True, "width": 1.0}, {"line": ":", "width": 1.8})
TASKS: Any = (
    {"colors": SKY, "linestyles": "-"},
    {"colors": WINE, "linestyles": "--"},
    {"colors": OLIVE, "linestyles": "-."},
)


def _level_set(index: int | str) -> str:
    return rf"$\mathcal{{S}}_{index}$"


def sublevel_plane(
    x: Array, y: Array, families: Mapping[str, tuple[LQR, tuple[float, float] | None]]
) -> Figure:
    """Draw sub-level and stabilizing sets of tasks over a plane of gains, a panel for each family.

    Gains (x, y) at coordinates x (a,) and y (b,). A family is at most three tasks with two states
    and one input, and K0, whose costs are the levels, or None where the tasks have no common gain.
    """
    words = []
    plane = np.stack(np.meshgrid(x, y), axis=-1)[:, :, None, None]
    inside: Any = {"levels": [0.5, 1.5]}
    star: Any = {"markersize": 11, "markeredgecolor": BLACK, "markeredgewidth": 0.5}
    shape: Any = {"width": 6.8, "height": 3.9, "sharey": True, "squeeze": False}
    with drawing(1, len(families), **shape) as (figure, grid):
        for axes, (title, (tasks, start)) in zip(grid[0], families.items(), strict=True):
            best = optimal_gain(tasks)[:, 0]
            gap = np.moveaxis(optimality_gap(tasks, plane), -1, 0)
            excess = np.full_like(gap, np.inf)
            if start is not None:
                excess = gap / optimality_gap(tasks, [start])[:, None, None]
            stable = np.isfinite(gap)
            common, meta = stable.all(axis=0), (excess <= 1).all(axis=0)
            for order, (where, shade) in enumerate(((common, SHADES[0]), (meta, SHADES[1]))):
                if where.any():
                    axes.contourf(x, y, where, colors=[shade], zorder=order, **inside)
            each = zip(TASKS, stable, excess, best, strict=False)
            for look, finite, relative, optimum in each:
                edge = look | {"linestyles": ":", "linewidths": 1.5}
                axes.contour(x, y, finite, levels=[0.5], zorder=2, **edge)
                if start is None:
                    wash: Any = {"colors": [look["colors"]], "alpha": 0.12, "zorder": 0}
                    axes.contourf(x, y, finite, **wash, **inside)
                else:
                    level = np.where(finite, relative, 1e6)
                    axes.contour(x, y, level, levels=[1.0], zorder=3, linewidths=1.8, **look)
                axes.plot(*optimum, "*", color=look["colors"], zorder=5, **star)
            if start is not None:
                axes.plot(*start, "o", zorder=6, **HOLLOW)
            axes.grid(False)
            axes.set(xlabel="$k_1$", xlim=(x[0], x[-1]), ylim=(y[0], y[-1]))
            axes.annotate(title, (0.5, 1.0), xycoords="axes fraction", ha="center", va="bottom")
            words.append(
                f"{title}: gains that stabilize all {len(tasks)} tasks fill "
                f"{100 * common.mean():.2g} % of the window, the common sub-level set "
                f"{100 * meta.mean():.2g} %."
            )
        grid[0, 0].set_ylabel("$k_2$")
        handles: list[Line2D | Patch] = [
            Line2D([], [], color=look["colors"], linestyle=look["linestyles"], label=_level_set(i))
            for i, look in enumerate(TASKS[: len(tasks)], 1)
        ]
        handles += [
            Line2D([], [], color=BLACK, linestyle=":", label="edge of stability"),
            Patch(color=SHADES[1], label=_level_set("{ML}")),
            Patch(color=SHADES[0], label="stabilizes all"),
            entry("*", "$K_i^*$"),
            entry("o", "$K_0$", hollow=True),
        ]
        figure.legend(handles=handles, loc="outside upper center", ncols=4)
    text = f"Sub-level sets of tasks in a plane of gains, {len(families)} panels. "
    return describe(figure, text + " ".join(words))


def pairwise_distances(panels: Mapping[str, Mapping[str, Array]]) -> Figure:
    """Draw histograms of spectral distances over the level, {matrix: {generator: (S,)}}.

    At most two generators.
    """
    words = []
    bins = np.linspace(0, 1, 22)  # 0.6, where the nominal pairs lie, inside a bin
    with drawing(1, len(panels), height=3.0, sharey=True, squeeze=False) as (figure, grid):
        for axes, (title, generators) in zip(grid[0], panels.items(), strict=True):
            for look, values in in_order(GENERATORS, generators):
                sample = shaped(look.label, values, "S")
                density, _ = np.histogram(sample, bins)
                share = 100 * density / len(sample)
                axes.stairs(share, bins, fill=True, color=look.color, alpha=0.25)
                axes.stairs(share, bins, color=look.color, linewidth=1.4)
                peak = int(np.argmax(share))
                top = bins[peak : peak + 2].mean(), share[peak]
                axes.plot(*top, look.marker, color=look.color, label=look.label)
                said = f"median {number(np.median(sample))}, largest {number(sample.max())}"
                words.append(f"{title}, {look.label}: {said}")
            axes.axvline(1, color=BLACK, **PROMISED)
            axes.set_xlabel(f"distance of two ${title}$ / level")
        grid[0, 0].set_ylabel("share of all pairs (%)")
        grid[0, 0].legend(loc="upper left")
    text = "Histograms of pairwise spectral distances over the level, with a dashed line at 1. "
    return describe(figure, f"{text}{'; '.join(words)}.")


def common_gain_shares(
    panels: Mapping[str, tuple[Array, Mapping[str, Mapping[str, Array]]]],
) -> Figure:
    """Draw the share of families that a gain stabilizes over the level, with 95 % intervals.

    `panels` maps a name to (levels (E,), {question: {generator: bool (E, D)}}), an answer for each
    level and family; at most three questions in all and two generators.
    """

    def small_steep_ticks(axes: Axes) -> None:
        axes.tick_params(axis="x", rotation=45, labelsize=9)
        axes.minorticks_off()

    asked = dict.fromkeys(question for _, answers in panels.values() for question in answers)
    styles = dict(zip(asked, QUESTIONS, strict=False))  # the same in every panel
    drawn, lost = [], []
    for title, (levels, answers) in panels.items():
        curves = []
        for question, generators in answers.items():
            for look, found in in_order(GENERATORS, generators):
                name = f"{question}, {look.label}"
                stable = shaped(name, found, len(levels), "families")
                count, total = stable.sum(axis=1), np.full(len(levels), stable.shape[1])
                low, high = wilson_interval(count, total)
                percentage = 100 * count / total
                style: Any = styles[question] | {"between": (100 * low, 100 * high)}
                curves.append(Curve(levels, percentage, look, name, **style))
                below = levels[percentage < 50]
                if len(below):
                    lost.append(f"{title}, {name}: below half from {number(below[0])} on.")
        label = f"level $\\varepsilon$, {title}"
        axes: Any = {"yscale": "linear", "xticks": levels, "ylim": (-4, 104)}
        drawn.append(Panel(label, curves, also=small_steep_ticks, **axes))
    story = f"Families that one gain stabilizes, with 95 % intervals. {' '.join(lost)}"
    return draw(drawn, "share of families (%)", story, height=3.7, legend_columns=2)


def half_lost(levels: Array, stable: Mapping[str, Array]) -> str:
    """From which level (E,) on fewer than half of the families are stable, {name: bool (E, D)}."""
    said = []
    for name, found in stable.items():
        lost = levels[found.mean(axis=1) < 0.5]
        said.append(f"{number(lost[0])} ({name})" if len(lost) else f"beyond {levels[-1]} ({name})")
    return " or ".join(said)
