"""Figures of the Hessian: its eigenvalues, the steps it allows, what a wrong one costs MAML."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from .derivatives import KINDS, _curve, sign_axis
from .style import (
    BLUE,
    MEASURED,
    PRINTED,
    PROMISED,
    VERMILION,
    Look,
    band,
    describe,
    drawing,
    joined,
    number,
)


def spectrum_on_a_path(share: ArrayLike, eigenvalues: ArrayLike) -> Figure:
    """Draw the eigenvalues (T, mn) of the Hessian along a path of gains, share (T,) of the way."""
    t = _curve("share", share)
    values = np.sort(_curve("eigenvalues", eigenvalues, t, axes=2), axis=1)
    every = max(1, len(t) // 20)
    with drawing(height=3.9) as (figure, axes):
        for sign, color, marker, label in (
            (1, BLUE, "o", "positive eigenvalue"),
            (-1, VERMILION, "v", "negative eigenvalue"),
        ):
            at, kind = np.nonzero(sign * values[::every] > 0)
            axes.plot(
                t[::every][at], values[::every][at, kind], color=color, marker=marker,
                linestyle="none", markersize=4, label=label,
            )  # fmt: skip
        axes.plot(t, values, color="#999999", linewidth=0.8, zorder=1)
        sign_axis(axes, values, 1.0)
        axes.set(xlabel="share of the way to the optimum (dimensionless)")
        axes.set_ylabel("eigenvalue of the Hessian (dimensionless)")
        axes.legend(loc="upper right")
    negative = (values < 0).sum(axis=1)
    if negative.any():
        last = t[np.flatnonzero(negative)[-1]]
        story = (
            f"negative at the start: {negative[0]}, the least {number(values[0, 0])}; "
            f"the last negative one is seen at {number(last)} of the way"
        )
    else:
        story = "none of them is negative anywhere"
    return describe(
        figure,
        f"The {values.shape[1]} eigenvalues of the Hessian along a straight path from the start to "
        f"the optimum: {story}. At the optimum all lie between {number(values[-1, 0])} and "
        f"{number(values[-1, -1])}.",
    )


def steps_near_the_optimum(
    gaps: Mapping[str, ArrayLike], promised: Mapping[str, ArrayLike]
) -> Figure:
    """Draw distances to the optimum by iteration (T + 1,) for several step sizes, with promises."""
    ends = []
    with drawing() as (figure, axes):
        for (name, values), (color, marker) in zip(gaps.items(), KINDS, strict=False):
            gap = _curve(name, values)
            k = np.arange(len(gap))
            axes.semilogy(
                k, gap, color=color, marker=marker, label=name, markevery=max(1, len(k) // 8),
                **MEASURED,
            )  # fmt: skip
            axes.semilogy(k, _curve(name, promised[name], gap), color=color, **PROMISED)
            ends.append(f"{name} from {number(gap[0])} to {number(gap[-1])}")
        axes.set(xlabel="iteration", ylabel="distance to the optimum (dimensionless)")
        axes.legend()
    return describe(
        figure,
        "Distance to the optimal gain by iteration of gradient descent, logarithmic, for several "
        f"step sizes: {joined(ends)}. Dashed: the rate promised by the eigenvalues.",
    )


def meta_gradient_error(
    steps: ArrayLike, errors: Mapping[str, ArrayLike], example: tuple[ArrayLike, ArrayLike, str]
) -> Figure:
    """Draw relative errors (S, T) of a meta-gradient over the inner step (T,), and one system's.

    errors maps the name of an ensemble to its members' errors; drawn are the median and the 10 to
    90 % band. The example is a triple: its steps, its errors and its name.
    """
    x = _curve("steps", steps)
    ends = []
    with drawing() as (figure, axes):
        for (name, values), (color, marker) in zip(errors.items(), KINDS, strict=False):
            sample = _curve(name, values, axes=2)
            band(axes, x, sample, Look(color, marker, name), low=0.1, high=0.9)
            ends.append(f"{name}, median {number(np.median(sample[:, -1]))}")
        at, error, name = example
        axes.plot(at, _curve(name, error), color=PRINTED.color, marker=PRINTED.marker, label=name)
        axes.set(xscale="log", yscale="log")
        axes.set_xlabel("inner step times largest curvature (dimensionless)")
        axes.set_ylabel("relative error (dimensionless)")
        axes.legend()
    return describe(
        figure,
        "Relative error of the MAML update made by the printed Hessian formula, against the inner "
        f"step times the Hessian's norm, both logarithmic: it grows with the step. At the largest "
        f"step: {joined(ends)}; {name} reaches {number(np.max(error))}.",
    )
