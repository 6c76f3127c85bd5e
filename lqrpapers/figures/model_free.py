"""Pictures of learning from roll-outs: errors of gradients, tails of costs, learning curves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure

from lqrlib.validation import Array

from .checking import same_names, shaped
from .curves import Curve, Panel, Reference, dashed
from .looks import BLUE, GREY, METHODS, SERIES, SKY, VERMILION, Look, in_order
from .panels import draw
from .words import number

ESTIMATORS = {
    "one point": Look(VERMILION, "v", "one point"),
    "pairs": Look(SKY, "^", "pairs"),
    "pairs, common noise": Look(BLUE, "D", "pairs, common noise"),
}
LEVELS = (SERIES[0], SERIES[1], SERIES[3])


class Curves(NamedTuple):
    """One panel: curves with their spread, exact ones, promised ones (dashed), by their labels."""

    label: str  # of the horizontal axis
    measured: Mapping[str, tuple[Array, Array]]  # {key of `ESTIMATORS`: (x (X,), (S, X))}
    exact: Mapping[str, tuple[Array, Array]]  # known without sampling
    promised: Mapping[str, tuple[Array, Array]]


def gradient_errors(panels: Mapping[str, Curves]) -> Figure:
    """Draw relative errors of gradient estimates, one panel for each thing that varies."""
    drawn = []
    for title, (label, measured, exact, promised) in panels.items():
        curves = [Curve(*data, ESTIMATORS[name], above=True) for name, data in measured.items()]
        curves += [Curve(*data, Look(label=name)) for name, data in exact.items()]
        curves += [dashed(*data, Look(GREY), name, listed=True) for name, data in promised.items()]
        scale = "linear" if "steps" in label else "log"
        drawn.append(Panel(label, curves, title, xscale=scale, ylim=(1e-4, None), legend="best"))
    return draw(drawn, "relative error of the gradient (dimensionless)", height=3.7)


def rollout_tails(
    costs: Mapping[str, Array], exponents: Mapping[str, float], sizes: Array, errors: Array
) -> Figure:
    """Draw how often a roll-out exceeds a cost, and how slowly averages of roll-outs settle.

    `costs` (S,) by noise level are in units of their mean; exponents k of the tails z^-k are drawn
    dashed; `errors` (levels, X) are medians of averages of `sizes` (X,) roll-outs.
    """
    same_names("exponents", exponents, costs)
    rows = shaped("errors", errors, len(costs), len(sizes))
    tails, settling, words = [], [], []
    for (look, values), error in zip(in_order(LEVELS, costs), rows, strict=True):
        exponent = exponents[look.label]
        order = np.sort(values)[::-1]
        places = np.unique(np.geomspace(1, len(order), 200).astype(int))
        tails.append(Curve(order[places - 1][::-1], places[::-1] / len(order), look))
        if np.isfinite(exponent):
            anchor = order[len(order) // 300]
            z = np.geomspace(anchor, order[0], 20)
            tails.append(dashed(z, (z / anchor) ** -exponent / 300, look, told=False))
        line = error[0] * (np.asarray(sizes) / sizes[0]) ** -min(0.5, 1 - 1 / exponent)
        settling += [Curve(sizes, error, look, listed=False), dashed(sizes, line, look)]
        words.append(
            f"{look.label}: tail exponent {number(exponent)}, largest of {len(order):,} costs "
            f"{number(order[0])} times the mean"
        )
    floor = 0.5 / max(len(values) for values in costs.values())
    limits: Any = {"xlim": (0.05, None), "ylim": (floor, None)}
    cost, share = "cost of a roll-out / its mean", "share of roll-outs above"
    panels = [
        Panel(f"{cost} (dimensionless)", tails, ylabel=f"{share} (dimensionless)", **limits),
        Panel("roll-outs averaged", settling, ylabel="relative error (dimensionless)"),
    ]
    return draw(panels, story=f"Dashed: the predicted slopes. {'; '.join(words)}.", height=3.7)


SYSTEMS = (SERIES[0], SERIES[2], SERIES[1])


def learning_curves(
    panels: Mapping[str, Mapping[str, tuple[Array, Array]]], target: float
) -> Figure:
    """Draw relative cost gaps over simulated time steps, one panel for each system.

    {system: {key of `ESTIMATORS`: (steps (T,), gaps (S, T))}}, ``inf`` for a seed that has left;
    the gap aimed at is dashed.
    """
    drawn = []
    axes: Any = {"references": [Reference(target)], "top": 1e6, "ylim": (5e-4, 1)}
    for title, several in panels.items():
        curves = [Curve(*data, ESTIMATORS[name]) for name, data in several.items()]
        drawn.append(Panel("simulated time steps", curves, title, **axes))
    return draw(drawn, "$(C(K) - C^*) / C^*$ (dimensionless)", height=3.7)


def promised_rate(gaps: Array, exact: Array, promised: Mapping[str, Array]) -> Figure:
    """Draw gaps over the first: estimated (S, T), exact (T,), and promised {label: (T,)}."""
    iterations = np.arange(len(exact))
    shaped("gaps", gaps, "seeds", len(exact))
    curves = [
        Curve(iterations, gaps, METHODS["zeroth_order"], "one point, measured"),
        Curve(iterations, exact, METHODS["gradient"], "exact gradient, measured"),
    ]
    curves += [
        dashed(iterations, values, look, listed=True)
        for look, values in in_order((Look(BLUE), Look(VERMILION)), promised)
    ]
    floor = max(1e-4, 0.3 * float(np.min(gaps)))
    panel = Panel("iteration", curves, xscale="linear", ylim=(floor, None), legend="best")
    return draw([panel], "gap / gap at the start (dimensionless)", height=3.4)


def bad_choices(
    radii: Array,
    by_radius: Mapping[str, Array],
    horizons: Array,
    by_horizon: Mapping[str, Array],
    target: float,
) -> Figure:
    """Draw the gap learning ends with, over the radius (X,) and the length of roll-outs (L,).

    Left {key of `ESTIMATORS`: gaps (S, X)}; right {system: gap (L,) of the gain that minimises the
    cost of that many steps}. Infinite ones are on the upper edge, the gap aimed at is dashed.
    """
    top = 3.0
    left = [Curve(radii, gaps, ESTIMATORS[name]) for name, gaps in by_radius.items()]
    right = [Curve(horizons, values, look) for look, values in in_order(SYSTEMS, by_horizon)]
    axes: Any = {"references": [Reference(target)], "top": top, "ylim": (3e-4, 1.15 * top)}
    panels = [
        Panel("radius $r$ (dimensionless)", left, xticks=radii, legend="above", **axes),
        Panel("length of a roll-out (time steps)", right, xticks=horizons, legend="above", **axes),
    ]
    story = """Final gap of learning; the upper edge is for gains that do not stabilize. Right:
        with endless samples."""
    return draw(panels, "final $(C(K) - C^*) / C^*$ (dimensionless)", story, height=3.9)
