"""Who looks how: a colour *and* a marker for each kind of thing, the same in every chapter.

Okabe-Ito colours throughout; corrected and printed constants in one fixed pair.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

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
# Kinds of data that are not methods, in the order in which a chapter names them.
SERIES = (
    Look(BLUE, "o"),
    Look(ORANGE, "s"),
    Look(GREEN, "^"),
    Look(VERMILION, "v"),
    Look(PURPLE, "D"),
)
# The same where methods stand beside them: no pair of colour and marker that a method has.
OTHERS = (Look(SKY, "P"), Look(PURPLE, "h"), Look(BLACK, "d"), Look(VERMILION, "<"))
PRINTED = Look(VERMILION, "x", "as printed")
CORRECTED = Look(BLUE, "+", "corrected")


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
