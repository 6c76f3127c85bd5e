"""Pictures of estimates from cost queries: bias, variance, horizon, and the Hessian's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lqrlib.validation import Array

from .checking import shaped
from .curves import Curve, Panel, Reference, dashed, points
from .looks import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PRINTED,
    PURPLE,
    SERIES,
    SKY,
    VERMILION,
    Look,
    in_order,
)
from .panels import draw
from .words import number

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
    panel = Panel(
        "probability of failure $\\delta$",
        curves,
        yscale="linear",
        references=[Reference(1, line="-", width=1)],
        legend="right",
        also=Axes.invert_xaxis,
    )
    story = "Open markers: simulated."
    return draw([panel], "promised error / true error", story, height=3.5)


def eigenvalues(exact: Array, estimates: Mapping[str, Mapping[str, Array]]) -> Figure:
    """Draw the sorted eigenvalues of Hessian estimates beside those of the Hessian.

    Parameters
    ----------
    exact : array (d,)
    estimates : mapping from a panel's title to a mapping from a key of `ESTIMATES` to (d,)
    """
    index = np.arange(1, len(exact) + 1)

    def bend(axes: Axes) -> None:
        axes.set_yscale("symlog", linthresh=100)

    panels = []
    for title, found in estimates.items():
        curves = [Curve(index, np.sort(exact), Look(marker="*", label="exact"), size=9)]
        curves += [
            points(
                index, np.sort(shaped(name, values, len(exact))), ESTIMATES[name], size=8, width=2
            )
            for name, values in found.items()
        ]
        panels.append(
            Panel(
                "eigenvalue, in ascending order",
                curves,
                title,
                xscale="linear",
                yscale="symlog",
                xticks=index,
                also=bend,
            )
        )
    return draw(panels, "eigenvalue (dimensionless)", height=3.5)


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
    shaped("means", means, "seeds", len(radii))
    one = [Reference(1, line=":", color=GREY, width=1)]
    left = [
        Curve(radii, means / limit, PRINTED, "measured"),
        dashed(radii, predicted / limit, label="formula", listed=True),
    ]
    right = []
    for count, name, look in (
        (1, "one sample", PRINTED),
        (samples, f"{samples} samples", ESTIMATES["at $K_0$"]),
    ):
        scale = np.sqrt(count) * abs(limit)
        right.append(Curve(radii, deviations / scale, look, name))
        right.append(dashed(radii, promised / scale, label=f"{name}, promised", width=1.2))
    label = "radius $r$ (dimensionless)"
    panels = [
        Panel(
            label,
            left,
            ylabel="mean / its limit (dimensionless)",
            yscale="linear",
            references=one,
            legend="best",
        ),
        Panel(label, right, ylabel="standard deviation / |limit|", references=one, legend="best"),
    ]
    return draw(panels, story=f"The limit of the mean is {number(limit)}.")


def factors(samples: Mapping[str, Array], means: Sequence[float]) -> Figure:
    """Draw how the factor in front of a meta-gradient is distributed.

    Parameters
    ----------
    samples : mapping from a gain's name to values (S,)
    means : sequence of numbers
        The limit of the factor at each gain, drawn as a dashed line.
    """
    limits = shaped("means", means, len(samples))
    low, high = np.quantile(np.concatenate(list(samples.values())), [0.0005, 0.9995])
    edges = np.linspace(low, high, 90)
    curves, words = [], []
    references = [Reference(0, vertical=True, line="-", width=1)]
    for (look, values), limit in zip(in_order(SERIES, samples), limits, strict=True):
        height, _ = np.histogram(values, edges, density=True)
        curves.append(Curve((edges[1:] + edges[:-1]) / 2, height, look, told=False))
        references.append(Reference(limit, vertical=True, color=look.color))
        words.append(
            f"{look.label}: mean {number(values.mean())}, standard deviation "
            f"{number(values.std())}, negative in {number(100 * float(np.mean(values < 0)))} %, "
            f"limit {number(limit)}"
        )
    panel = Panel(
        "factor in front of the gradient (dimensionless)",
        curves,
        xscale="linear",
        references=references,
        ylim=(1e-3, None),
        legend="upper right",
    )
    story = f"""Histogram curves of the factor by which the printed Hessian estimate multiplies a
        gradient; dashed lines at its limits, a solid one at zero. {"; ".join(words)}."""
    return draw([panel], "probability density", story, height=3.5)
