"""Pictures of sweeps: a figure over many seeds, and a map of the runs that stayed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure

from lqrlib.validation import Array

from ..notebook import readable
from ..recorded import s2
from .checking import same_names, shaped
from .curves import Curve, Panel, key, points
from .looks import BLACK, Look, by_name
from .panels import draw
from .style import describe, drawing
from .words import joined


class Seeds(NamedTuple):
    """One method: iterations (X,), and mean, least and largest gap of each seed (S, X)."""

    iterations: Array
    mean: Array
    least: Array
    largest: Array


def band_of_bands(gaps: Mapping[str, Seeds], recorded: Mapping[str, s2.Curve]) -> Figure:
    """Draw S2's Figure 2 over seeds, {method: Seeds}, and the means that S2 recorded.

    A line is the median over the seeds of their means, the dark band is the range of these means,
    the light one the range of all systems of all seeds.
    """
    same_names("recorded", recorded, gaps)
    curves = []
    for (look, seeds), curve in zip(by_name(gaps), recorded.values(), strict=True):
        x, bare = seeds.iterations, look._replace(marker="")
        shaped(f"{look.label}, mean", seeds.mean, "seeds", len(x))
        ends = seeds.least.min(axis=0), seeds.largest.max(axis=0)
        middle = np.median(seeds.mean, axis=0)
        style: Any = {"line": "", "listed": False, "told": False}
        curves.append(Curve(x, middle, bare, f"{look.label}, all systems", between=ends, **style))
        curves.append(Curve(x, seeds.mean, bare))
        means = {step: each.mean for step, each in curve.gaps.items() if step >= x[0]}
        told, at = f"{look.label}, mean recorded by S2", list(means.values())
        curves.append(points(list(means), at, look, told, edge=BLACK, listed=False))
    entry = key(Look(BLACK, "o"), "recorded by S2", line="", hollow=True)
    every = np.concatenate([seeds.iterations for seeds in gaps.values()])
    panel = Panel("iteration", [*curves, entry], xlim=(every.min(), every.max()))
    count = len(next(iter(gaps.values())).mean)
    story = f"""Medians over {count} seeds of the mean over the systems of a seed; dark bands: range
        of these means, light bands: of all systems."""
    label = "(cost − optimal cost) / optimal cost"
    return draw([panel], label, story, height=4.2, legend_columns=4)


def survival(
    radii: Array, steps: Array, stayed: Mapping[str, Array], runs: int, xlabel: str, ylabel: str
) -> Figure:
    """Draw how many runs stayed, {title: (R, S)}, for radii (R,) and steps (S,), as maps.

    A point that failed is nan: it stays white. Cells carry their numbers.
    """
    names = [readable(f"{step:.0e}") for step in steps]
    shape: Any = {"width": 6.4, "height": 5.4, "sharex": True, "sharey": True, "squeeze": False}
    with drawing(-(-len(stayed) // 2), 2, **shape) as (figure, grid):
        for axes, (title, counts) in zip(grid.flat, stayed.items(), strict=False):
            shaped(title, counts, len(radii), len(steps))
            axes.pcolormesh(counts, cmap="viridis", vmin=0, vmax=runs, edgecolors="white")
            for (row, column), count in np.ndenumerate(counts):
                word, dark = ("–", False) if np.isnan(count) else (f"{count:g}", count < runs / 2)
                colour = "white" if dark else BLACK
                axes.text(column + 0.5, row + 0.5, word, ha="center", va="center", color=colour)
            axes.set_xticks(np.arange(len(steps)) + 0.5, names)
            axes.set_yticks(np.arange(len(radii)) + 0.5, [f"{radius:g}" for radius in radii])
            axes.set_title(title, fontsize=10)
            axes.grid(visible=False)
        for axes in grid[-1]:
            axes.set_xlabel(xlabel)
        for axes in grid[:, 0]:
            axes.set_ylabel(ylabel)
    told = []
    for title, counts in stayed.items():
        sums = zip(np.nansum(counts, axis=0), names, strict=True)
        told.append(f"{title}: {joined([f'{total:g} at {name}' for total, name in sums])}")
    text = f"""Maps of how many of {runs} runs stayed, by {ylabel} and {xlabel}. Runs that stayed,
        summed over the {len(radii)} radii, by step. {"; ".join(told)}."""
    return describe(figure, text)
