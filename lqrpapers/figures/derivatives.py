"""Figures of the gradient and the Hessian: lines of gains, finite differences, spectra, steps.

Horizontal axes that count gains carry no unit: the problems of the book are dimensionless.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from .style import (
    BLUE,
    CORRECTED,
    GREEN,
    GREY,
    MEASURED,
    ORANGE,
    PRINTED,
    PROMISED,
    PURPLE,
    describe,
    drawing,
    joined,
    number,
)

Array = NDArray[np.float64]
KINDS = ((BLUE, "o"), (ORANGE, "s"), (GREEN, "^"), (PURPLE, "D"))


def _curve(name: str, values: ArrayLike, like: Array | None = None, axes: int = 1) -> Array:
    """A float array with `axes` axes, as long along its first as `like`."""
    array = np.asarray(values, dtype=float)
    if array.ndim != axes or array.size == 0:
        raise ValueError(f"{name}: expected a filled array of {axes} axes, got {array.shape}")
    if like is not None and len(array) != len(like):
        raise ValueError(f"{name}: expected {len(like)} entries along axis 0, got {len(array)}")
    return array


def _largest(values: Array) -> float:
    return float(np.nanmax(np.abs(values)))


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

    All arrays have shape (T,): the cost at K + step X with its tangent and second-order model; and
    the inner product of the gradient with a direction Y, with its first-order prediction by the
    true and by the printed Hessian.
    """
    t = _curve("step", step)
    c, c1, c2 = (
        _curve(name, value, t)
        for name, value in (("cost", cost), ("tangent", tangent), ("model", model))
    )
    s, s1, s2 = (
        _curve(name, value, t)
        for name, value in (
            ("slope", slope),
            ("slope_true", slope_true),
            ("slope_printed", slope_printed),
        )
    )
    every = max(1, len(t) // 6)
    with drawing(1, 2, height=3.3) as (figure, (left, right)):
        left.plot(t, c, color="black", label="cost")
        left.plot(t, c1, color=GREY, label="tangent", **PROMISED)
        left.plot(
            t, c2, color=GREEN, marker="^", markevery=every, label="both Hessians", **PROMISED
        )
        left.set(xlabel="step t (dimensionless)", ylabel="C(K + tX) (dimensionless)")
        right.plot(t, s, color="black", label="slope along Y")
        for curve, look, label in ((s1, CORRECTED, "true"), (s2, PRINTED, "printed")):
            right.plot(
                t, curve, color=look.color, marker=look.marker, markevery=every, label=label,
                **PROMISED,
            )  # fmt: skip
        right.set(xlabel="step t (dimensionless)", ylabel="⟨Y, ∇C(K + tX)⟩ (dimensionless)")
        for axes in (left, right):
            axes.locator_params(axis="x", nbins=4)
            axes.legend()
    middle = int(np.argmin(np.abs(t)))
    rates = [float(np.gradient(curve, t)[middle]) for curve in (s, s1, s2)]
    return describe(
        figure,
        f"Two panels over the step from {number(t[0])} to {number(t[-1])}. Left: the cost, between "
        f"{number(np.nanmin(c))} and {number(np.nanmax(c))}, with its tangent and one parabola "
        "that both Hessian formulas share and that touches the cost in the middle. Right: the "
        f"slope of the cost along a second direction. Its rate of change at the middle is "
        f"{number(rates[0])}; the true Hessian predicts {number(rates[1])}, the printed formula "
        f"{number(rates[2])}.",
    )


def difference_errors(
    steps: ArrayLike,
    errors: Mapping[str, ArrayLike],
    promised: Mapping[str, ArrayLike],
) -> Figure:
    """Draw relative errors of finite differences over the step size, log-log.

    errors maps the name of a scheme to its errors (T,); promised maps the same names to the
    expected sum of truncation and rounding error, drawn dashed in the same colour.
    """
    h = _curve("steps", steps)
    if set(promised) - set(errors):
        raise ValueError(f"promised: expected names among {sorted(errors)}, got {sorted(promised)}")
    valleys = []
    with drawing() as (figure, axes):
        for (name, values), (color, marker) in zip(errors.items(), KINDS, strict=False):
            error = _curve(name, values, h)
            axes.loglog(
                h, np.maximum(error, 1e-17), color=color, marker=marker, label=name,
                markevery=max(1, len(h) // 12), **MEASURED,
            )  # fmt: skip
            if name in promised:
                axes.loglog(h, _curve(name, promised[name], h), color=color, **PROMISED)
            best = int(np.argmin(error))
            valleys.append(f"{name} {number(error[best])} at step {number(h[best])}")
        axes.set(xlabel="step size h (dimensionless)", ylabel="relative error (dimensionless)")
        axes.legend()
    return describe(
        figure,
        "Relative error of a directional derivative against the step size, both logarithmic. Every "
        "curve is a V: rounding falls to the left, truncation rises to the right. Least errors: "
        f"{joined(valleys)}. Dashed lines show the predicted errors.",
    )


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
    where = _curve("states", states)
    sentences = []
    with drawing() as (figure, axes):
        for k, ((name, groups), (color, marker)) in enumerate(
            zip(samples.items(), KINDS, strict=False)
        ):
            if len(groups) != len(where):
                raise ValueError(f"{name}: expected {len(where)} groups, got {len(groups)}")
            at = where + 0.16 * (2 * k - len(samples) + 1)
            low, lower, median, upper, high = np.array(
                [np.quantile(_curve(name, group), [0, 0.1, 0.5, 0.9, 1]) for group in groups]
            ).T
            axes.vlines(at, low, high, color=color, linewidth=1)
            axes.vlines(at, lower, upper, color=color, linewidth=4, alpha=0.5)
            axes.plot(at, median, color=color, marker=marker, linestyle="none", label=name)
            sentences.append(
                f"{name}: median from {number(median.min())} to {number(median.max())}, "
                f"largest {number(high.max())}"
            )
        if promised is not None:
            axes.axhline(promised, color="black", label=f"promised {promised:.0e}", **PROMISED)
        axes.set(xlabel="number of states n", ylabel=f"{quantity} (dimensionless)", xticks=where)
        if logarithmic:
            axes.set_yscale("log")
        # Above the axes, since the samples may lie anywhere.
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(samples) + 1)
    return describe(
        figure,
        f"{quantity} for {number(where[0])} to {number(where[-1])} states: medians, 10 to 90 % "
        f"ranges and full ranges over random problems. {'. '.join(sentences)}.",
    )


def cost_past_the_boundary(
    step: ArrayLike, cost: ArrayLike, formula: ArrayLike, edge: float
) -> Figure:
    """Draw the cost (T,), infinite past `edge`, and the number a plain linear solve returns."""
    t = _curve("step", step)
    c, f = _curve("cost", cost, t), _curve("formula", formula, t)
    inside = np.isfinite(c)
    if not inside.any() or inside.all():
        raise ValueError("cost: expected finite values on one side of the edge, infinite beyond")
    with drawing() as (figure, axes):
        axes.plot(t[inside], c[inside], color=CORRECTED.color, label="cost (lqrlib)", linewidth=4)
        axes.plot(
            t, f, color=PRINTED.color, marker=PRINTED.marker, markevery=max(1, len(t) // 20),
            label="plain linear solve", linestyle="none",
        )  # fmt: skip
        axes.axvspan(edge, t[-1], color="#e6e6e6", zorder=0)
        axes.annotate(
            "cost is infinite", ((edge + t[-1]) / 2, 0.55), xycoords=("data", "axes fraction"),
            ha="center",
        )  # fmt: skip
        axes.axvline(edge, color="black", linewidth=1)
        sign_axis(axes, f, 0.1 * float(np.min(np.abs(f))))
        axes.set(xlabel="step t (dimensionless)", ylabel="C(K + tX) (dimensionless)")
        axes.set_xlim(t[0], t[-1])
        axes.legend(loc="upper right")
    outside = f[~inside]
    return describe(
        figure,
        f"Cost along a line of gains that leaves the stabilizing set at step {number(edge)}. "
        "Inside, the cost and the plain linear solve agree and grow without bound at the edge. "
        f"Past it the cost is infinite, but the linear solve returns finite numbers, from "
        f"{number(outside.min())} to {number(outside.max())}.",
    )


def sign_axis(axes: Axes, values: Array, linear: float) -> None:
    """Give an axes a symmetric logarithmic scale, linear below `linear`, and mark zero."""
    axes.set_yscale("symlog", linthresh=linear)
    axes.axhline(0, color="black", linewidth=1)
    axes.set_ylim(-3 * _largest(np.minimum(values, 0)) - linear, 3 * _largest(values))
