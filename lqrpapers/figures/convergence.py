"""Pictures of convergence: three methods racing, S2's Figure 2, step sizes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from lqrlib.validation import Array

from ..recorded import s2
from . import by_size
from .checking import positive, same_names, shaped
from .curves import ITERATIONS, Curve, Panel, dashed, key, points, with_promise
from .looks import BLACK, GREY, Look, by_name
from .panels import draw
from .words import number

# Relative gaps below this are rounding errors of the cost.
LEAST_GAP = 1e-16


def race(gaps: Mapping[str, ArrayLike], shares: Mapping[str, float]) -> Figure:
    """Draw the gap over the first of each method, {method: (T + 1,)}, and the promised one dashed.

    Each step is promised to take a share of the gap. T may differ from method to method.
    """
    curves, measured = [], by_name(gaps)
    same_names("shares", shares, gaps)
    for (look, values), share in zip(measured, shares.values(), strict=True):
        gap = shaped(look.label, values, "steps")
        steps = np.arange(len(gap))
        curves += with_promise(steps, gap / gap[0], (1 - share) ** steps, look)
    curves.append(key(Look(GREY), "promised", line="--"))
    most = max(len(curve.data()[0]) for curve in curves) - 1
    panel = Panel(curves=curves, **ITERATIONS | {"xlim": (0, most), "ylim": (LEAST_GAP, 5)})
    return draw([panel], "cost gap / first gap", height=3.8, legend_columns=4)


def figure_2(gaps: Mapping[str, Array], recorded: Mapping[str, s2.Curve]) -> Figure:
    """Draw relative gaps {method: (T + 1, S)} of S systems, and S2's recorded ones as points.

    Ours are a mean and a band from the least to the largest system.
    """
    curves: list[Curve] = []
    same_names("recorded", recorded, gaps)
    style: Any = {"bars": True, "edge": BLACK, "listed": False}
    for (look, values), curve in zip(by_name(gaps), recorded.values(), strict=True):
        ours = np.maximum(shaped(look.label, values, "steps", "systems"), LEAST_GAP)
        curves.append(Curve(np.arange(len(ours)), ours.T, look._replace(marker=""), mean=True))
        mean, *ends = np.array(list(curve.gaps.values())).T
        name = f"{look.label}, mean recorded by S2"
        curves.append(points(list(curve.gaps), mean, look, name, between=tuple(ends), **style))
    entry = key(Look(BLACK, "o"), "recorded by S2", line="", hollow=True)
    axes = ITERATIONS | {"xlim": (0, max(map(len, gaps.values())))}
    again = [replace(curve, told=False) for curve in curves]
    panels = [
        Panel(curves=[*curves, entry], title="all gaps", ylim=(LEAST_GAP / 3, 40), **axes),
        Panel(curves=[*again, entry], title="gaps above 0.0003", ylim=(3e-4, 20), **axes),
    ]
    label = "(cost − optimal cost) / optimal cost"
    story = "Bands from the least to the largest system, bars for the recorded range."
    return draw(panels, label, story, height=4.0, share=False, legend_columns=4)


def successive_gaps(pairs: Mapping[str, tuple[Array, Array]]) -> Figure:
    """Scatter the gap after a step over that before, {method: (before, after)}, with two slopes.

    Gaps (S,) are positive; the lines have slopes one and two.
    """
    curves, slopes = [], []
    for look, pair in by_name(pairs):
        before, after = (positive(look.label, gap) for gap in pair)
        cloud = points(before, after, look, alpha=0.6, size=4)
        slope = np.polyfit(np.log(before), np.log(cloud.middle()), 1)[0]
        slopes.append(f"{look.label}: {len(before)} points, fitted slope {slope:.2f}")
        curves.append(replace(cloud, label=f"{look.label}: slope {slope:.2f}"))
    ends = np.array([min(before.min() for before, _ in pairs.values()), 1.0])
    style: Any = {"width": 1, "listed": True, "told": False}
    for color, power, label in ((GREY, 1, "no progress, slope 1"), (BLACK, 2, "slope 2")):
        curves.append(dashed(ends, ends**power, Look(color), label, **style))
    panel = Panel("relative gap before the step", curves, legend="lower right")
    label = "relative gap after it"
    return draw([panel], label, f"{'; '.join(slopes)}.", height=3.8)


def ratios_by_size(sizes: ArrayLike, ratios: Mapping[str, ArrayLike], label: str) -> Figure:
    """Draw positive ratios {method: (2, N, S)} by number of states `sizes` (N,).

    A panel without noise and one with noise; median, 5 to 95 % band, and the least ratio as an open
    marker. The two axes in front may be one of length 2 N, or all of them one.
    """
    looks, sizes = [look for look, _ in by_name(ratios)], np.asarray(sizes)
    panels: dict[str, dict[str, Array]] = {"without noise": {}, "with noise": {}}
    for look, values in by_name(ratios):
        halves = np.reshape(values, (2, -1))
        if halves.size % len(sizes):
            raise ValueError(f"{look.label}: expected (2, {len(sizes)}, S), got {halves.shape}")
        for panel, half in zip(panels.values(), halves, strict=True):
            panel[look.label] = half.reshape(len(sizes), -1)
    return by_size.ratios_by_size(sizes, panels, looks, label, largest=False)


def steps_under_noise(
    levels: Array, allowed: Mapping[str, Array], critical: Mapping[str, Array]
) -> Figure:
    """Draw the step sizes {method: (L,)} over the factor on the variances `levels` (L,).

    Solid: beyond which a method was seen to fail; dashed: what its theorem allows.
    """
    curves: list[Curve] = []
    same_names("critical", critical, allowed)
    for (look, step), limit in zip(by_name(allowed), critical.values(), strict=True):
        curves += with_promise(levels, limit, step, look)
    curves += [key(Look(GREY), "allowed", line="--"), key(Look(GREY), "critical, measured")]
    label = "factor on the noise variances"
    panel = Panel(label, curves, xscale="linear", legend="right")
    story = "Solid lines: critical, measured; dashed lines: allowed."
    return draw([panel], "step size", story, height=3.8)


def steps_needed(constant: Mapping[str, Array], searched: Mapping[str, Array], most: int) -> Figure:
    """Draw how many steps {method: (S,)} each system needs, constant or with a line search.

    Systems that needed more than the run had are ``inf``, and drawn at `most`.
    """
    curves, words, rows = [], [], {}
    same_names("searched", searched, constant)
    style: Any = {"size": 4, "listed": False, "told": False}
    pairs = zip(by_name(constant), searched.values(), strict=True)
    for row, ((look, plain), fast) in enumerate(pairs):
        for shift, kind, runs in ((0.24, "constant", plain), (-0.24, "line search", fast)):
            values = shaped(look.label, runs, "S")
            found = np.isfinite(values)
            # systems side by side, so that equal numbers of steps stay visible
            height = row + shift + np.linspace(-0.12, 0.12, len(values))
            for where, marker in ((found, look.marker), (~found, ">")):
                if where.any():
                    seen, hollow = np.minimum(values, most)[where], kind != "constant"
                    own = look._replace(marker=marker)
                    curves.append(points(seen, height[where], own, hollow=hollow, **style))
            rows[row + shift] = f"{look.label} ({kind})"
            typical = np.median(values)
            said = "more than the run" if np.isinf(typical) else number(typical)
            lost = f"{int((~found).sum())} systems not there at the end"
            words.append(f"{look.label}, {kind}: median {said}, {lost}")

    def across_only(axes: Axes) -> None:
        axes.grid(axis="y", visible=False)

    axis: Any = {"yscale": "linear", "yticks": rows, "xlim": (0.7, 1.6 * most)}
    label = "iterations until the cost is within 1 % of the optimum"
    panel = Panel(label, curves, also=across_only, **axis)
    return draw([panel], story=f"Each marker is a system. {'; '.join(words)}.", height=3.2)
