"""What noise does to descents, solvers and bounds, and how much of it gains survive."""

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
from .style import PROMISED, describe, drawing
from .words import number

# Costs and gains are no methods: none of these is a method's pair of colour and marker.
NOISY = Look(VERMILION, "<", "with noise")
QUIET = Look(SKY, "P", "without noise")
AWARE = Look(PURPLE, "h", "noise-aware gain")
IGNORANT = Look(BLACK, "d", "noise-ignorant gain")
RISING = (
    Look(VERMILION, "<"),
    Look(PURPLE, "h"),
    Look(SKY, "P"),
    Look(BLACK, "d"),
    Look(ORANGE, "p"),
)
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
    left = [
        Curve(count, error, NOISY, "error of the cost"),
        Curve(count, increment, QUIET, "last change"),
    ]
    right = [Curve(steps, np.where(gave_up, np.nan, sweeps), QUIET, "converged")]
    ending = f"it never reaches the cap of {cap}"
    if gave_up.any():
        crosses = Look(NOISY.color, "x", "gave up")
        right.append(points(steps[gave_up], np.full(gave_up.sum(), cap), crosses, size=6))
        ending = f"it gives up at the cap of {cap} from iterate {int(np.argmax(gave_up))} on"
    panels = [
        Panel(
            "sweeps (dimensionless)",
            left,
            ylabel="relative (dimensionless)",
            xscale="linear",
            references=[Reference(tolerance, width=1), Reference(stopped, vertical=True, line=":")],
            legend="lower left",
        ),
        Panel(
            "iteration (dimensionless)",
            right,
            ylabel="sweeps (dimensionless)",
            xscale="linear",
            yscale="linear",
            references=[Reference(cap, width=1)],
            ylim=(0, None),
            legend="lower right",
        ),
    ]
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
        Panel(
            "noise scale (dimensionless)",
            [Curve(scales, values, look) for look, values in in_order(looks, curves)],
            title,
            xscale="linear",
            legend=place,
        )
        for title, curves, looks, place in (
            ("", raised, RISING, "upper left"),
            ("", shrunk, FALLING, "lower left"),
        )
    ]
    story = "Left the factors that rise, right those that fall."
    return draw(
        panels,
        "value / value without noise\n(dimensionless)",
        story,
        width=7.2,
        height=4.0,
        share=False,
    )


def survival(
    designs: Array, survived: Array, price: Array, *, largest: float, marks: Mapping[str, float]
) -> Figure:
    """Draw the noise that gains survive and what they cost without noise, over the design scale.

    Parameters
    ----------
    designs, survived, price : arrays (S,)
        Noise scale a gain is optimal for, scale it survives, and C(K)/C* - 1 without noise.
    largest : float
        No gain survives more.
    marks : mapping from a label to a design scale, marked on both curves
    """
    line = AWARE._replace(marker="")
    left = [Curve(designs, survived, line, "critical scale")]
    right = [Curve(designs, 100 * price, line, "price", listed=False)]
    for curves in (left, right):
        curve = curves[0].middle()
        for look, scale in in_order(RISING[1:], marks):
            at = [np.interp(scale, designs, curve)]
            curves.append(points([scale], at, look, size=9, above=True))
    limit = Reference(largest, "no gain survives more", line=":")
    label = "design noise scale (dimensionless)"
    panels = [
        Panel(
            label,
            left,
            ylabel="noise scale survived (dimensionless)",
            xscale="linear",
            yscale="linear",
            references=[limit],
            legend="lower right",
            ylim=(survived.min() - 0.02, largest + 0.01),
        ),
        Panel(label, right, ylabel="price without noise (%)", xscale="linear", yscale="linear"),
    ]
    story = f"""Critical scales run from {survived[0]:.4f} to {survived[-1]:.4f}; the limit for any
        gain is {largest:.4f}."""
    return draw(panels, story=story, width=7.2, height=3.5)


def regret_map(designs: Array, truths: Array, regret: Array, survived: Array) -> Figure:
    """Draw the excess cost for each design scale (rows) and true scale (columns).

    Parameters
    ----------
    designs : array (S,)
    truths : array (T,)
    regret : array (S, T)
        C / C* at the true scale; ``inf`` where the gain does not survive.
    survived : array (S,)
        Critical scale of each design.
    """
    shaped("regret", regret, len(designs), len(truths))
    shaped("survived", survived, len(designs))
    lost = ~np.isfinite(regret)
    # Exact optima are 1 up to rounding; the colour scale starts at a thousandth of a per cent.
    excess = np.log10(np.maximum(np.where(lost, np.nan, regret) - 1, 1e-5))
    most = 100 * 10 ** np.nanmax(excess)
    with drawing(width=6.4, height=4.2) as (figure, axes):
        mesh = axes.pcolormesh(truths, designs, excess, cmap="viridis", rasterized=True)
        axes.fill_betweenx(designs, survived, truths[-1] + 1, color="#bbbbbb", linewidth=0)
        axes.plot(survived, designs, color=BLACK, linewidth=1.5)
        axes.plot(truths, truths, color="white", linewidth=1, **PROMISED)
        bar = figure.colorbar(mesh, ax=axes, label="excess cost (%)")
        ticks = np.arange(-5, np.nanmax(excess) + 0.01)
        bar.set_ticks(list(ticks), labels=[f"{100 * 10**tick:g}" for tick in ticks])
        axes.set(xlabel="true noise scale (dimensionless)", xlim=(truths[0], truths[-1]))
        axes.set(ylabel="design noise scale (dimensionless)", ylim=(designs[0], designs[-1]))
        axes.grid(visible=False)
    return describe(
        figure,
        f"""Heat map of the excess cost of a gain designed for one noise scale when another is true,
        zero on the diagonal. The largest finite excess is {number(most)} per cent. In
        {100 * lost.mean():.1f} per cent of the map the cost is infinite (grey): right of a curve
        that runs from a true scale of {survived[0]:.3f} for the smallest design scale to
        {survived[-1]:.3f} for the largest.""",
    )


def trajectory_bands(times: Array, panels: Mapping[str, tuple[Array, Array]]) -> Figure:
    """Draw squared norms of many trajectories: median, two bands, their average and the truth.

    Parameters
    ----------
    times : array (T,)
        Seconds.
    panels : mapping from a label to (squared norms (T, S), exact second moments (T,))
        Bands: 5 to 95 % of the trajectories, and 0.1 to 99.9 %.
    """
    drawn = []
    for look, (squares, exact) in in_order((AWARE, IGNORANT), panels):
        title, samples = look.label, shaped(look.label, squares, len(times), "S").T
        bands = [
            Curve(
                times,
                samples,
                Look(look.color),
                f"{100 * low:g} to {100 * high:g} %",
                line="",
                quantiles=((low, high),),
                told=False,
            )
            for low, high in ((0.001, 0.999), (0.05, 0.95))
        ]
        lines = [
            Curve(times, np.median(samples, axis=0), look, "median"),
            Curve(times, samples.mean(axis=0), Look(GREEN), "average", width=1.2),
            Curve(times, exact, Look(ORANGE), "expectation", line="--"),
        ]
        drawn.append(Panel("time (s)", bands + lines, title, xscale="linear"))
    return draw(drawn, "‖state‖² (mixed units)", width=7.2, height=3.7)
