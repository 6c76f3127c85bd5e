"""Pictures of estimates from cost queries: bias, variance, horizon, and what a Hessian costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lqrlib.validation import Array

from .checking import shaped
from .curves import Curve, Panel, Reference, dashed, points
from .looks import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, SERIES, SKY, VERMILION, Look, in_order
from .panels import draw

ESTIMATES = {
    "one point": Look(VERMILION, "v", "one point"),
    "one point, baseline": Look(ORANGE, "s", "one point, baseline"),
    "two points": Look(SKY, "^", "two points"),
    "as printed": Look(VERMILION, "x", "as printed"),
    "Stein": Look(BLUE, "+", "Stein, sphere"),
    "Hessian times gradient": Look(GREEN, "^", "Hessian times gradient"),
    "at $K_0$": Look(BLUE, "o", "at $K_0$"),
    "near $K^*$": Look(PURPLE, "D", "near $K^*$"),
}


class Errors(NamedTuple):
    """One panel of error curves on logarithmic axes.

    Attributes
    ----------
    x_label : str
    measured : mapping from a key of `ESTIMATES` to (x (X,), samples (S, X))
    promised : mapping from a key of `ESTIMATES`, or another label, to (x (X,), y (X,))
        Formulas and bounds, dashed.
    points : mapping from a label to (x, y)
        Single values, drawn as stars.
    """

    x_label: str
    measured: Mapping[str, tuple[Array, Array]]
    promised: Mapping[str, tuple[Array, Array]] = {}
    points: Mapping[str, tuple[float, float]] = {}


def error_panels(
    panels: Mapping[str, Errors],
    y_label: str,
    *,
    columns: int = 2,
    height: float = 3.7,
    floor: float | None = None,
) -> Figure:
    """Draw panels of errors: measured medians with their spread solid, formulas dashed.

    Nothing below `floor` is drawn.
    """
    drawn = []
    for title, (x_label, measured, promised, single) in panels.items():
        curves = [Curve(*data, ESTIMATES[name]) for name, data in measured.items()]
        for index, (name, data) in enumerate(promised.items()):
            if name in ESTIMATES:
                label = f"{ESTIMATES[name].label}, promised"
                curves.append(dashed(*data, label=label, width=1.2))
            else:
                look = Look((GREY, BLACK)[index % 2], "", name)
                curves.append(dashed(*data, look, listed=True))
        curves += [
            points([at], [value], Look(BLACK, "*"), name, size=11)
            for name, (at, value) in single.items()
        ]
        drawn.append(Panel(x_label, curves, title, ylim=(floor, None)))
    rows = -(-len(panels) // columns)
    story = "Measured solid, promised dashed."
    return draw(drawn, y_label, story, height=height * rows, columns=columns, share=False)


def price_of_certainty(failures: Array, ratios: Mapping[str, tuple[Array, bool]]) -> Figure:
    """Draw how much more error Bernstein's inequality allows than needed.

    Parameters
    ----------
    failures : array (X,)
        Probabilities of failure promised.
    ratios : mapping from a name to (ratios (X,), exact)
        Promised error over true error; nan where unknown. Simulated ones (exact false) are drawn
        with open markers.
    """
    curves = [
        Curve(failures, shaped(look.label, values, len(failures)), look, hollow=not exact)
        for look, (values, exact) in in_order(SERIES, ratios)
    ]
    panel = Panel("probability of failure $\\delta$", curves, yscale="linear",
                  references=[Reference(1, line="-", width=1)], legend="right",
                  also=Axes.invert_xaxis)  # fmt: skip
    story = "Open markers: simulated."
    return draw([panel], "promised error / true error", story, height=3.5)
