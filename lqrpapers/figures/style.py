"""One visual language for the whole book.

A colour *and* a marker for each method, the same in every chapter; measured solid, promised
dashed; corrected and printed constants in one fixed pair; Okabe-Ito colours throughout. Every
figure function of `lqrpapers.figures` takes data and returns a matplotlib figure that carries
``alt_text``, words computed from the same data.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

import matplotlib.pyplot as plt
from cycler import cycler
from matplotlib.figure import Figure

Data = TypeVar("Data")

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
    marker: str = ""
    label: str = ""


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


def in_order(looks: Sequence[Look], curves: Mapping[str, Data]) -> list[tuple[Look, Data]]:
    """Give each curve the look at its place, labelled with the curve's name.

    Raises
    ------
    ValueError
        If there are more curves than looks.
    """
    if len(curves) > len(looks):
        raise ValueError(f"expected at most {len(looks)} curves, got {list(curves)}")
    several = zip(looks, curves.items(), strict=False)
    return [(look._replace(label=name), data) for look, (name, data) in several]


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
    """Attach alt text to a figure, formulas spelled as they are spoken, and return it."""
    spoken = re.sub(r"\$([^$]*)\$", lambda formula: _spoken(formula[1]), text)
    figure.alt_text = " ".join(spoken.split())  # type: ignore[attr-defined]
    return figure


# Commands of TeX that have a sign; of others the name is told.
SIGNS = {
    "alpha": "α", "beta": "β", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "eta": "η",
    "gamma": "γ", "kappa": "κ", "lambda": "λ", "rho": "ρ", "tau": "τ", "Delta": "Δ", "nabla": "∇",
    "sum": "Σ", "times": "×", "|": "‖", ",": " ", "mathcal": "", "ell": "ℓ", "dagger": "†",
}  # fmt: skip


def _spoken(formula: str) -> str:
    """A formula of TeX without its markup: r"\\|\\nabla J\\|_F" becomes "‖∇J‖_F"."""
    signs = re.sub(
        r"\\([A-Za-z]+|.)\s*", lambda command: SIGNS.get(command[1], command[1]), formula
    )
    return re.sub("[{}]", "", signs)


def number(value: float) -> str:
    """Write a number for alt text: three significant digits."""
    return f"{float(value):.3g}"


def joined(words: Sequence[str]) -> str:
    """Write a list of words as prose: 'a, b and c'."""
    words = list(words)
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]
