"""Pictures of convergence: three methods racing, S2's Figure 2, step sizes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lqrlib.validation import Array

from ..recorded import s2
from . import by_size
from .checking import positive, same_names, shaped
from .curves import ITERATIONS, Curve, Panel, dashed, key, points, with_promise
from .looks import BLACK, GREY, Look, looks_of
from .panels import draw
from .words import number

# Relative gaps below this are rounding errors of the cost.
LEAST_GAP = 1e-16


def race(gaps: Mapping[str, Array], promised: Mapping[str, Array]) -> Figure:
    """Draw the gap of each method over the iterations, measured solid and promised dashed.

    Parameters
    ----------
    gaps, promised : mapping from a method to array (T + 1,)
        Gap over the first gap; T may differ from method to method.
    """
    curves, looks = [], looks_of(gaps)
    same_names("promised", promised, gaps)
    for name, look in looks.items():
        curves += with_promise(np.arange(len(gaps[name])), gaps[name], promised[name], look)
    curves.append(key(Look(GREY), "promised", line="--"))
    most = max(map(len, gaps.values())) - 1
    axes = ITERATIONS | {"xlim": (0, most), "ylim": (LEAST_GAP, 5)}
    return draw(
        [Panel(curves=curves, **axes)],
        "cost gap / first gap (dimensionless)",
        height=3.8,
        legend_columns=4,
    )


def figure_2(gaps: Mapping[str, Array], recorded: Mapping[str, s2.Curve]) -> Figure:
    """Draw relative gaps by iteration: our mean and min-max band, and the recorded ones as points.

    Parameters
    ----------
    gaps : mapping from a method to array (T + 1, S)
        (C(K) - C*) / C* of S systems.
    recorded : mapping from a method to Curve
    """
    curves, looks = [], looks_of(gaps)
    same_names("recorded", recorded, gaps)
    for name, look in looks.items():
        ours = np.maximum(shaped(name, gaps[name], "steps", "systems"), LEAST_GAP)
        curves.append(Curve(np.arange(len(ours)), ours.T, look._replace(marker=""), mean=True))
        seen = recorded[name].gaps
        mean, least, most = np.array(list(seen.values())).T
        curves.append(
            points(
                list(seen),
                mean,
                look,
                f"{look.label}, mean recorded by S2",
                bars=True,
                between=(least, most),
                edge=BLACK,
                listed=False,
            )
        )
    entry = key(Look(BLACK, "o"), "recorded by S2", line="", hollow=True)
    axes = ITERATIONS | {"xlim": (0, max(map(len, gaps.values())))}
    again = [replace(curve, told=False) for curve in curves]
    panels = [
        Panel(curves=[*curves, entry], title="all gaps", ylim=(LEAST_GAP / 3, 40), **axes),
        Panel(curves=[*again, entry], title="gaps above 0.0003", ylim=(3e-4, 20), **axes),
    ]
    label = "(cost − optimal cost) / optimal cost\n(dimensionless)"
    story = "Bands from the least to the largest system, bars for the recorded range."
    return draw(panels, label, story, height=4.0, share=False, legend_columns=4)


def successive_gaps(pairs: Mapping[str, tuple[Array, Array]]) -> Figure:
    """Scatter the gap after a step over the gap before it, with lines of slope one and two.

    Parameters
    ----------
    pairs : mapping from a method to two arrays (S,)
        Gaps before and after, positive.
    """
    curves, slopes = [], []
    for name, look in looks_of(pairs).items():
        before, after = (positive(name, gap) for gap in pairs[name])
        cloud = points(before, after, look, alpha=0.6, size=4)
        slope = np.polyfit(np.log(before), np.log(cloud.middle()), 1)[0]
        slopes.append(f"{look.label}: {len(before)} points, fitted slope {slope:.2f}")
        curves.append(replace(cloud, label=f"{look.label}: slope {slope:.2f}"))
    ends = np.array([min(before.min() for before, _ in pairs.values()), 1.0])
    for color, power, label in ((GREY, 1, "no progress, slope 1"), (BLACK, 2, "slope 2")):
        curves.append(
            dashed(ends, ends**power, Look(color), label, width=1, listed=True, told=False)
        )
    panel = Panel("relative gap before the step (dimensionless)", curves, legend="lower right")
    return draw(
        [panel], "relative gap after it (dimensionless)", f"{'; '.join(slopes)}.", height=3.8
    )


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
    looks = looks_of(next(iter(panels.values())))
    named = {
        title: {looks[name].label: values for name, values in ratios.items()}
        for title, ratios in panels.items()
    }
    return by_size.ratios_by_size(sizes, named, list(looks.values()), label, largest=False)


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
    curves = []
    same_names("critical", critical, allowed)
    for name, look in looks_of(allowed).items():
        curves += with_promise(levels, critical[name], allowed[name], look)
    curves += [key(Look(GREY), "allowed", line="--"), key(Look(GREY), "critical, measured")]
    panel = Panel(
        "factor on the noise variances (dimensionless)", curves, xscale="linear", legend="right"
    )
    story = "Solid lines: critical, measured; dashed lines: allowed."
    return draw([panel], "step size (dimensionless)", story, height=3.8)


def steps_needed(constant: Mapping[str, Array], searched: Mapping[str, Array], most: int) -> Figure:
    """Draw how many steps each system needs, with a constant step and with a line search.

    Parameters
    ----------
    constant, searched : mapping from a method to array (S,)
        Number of steps, ``inf`` for systems that needed more than the run had.
    most : int
        Where those are drawn.
    """
    curves, words, rows = [], [], {}
    same_names("searched", searched, constant)
    for row, (name, look) in enumerate(looks_of(constant).items()):
        for shift, kind, runs in (
            (0.17, "constant", constant[name]),
            (-0.17, "line search", searched[name]),
        ):
            values = shaped(name, runs, "S")
            found = np.isfinite(values)
            # systems side by side, so that equal numbers of steps stay visible
            height = row + shift + np.linspace(-0.12, 0.12, len(values))
            for where, marker in ((found, look.marker), (~found, ">")):
                if where.any():
                    curves.append(
                        points(
                            np.minimum(values, most)[where],
                            height[where],
                            look._replace(marker=marker),
                            size=4,
                            listed=False,
                            told=False,
                            hollow=kind != "constant",
                        )
                    )
            rows[row + shift] = f"{look.label}, {kind}"
            typical = np.median(values)
            words.append(
                f"{look.label}, {kind}: median "
                f"{'more than the run' if np.isinf(typical) else number(typical)}, "
                f"{int((~found).sum())} systems not there at the end"
            )

    def across_only(axes: Axes) -> None:
        axes.grid(axis="y", visible=False)

    panel = Panel(
        "iterations until the cost is within 1 % of the optimum",
        curves,
        yscale="linear",
        ylabel="",
        yticks=rows,
        xlim=(0.7, 1.6 * most),
        also=across_only,
    )
    return draw([panel], story=f"Each marker is a system. {'; '.join(words)}.", height=3.2)
