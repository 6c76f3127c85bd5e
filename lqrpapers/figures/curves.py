"""What a figure of lines and bands is made of: curves, reference lines and panels.

Nothing is drawn here: `panels.draw` draws it, and `words` says it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from lqrlib.validation import Array

from .checking import shaped
from .looks import BLACK, Look

# What an axis of iterations is: it starts at zero and is logarithmic from one on.
ITERATIONS: Any = {"xlabel": "iteration (log scale from 1)", "xscale": "symlog", "xlim": (0, None)}
LINEAR: Any = {"xscale": "linear", "yscale": "linear"}
PLAIN = Look()  # a black line
# Ends of bands, as shares of the samples.
Pairs = Sequence[tuple[float, float]]
QUARTILES: Pairs = ((0.25, 0.75),)
DECILES: Pairs = ((0.1, 0.9),)
NINETY: Pairs = ((0.05, 0.95),)
Limits = tuple[float | None, float | None]


@dataclass(frozen=True)
class Curve:
    """A line or points y (X,) over x (X,), or the median and bands of samples (S, X).

    Missing samples are nan. Infinite values are drawn at the `top` of the panel, or not at all if
    it has none. `label` goes before that of the look, in legend and words.
    """

    x: ArrayLike
    y: ArrayLike
    look: Look
    label: str = ""
    line: Any = "-"  # "-" measured, "--" promised, "" points alone, or dashes
    hollow: bool = False  # markers are outlined only
    quantiles: Pairs = ((0.0, 1.0),)  # ends of the bands
    between: tuple[ArrayLike, ArrayLike] | None = None  # ends (X,) of one band, known otherwise
    bars: bool = False  # bands become vertical bars, the second thick
    mean: bool = False  # the middle of samples is their mean
    every: int = 1  # of points without a line, one in so many is drawn; all are told
    shift: float = 0.0  # drawn so far to the right, told where it is
    listed: bool = True  # has an entry in the legend
    above: bool = False  # has it above all panels even if its panel has a legend of its own
    told: bool = True  # is in the alt text
    size: float | None = None  # of the markers
    width: float | None = None  # of the line, or of the markers' strokes where there is none
    alpha: float | None = None
    edge: str | None = None  # colour of the markers' edge

    @property
    def name(self) -> str:
        """The label, or that of the look."""
        return self.label or self.look.label

    def data(self) -> tuple[Array, Array]:
        """x (X,) and y (X,) or (S, X), or ValueError naming the curve."""
        x, y = np.asarray(self.x, dtype=float), np.asarray(self.y, dtype=float)
        if x.ndim != 1 or x.size == 0 or y.ndim not in (1, 2) or y.shape[-1:] != x.shape:
            raise ValueError(
                f"{self.name}: expected x (X,) and y (X,) or samples (S, X), "
                f"got {x.shape} and {y.shape}"
            )
        return x, y

    def middle(self) -> Array:
        """y (X,), or the median or mean of the samples; nan where all of them are missing."""
        y = self.data()[1]
        if y.ndim == 1:
            return y
        there = ~np.isnan(y).all(axis=0)
        found = np.full(y.shape[1], np.nan)
        found[there] = (np.nanmean if self.mean else np.nanmedian)(y[:, there], axis=0)
        return found


def dashed(
    x: ArrayLike, y: ArrayLike, look: Look = PLAIN, label: str = "", **changes: Any
) -> Curve:
    """A dashed line without markers, and without an entry in the legend if not asked for."""
    style: dict[str, Any] = {"line": "--", "listed": False} | changes
    return Curve(x, y, look._replace(marker=""), label, **style)


def points(x: ArrayLike, y: ArrayLike, look: Look, label: str = "", **changes: Any) -> Curve:
    """Markers without a line."""
    return Curve(x, y, look, label, line="", **changes)


def spread(
    x: ArrayLike,
    rows: ArrayLike,
    look: Look,
    label: str = "",
    quantiles: Pairs = DECILES,
    **style: Any,
) -> Curve:
    """The median and a band of samples (X, S), one row for each x."""
    samples = shaped(label or look.label, rows, np.size(x), "samples")
    return Curve(x, samples.T, look, label, quantiles=quantiles, **style)


def extremes(x: ArrayLike, samples: Array, look: Look, largest: bool = True) -> Curve:
    """The largest or least of samples (S, X) as hollow markers; the words name them anyway."""
    end = np.nanmax(samples, axis=0) if largest else np.nanmin(samples, axis=0)
    if look.marker in "x+":  # which have no inside
        look = look._replace(marker="v")
    return points(x, end, look, hollow=True, listed=False, told=False)


def with_promise(
    x: ArrayLike, measured: ArrayLike, promise: ArrayLike, look: Look, **changes: Any
) -> list[Curve]:
    """What was measured, and what was promised for it: dashed with hollow markers."""
    style: dict[str, Any] = {"line": "--", "hollow": True, "listed": False} | changes
    label = f"{look.label}, promised"
    return [Curve(x, measured, look), Curve(x, promise, look, label, **style)]


def key(look: Look, label: str, **changes: Any) -> Curve:
    """An entry of the legend, with nothing drawn."""
    return Curve([np.nan], [np.nan], look, label, told=False, **changes)


def side_by_side(groups: Iterable[ArrayLike]) -> Array:
    """Samples (S, X) from one array for each x, missing ones as nan where their numbers differ."""
    rows = [np.asarray(group, dtype=float).ravel() for group in groups]
    most = max((len(row) for row in rows), default=0)
    padded = [np.append(row, np.full(most - len(row), np.nan)) for row in rows]
    return np.transpose(padded)


@dataclass(frozen=True)
class Reference:
    """A line across the axes at one number, with a label for the legend or a note beside it."""

    at: float
    label: str = ""
    vertical: bool = False
    line: Any = "--"
    color: str = BLACK
    width: float = 1.2
    note: str = ""


@dataclass(frozen=True)
class Panel:
    """A pair of axes with curves and reference lines."""

    xlabel: str
    curves: Sequence[Curve]
    title: str = ""
    ylabel: str = ""  # only where panels differ; `draw` takes it for all
    xscale: str = "log"  # or "linear" or "symlog"
    yscale: str = "log"
    references: Sequence[Reference] = ()
    xlim: Limits = (None, None)
    ylim: Limits = (None, None)
    xticks: ArrayLike | Mapping[float, str] | None = None
    yticks: ArrayLike | Mapping[float, str] | None = None
    top: float | None = None  # infinite values are drawn here
    legend: str = ""  # place of its own; without one, its curves stand in that above all panels
    also: Callable[[Axes], None] | None = None  # draws what is neither line nor band
