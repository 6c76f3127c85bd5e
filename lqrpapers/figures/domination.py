"""Pictures of gradient domination: the cloud below its line, the value difference, the promise."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from lqrlib.validation import Array

from .by_size import ratios_by_size
from .checking import positive, same_names, shaped
from .curves import Panel, dashed, points, with_promise
from .looks import BLACK, METHODS, ORANGE, SERIES, SKY, Look, in_order
from .panels import draw
from .style import PROMISED, describe, drawing
from .words import number

LINEAR = Look(ORANGE, "s", "linear in $\\Delta$")
QUADRATIC = Look(SKY, "^", "quadratic in $\\Delta$")


def domination_cloud(squared_norms: Array, gaps: Array, factor: float) -> Figure:
    """Scatter cost gaps over squared gradient norms, with the promised line gap = factor * norm^2.

    Parameters
    ----------
    squared_norms, gaps : array (S,)
        Squared Frobenius norm of the gradient and C(K) - C*, one for each gain; positive.
    factor : float
        Slope of the promise.
    """
    squared = positive("squared_norms", shaped("squared_norms", squared_norms, "gains"))
    height = positive("gaps", shaped("gaps", gaps, len(squared)))
    ratios = height / (factor * squared)
    tightest = int(np.argmax(ratios))
    ends = np.array([squared.min() / 2, squared.max() * 2])
    curves = [
        points(squared, height, METHODS["gradient"], "one gain", size=2.3, alpha=0.35),
        dashed(ends, factor * ends, Look(BLACK), "promised upper limit", listed=True),
        points(squared[[tightest]], height[[tightest]], Look(BLACK, "D"), "closest to it",
               hollow=True, size=7),
    ]  # fmt: skip
    panel = Panel(r"$\|\nabla C(K)\|_F^2$ (dimensionless)", curves, legend="lower right")
    story = f"""Scatter plot of {len(height):,} gains. {int(np.count_nonzero(ratios > 1))} points
        lie above the dashed promised line; the closest reaches {number(ratios.max())} of it."""
    return draw([panel], "$C(K) - C^*$ (dimensionless)", story)


def value_difference(
    linear: Array, quadratic: Array, fractions: Array, linear_along: Array, quadratic_along: Array
) -> Figure:
    """Draw the value difference as a sum of two parts, over time and along a segment of gains.

    Parameters
    ----------
    linear, quadratic : array (T,)
        Contribution of each time step to the part linear and to the part quadratic in the change.
    fractions : array (S,)
        Fraction of the way from the old gain to the new one, rising from 0 to 1.
    linear_along, quadratic_along : array (S,)
        Both parts of the value difference between the old gain and the one at that fraction.
    """
    shaped("quadratic", quadratic, len(linear))
    shaped("linear_along", linear_along, len(fractions))
    shaped("quadratic_along", quadratic_along, len(fractions))
    time = np.arange(len(linear))
    total = float(linear_along[-1] + quadratic_along[-1])
    with drawing(1, 2, height=3.4) as (figure, (left, right)):
        left.bar(time, linear, color=LINEAR.color, hatch="//", edgecolor="white", linewidth=0)
        left.bar(time, quadratic, color=QUADRATIC.color)
        left.plot(time, np.cumsum(linear + quadratic), "o-", color=BLACK, label="running sum")
        left.axhline(total, color=BLACK, linewidth=1.2, **PROMISED)
        left.set_xlabel("time step $t$")
        left.set_ylabel("value difference (dimensionless)")
        right.fill_between(fractions, linear_along, facecolor=LINEAR.color, hatch="//",
                           edgecolor="white", linewidth=0, label=LINEAR.label)  # fmt: skip
        right.fill_between(
            fractions, quadratic_along, color=QUADRATIC.color, linewidth=0, label=QUADRATIC.label
        )
        both = linear_along + quadratic_along
        right.plot(fractions, both, "-", color=BLACK, label="sum")
        right.plot(fractions[-1:], both[-1:], "o", color=BLACK, clip_on=False)
        right.axhline(total, color=BLACK, linewidth=1.2, **PROMISED, label="$C(K') - C(K)$")
        right.set_xlabel("share from $K$ to $K'$ (dimensionless)")
        for axes in (left, right):
            axes.axhline(0, color=BLACK, linewidth=0.8)
        left.legend(loc="lower right")
        right.legend(loc="lower left")
    text = f"""Two panels. Left: bars over {len(linear)} time steps, the linear part below zero
        (sum {number(linear.sum())}), the quadratic part above zero (sum
        {number(quadratic.sum())}); their running sum reaches
        {number((linear + quadratic).sum())}, the cost difference being {number(total)}. Right: the
        same two parts as areas along the segment from K to K', ending at
        {number(linear_along[-1])} and {number(quadratic_along[-1])}; the sum has its least value
        {number(both.min())} at share {number(fractions[np.argmin(both)])}."""
    return describe(figure, text)


def bound_tightness(sizes: Array, panels: Mapping[str, Mapping[str, Array]]) -> Figure:
    """Draw how much of each bound is used, by number of states.

    Parameters
    ----------
    sizes : array (N,)
        Numbers of states.
    panels : mapping from a panel's name to a mapping from a bound's name to array (N, S)
        Ratios of the bounded quantity to its bound; 1 is attained. At most three bounds.
    """
    label = "left side / right side (dimensionless)"
    return ratios_by_size(sizes, panels, SERIES, label, largest=True, height=3.4)


def promised_descent(costs: Mapping[str, Array], promised: Mapping[str, Array]) -> Figure:
    """Draw relative cost gaps of gradient descent, measured solid and promised dashed.

    Parameters
    ----------
    costs, promised : mapping from a run's name to array (T + 1,)
        Cost gap at each iteration over that at the start; the names of both agree.
    """
    same_names("promised", promised, costs)
    looks = (METHODS["gradient"], METHODS["gradient"]._replace(color=SKY, marker="d"))
    curves = []
    for look, gaps in in_order(looks, costs):
        steps = np.arange(len(gaps))
        curves += with_promise(steps, gaps, promised[look.label], look, listed=True)
    panel = Panel("iteration", curves, xscale="linear", legend="best")
    return draw([panel], "cost gap / first gap (dimensionless)", "Gradient descent.")
