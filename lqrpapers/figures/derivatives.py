"""Figures of the gradient and the Hessian: lines of gains, finite differences, spectra.

Horizontal axes that count gains carry no unit: the problems of the book are dimensionless.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from lqrlib.validation import Array

from .checking import shaped
from .curves import LINEAR, Curve, Panel, Reference, dashed, points, side_by_side, spread
from .looks import BLACK, CORRECTED, GREY, PRINTED, SERIES, SKY, WINE, Look, in_order
from .panels import draw
from .words import number

KINDS = SERIES[:4]
STEP = "step t"
# A vertical axis with both signs.
SIGNED: Any = {"xscale": "linear", "yscale": "symlog", "legend": "upper right"}


def models_on_a_line(
    step: ArrayLike,
    cost: ArrayLike,
    tangent: ArrayLike,
    model: ArrayLike,
    slope: ArrayLike,
    slope_true: ArrayLike,
    slope_printed: ArrayLike,
) -> Figure:
    """Draw the cost along a line with its models, and the slope across it with two predictions.

    All are (T,): the cost at K + step X, its tangent and second-order model; the inner product of
    the gradient with a direction Y, its prediction by the true and by the printed Hessian.
    """
    t = shaped("step", step, "T")

    def few_ticks(axes: Axes) -> None:
        axes.locator_params(axis="x", nbins=4)

    left = [
        Curve(t, cost, Look(), "cost"),
        dashed(t, tangent, Look(GREY), "tangent", listed=True),
        Curve(t, model, SERIES[0], "both Hessians", line="--"),
    ]
    right = [
        Curve(t, slope, Look(), "slope along Y"),
        Curve(t, slope_true, CORRECTED, "true", line="--"),
        Curve(t, slope_printed, PRINTED, "printed", line="--"),
    ]
    style = LINEAR | {"legend": "best", "also": few_ticks}
    panels = [
        Panel(STEP, left, ylabel="C(K + tX)", **style),
        Panel(STEP, right, ylabel="⟨Y, ∇C(K + tX)⟩", **style),
    ]
    middle = int(np.argmin(np.abs(t)))
    rates = [number(np.gradient(curve.middle(), t)[middle]) for curve in right]
    story = f"""Left: the cost with its tangent and one parabola that both Hessian formulas share
        and that touches the cost in the middle. Right: the slope of the cost along a second
        direction. Its rate of change at the middle is {rates[0]}; the true Hessian predicts
        {rates[1]}, the printed formula {rates[2]}."""
    return draw(panels, story=story, height=3.3)


def difference_errors(
    steps: ArrayLike, errors: Mapping[str, ArrayLike], promised: Mapping[str, ArrayLike]
) -> Figure:
    """Draw relative errors of finite differences over the step size, log-log.

    errors maps the name of a scheme to its errors (T,); promised maps the same names to the
    expected sum of truncation and rounding error, drawn dashed in the same colour.
    """
    if set(promised) - set(errors):
        raise ValueError(f"promised: expected names among {sorted(errors)}, got {sorted(promised)}")
    h = shaped("steps", steps, "T")
    curves = []
    for look, error in in_order(KINDS, errors):
        curves.append(Curve(h, np.maximum(shaped(look.label, error, len(h)), 1e-17), look))
        if look.label in promised:
            curves.append(dashed(h, promised[look.label], look))
    panel = Panel("step $s$", curves, legend="best")
    story = """Every curve is a V: rounding falls to the left, truncation rises to the right. Dashed
        lines show the predicted errors."""
    return draw([panel], "relative error", story)


def spread_by_states(
    states: Sequence[int],
    samples: Mapping[str, Sequence[ArrayLike]],
    quantity: str,
    *,
    logarithmic: bool = False,
    promised: float | None = None,
) -> Figure:
    """Draw, for each number of states, the spread of a quantity over random problems.

    samples maps the name of an ensemble to one array of values per entry of `states`; drawn are
    the median (marker), the 10 to 90 % range (thick) and the whole range (thin). A promised value
    is a dashed line.
    """
    curves = []
    for k, (look, groups) in enumerate(in_order(KINDS, samples)):
        values = shaped(look.label, side_by_side(groups), "samples", len(states))
        shift = 0.16 * (2 * k - len(samples) + 1)
        ranges = ((0, 1), (0.1, 0.9))
        curves.append(points(states, values, look, bars=True, quantiles=ranges, shift=shift))
    scales = {"xscale": "linear"} if logarithmic else LINEAR
    line = [] if promised is None else [Reference(promised, f"promised {promised:.0e}")]
    panel = Panel("number of states n", curves, xticks=states, references=line, **scales)
    story = "Medians, 10 to 90 % ranges and full ranges over random problems."
    return draw([panel], f"{quantity}", story)


def cost_past_the_boundary(
    step: ArrayLike, cost: ArrayLike, formula: ArrayLike, edge: float
) -> Figure:
    """Draw the cost (T,), infinite past `edge`, and the number a plain linear solve returns."""
    t = shaped("step", step, "T")
    c, f = shaped("cost", cost, len(t)), shaped("formula", formula, len(t))
    inside = np.isfinite(c)
    if not inside.any() or inside.all():
        raise ValueError("cost: expected finite values on one side of the edge, infinite beyond")

    def beyond(axes: Axes) -> None:
        axes.axvspan(edge, t[-1], color="#e6e6e6", zorder=0)
        middle, coordinates = (edge + t[-1]) / 2, ("data", "axes fraction")
        axes.annotate("cost is infinite", (middle, 0.55), ha="center", xycoords=coordinates)
        sign_axis(axes, f, 0.1 * float(np.min(np.abs(f))))

    every = max(1, len(t) // 20)
    look = Look(CORRECTED.color)
    curves = [
        Curve(t[inside], c[inside], look, "cost (lqrlib)", width=4),
        points(t[::every], f[::every], PRINTED, "plain linear solve", told=False),
    ]
    upright = [Reference(edge, vertical=True, line="-", width=1)]
    style = SIGNED | {"xlim": (t[0], t[-1]), "references": upright, "also": beyond}
    panel = Panel(STEP, curves, **style)
    outside = f[~inside]
    story = f"""The line of gains leaves the stabilizing set at step {number(edge)}. Inside, the
        cost and the plain linear solve agree and grow without bound at the edge. Past it the cost
        is infinite, but the linear solve returns finite numbers, from {number(outside.min())} to
        {number(outside.max())}."""
    return draw([panel], "C(K + tX)", story)


def sign_axis(axes: Axes, values: Array, linear: float) -> None:
    """Give an axes a symmetric logarithmic scale, linear below `linear`, and mark zero."""
    axes.set_yscale("symlog", linthresh=linear)
    axes.axhline(0, color=BLACK, linewidth=1)
    depth = float(np.nanmax(-np.minimum(values, 0)))
    axes.set_ylim(-3 * depth - linear, 3 * float(np.nanmax(np.abs(values))))


def spectrum_on_a_path(fraction_of_the_way: ArrayLike, eigenvalues: ArrayLike) -> Figure:
    """Draw the eigenvalues (T, mn) of the Hessian along a path of gains, (T,) of the way."""
    t = shaped("fraction_of_the_way", fraction_of_the_way, "T")
    values = np.sort(shaped("eigenvalues", eigenvalues, len(t), "mn"), axis=1)
    every = max(1, len(t) // 20)

    def eigenvalue_lines(axes: Axes) -> None:
        axes.plot(t, values, color="#999999", linewidth=0.8, zorder=1)
        sign_axis(axes, values, 1.0)

    curves = []
    signs = {1: Look(SKY, "P", "positive eigenvalue")}
    signs[-1] = Look(WINE, "<", "negative eigenvalue")
    for sign, look in signs.items():
        at, kind = np.nonzero(sign * values[::every] > 0)
        if len(at):
            where, height = t[::every][at], values[::every][at, kind]
            curves.append(points(where, height, look, told=False, size=4, alpha=1.0))
    negative = (values < 0).sum(axis=1)
    if negative.any():
        last = t[np.flatnonzero(negative)[-1]]
        seen = (
            f"negative at the start: {negative[0]}, the least {number(values[0, 0])}; "
            f"the last negative one is seen at {number(last)} of the way"
        )
    else:
        seen = "none of them is negative anywhere"
    story = f"""The {values.shape[1]} eigenvalues of the Hessian along a straight path from the
        start to the optimum: {seen}. At the optimum all lie between {number(values[-1, 0])} and
        {number(values[-1, -1])}."""
    label = "share of the way to the optimum"
    panel = Panel(label, curves, also=eigenvalue_lines, **SIGNED)
    return draw([panel], "eigenvalue of the Hessian", story, height=3.9)


def steps_near_the_optimum(
    gaps: Mapping[str, ArrayLike], promised: Mapping[str, ArrayLike]
) -> Figure:
    """Draw distances to the optimum by iteration (T + 1,) for several step sizes, with promises."""
    curves = []
    for look, values in in_order(KINDS, gaps):
        gap = shaped(look.label, values, "T + 1")
        k = np.arange(len(gap))
        curves += [Curve(k, gap, look), dashed(k, promised[look.label], look)]
    panel = Panel("iteration", curves, xscale="linear", legend="best")
    story = "Gradient descent with several step sizes; dashed: the rate the eigenvalues promise."
    return draw([panel], "distance to the optimum", story)


def meta_gradient_error(
    steps: ArrayLike, errors: Mapping[str, ArrayLike], example: tuple[ArrayLike, ArrayLike, str]
) -> Figure:
    """Draw relative errors (S, T) of a meta-gradient over the inner step (T,), and one system's.

    errors maps the name of an ensemble to its members' errors; drawn are the median and the 10 to
    90 % band. The example is a triple: its steps, its errors and its name.
    """
    curves = [spread(steps, np.transpose(each), look) for look, each in in_order(KINDS, errors)]
    curves.append(Curve(example[0], example[1], PRINTED, example[2]))
    panel = Panel("inner step times largest curvature", curves, legend="best")
    story = """The MAML update made by the printed Hessian formula against the true one: the error
        grows with the step. Medians and 10 to 90 % bands."""
    return draw([panel], "relative error", story)
