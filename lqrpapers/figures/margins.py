"""How much noise gains survive, what that costs, and what mean-square instability looks like."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from .robustness import AWARE, IGNORANT, RISING, same_length
from .style import BLACK, GREEN, ORANGE, PROMISED, Look, describe, drawing, number

Array = NDArray[np.float64]


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
    same_length(designs=designs, survived=survived, price=price)
    with drawing(1, 2, width=7.2, height=3.5) as (figure, (left, right)):
        left.plot(designs, survived, color=AWARE.color, label="critical scale")
        left.axhline(largest, color=BLACK, linestyle=":", label="no gain survives more")
        left.set(ylabel="noise scale survived (dimensionless)",
                 ylim=(survived.min() - 0.02, largest + 0.01))  # fmt: skip
        right.plot(designs, 100 * price, color=AWARE.color)
        right.set_ylabel("price without noise (%)")
        for (label, scale), (color, marker) in zip(marks.items(), RISING[1:], strict=False):
            for axes, curve in ((left, survived), (right, 100 * price)):
                axes.plot([scale], [np.interp(scale, designs, curve)], marker, color=color,
                          markersize=9, label=label if axes is right else None)  # fmt: skip
        left.legend(loc="lower right")
        right.legend(loc="upper left", fontsize=9)
        figure.supxlabel("design noise scale (dimensionless)", fontsize=10)
    return describe(
        figure,
        f"""Left: the noise scale that a gain survives rises from {number(survived[0])} for a gain
        designed without noise to {survived[-1]:.4f}; the limit for any gain is {largest:.4f}.
        Right: its price without noise rises from {number(100 * price[0])} to
        {number(100 * price[-1])} per cent.""",
    )


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
    if np.shape(regret) != (len(designs), len(truths)):
        raise ValueError(
            f"regret: expected shape {(len(designs), len(truths))}, got {np.shape(regret)}"
        )
    same_length(designs=designs, survived=survived)
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
    words = []
    with drawing(1, len(panels), width=7.2, height=3.7, sharey=True, squeeze=False) as (
        figure,
        grid,
    ):
        for axes, (label, (squares, exact)), look in zip(
            grid[0], panels.items(), (AWARE, IGNORANT), strict=False
        ):
            same_length(times=times, median=squares[:, 0], exact=exact)
            _bands(axes, times, squares, exact, look)
            axes.annotate(label, (0.5, 1.0), xycoords="axes fraction", ha="center", va="bottom",
                          weight="bold")  # fmt: skip
            words.append(
                f"{label}: at the end median {number(np.median(squares[-1]))}, average "
                f"{number(squares[-1].mean())}, expectation {number(exact[-1])}"
            )
        grid[0, 0].set_ylabel("‖state‖² (mixed units)")
        handles, labels = grid[0, 0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=3)
    return describe(
        figure,
        f"""Squared state norm over {number(times[-1])} seconds on a log axis, from
        {number(np.mean([pair[1][0] for pair in panels.values()]))} in expectation at the start.
        {"; ".join(words)}.""",
    )


def _bands(axes: Axes, times: Array, squares: Array, exact: Array, look: Look) -> None:
    for low, high, alpha in ((0.001, 0.999, 0.15), (0.05, 0.95, 0.3)):
        axes.fill_between(
            times, *np.quantile(squares, [low, high], axis=1), color=look.color, alpha=alpha,
            linewidth=0, label=f"{100 * low:g} to {100 * high:g} %",
        )  # fmt: skip
    mark = max(1, len(times) // 8)
    axes.plot(times, np.median(squares, axis=1), color=look.color, marker=look.marker,
              markevery=mark, label="median")  # fmt: skip
    axes.plot(times, squares.mean(axis=1), color=GREEN, linewidth=1.2, label="average")
    axes.plot(times, exact, color=ORANGE, linestyle="--", label="expectation")
    axes.set(yscale="log", xlabel="time (s)")
