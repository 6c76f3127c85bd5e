"""Pictures of gradient domination, and of printed constants beside corrected ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from lqrlib.validation import Array

from .by_size import ratios_by_size
from .checking import positive, same_names, shaped
from .curves import Curve, Panel, Reference, dashed, points, with_promise
from .looks import BLACK, CORRECTED, METHODS, PRINTED, SERIES, SKY, Look, in_order
from .panels import draw
from .style import PROMISED, describe, drawing
from .words import number

LINEAR = SERIES[1]._replace(label="linear in $\\Delta$")
QUADRATIC = SERIES[0]._replace(label="quadratic in $\\Delta$")


def domination_cloud(squared_norms: Array, gaps: Array, factor: float) -> Figure:
    """Scatter cost gaps (S,) over squared gradient norms (S,), both positive.

    The promised line gap = factor * squared norm is dashed.
    """
    squared = positive("squared_norms", shaped("squared_norms", squared_norms, "gains"))
    height = positive("gaps", shaped("gaps", gaps, len(squared)))
    ratios = height / (factor * squared)
    tightest = int(np.argmax(ratios))
    ends = np.array([squared.min() / 2, squared.max() * 2])
    closest = squared[[tightest]], height[[tightest]]
    curves = [
        points(squared, height, SERIES[0], "one gain", size=2.3, alpha=0.35),
        dashed(ends, factor * ends, Look(BLACK), "promised upper limit", listed=True),
        points(*closest, Look(BLACK, "8"), "closest to it", hollow=True, size=7),
    ]
    panel = Panel(r"$\|\nabla C(K)\|_F^2$", curves, legend="lower right")
    story = f"""Scatter plot of {len(height):,} gains. {int(np.count_nonzero(ratios > 1))} points
        lie above the dashed promised line; the closest reaches {number(ratios.max())} of it."""
    return draw([panel], "$C(K) - C^*$", story)


def value_difference(
    linear: Array, quadratic: Array, fractions: Array, linear_along: Array, quadratic_along: Array
) -> Figure:
    """Draw the value difference as a sum of two parts, over time and along a segment of gains.

    `linear` and `quadratic` (T,) are what each time step adds; `linear_along` and
    `quadratic_along` (S,) the sums at each fraction of the way (S,) from the old to the new gain.
    """
    shaped("quadratic", quadratic, len(linear))
    shaped("linear_along", linear_along, len(fractions))
    shaped("quadratic_along", quadratic_along, len(fractions))
    time = np.arange(len(linear))
    total = float(linear_along[-1] + quadratic_along[-1])
    hatched: Any = {"hatch": "//", "edgecolor": "white", "linewidth": 0}
    plain: Any = {"color": QUADRATIC.color, "linewidth": 0, "label": QUADRATIC.label}
    with drawing(1, 2, height=3.4) as (figure, (left, right)):
        left.bar(time, linear, color=LINEAR.color, **hatched)
        left.bar(time, quadratic, color=QUADRATIC.color)
        left.plot(time, np.cumsum(linear + quadratic), "o-", color=BLACK, label="running sum")
        left.axhline(total, color=BLACK, linewidth=1.2, **PROMISED)
        left.set_xlabel("time step $t$")
        left.set_ylabel("value difference")
        hatched |= {"facecolor": LINEAR.color, "label": LINEAR.label}
        right.fill_between(fractions, linear_along, **hatched)
        right.fill_between(fractions, quadratic_along, **plain)
        both = linear_along + quadratic_along
        right.plot(fractions, both, "-", color=BLACK, label="sum")
        right.plot(fractions[-1:], both[-1:], "o", color=BLACK, clip_on=False)
        right.axhline(total, color=BLACK, linewidth=1.2, **PROMISED, label="$C(K') - C(K)$")
        right.set_xlabel("share from $K$ to $K'$")
        for axes in (left, right):
            axes.axhline(0, color=BLACK, linewidth=0.8)
        figure.legend(loc="outside upper center", ncols=5)
    text = f"""Two panels. Left: bars over {len(linear)} time steps, the linear part below zero
        (sum {number(linear.sum())}), the quadratic part above zero (sum
        {number(quadratic.sum())}); their running sum reaches
        {number((linear + quadratic).sum())}, the cost difference being {number(total)}. Right: the
        same two parts as areas along the segment from K to K', ending at
        {number(linear_along[-1])} and {number(quadratic_along[-1])}; the sum has its least value
        {number(both.min())} at share {number(fractions[np.argmin(both)])}."""
    return describe(figure, text)


def bound_tightness(sizes: Array, panels: Mapping[str, Mapping[str, Array]]) -> Figure:
    """Draw how much of each bound is used by number of states (N,), {panel: {bound: (N, S)}}.

    Ratios of the bounded quantity to its bound, 1 is attained. At most three bounds.
    """
    label = "left side / right side"
    return ratios_by_size(sizes, panels, SERIES, label, largest=True, height=3.4)


def promised_descent(costs: Mapping[str, Array], promised: Mapping[str, Array]) -> Figure:
    """Draw cost gaps over the first of gradient descent, {run: (T + 1,)}; promised ones dashed."""
    same_names("promised", promised, costs)
    looks = (METHODS["gradient"], METHODS["gradient"]._replace(color=SKY, marker="d"))
    curves = []
    for look, gaps in in_order(looks, costs):
        steps = np.arange(len(gaps))
        curves += with_promise(steps, gaps, promised[look.label], look, listed=True)
    panel = Panel("iteration", curves, xscale="linear", legend="best")
    return draw([panel], "cost gap / first gap", "Gradient descent.")


def _boxes(axes: Axes, values: list[Array], places: Array, look: Look) -> None:
    own = {"color": look.color}
    style: Any = {"whis": (5, 100), "showfliers": False, "patch_artist": True}
    style |= {"whiskerprops": own, "capprops": own, "medianprops": own | {"linewidth": 1.8}}
    style["boxprops"] = {"facecolor": look.color, "edgecolor": look.color, "alpha": 0.35}
    style |= {"orientation": "horizontal", "widths": 0.3, "manage_ticks": False}
    axes.boxplot(values, positions=places, **style)
    axes.plot([v.max() for v in values], places, look.marker, color=look.color, markersize=7)


def printed_and_corrected(panels: Mapping[str, Mapping[str, tuple[Array, Array]]]) -> Figure:
    """Draw the ratios quantity / bound, printed bound above corrected bound, as box plots.

    `panels` maps a panel's name to {quantity: (under the printed bound (S,), under the corrected
    one (S,))}; above 1 is a violation. A ratio that is not positive belongs to a bound that is not:
    it fails, is counted in the alt text and has no place on the logarithmic axis. Whiskers run from
    the 5 % quantile to the largest ratio.
    """
    names = [list(rows) for rows in panels.values()]
    if any(other != names[0] for other in names):
        raise ValueError(f"panels: expected the same quantities in each, got {names}")
    words = []
    with drawing(1, len(panels), height=4.2, sharey=True, squeeze=False) as (figure, grid):
        rows = np.arange(len(names[0]))[::-1].astype(float)
        for axes, (title, pairs) in zip(grid[0], panels.items(), strict=True):
            for side, (look, shift) in enumerate(((PRINTED, 0.18), (CORRECTED, -0.18))):
                values = [pair[side] for pair in pairs.values()]
                shown = [v[np.isfinite(v) & (v > 0)] for v in values]
                _boxes(axes, shown, rows + shift, look)
                for name, all_of in zip(pairs, values, strict=True):
                    above = all_of.size - int(np.count_nonzero((all_of > 0) & (all_of <= 1 + 1e-9)))
                    if above:
                        words.append(f"{title}, {name}, {look.label}: {above} of {all_of.size}")
            axes.axvline(1, color=BLACK, **PROMISED)
            axes.set_xscale("log")
            axes.text(0.03, 1.0, title, transform=axes.transAxes, va="bottom", weight="bold")
            axes.grid(axis="y", visible=False)
        grid[0, 0].set_yticks(rows, names[0])
        figure.supxlabel("quantity / its bound", fontsize=10)
        handles = [Patch(color=k.color, alpha=0.5, label=k.label) for k in (PRINTED, CORRECTED)]
        figure.legend(handles=handles, loc="outside upper center", ncols=2)
    text = f"""Box plots, on a log scale, of each quantity over its bound, with a dashed line at 1
        that no valid bound crosses. Violated: {"; ".join(words) or "none"}."""
    return describe(figure, text)


def violation_curves(panels: Mapping[str, tuple[str, Array, Array, Array]]) -> Figure:
    """Draw the ratios quantity / bound, printed and corrected, as one number varies.

    `panels` maps a name to (label of the axis, x, printed, corrected), each (S,). Where a printed
    bound is not positive it has no ratio; that stretch is shaded.
    """
    drawn, stretches = [], []
    for name, (label, x, printed, corrected) in panels.items():
        shaped(name, printed, len(x))
        lost = ~(printed > 0)

        def shade(axes: Axes, where: Array = x[lost]) -> None:
            if where.size:
                axes.axvspan(where.min(), where.max(), color=PRINTED.color, alpha=0.15, lw=0)

        if lost.any():
            ends = f"{number(x[lost].min())} to {number(x[lost].max())}"
            stretches.append(f"{name}: printed bound not positive from {ends} (shaded).")
        shown = np.where(lost, np.nan, printed)
        curves = [Curve(x, shown, PRINTED), Curve(x, corrected, CORRECTED)]
        drawn.append(Panel(label, curves, name, references=[Reference(1, width=1)], also=shade))
    label = "quantity / bound"
    return draw(drawn, label, " ".join(stretches), height=3.2)
