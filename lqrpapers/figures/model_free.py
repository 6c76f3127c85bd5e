"""Pictures of learning from roll-outs: errors of gradients, tails of costs, learning curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from lqrlib.validation import Array

from .checking import shaped
from .curves import QUARTILES, Curve, Panel, Reference, dashed
from .looks import GREY, INDIGO, METHODS, SERIES, SKY, Look, in_order
from .panels import draw
from .words import number

ESTIMATORS = {
    "one point": METHODS["zeroth_order"]._replace(label="one point"),
    "pairs": Look(SKY, "P", "pairs"),
    "pairs, common noise": Look(INDIGO, "d", "pairs, common noise"),
}
LEVELS = SERIES[:3]


# One panel: label of the horizontal axis, x (X,), and curves by their labels: measured ones
# {key of `ESTIMATORS`: (S, X)}, exact ones known without sampling (X,), promised ones (X,).
Named = Mapping[str, Array]
Curves = tuple[str, Array, Named, Named, Named]


def gradient_errors(panels: Mapping[str, Curves]) -> Figure:
    """Draw relative errors of gradient estimates, one panel for each thing that varies."""
    drawn = []
    for title, (label, x, measured, exact, promised) in panels.items():
        curves = [Curve(x, found, ESTIMATORS[name], above=True) for name, found in measured.items()]
        curves += [Curve(x, line, Look(label=name)) for name, line in exact.items()]
        curves += [
            dashed(x, line, Look(GREY), name, listed=True) for name, line in promised.items()
        ]
        scale = "linear" if "steps" in label else "log"
        drawn.append(Panel(label, curves, title, xscale=scale, ylim=(1e-4, None), legend="best"))
    return draw(drawn, "relative error of the gradient", height=3.7)


def rollout_tails(
    variances: Sequence[float],
    exponents: Sequence[float],
    costs: Array,
    sizes: Array,
    errors: Array,
) -> Figure:
    """Draw how often a roll-out exceeds a cost, and how slowly averages of roll-outs settle.

    At most three noise variances s^2; `costs` (S, levels) are in units of their mean; exponents k
    of the tails z^-k are drawn dashed; `errors` (levels, X) are medians of averages of `sizes` (X,)
    roll-outs.
    """
    shaped("costs", costs, "roll-outs", len(variances))
    rows = shaped("errors", errors, len(variances), len(sizes))
    tails, settling, words = [], [], []
    names = [
        f"$s^2 = {v:.2f}$, $\\vartheta = {k:.2f}$"
        for v, k in zip(variances, exponents, strict=True)
    ]
    looks = in_order(LEVELS, dict(zip(names, costs.T, strict=True)))
    for (look, values), error, exponent in zip(looks, rows, exponents, strict=True):
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
    floor = 0.5 / len(costs)
    limits: Any = {"xlim": (0.05, None), "ylim": (floor, None)}
    cost, share = "cost of a roll-out / its mean", "share of roll-outs above"
    panels = [
        Panel(f"{cost}", tails, ylabel=f"{share}", **limits),
        Panel("roll-outs averaged", settling, ylabel="relative error"),
    ]
    return draw(panels, story=f"Dashed: the predicted slopes. {'; '.join(words)}.", height=3.7)


def cost_seen(
    values: Array, seen: Mapping[int, Array], demands: Mapping[str, tuple[Array, Array]], power: int
) -> Figure:
    """Draw which share of the cost averages of N roll-outs see, and how many roll-outs it takes.

    Over the cost nu (X,): {N: shares (S, X)}, at most three; by name of a system, values of nu and
    numbers of roll-outs that are proved to be needed, beside nu^power.
    """
    names = {f"$N = 10^{{{np.log10(paths):.0f}}}$": found for paths, found in seen.items()}
    several = in_order(LEVELS, names)
    left = [Curve(values, found, look, quantiles=QUARTILES) for look, found in several]
    right = [Curve(*line, look, told=False) for look, line in in_order(SERIES[2:], demands)]
    name, aims = f"$\\nu^{power}$", [Reference(1.0, label="the cost"), Reference(0.75, color=GREY)]
    right.append(dashed(values, values**power, Look(GREY), name, listed=True, told=False))
    ticks = [x for x in (10, 20, 50, 100, 200) if min(values) <= x <= max(values)]
    axes: Any = {"xlabel": r"cost $\nu$", "xticks": ticks, "legend": "best"}
    share: Any = {"ylabel": "average / cost", "yscale": "linear", "ylim": (0, 1.3)}
    panels = [
        Panel(curves=left, references=aims, **share, **axes),
        Panel(curves=right, ylabel="roll-outs needed", ylim=(1, None), **axes),
    ]
    most = [f"{key}: {number(line[-1])} at {x[-1]:g}" for key, (x, line) in demands.items()]
    told = "; ".join(most).replace("$", "")
    return draw(panels, story=f"Right: roll-outs proved to be needed. {told}.", height=3.7)


SYSTEMS = SERIES[:3]


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
    return draw(drawn, "$(C(K) - C^*) / C^*$", height=3.7)


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
        Panel("radius $r$", left, xticks=radii, legend="above", **axes),
        Panel("length of a roll-out (time steps)", right, xticks=horizons, legend="above", **axes),
    ]
    story = """Final gap of learning; the upper edge is for gains that do not stabilize. Right:
        with endless samples."""
    return draw(panels, "final $(C(K) - C^*) / C^*$", story, height=3.9)
