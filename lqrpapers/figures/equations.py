"""Pictures of what solving costs: generalised Lyapunov and Riccati equations, way by way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from .style import BLACK, GREY, METHODS, PURPLE, SKY, VERMILION, describe, drawing, joined, number

Array = NDArray[np.float64]


class Solver(NamedTuple):
    """One way to solve a linear equation: colour, marker and line."""

    color: str
    marker: str
    line: str


SOLVERS = {
    "direct": Solver(BLACK, "d", "-"),
    "elimination": Solver(PURPLE, "h", "-"),
    "BiCGStab": Solver(SKY, "P", "-"),
    "fixed point (predicted)": Solver(VERMILION, "<", "--"),
}


def lyapunov_solvers(
    work: Mapping[str, tuple[Array, Array]], errors: Mapping[str, tuple[Array, Array]]
) -> Figure:
    """Draw multiplications over the number of states, and forward errors over the margin.

    Parameters
    ----------
    work : mapping from a name in `SOLVERS` to (states, multiplications)
    errors : mapping from a name in `SOLVERS` to (margin, forward error)
        Of several equations each; the unit roundoff over the margin is drawn as a yardstick.
    """
    unknown = (set(work) | set(errors)) - set(SOLVERS)
    if unknown:
        raise ValueError(f"work, errors: expected names from {list(SOLVERS)}, got {unknown}")
    words = []
    with drawing(1, 2, width=7.2, height=3.8) as (figure, (left, right)):
        for name, (states, count) in work.items():
            look = SOLVERS[name]
            left.plot(states, count, look.line, color=look.color, marker=look.marker, label=name)
            words.append(f"{name} {number(count[-1])} at n = {int(states[-1])}")
        left.set(xscale="log", yscale="log", xlabel="number of states n (dimensionless)",
                 ylabel="multiplications")  # fmt: skip
        left.set_xticks([5, 10, 20, 50, 100], labels=["5", "10", "20", "50", "100"])
        left.minorticks_off()
        worst = {}
        for name, (margin, error) in errors.items():
            look = SOLVERS[name]
            right.plot(margin, np.maximum(error, 1e-17), look.marker, color=look.color, alpha=0.7)
            worst[name] = float(np.max(error))
        ends = np.concatenate([margin for margin, _ in errors.values()])
        ends = np.array([ends.min(), ends.max()])
        right.plot(ends, np.finfo(float).eps / ends, ":", color=GREY, label="ε / (1 − ρ)")
        right.set(xscale="log", yscale="log", xlabel="margin 1 − ρ (dimensionless)",
                  ylabel="relative forward error")  # fmt: skip
        right.legend()
        figure.legend(*left.get_legend_handles_labels(), loc="outside upper center", ncols=2)
    reached = joined([f"{name} {number(error)}" for name, error in worst.items()])
    return describe(
        figure,
        f"""Left: multiplications over the number of states, logarithmic: {joined(words)}. Right:
        relative forward error over the margin, falling as the margin grows, near the dotted
        yardstick; the largest errors are {reached}.""",
    )


# Policy iteration is the Gauss-Newton step, and looks like it in every chapter.
WAYS = {
    "value iteration": (SKY, "P"),
    "policy iteration": (METHODS["gauss_newton"].color, METHODS["gauss_newton"].marker),
    "semidefinite program": (BLACK, "d"),
}


def riccati_solvers(
    errors: Mapping[str, Array],
    promised: Mapping[str, Array],
    counts: Mapping[str, tuple[Array, Array]],
) -> Figure:
    """Draw the error of each iterate, with what the theorem promises, and iterations over margin.

    Parameters
    ----------
    errors : mapping from a name in `WAYS` to an array (iterations + 1,)
        Relative distance from the solution; one number for a method that shows only its end,
        drawn at the place given by its count.
    promised : mapping from some of these names to an array of the same length
    counts : mapping from a name in `WAYS` to (distance from the critical level, iterations)
    """
    unknown = (set(errors) | set(promised) | set(counts)) - set(WAYS)
    if unknown:
        raise ValueError(
            f"errors, promised, counts: expected names from {list(WAYS)}, got {unknown}"
        )
    words = []
    with drawing(1, 2, width=7.2, height=3.8) as (figure, (left, right)):
        for name, error in errors.items():
            color, marker = WAYS[name]
            _errors(left, error, promised.get(name), color, marker)
            words.append(f"{name} {number(error[-1])} after {len(error) - 1}")
        left.set(xscale="symlog", yscale="log", xlabel="iteration",
                 ylabel="relative error of P (dimensionless)", ylim=(1e-17, 1e3))  # fmt: skip
        left.set_xlim(left=0)
        for name, (margin, count) in counts.items():
            color, marker = WAYS[name]
            right.plot(margin, count, color=color, marker=marker, label=name)
        right.set(xscale="log", yscale="log", xlabel=r"$1 - \beta/\beta_c$ (dimensionless)",
                  ylabel="iterations")  # fmt: skip
        figure.legend(*right.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    most = joined([f"{name} {int(np.max(count))}" for name, (_, count) in counts.items()])
    return describe(
        figure,
        f"""Left: relative error over the iteration, on logarithmic axes: {joined(words)}
        iterations; dashed, what the theorem promises. Right: iterations over the distance from the
        critical noise level; the most are {most}.""",
    )


def _errors(axes: Axes, error: Array, promise: Array | None, color: str, marker: str) -> None:
    steps = np.arange(len(error))
    places = np.unique(np.round(np.geomspace(1, len(error), 12)).astype(int) - 1)
    axes.plot(steps, _drawn(error), color=color, marker=marker, markevery=list(places))
    if promise is not None:
        axes.plot(np.arange(len(promise)), _drawn(promise), "--", color=color)


def _drawn(error: Array) -> Array:
    """Errors without those far below rounding, which only an exact formula can have."""
    return np.where(error > 1e-17, error, np.nan)
