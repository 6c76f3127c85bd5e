"""Pictures of what the theorems on MAML promise, beside what happens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

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
    describe,
    drawing,
    looks_of,
    number,
)

Array = NDArray[np.float64]

KINDS = {
    "printed": PRINTED,
    "sharp": CORRECTED._replace(label="sharp"),
    "local": Look(GREEN, "s", "sharp, $L$ and $f$ measured"),
    "measured": METHODS["maml"]._replace(label="measured"),
}
SETTINGS = {
    "system": Look(ORANGE, "s", "system"),
    "cost": Look(SKY, "^", "cost"),
    "both": METHODS["maml"]._replace(label="both"),
}


class Run(NamedTuple):
    """One run: measured gaps (T + 1,), and what is promised at each step (T + 1,)."""

    measured: Array
    promised: Array


class Sweep(NamedTuple):
    """Bias over heterogeneity, D draws.

    Attributes
    ----------
    levels : array (L,)
        Heterogeneity epsilon.
    bias : array (L, D)
        Largest gap of a task at K*_ML, nan where a draw has no common gain any more.
    promised : array (L, D)
        The bound with L and f measured.
    start, common : arrays (D,)
        Levels at which the start and every common gain cease to stabilize all tasks; ``inf`` for
        draws in which that does not happen.
    """

    levels: Array
    bias: Array
    promised: Array
    start: Array
    common: Array


def by_size(sizes: Array, panels: Mapping[str, Mapping[str, Array]]) -> Figure:
    """Draw positive numbers by number of states: median and 5 % to 95 % band of each kind.

    Parameters
    ----------
    sizes : array (N,)
        Numbers of states.
    panels : mapping from an axis label to a mapping from a kind to array (N, S)
        Kinds: "printed", "sharp", "local", "measured".
    """
    words = []
    with drawing(1, len(panels), height=3.5, squeeze=False) as (figure, grid):
        for axes, (label, kinds) in zip(grid[0], panels.items(), strict=True):
            for name, look in looks_of(kinds, KINDS, "kinds").items():
                values = np.asarray(kinds[name], dtype=float)
                if values.ndim != 2 or len(values) != len(sizes):
                    raise ValueError(
                        f"{name}: expected shape ({len(sizes)}, samples), got {values.shape}"
                    )
                low, middle, high = np.quantile(values, (0.05, 0.5, 0.95), axis=1)
                style = {} if name == "measured" else PROMISED
                axes.fill_between(sizes, low, high, color=look.color, alpha=0.18, linewidth=0)
                axes.plot(
                    sizes, middle, color=look.color, marker=look.marker, label=look.label, **style
                )
                words.append(
                    f"{label}, {look.label}: median {number(middle[0])} at n = {sizes[0]} and "
                    f"{number(middle[-1])} at n = {sizes[-1]}"
                )
            axes.set_yscale("log")
            axes.set_xticks(sizes)
            axes.set_xlabel("number of states $n$")
            axes.set_ylabel(label)
        fullest = max(grid[0], key=lambda axes: len(axes.get_legend_handles_labels()[1]))
        handles, labels = fullest.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=4)
    text = f"{len(panels)} panels over the number of states, log scales. {'; '.join(words)}."
    return describe(figure, text.replace("$", ""))


def theorem_runs(panels: Mapping[str, Mapping[str, Run]]) -> Figure:
    """Draw largest gaps over iterations, measured solid and promised dashed, printed and sharp."""
    words = []
    with drawing(1, len(panels), height=3.5, sharey=True, squeeze=False) as (figure, grid):
        for axes, (title, runs) in zip(grid[0], panels.items(), strict=True):
            for name, look in looks_of(runs, KINDS, "kinds").items():
                run = runs[name]
                if np.ndim(run.measured) != 1 or np.ndim(run.promised) != 1:
                    raise ValueError(f"{title}, {name}: expected arrays (T + 1,)")
                for values, style in ((run.measured, {}), (run.promised, PROMISED)):
                    steps = np.arange(len(values))
                    marks = np.unique(np.geomspace(1, len(values) - 1, 7).astype(int)).tolist()
                    axes.plot(
                        steps, values, color=look.color, marker=look.marker, markevery=marks,
                        label=look.label if not style else None, **style,
                    )  # fmt: skip
                words.append(
                    f"{title}, {look.label}: after {len(run.measured) - 1} steps measured "
                    f"{number(run.measured[-1])}, promised after {len(run.promised) - 1} steps "
                    f"{number(run.promised[-1])}"
                )
            axes.set_xscale("symlog", linthresh=1)
            axes.set_xlim(0, None)
            axes.set_yscale("log")
            axes.set_xlabel("iteration (log scale from 1)")
            axes.set_title(title, loc="left", fontsize=10, fontweight="bold")
        grid[0, 0].set_ylabel("largest gap of a task (dimensionless)")
        axes = grid[0, -1]
        axes.plot([], [], color=GREY, label="promised", **PROMISED)
        axes.legend(loc="lower left")
    text = f"""Largest cost gap of a task over the iterations, log scales, solid measured and dashed
        promised. {"; ".join(words)}."""
    return describe(figure, text.replace("$", ""))


def bias(sweeps: Mapping[str, Sweep]) -> Figure:
    """Draw the bias of K*_ML over heterogeneity in the three settings, one panel each.

    Lines are medians over the draws, bands their range; dashed the promise with measured L and f.
    Grey spans: from the first to the last draw in which the start, or any common gain found,
    ceases to stabilize all tasks.
    """
    words = []
    with drawing(1, len(sweeps), height=3.9, sharex=True, sharey=True, squeeze=False) as (
        figure,
        grid,
    ):
        for axes, (name, sweep) in zip(grid[0], sweeps.items(), strict=True):
            if name not in SETTINGS:
                raise ValueError(f"expected settings among {', '.join(SETTINGS)}, got {name!r}")
            if np.shape(sweep.bias) != (len(sweep.levels), len(sweep.start)):
                raise ValueError(
                    f"{name}: expected bias ({len(sweep.levels)}, {len(sweep.start)}), "
                    f"got {np.shape(sweep.bias)}"
                )
            look = SETTINGS[name]
            there = np.isfinite(sweep.bias).any(axis=1)
            levels, values = sweep.levels[there], sweep.bias[there]
            low, middle, high = (f(values, axis=1) for f in (np.nanmin, np.nanmedian, np.nanmax))
            axes.fill_between(levels, low, high, color=look.color, alpha=0.25, linewidth=0)
            axes.plot(levels, middle, color=look.color, marker=look.marker, label="measured")
            axes.plot(
                levels, np.nanmedian(sweep.promised[there], axis=1), color=BLACK,
                label="promised", **PROMISED,
            )  # fmt: skip
            guide = middle[0] * (levels / levels[0]) ** 2
            axes.plot(levels, guide, color=GREY, linestyle=":", label="slope 2")
            text = f"{look.label}: median {number(middle[0])} at {number(levels[0])} and "
            text += f"{number(middle[-1])} at {number(levels[-1])}"
            for kind, places, hatch in (("start", sweep.start, ""), ("gain", sweep.common, "//")):
                finite = places[np.isfinite(places)]
                if len(finite):
                    axes.axvspan(
                        finite.min(), finite.max(), facecolor="none" if hatch else GREY,
                        edgecolor=GREY, hatch=hatch, alpha=0.35, linewidth=0,
                    )  # fmt: skip
                    text += f", {'the start' if kind == 'start' else 'every common gain'} lost "
                    text += f"between {number(finite.min())} and {number(finite.max())}"
            words.append(text)
            axes.set_xscale("log")
            axes.set_yscale("log")
            axes.set_xlabel("heterogeneity $\\varepsilon$")
            axes.set_title(look.label, loc="left", fontsize=10, fontweight="bold")
        grid[0, 0].set_ylabel("largest gap at $K^*_{ML}$ (dimensionless)")
        handles, labels = grid[0, 0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=3)
    text = f"""Largest cost gap of a task at the MAML optimum over the heterogeneity, log scales, in
        {len(sweeps)} settings. {"; ".join(words)}."""
    return describe(figure, text)
