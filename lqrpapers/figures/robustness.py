"""The suspension's two descents, the solver that stops early, and what noise does to bounds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from lqrlib.validation import Array

from .checking import shaped
from .curves import Curve, Panel, Reference, points
from .panels import draw
from .style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    Look,
    in_order,
    joined,
    number,
)

# Costs and gains are no methods: none of these is a method's pair of colour and marker.
NOISY = Look(VERMILION, "<", "with noise")
QUIET = Look(SKY, "P", "without noise")
AWARE = Look(PURPLE, "h", "noise-aware gain")
IGNORANT = Look(BLACK, "d", "noise-ignorant gain")
RISING = (
    Look(VERMILION, "<"), Look(PURPLE, "h"), Look(SKY, "P"), Look(BLACK, "d"), Look(ORANGE, "p")
)  # fmt: skip
FALLING = (Look(GREEN, "X"), Look(BLUE, "d"), Look(GREY, "P"))


class Descent(NamedTuple):
    """Relative costs C / C* - 1 along a run, ours and recorded; ``inf`` where there is none."""

    noisy: Array
    quiet: Array
    recorded_noisy: Array
    recorded_quiet: Array


def descent_costs(run: Descent) -> Figure:
    """Draw both costs at the iterates of one descent, lines for ours and crosses for recorded.

    The iteration at which the cost with noise becomes infinite is marked.
    """
    shaped("quiet", run.quiet, len(run.noisy))
    shaped("recorded_quiet", run.recorded_quiet, len(run.recorded_noisy))
    curves = []
    for look, ours, seen in (
        (NOISY, run.noisy, run.recorded_noisy),
        (QUIET, run.quiet, run.recorded_quiet),
    ):
        curves.append(Curve(np.arange(len(ours)), ours, look))
        crosses = Look(look.color, "x", f"{look.label}, recorded")
        curves.append(points(np.arange(len(seen)), seen, crosses, size=6, alpha=0.75))
    losses = [
        (int(np.argmin(np.isfinite(values))), who, line, side, height)
        for values, who, line, side, height in (
            (run.noisy, "ours", "-", 1, 0.98),
            (run.recorded_noisy, "recorded", ":", -1, 0.3),
        )
        if not np.isfinite(values).all()
    ]

    def say_infinite(axes: Axes) -> None:
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        for left, who, _, side, height in losses:
            axes.annotate(
                f"infinite\nfrom {left}\n({who})", (left, height), (4 * side, 0), va="top",
                xycoords=("data", "axes fraction"), textcoords="offset points", fontsize=9,
                ha="left" if side > 0 else "right",
            )  # fmt: skip

    panel = Panel(
        "iteration (dimensionless)", curves, xscale="linear", also=say_infinite,
        references=[Reference(left, vertical=True, line=line) for left, _, line, _, _ in losses],
    )  # fmt: skip
    story = " ".join(
        f"Cost with noise infinite from iteration {left} on ({who})."
        for left, who, _, _, _ in losses
    )
    label = "cost / optimal cost − 1\n(dimensionless)"
    return draw([panel], label, story, height=3.5, legend_columns=2)


def early_stopping(
    error: Array, increment: Array, stopped: int, sweeps: Array, *, tolerance: float, cap: int
) -> Figure:
    """Draw what the published solver sees and misses, and the sweeps it spends along a run.

    Parameters
    ----------
    error, increment : arrays (S,)
        Relative error of the cost and relative increment after each sweep, at one gain.
    stopped : int
        The sweep at which it stops there.
    sweeps : array (T,)
        Sweeps at each iterate of a run; above `cap` where it gave up.
    """
    shaped("increment", increment, len(error))
    count, steps = np.arange(1, len(error) + 1), np.arange(len(sweeps))
    gave_up = sweeps > cap
    left = [Curve(count, error, NOISY, "error of the cost"),
            Curve(count, increment, QUIET, "last change")]  # fmt: skip
    right = [Curve(steps, np.where(gave_up, np.nan, sweeps), QUIET, "converged")]
    ending = f"it never reaches the cap of {cap}"
    if gave_up.any():
        crosses = Look(NOISY.color, "x", "gave up")
        right.append(points(steps[gave_up], np.full(gave_up.sum(), cap), crosses, size=6))
        ending = f"it gives up at the cap of {cap} from iterate {int(np.argmax(gave_up))} on"
    panels = [
        Panel("sweeps (dimensionless)", left, ylabel="relative (dimensionless)", xscale="linear",
              references=[Reference(tolerance, width=1),
                          Reference(stopped, vertical=True, line=":")],
              legend="lower left"),
        Panel("iteration (dimensionless)", right, ylabel="sweeps (dimensionless)",
              xscale="linear", yscale="linear", references=[Reference(cap, width=1)],
              ylim=(0, None), legend="lower right"),
    ]  # fmt: skip
    story = f"""Left: relative error and relative last change of the published iteration. At sweep
        {stopped} the change falls below {number(tolerance)} while the error is
        {number(error[stopped - 1])}. Right: sweeps at each iterate of a descent, {int(sweeps[0])}
        at first and {int(sweeps.min())} at least; {ending}."""
    return draw(panels, story=story, width=7.2, height=3.3)


def noise_factors(
    scales: Array, raised: Mapping[str, Array], shrunk: Mapping[str, Array]
) -> Figure:
    """Draw factors by which noise changes quantities, over the noise scale.

    Parameters
    ----------
    scales : array (S,)
    raised, shrunk : mappings from a label to an array (S,)
        Quantity over its value without noise.
    """
    panels = [
        Panel("noise scale (dimensionless)", [Curve(scales, values, look) for look, values
              in in_order(looks, curves)], title, xscale="linear", legend=place)
        for title, curves, looks, place in (
            ("", raised, RISING, "upper left"), ("", shrunk, FALLING, "lower left")
        )
    ]  # fmt: skip
    ends = [f"{name} by {number(v[-1])}" for each in (raised, shrunk) for name, v in each.items()]
    story = f"""Left those that rise, right those that fall. At scale {number(scales[-1])}:
        {joined(ends)}."""
    return draw(panels, "value / value without noise\n(dimensionless)", story, width=7.2,
                height=4.0, share=False)  # fmt: skip
