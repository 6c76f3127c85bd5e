"""One visual language for the whole book.

A colour *and* a marker for each method, the same in every chapter; measured solid, promised
dashed; corrected and printed constants in one fixed pair; Okabe-Ito colours throughout. Every
figure function of `lqrpapers.figures` takes data and returns a matplotlib figure that carries
``alt_text``, words computed from the same data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

BLACK = "#000000"
ORANGE = "#E69F00"
SKY = "#56B4E9"
GREEN = "#009E73"
YELLOW = "#F0E442"
BLUE = "#0072B2"
VERMILION = "#D55E00"
PURPLE = "#CC79A7"
GREY = "#767676"


class Look(NamedTuple):
    """Colour, marker and label of one kind of thing."""

    color: str
    marker: str
    label: str


METHODS = {
    "gradient": Look(BLUE, "o", "gradient"),
    "natural_gradient": Look(ORANGE, "s", "natural gradient"),
    "gauss_newton": Look(GREEN, "^", "Gauss–Newton"),
    "zeroth_order": Look(VERMILION, "v", "zeroth-order"),
    "maml": Look(PURPLE, "D", "MAML"),
    "optimum": Look(BLACK, "*", "optimum"),
}
PRINTED = Look(VERMILION, "x", "as printed")
CORRECTED = Look(BLUE, "+", "corrected")
MEASURED = {"linestyle": "-"}
PROMISED = {"linestyle": "--"}

SETTINGS: Any = {
    "figure.dpi": 100,
    "figure.constrained_layout.use": True,
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.labelsize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "lines.linewidth": 1.6,
    "lines.markersize": 5,
    "svg.hashsalt": "lqrlib",
    "axes.prop_cycle": cycler(color=[BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY, BLACK]),
}


def looks_of(
    names: Iterable[str], looks: Mapping[str, Look] = METHODS, what: str = "methods"
) -> dict[str, Look]:
    """The looks of some names, in their order.

    Raises
    ------
    ValueError
        If there is no name, or one without a look; says `what` the names are.
    """
    wanted = list(names)
    if not wanted or not set(wanted) <= set(looks):
        raise ValueError(f"expected {what} among {', '.join(looks)}, got {wanted}")
    return {name: looks[name] for name in wanted}


@contextmanager
def drawing(
    rows: int = 1, columns: int = 1, *, width: float = 6.4, height: float = 3.6, **subplots: Any
) -> Iterator[tuple[Figure, Any]]:
    """Open a figure in the book's style: ``with drawing() as (figure, axes):``.

    Width and height in inches; further arguments go to ``matplotlib.pyplot.subplots``. The
    reader's own matplotlib settings are left as they were.
    """
    with plt.rc_context(SETTINGS):
        yield plt.subplots(rows, columns, figsize=(width, height), **subplots)


def describe(figure: Figure, text: str) -> Figure:
    """Attach alt text to a figure and return it."""
    figure.alt_text = " ".join(text.split())  # type: ignore[attr-defined]
    return figure


def band(
    axes: Axes,
    x: NDArray[np.float64],
    samples: NDArray[np.float64],
    look: Look,
    *,
    low: float = 0.0,
    high: float = 1.0,
    label: str | None = None,
    markers: int = 8,
) -> None:
    """Draw the median of samples (S, T) over x (T,), and a band between two quantiles.

    The caption must name the seeds and the quantiles; 0 and 1 are minimum and maximum.
    """
    axes.fill_between(
        x,
        np.quantile(samples, low, axis=0),
        np.quantile(samples, high, axis=0),
        color=look.color,
        alpha=0.2,
        linewidth=0,
    )
    axes.plot(
        x,
        np.median(samples, axis=0),
        color=look.color,
        marker=look.marker,
        markevery=max(1, len(x) // markers),
        label=label or look.label,
    )


def number(value: float) -> str:
    """Write a number for alt text: three significant digits."""
    return f"{float(value):.3g}"


def joined(words: Sequence[str]) -> str:
    """Write a list of words as prose: 'a, b and c'."""
    words = list(words)
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]
