"""The suspension's two descents, the solver that stops early, and what noise does to bounds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from .style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PROMISED,
    PURPLE,
    SKY,
    VERMILION,
    Look,
    describe,
    drawing,
    joined,
    number,
)

Array = NDArray[np.float64]

# Costs and gains are no methods: none of these is a method's pair of colour and marker.
NOISY = Look(VERMILION, "<", "with noise")
QUIET = Look(SKY, "P", "without noise")
AWARE = Look(PURPLE, "h", "noise-aware gain")
IGNORANT = Look(BLACK, "d", "noise-ignorant gain")
RISING = ((VERMILION, "<"), (PURPLE, "h"), (SKY, "P"), (BLACK, "d"), (ORANGE, "p"))
FALLING = ((GREEN, "X"), (BLUE, "d"), (GREY, "P"))


def same_length(**arrays: Array) -> None:
    """Raise ValueError unless all arrays have one shape."""
    lengths = {name: np.shape(values) for name, values in arrays.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"expected arrays of one length, got {lengths}")


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
    same_length(noisy=run.noisy, quiet=run.quiet)
    same_length(noisy=run.recorded_noisy, quiet=run.recorded_quiet)
    words = []
    with drawing(height=3.5) as (figure, axes):
        for look, ours, recorded in (
            (NOISY, run.noisy, run.recorded_noisy),
            (QUIET, run.quiet, run.recorded_quiet),
        ):
            finite = np.where(np.isfinite(ours), ours, np.nan)
            axes.plot(finite, color=look.color, marker=look.marker, markevery=3, label=look.label)
            seen = np.where(np.isfinite(recorded), recorded, np.nan)
            axes.plot(seen, "x", color=look.color, markersize=6, alpha=0.75,
                      label=f"{look.label}, recorded")  # fmt: skip
            words.append(f"cost {look.label} from {number(ours[0])} to {_last(ours)}, "
                         f"recorded {_last(recorded)}")  # fmt: skip
        for values, who, style, side, height in (
            (run.noisy, "ours", "-", 1, 0.98),
            (run.recorded_noisy, "recorded", ":", -1, 0.3),
        ):
            if not np.isfinite(values).all():
                left = int(np.argmin(np.isfinite(values)))
                axes.axvline(left, color=BLACK, linestyle=style, linewidth=1.2)
                axes.annotate(
                    f"infinite\nfrom {left}\n({who})",
                    (left, height),
                    (4 * side, 0),
                    xycoords=("data", "axes fraction"),
                    textcoords="offset points",
                    va="top",
                    ha="left" if side > 0 else "right",
                    fontsize=9,
                )
                words.append(f"cost with noise infinite from iteration {left} ({who})")
        axes.set(yscale="log", xlabel="iteration (dimensionless)",
                 ylabel="cost / optimal cost − 1\n(dimensionless)")  # fmt: skip
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        figure.legend(loc="outside upper center", ncols=2)
    return describe(
        figure,
        f"""Two costs at the iterates of a gradient descent, relative to their optima, on a log
        axis. {"; ".join(words)}.""",
    )


def _last(values: Array) -> str:
    finite = values[np.isfinite(values)]
    return number(finite[-1]) + ("" if np.isfinite(values[-1]) else " and then infinity")


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
    same_length(error=error, increment=increment)
    with drawing(1, 2, width=7.2, height=3.3) as (figure, (left, right)):
        count = np.arange(1, len(error) + 1)
        mark = max(1, len(error) // 8)
        left.plot(count, error, color=NOISY.color, marker="<", markevery=mark,
                  label="error of the cost")  # fmt: skip
        left.plot(count, increment, color=QUIET.color, marker="P", markevery=mark,
                  label="last change")  # fmt: skip
        left.axhline(tolerance, color=BLACK, linewidth=1, **PROMISED)
        left.axvline(stopped, color=BLACK, linestyle=":", linewidth=1.2)
        left.set(yscale="log", xlabel="sweeps (dimensionless)", ylabel="relative (dimensionless)")
        left.legend(loc="lower left")
        gave_up = sweeps > cap
        steps = np.arange(len(sweeps))
        right.plot(steps[~gave_up], sweeps[~gave_up], "-P", color=QUIET.color, label="converged")
        right.plot(steps[gave_up], np.full(gave_up.sum(), cap), "x", color=NOISY.color,
                   markersize=6, label="gave up")  # fmt: skip
        right.axhline(cap, color=BLACK, linewidth=1, **PROMISED)
        right.set(
            xlabel="iteration (dimensionless)", ylabel="sweeps (dimensionless)", ylim=(0, None)
        )
        right.legend(loc="lower right")
    ending = (
        f"it gives up at the cap of {cap} from iterate {int(np.argmax(gave_up))} on"
        if gave_up.any()
        else f"it never reaches the cap of {cap}"
    )
    return describe(
        figure,
        f"""Left: relative error and relative last change of the published iteration on a log axis
        over {len(error)} sweeps. At sweep {stopped} the change falls below {number(tolerance)}
        while the error is {number(error[stopped - 1])}. Right: sweeps at each iterate of a
        descent, {int(sweeps[0])} at first and {int(sweeps.min())} at least; {ending}.""",
    )


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
    words = []
    with drawing(1, 2, width=7.2, height=4.0) as (figure, grid):
        for axes, curves, looks in zip(grid, (raised, shrunk), (RISING, FALLING), strict=True):
            every = max(1, len(scales) // 8)
            pairs = zip(curves.items(), looks, strict=False)
            for k, ((label, values), (color, marker)) in enumerate(pairs):
                same_length(scales=scales, values=values)
                # Markers of curves that nearly coincide stand apart.
                axes.plot(scales, values, color=color, marker=marker,
                          markevery=(k * every // 4, every), label=label)  # fmt: skip
                words.append(f"{label} by {number(values[-1])}")
            axes.set(yscale="log", xlabel="noise scale (dimensionless)")
            axes.legend(loc="lower left" if curves is shrunk else "upper left")
        grid[0].set_ylabel("value / value without noise\n(dimensionless)")
    return describe(
        figure,
        f"""Two panels of factors on log axes over the scale of the noise variances, left those
        that rise, right those that fall. At scale {number(scales[-1])}: {joined(words)}.""",
    )
