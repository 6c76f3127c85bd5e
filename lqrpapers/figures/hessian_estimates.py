"""Pictures of Hessian estimates: eigenvalues, mean and noise, and what they do to a step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from .estimation import matching, name_panel, spread
from .style import BLACK, GREY, PRINTED, PROMISED, describe, drawing, number
from .zeroth_order import ESTIMATES, SERIES

Array = NDArray[np.float64]


def eigenvalues(exact: Array, estimates: Mapping[str, Mapping[str, Array]]) -> Figure:
    """Draw the sorted eigenvalues of Hessian estimates beside those of the Hessian.

    Parameters
    ----------
    exact : array (d,)
    estimates : mapping from a panel's title to a mapping from a key of `ESTIMATES` to (d,)
    """
    index = np.arange(1, len(exact) + 1)
    words = [f"exact eigenvalues from {number(min(exact))} to {number(max(exact))}"]
    with drawing(1, len(estimates), height=3.5, sharey=True, squeeze=False) as (figure, grid):
        for axes, (title, found) in zip(grid[0], estimates.items(), strict=True):
            axes.plot(index, np.sort(exact), "*-", color=BLACK, markersize=9, label="exact")
            for name, values in found.items():
                if np.shape(values) != np.shape(exact):
                    raise ValueError(
                        f"{name}: expected shape {np.shape(exact)}, got {np.shape(values)}"
                    )
                look = ESTIMATES[name]
                axes.plot(
                    index,
                    np.sort(values),
                    linestyle="none",
                    marker=look.marker,
                    color=look.color,
                    markersize=8,
                    markeredgewidth=2,
                    label=look.label,
                )
                words.append(
                    f"{title}, {look.label}: {number(min(values))} to {number(max(values))}"
                )
            axes.set_yscale("symlog", linthresh=100)
            axes.set_xlabel("eigenvalue, in ascending order")
            axes.set_xticks(index)
            name_panel(axes, title)
        grid[0, 0].set_ylabel("eigenvalue (dimensionless)")
        figure.legend(*grid[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    text = f"{len(estimates)} panels of eigenvalues, symmetric log axis. {'; '.join(words)}."
    return describe(figure, text)


def printed_hessian(
    radii: Array,
    limit: float,
    means: Array,
    predicted: Array,
    deviations: Array,
    promised: Array,
    samples: int,
) -> Figure:
    """Draw mean and standard deviation of the printed Hessian estimate against the radius.

    Parameters
    ----------
    radii : array (X,)
    limit : float
        What its mean tends to as the radius goes to zero.
    means : array (S, X)
        Means of a diagonal entry, one row for each seed.
    predicted : array (X,)
        The formula for the mean up to the square of the radius.
    deviations, promised : arrays (X,)
        Measured standard deviation of one sample, and its formula.
    samples : int
        Number of samples averaged in the second curve.
    """
    matching("means", radii, means)
    scale = abs(limit)
    with drawing(1, 2, height=3.6) as (figure, (left, right)):
        spread(left, radii, means / limit, PRINTED, "measured")
        left.plot(radii, predicted / limit, color=BLACK, label="formula", **PROMISED)
        left.axhline(1, color=GREY, linewidth=1, linestyle=":")
        left.set_ylabel("mean / its limit (dimensionless)")
        for count, name in ((1, "one sample"), (samples, f"{samples} samples")):
            look = PRINTED if count == 1 else ESTIMATES["at $K_0$"]
            values = deviations / np.sqrt(count) / scale
            right.plot(radii, values, color=look.color, marker=look.marker, label=name)
            right.plot(
                radii, promised / np.sqrt(count) / scale, color=BLACK, linewidth=1.2, **PROMISED
            )
        right.axhline(1, color=GREY, linewidth=1, linestyle=":")
        right.set_yscale("log")
        right.set_ylabel("standard deviation / |limit|")
        for axes in (left, right):
            axes.set_xscale("log")
            axes.set_xlabel("radius $r$ (dimensionless)")
            axes.legend(loc="best")
    middle = np.median(means, axis=0) / limit
    text = f"""Two panels over the radius from {number(radii[0])} to {number(radii[-1])}. Left: the
        mean of the printed Hessian estimate over its limit {number(limit)}: measured
        {number(middle[0])} to {number(middle[-1])}, formula {number(predicted[0] / limit)} to
        {number(predicted[-1] / limit)}. Right: the standard deviation of one sample over the limit
        falls from {number(deviations[0] / scale)} to {number(deviations[-1] / scale)}, promised
        {number(promised[0] / scale)} to {number(promised[-1] / scale)}; below it that of {samples}
        samples."""
    return describe(figure, text)


def factors(samples: Mapping[str, Array], means: Sequence[float]) -> Figure:
    """Draw how the factor in front of a meta-gradient is distributed.

    Parameters
    ----------
    samples : mapping from a gain's name to values (S,)
    means : sequence of numbers
        The limit of the factor at each gain, drawn as a dashed line.
    """
    if len(samples) != len(means):
        raise ValueError(f"means: expected {len(samples)} numbers, got {len(means)}")
    every = np.concatenate(list(samples.values()))
    low, high = np.quantile(every, [0.0005, 0.9995])
    edges = np.linspace(low, high, 90)
    words = []
    with drawing(height=3.5) as (figure, axes):
        for look, (name, values), mean in zip(SERIES, samples.items(), means, strict=False):
            height, _ = np.histogram(values, edges, density=True)
            middle = (edges[1:] + edges[:-1]) / 2
            axes.plot(middle, height, color=look.color, marker=look.marker, markevery=9, label=name)
            axes.axvline(mean, color=look.color, linewidth=1.2, **PROMISED)
            words.append(
                f"{name}: mean {number(float(values.mean()))}, standard deviation "
                f"{number(float(values.std()))}, negative in "
                f"{number(100 * float(np.mean(values < 0)))} %, limit {number(mean)}"
            )
        axes.axvline(0, color=BLACK, linewidth=1)
        axes.set_yscale("log")
        axes.set_ylim(bottom=1e-3)
        axes.set_xlabel("factor in front of the gradient (dimensionless)")
        axes.set_ylabel("probability density")
        axes.legend(loc="upper right")
    text = f"""Histogram curves, logarithmic, of the factor by which the printed Hessian estimate
        multiplies a gradient; dashed lines at its limits, a solid one at zero.
        {"; ".join(words)}."""
    return describe(figure, text)
