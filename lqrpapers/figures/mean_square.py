"""Pictures of second moments: what samples see, which gains survive the noise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter
from numpy.typing import NDArray

from .style import BLACK, BLUE, GREY, PURPLE, SKY, VERMILION, describe, drawing, joined, number

Array = NDArray[np.float64]

# Kinds of data that are not methods: no pair of colour and marker that a method has.
LOOKS = ((SKY, "P"), (PURPLE, "h"), (VERMILION, "<"), (BLACK, "d"))


class Paths(NamedTuple):
    """Squared norms |x_t|^2 of trajectories (S, T), and the exact E|x_t|^2 (T,)."""

    samples: Array
    exact: Array


def trajectories(panels: Mapping[str, Paths], shown: int = 25) -> Figure:
    """Draw |x_t|^2 of some trajectories, their median and average, and the exact second moment.

    Parameters
    ----------
    panels : mapping from a label to `Paths`
        One panel each; zeros are not drawn.
    shown : int
        Trajectories drawn; median and average are over all.
    """
    words = []
    with drawing(1, len(panels), width=7.2, height=3.6, sharey=True) as (figure, axes):
        for axis, (label, (samples, exact)) in zip(
            np.atleast_1d(axes), panels.items(), strict=True
        ):
            if samples.ndim != 2 or samples.shape[1:] != np.shape(exact):
                raise ValueError(
                    f"{label}: expected samples (S, {np.size(exact)}), got {samples.shape}"
                )
            t = np.arange(len(exact))
            drawn = np.where(samples[:shown] > 0, samples[:shown], np.nan)
            axis.plot(t, drawn.T, color=GREY, linewidth=0.5, alpha=0.6)
            lines = {
                "exact second moment": (exact, BLACK, "--", None),
                f"average of {len(samples):,}": (samples.mean(axis=0), SKY, "-", "P"),
                "median": (np.median(samples, axis=0), PURPLE, "-", "h"),
            }
            for name, (values, color, style, marker) in lines.items():
                axis.plot(t, values, linestyle=style, color=color, marker=marker, markevery=5,
                          label=name)  # fmt: skip
            axis.set(yscale="log", xlabel=f"time step t\n{label}")
            words.append(
                f"{label}: from t = 0 to {t[-1]} the exact second moment goes from "
                f"{number(exact[0])} to {number(exact[-1])}, the average to "
                f"{number(samples[:, -1].mean())}, the median to "
                f"{number(np.median(samples[:, -1]))}"
            )
        first = np.atleast_1d(axes)[0]
        first.set_ylabel("squared norm of the state")
        figure.legend(*first.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return describe(
        figure,
        f"""{len(panels)} panels of squared norms of simulated states over time, logarithmic.
        {"; ".join(words)}.""",
    )


def sample_averages(
    exact: Array, averages: Mapping[int, Array], visible: Mapping[int, Array]
) -> Figure:
    """Draw averages over N trajectories with their spread over seeds, against the expectation.

    Parameters
    ----------
    exact : array (T,)
        The expectation at each time step.
    averages : mapping from N to an array (seeds, T)
    visible : mapping from N to an array (T,)
        The part of the expectation from outcomes that N trajectories can be expected to meet.
    """
    if set(averages) != set(visible) or not averages:
        raise ValueError(f"visible: expected the sizes {list(averages)}, got {list(visible)}")
    t = np.arange(len(exact))
    words = []
    with drawing(width=6.4, height=3.8) as (figure, axes):
        axes.plot(t, exact, "--", color=BLACK, label="expectation")
        for (size, samples), (color, marker) in zip(averages.items(), LOOKS, strict=False):
            if samples.shape[1:] != t.shape or np.shape(visible[size]) != t.shape:
                raise ValueError(f"N = {size}: expected {len(t)} time steps, got {samples.shape}")
            axes.fill_between(t, samples.min(axis=0), samples.max(axis=0), color=color, alpha=0.25,
                              linewidth=0)  # fmt: skip
            axes.plot(t, np.median(samples, axis=0), color=color, marker=marker, markevery=8,
                      label=f"average of $10^{{{round(np.log10(size))}}}$")  # fmt: skip
            axes.plot(t, visible[size], ":", color=color)
            share = np.median(samples[:, -1]) / exact[-1]
            words.append(f"{size:.0e} trajectories: {number(share)} of the expectation")
        floor = min(samples.min() for samples in averages.values())
        axes.set(yscale="log", xlabel="time step t", ylabel="$x_t^2$ (dimensionless)",
                 ylim=(max(floor, 1e-12), 3 * exact.max()))  # fmt: skip
        axes.legend(ncols=2)
    return describe(
        figure,
        f"""Averages of a squared state over time on a logarithmic axis, for several numbers of
        trajectories, with bands over seeds. All follow the growing expectation at first and then
        fall away from it. At t = {t[-1]} the median averages are: {joined(words)}.""",
    )


def radii(groups: Mapping[str, tuple[Array, Array]]) -> Figure:
    """Scatter the mean-square radius of gains over the squared nominal radius.

    Parameters
    ----------
    groups : mapping from a label to (nominal, mean_square), each (N,)
    """
    lost = held = 0
    with drawing(width=6.4, height=4.0) as (figure, axes):
        for (label, (nominal, square)), (color, marker) in zip(groups.items(), LOOKS, strict=False):
            if np.shape(nominal) != np.shape(square):
                raise ValueError(f"{label}: expected radii of one shape")
            axes.plot(nominal, square, marker, color=color, markersize=4, alpha=0.5,
                      markeredgewidth=0, label=label)  # fmt: skip
            lost += int(np.sum((nominal < 1) & (square >= 1)))
            held += int(np.sum(square < 1))
        low = min(np.min(square) for _, square in groups.values()) / 2
        high = max(np.max(square) for _, square in groups.values()) * 1.5
        axes.plot([low, high], [low, high], "--", color=GREY, label="equal")
        axes.axhline(1.0, color=BLACK, linewidth=1.0)
        axes.axvline(1.0, color=BLACK, linewidth=1.0)
        axes.set(xscale="log", yscale="log", xlim=(low, high), ylim=(low, high),
                 xlabel="squared radius of the mean, ρ(A − BK)² (dimensionless)",
                 ylabel="mean-square radius ρ(F)")  # fmt: skip
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
            axis.set_major_formatter(StrMethodFormatter("{x:g}"))
            axis.set_minor_formatter(NullFormatter())
        axes.legend(loc="lower right")
    return describe(
        figure,
        f"""Scatter plot of the mean-square radius of gains over their squared nominal radius, with
        a diagonal and lines at 1. No point lies below the diagonal by more than rounding.
        {held} gains are stable in the mean square; {lost} are stable in the mean only, in the
        upper left quarter.""",
    )


class Window(NamedTuple):
    """A plane of gains: coordinates (c,) and (r,), and the noise level (r, c) each survives."""

    x: Array
    y: Array
    levels: Array


def _widths(x: Array) -> Array:
    """Width of the cell around each point of an increasing grid; half cells at the ends."""
    edges = np.concatenate([x[:1], (x[1:] + x[:-1]) / 2, x[-1:]])
    return np.diff(edges)


def shrinking_set(
    window: Window,
    shares: Sequence[float],
    critical: float,
    last: tuple[float, float],
    found: tuple[Array, Array],
    boundary: tuple[Array, Array],
    labels: tuple[str, str, str, str],
) -> Figure:
    """Draw how the mean-square stabilizing set shrinks with the noise, and where none is left.

    Parameters
    ----------
    window : Window
        Levels are negative where not even the mean is stable. The horizontal axis is
        logarithmic, areas in the alt text are not.
    shares : sequence of increasing numbers in [0, 1)
        Noise levels as shares of the critical one; a set is drawn for each.
    critical : float
        Level at which the set becomes empty.
    last : pair
        The gain that survives longest.
    found, boundary : pairs of arrays
        Two noise levels at which the last stabilizing gain disappears, by search and in closed
        form.
    labels : four texts
        Axes of the left panel, axes of the right.
    """
    shares = list(shares)
    if sorted(shares) != shares or not 0 <= shares[0] <= shares[-1] < 1:
        raise ValueError(f"shares: expected increasing numbers in [0, 1), got {shares}")
    if window.levels.shape != (len(window.y), len(window.x)):
        raise ValueError(
            f"window: expected levels ({len(window.y)}, {len(window.x)}), got {window.levels.shape}"
        )
    relative = window.levels / critical
    cells = _widths(window.y)[:, None] * _widths(window.x)
    areas = [float(np.sum(cells * (relative > share)) / cells.sum()) for share in shares]
    with drawing(1, 2, width=7.2, height=3.9) as (figure, (left, right)):
        greys = [str(g) for g in np.linspace(0.93, 0.35, len(shares))]
        left.contourf(window.x, window.y, relative, levels=[*shares, 2.0], colors=greys)
        lines = left.contour(window.x, window.y, relative, levels=shares, colors=BLACK,
                             linewidths=0.8)  # fmt: skip
        # at the top of each contour, where they do not crowd
        tops = [max(np.concatenate(each), key=lambda point: point[1]) for each in lines.allsegs]
        left.clabel(lines, fmt={share: f"{100 * share:.0f} %" for share in shares}, fontsize=9,
                    manual=[(float(x), float(y)) for x, y in tops])  # fmt: skip
        left.plot(*last, "*", color=BLACK, markersize=10, markeredgecolor="white")
        left.set(xscale="log", xlabel=labels[0], ylabel=labels[1])
        left.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        left.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
        left.xaxis.set_minor_formatter(NullFormatter())
        left.grid(False)
        right.fill(*(np.append(b, 0.0) for b in boundary), color=SKY, alpha=0.3, linewidth=0)
        right.plot(*boundary, color=BLUE, label="closed form")
        right.plot(*found, "d", color=BLACK, clip_on=False, zorder=3, label="bisection")
        right.text(0.08, 0.2, "some gain\nstabilizes", transform=right.transAxes)
        right.text(0.55, 0.6, "no gain\nstabilizes", transform=right.transAxes)
        right.set(xlabel=labels[2], ylabel=labels[3], xlim=(0, None), ylim=(0, None))
        right.legend(loc="upper right")
    sizes = joined(
        [f"{100 * a:.2g} % at {100 * s:.0f} %" for a, s in zip(areas, shares, strict=True)]
    )
    return describe(
        figure,
        f"""Left: nested regions of stabilizing gains in a plane. They fill {sizes} of the critical
        noise level {number(critical)}, shrinking around a star at
        ({number(last[0])}, {number(last[1])}). Right: a curve in the plane of two noise levels,
        from {number(boundary[0].max())} on the first axis to {number(boundary[1].max())} on the
        second; below it some gain stabilizes, above it none does.""",
    )
