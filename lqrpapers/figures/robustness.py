"""What noise does to descents, solvers and bounds, and how much of it gains survive."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure

from lqrlib.validation import Array

from .checking import shaped
from .curves import LINEAR, Curve, Panel, Reference, points
from .looks import BLACK, GREY, INDIGO, OLIVE, SERIES, SKY, WINE, Look, in_order
from .panels import draw
from .style import PROMISED, describe, drawing
from .words import number

# Costs and gains are no methods: none of these is a method's pair of colour and marker.
NOISY = Look(OLIVE, "h", "with noise")
QUIET = Look(SKY, "P", "without noise")
AWARE = Look(INDIGO, "d", "noise-aware gain")
IGNORANT = Look(WINE, "<", "noise-ignorant gain")
RISING = SERIES
FALLING = (Look(OLIVE, "X"), Look(INDIGO, "8"), Look(GREY, "H"))


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
    noisy, quiet = (run.noisy, run.recorded_noisy), (run.quiet, run.recorded_quiet)
    for look, (ours, seen) in ((NOISY, noisy), (QUIET, quiet)):
        curves.append(Curve(np.arange(len(ours)), ours, look))
        crosses = Look(look.color, "x", f"{look.label}, recorded")
        curves.append(points(np.arange(len(seen)), seen, crosses, size=6, alpha=0.75))
    ends = []
    for values, who, line in zip(noisy, ("ours", "recorded"), "-:", strict=True):
        if not np.isfinite(values).all():
            first = int(np.argmin(np.isfinite(values)))
            ends.append(Reference(first, f"infinite from {first} ({who})", True, line))
    panel = Panel("iteration", curves, xscale="linear", references=ends)
    label = "cost / optimal cost − 1"
    return draw([panel], label, height=3.7, legend_columns=2 + bool(ends))


def early_stopping(
    error: Array, increment: Array, stopped: int, sweeps: Array, *, tolerance: float, cap: int
) -> Figure:
    """Draw what the published solver sees and misses, and the sweeps it spends along a run.

    Left relative error of the cost and last increment (S,) after each sweep at one gain, where it
    stops at sweep `stopped`; right sweeps (T,) at the iterates of a run, above `cap` where it gave
    up.
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
    stop = [Reference(tolerance, width=1), Reference(stopped, vertical=True, line=":")]
    seen: Any = {"xscale": "linear", "references": stop, "legend": "lower left"}
    spent = LINEAR | {"references": [Reference(cap, width=1)], "ylim": (0, None)}
    spent |= {"ylabel": "sweeps", "legend": "lower right"}
    panels = [
        Panel("sweeps", left, ylabel="relative", **seen),
        Panel("iteration", right, **spent),
    ]
    story = f"""Left: relative error and relative last change of the published iteration. At sweep
        {stopped} the change falls below {number(tolerance)} while the error is
        {number(error[stopped - 1])}. Right: sweeps at each iterate of a descent, {int(sweeps[0])}
        at first and {int(sweeps.min())} at least; {ending}."""
    return draw(panels, story=story, width=7.2, height=3.3)


def noise_factors(
    scales: Array, raised: Mapping[str, Array], shrunk: Mapping[str, Array]
) -> Figure:
    """Draw quantities {label: (S,)} over the first of each, by noise scale (S,)."""
    rising = [Curve(scales, v / v[0], look) for look, v in in_order(RISING, raised)]
    falling = [Curve(scales, v / v[0], look) for look, v in in_order(FALLING, shrunk)]
    panels = [
        Panel("noise scale", curves, xscale="linear", legend=place)
        for curves, place in ((rising, "upper left"), (falling, "lower left"))
    ]
    label = "value / value without noise"
    story = "Left the factors that rise, right those that fall."
    return draw(panels, label, story, width=7.2, height=4.0, share=False)


def survival(
    designs: Array, survived: Array, price: Array, *, largest: float, marks: Mapping[str, float]
) -> Figure:
    """Draw the scale gains survive and their price C(K)/C* - 1 without noise, each (S,).

    Both over the scale (S,) they are designed for, with `marks` {label: scale}; no gain survives
    more than `largest`.
    """
    line = AWARE._replace(marker="")
    left = [Curve(designs, survived, line, "critical scale")]
    right = [Curve(designs, 100 * price, line, "price", listed=False)]
    for curves in (left, right):
        curve = curves[0].middle()
        for look, scale in in_order(RISING[1:], marks):
            at = [np.interp(scale, designs, curve)]
            curves.append(points([scale], at, look, size=9, above=True))
    limit = [Reference(largest, "no gain survives more", line=":")]
    axes = LINEAR | {"ylim": (survived.min() - 0.02, largest + 0.01), "legend": "lower right"}
    label, survives = "design noise scale", "noise scale survived"
    panels = [
        Panel(label, left, ylabel=survives, references=limit, **axes),
        Panel(label, right, ylabel="price without noise (%)", **LINEAR),
    ]
    story = f"""Critical scales run from {survived[0]:.4f} to {survived[-1]:.4f}; the limit for any
        gain is {largest:.4f}."""
    return draw(panels, story=story, width=7.2, height=3.5)


def regret_map(designs: Array, truths: Array, regret: Array, survived: Array) -> Figure:
    """Draw C / C* (S, T) of gains for design scales (S,), at true scales (T,), as a map.

    It is ``inf`` beyond the scale that each design survived (S,).
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
        axes.set(xlabel="true noise scale", xlim=(truths[0], truths[-1]))
        axes.set(ylabel="design noise scale", ylim=(designs[0], designs[-1]))
        axes.grid(visible=False)
    text = f"""Heat map of the excess cost of a gain designed for one noise scale when another is
        true, zero on the diagonal. The largest finite excess is {number(most)} per cent. In
        {100 * lost.mean():.1f} per cent of the map the cost is infinite (grey): right of a curve
        that runs from a true scale of {survived[0]:.3f} for the smallest design scale to
        {survived[-1]:.3f} for the largest."""
    return describe(figure, text)


def trajectory_bands(times: Array, panels: Mapping[str, tuple[Array, Array]]) -> Figure:
    """Draw squared norms of trajectories over seconds (T,): median, bands, average and truth.

    {label: (squared norms (T, S), exact second moments (T,))}; bands from 5 to 95 % and from 0.1 to
    99.9 %.
    """
    drawn = []
    for look, (squares, exact) in in_order((AWARE, IGNORANT), panels):
        title, samples = look.label, shaped(look.label, squares, len(times), "S").T
        curves = []
        for low, high in ((0.001, 0.999), (0.05, 0.95)):
            band: Any = {"line": "", "quantiles": ((low, high),), "told": False}
            name = f"{100 * low:g} to {100 * high:g} %"
            curves.append(Curve(times, samples, Look(look.color), name, **band))
        curves += [
            Curve(times, np.median(samples, axis=0), look, "median"),
            Curve(times, samples.mean(axis=0), Look(INDIGO), "average", width=1.2),
            Curve(times, exact, Look(BLACK), "expectation", line="--"),
        ]
        drawn.append(Panel("time (s)", curves, title, xscale="linear"))
    return draw(drawn, "‖state‖² (mixed units)", width=7.2, height=3.7)
