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

from .looks import BLACK, Look

# What an axis of iterations is: it starts at zero and is logarithmic from one on.
ITERATIONS: Any = {"xlabel": "iteration (log scale from 1)", "xscale": "symlog", "xlim": (0, None)}
PLAIN = Look()  # a black line
Limits = tuple[float | None, float | None]


@dataclass(frozen=True)
class Curve:
    """A line or points, or the middle and bands of samples.

    Attributes
    ----------
    x : array (X,)
    y : array (X,), or samples (S, X)
        Of samples the median is drawn and a band for each pair of `quantiles`; nan is a missing
        one. Infinite values are drawn at the `top` of the panel, or not at all if it has none.
    look : Look
        Colour, marker ("" for none) and label.
    label : str
        In legend and words, in place of the look's.
    line : str or dashes
        "-" measured, "--" promised, "" points alone.
    hollow : bool
        Markers are outlined only.
    quantiles : pairs of numbers in [0, 1]
        Ends of the bands; 0 and 1 are the least and the largest sample.
    between : pair of arrays (X,), optional
        Ends of one band, known otherwise.
    bars : bool
        Bands become vertical bars, the second thick.
    mean : bool
        The middle of samples is their mean.
    every : int
        Of points without a line, one in so many is drawn; all are told.
    shift : number
        Drawn so far to the right, told where it is.
    listed, above, told : bool
        Has an entry in the legend; has it above all panels even if its panel has a legend of its
        own; is in the alt text.
    size, width, alpha, edge
        Size of markers, width of the line (of the markers' strokes where there is no line),
        opacity, colour of the markers' edge; chosen where not given.
    """

    x: ArrayLike
    y: ArrayLike
    look: Look
    label: str = ""
    line: Any = "-"
    hollow: bool = False
    quantiles: Sequence[tuple[float, float]] = ((0.0, 1.0),)
    between: tuple[ArrayLike, ArrayLike] | None = None
    bars: bool = False
    mean: bool = False
    every: int = 1
    shift: float = 0.0
    listed: bool = True
    above: bool = False
    told: bool = True
    size: float | None = None
    width: float | None = None
    alpha: float | None = None
    edge: str | None = None

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
    """A pair of axes.

    Attributes
    ----------
    xlabel : str
        With its unit.
    curves : sequence of Curve
    title, ylabel : str
        The latter only where panels differ; `draw` takes it for all.
    xscale, yscale : "log", "linear" or "symlog"
    references : sequence of Reference
    xlim, ylim : pairs of numbers or None
    xticks, yticks : numbers, or a mapping from them to texts
    top : number, optional
        Infinite values are drawn here.
    legend : str
        Place of the panel's own legend; without one, its curves stand in that above all panels.
    also : function of Axes, optional
        Draws what is neither line nor band.
    """

    xlabel: str
    curves: Sequence[Curve]
    title: str = ""
    ylabel: str = ""
    xscale: str = "log"
    yscale: str = "log"
    references: Sequence[Reference] = ()
    xlim: Limits = (None, None)
    ylim: Limits = (None, None)
    xticks: ArrayLike | Mapping[float, str] | None = None
    yticks: ArrayLike | Mapping[float, str] | None = None
    top: float | None = None
    legend: str = ""
    also: Callable[[Axes], None] | None = None
