"""Pictures of Hessian estimates: eigenvalues, mean and noise, and what they do to a step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lqrlib.validation import Array

from .checking import shaped
from .curves import Curve, Panel, Reference, dashed, points
from .looks import GREY, PRINTED, SERIES, Look, in_order
from .panels import draw
from .words import number
from .zeroth_order import ESTIMATES


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
            points(index, np.sort(shaped(name, values, len(exact))), ESTIMATES[name], size=8,
                   width=2)
            for name, values in found.items()
        ]  # fmt: skip
        panels.append(
            Panel("eigenvalue, in ascending order", curves, title, xscale="linear",
                  yscale="symlog", xticks=index, also=bend)
        )  # fmt: skip
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
        Panel(label, left, ylabel="mean / its limit (dimensionless)", yscale="linear",
              references=one, legend="best"),
        Panel(label, right, ylabel="standard deviation / |limit|", references=one, legend="best"),
    ]  # fmt: skip
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
        "factor in front of the gradient (dimensionless)", curves, xscale="linear",
        references=references, ylim=(1e-3, None), legend="upper right",
    )  # fmt: skip
    story = f"""Histogram curves of the factor by which the printed Hessian estimate multiplies a
        gradient; dashed lines at its limits, a solid one at zero. {"; ".join(words)}."""
    return draw([panel], "probability density", story, height=3.5)
