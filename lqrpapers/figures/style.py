"""One visual language for the whole book: measured solid, promised dashed, one setting of fonts.

Every figure function of `lqrpapers.figures` takes data and returns a matplotlib figure that carries
``alt_text``, words computed from the same data. Colours and markers are in `looks`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib.pyplot as plt
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..notebook import readable
from .looks import BLACK, BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILION

PROMISED = {"linestyle": "--"}
Point = tuple[float, float]
LONGEST, REST = 400, ". The rest is in its data."  # of alt text

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
    "svg.fonttype": "path",
    "svg.hashsalt": "lqrlib",
    "axes.prop_cycle": cycler(color=[BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY, BLACK]),
}


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


def note(axes: Axes, text: str, at: Point, offset: Point = (0, 0), **style: Any) -> None:
    """Write a text, `offset` points away from a place."""
    axes.annotate(text, at, offset, textcoords="offset points", **style)


def describe(figure: Figure, text: str) -> Figure:
    """Attach alt text to a figure, formulas spelled as they are spoken, and return it.

    What is longer than a listener bears ends at a semicolon or full stop: the data have the rest.
    """
    said = " ".join(readable(spoken(text)).split())
    if len(said) > LONGEST:
        whole = re.match(rf"(.{{1,{LONGEST - len(REST)}}}[^\d .;])[;.](?= )", said)
        said = (whole[1] if whole else said[: LONGEST - len(REST)]) + REST
    figure.alt_text = said  # type: ignore[attr-defined]
    return figure


def spoken(text: str) -> str:
    """The text with its formulas between dollars spelled as they are spoken."""
    return re.sub(r"\$([^$]*)\$", lambda formula: _spoken(formula[1]), text)


# Commands of TeX that have a sign; of others the name is told.
LETTERS = "alpha beta gamma delta epsilon eta kappa lambda rho tau chi Delta nabla sum ell dagger"
SIGNS = dict(zip(LETTERS.split(), "αβγδεηκλρτχΔ∇Σℓ†", strict=True))
SIGNS |= {"varepsilon": "ε", "times": " × ", "|": "‖", ",": " ", "mathcal": ""}


def _spoken(formula: str) -> str:
    """A formula of TeX without its markup: r"\\|\\nabla J\\|_F" becomes "‖∇J‖_F"."""
    command = r"\\([A-Za-z]+|.)( +(?=[A-Za-z]))?"
    signs = re.sub(command, lambda found: SIGNS.get(found[1], found[1]), formula)
    return re.sub("[{}]", "", signs)
