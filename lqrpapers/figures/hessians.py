"""Figures of the Hessian: its eigenvalues, the steps it allows, what a wrong one costs MAML."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from .checking import shaped
from .curves import Curve, Panel, dashed, points
from .derivatives import KINDS, sign_axis
from .looks import BLUE, PRINTED, VERMILION, Look, in_order
from .panels import draw
from .words import number


def spectrum_on_a_path(fraction_of_the_way: ArrayLike, eigenvalues: ArrayLike) -> Figure:
    """Draw the eigenvalues (T, mn) of the Hessian along a path of gains, (T,) of the way."""
    t = shaped("fraction_of_the_way", fraction_of_the_way, "T")
    values = np.sort(shaped("eigenvalues", eigenvalues, len(t), "mn"), axis=1)
    every = max(1, len(t) // 20)

    def eigenvalue_lines(axes: Axes) -> None:
        axes.plot(t, values, color="#999999", linewidth=0.8, zorder=1)
        sign_axis(axes, values, 1.0)

    curves = []
    for sign, look in (
        (1, Look(BLUE, "o", "positive eigenvalue")),
        (-1, Look(VERMILION, "v", "negative eigenvalue")),
    ):
        at, kind = np.nonzero(sign * values[::every] > 0)
        if len(at):
            curves.append(
                points(t[::every][at], values[::every][at, kind], look, told=False, size=4,
                       alpha=1.0)
            )  # fmt: skip
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
    panel = Panel(
        "share of the way to the optimum (dimensionless)", curves, xscale="linear",
        yscale="symlog", legend="upper right", also=eigenvalue_lines,
    )  # fmt: skip
    return draw([panel], "eigenvalue of the Hessian (dimensionless)", story, height=3.9)


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
    return draw([panel], "distance to the optimum (dimensionless)", story)


def meta_gradient_error(
    steps: ArrayLike, errors: Mapping[str, ArrayLike], example: tuple[ArrayLike, ArrayLike, str]
) -> Figure:
    """Draw relative errors (S, T) of a meta-gradient over the inner step (T,), and one system's.

    errors maps the name of an ensemble to its members' errors; drawn are the median and the 10 to
    90 % band. The example is a triple: its steps, its errors and its name.
    """
    curves = [
        Curve(steps, shaped(look.label, values, "S", np.size(steps)), look, quantiles=((0.1, 0.9),))
        for look, values in in_order(KINDS, errors)
    ]
    curves.append(Curve(example[0], example[1], PRINTED, example[2]))
    panel = Panel("inner step times largest curvature (dimensionless)", curves, legend="best")
    story = """The MAML update made by the printed Hessian formula against the true one: the error
        grows with the step. Medians and 10 to 90 % bands."""
    return draw([panel], "relative error (dimensionless)", story)
