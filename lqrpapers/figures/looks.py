"""Who looks how: a colour *and* a marker for each kind of thing, the same in every chapter.

Okabe-Ito colours for methods, Tol's muted ones beside them; corrected and printed constants in one
fixed pair.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeVar

Data = TypeVar("Data")

BLACK = "#000000"
ORANGE = "#E69F00"
SKY = "#56B4E9"
GREEN = "#009E73"
BLUE = "#0072B2"
VERMILION = "#D55E00"
PURPLE = "#CC79A7"
GREY = "#767676"
OLIVE = "#8B8000"
WINE = "#882255"
INDIGO = "#332288"


class Look(NamedTuple):
    """Colour, marker and label of one kind of thing."""

    color: str = BLACK
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
# Steps, levels, cases and systems, in the order in which a chapter names them: neither colour nor
# marker of a method. Neighbours differ in lightness, too, for prints in grey.
SERIES = tuple(map(Look, (SKY, WINE, OLIVE, INDIGO, GREY), "Ph<dp"))
PRINTED = Look(VERMILION, "x", "as printed")
CORRECTED = Look(BLUE, "+", "corrected")


def by_name(
    curves: Mapping[str, Data], looks: Mapping[str, Look] = METHODS, what: str = "methods"
) -> list[tuple[Look, Data]]:
    """Give each curve the look of its name, or ValueError that says `what` the names are."""
    if not curves or not set(curves) <= set(looks):
        raise ValueError(f"expected {what} among {', '.join(looks)}, got {list(curves)}")
    return [(looks[name], data) for name, data in curves.items()]


def in_order(looks: Sequence[Look], curves: Mapping[str, Data]) -> list[tuple[Look, Data]]:
    """Give each curve the look at its place, labelled with its name; ValueError if they run out."""
    if len(curves) > len(looks):
        raise ValueError(f"expected at most {len(looks)} curves, got {list(curves)}")
    several = zip(looks, curves.items(), strict=False)
    return [(look._replace(label=name), data) for look, (name, data) in several]
