"""The suspension's two descents, the solver that stops early, and what noise does to bounds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from lqrlib.validation import Array

from .checking import shaped
from .curves import Curve, Panel, Reference, points
from .looks import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION, Look, in_order
from .panels import draw
from .words import number

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
    ends = []
    for values, who, line in ((run.noisy, "ours", "-"), (run.recorded_noisy, "recorded", ":")):
        if not np.isfinite(values).all():
            first = int(np.argmin(np.isfinite(values)))
            ends.append(Reference(first, f"infinite from {first} ({who})", True, line))
    panel = Panel("iteration (dimensionless)", curves, xscale="linear", references=ends)
    label = "cost / optimal cost − 1\n(dimensionless)"
    return draw([panel], label, height=3.7, legend_columns=2 + bool(ends))


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
    story = "Left the factors that rise, right those that fall."
    return draw(panels, "value / value without noise\n(dimensionless)", story, width=7.2,
                height=4.0, share=False)  # fmt: skip
