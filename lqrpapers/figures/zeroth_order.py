"""Pictures of estimates from cost queries: bias, variance, horizon, and the Hessian's."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lqrlib.validation import Array

from ..studies.query_errors import KINDS, Both
from .checking import shaped
from .curves import Curve, Panel, Reference, dashed, points
from .looks import BLACK, GREY, INDIGO, METHODS, PRINTED, SERIES, SKY, Look, in_order
from .panels import draw
from .words import number

ESTIMATES = {
    "one point": METHODS["zeroth_order"]._replace(label="one point"),
    "baseline": SERIES[2]._replace(label="one point, baseline"),
    "two points": Look(SKY, "P", "two points"),
    "as printed": PRINTED,
    "Stein": Look(SKY, "P", "Stein, sphere"),
    "Hessian times gradient": Look(INDIGO, "d", "Hessian times gradient"),
    "at $K_0$": Look(INDIGO, "d", "at $K_0$"),
    "near $K^*$": SERIES[1]._replace(label="near $K^*$"),
}


class Errors(NamedTuple):
    """One panel of error curves on logarithmic axes."""

    x_label: str
    measured: Mapping[str, tuple[Array, Array]]  # {key of `ESTIMATES`: (x (X,), (S, X))}
    promised: Mapping[str, tuple[Array, Array]] = {}  # x and y (X,) by such a key or a label
    points: Mapping[str, tuple[float, float]] = {}  # single values by label, drawn as crosses


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
                line = ("--", ":")[index // 2 % 2]
                curves.append(dashed(*data, look, listed=True, line=line))
        curves += [
            points([at], [value], Look(BLACK, "X"), name, size=9)
            for name, (at, value) in single.items()
        ]
        drawn.append(Panel(x_label, curves, title, ylim=(floor, None)))
    rows = -(-len(panels) // columns)
    first = drawn[0].curves[0]
    ends = first.middle()[[0, -1]]
    story = f"""Measured solid, promised dashed. First {first.name}, from {number(ends[0])} to
        {number(ends[1])}."""
    return draw(drawn, y_label, story, height=height * rows, columns=columns, share=False)


def gradient_errors(
    places: Mapping[str, tuple[Array, Both]], counts: Array, averages: Both
) -> Figure:
    """Draw what `lqrpapers.studies.query_errors` finds at gains that are keys of `ESTIMATES`.

    Bias and one sample over radii (X,) at each; averages of so many samples (X,) at the first.
    """
    label, panels = "radius $r$", {}

    def over(name: str, x: Array, both: Both) -> Errors:
        first, second = ({kind: (x, side[kind]) for kind in KINDS} for side in both)
        return Errors(name, first, second)

    bias, promised = ({k: (x, both[i]["bias"]) for k, (x, both) in places.items()} for i in (0, 1))
    panels["bias, two points"] = Errors(label, bias, promised)
    for place, (radii, both) in places.items():
        short = place.removeprefix("at ")
        if len(panels) == 1:
            panels[f"average, {short}"] = over("samples", counts, averages)
        panels[f"one sample, {short}"] = over(label, radii, both)
    return error_panels(panels, "error / $\\|\\nabla J\\|_F$", height=3.0)


def price_of_certainty(
    failures: Array, ratios: Mapping[str, Array], exact: Collection[str]
) -> Figure:
    """Draw how much more error Bernstein's inequality allows than needed.

    {name: promised over true error (X,)} over probabilities of failure (X,); nan where unknown,
    open markers where simulated and not `exact`.
    """
    curves = [
        Curve(failures, shaped(name, values, len(failures)), look, hollow=name not in exact)
        for name, (look, values) in zip(ratios, in_order(SERIES, ratios), strict=True)
    ]
    axes: Any = {"yscale": "linear", "legend": "right", "also": Axes.invert_xaxis}
    one = [Reference(1, line="-", width=1)]
    panel = Panel("probability of failure $\\delta$", curves, references=one, **axes)
    story = "Open markers: simulated."
    return draw([panel], "promised error / true error", story, height=3.5)


def eigenvalues(exact: Array, estimates: Mapping[str, Mapping[str, Array]]) -> Figure:
    """Draw the sorted eigenvalues (d,) of Hessian estimates beside those of the Hessian (d,).

    `estimates` maps a panel's title to {key of `ESTIMATES`: (d,)}.
    """
    index = np.arange(1, len(exact) + 1)

    def bend(axes: Axes) -> None:
        axes.set_yscale("symlog", linthresh=100)

    panels = []
    axes: Any = {"xscale": "linear", "yscale": "symlog", "xticks": index, "also": bend}
    for title, found in estimates.items():
        curves = [Curve(index, np.sort(exact), Look(marker="8", label="exact"), size=9)]
        curves += [
            points(index, np.sort(values), ESTIMATES[name], size=8, width=2)
            for name, values in found.items()
        ]
        panels.append(Panel("eigenvalue, in ascending order", curves, title, **axes))
    return draw(panels, "eigenvalue", height=3.5)


def printed_hessian(
    radii: Array,
    limit: float,
    measured: Mapping[str, Array],
    promised: Mapping[str, Array],
    samples: int,
) -> Figure:
    """Draw mean and standard deviation of the printed Hessian estimate over the radius (X,).

    Left the "mean" (S, X) of a diagonal entry, a row for each seed, and as promised (X,), over the
    limit as the radius goes to zero. Right the "deviation" (X,) of one sample and of an average of
    `samples`, with the promised one (X,).
    """
    means = shaped("means", measured["mean"], "seeds", len(radii))
    one = [Reference(1, line=":", color=GREY, width=1)]
    left = [
        Curve(radii, means / limit, PRINTED, "measured"),
        dashed(radii, promised["mean"] / limit, label="formula", listed=True),
    ]
    right = []
    many = f"{samples} samples"
    for count, name, look in ((1, "one sample", PRINTED), (samples, many, ESTIMATES["at $K_0$"])):
        scale = np.sqrt(count) * abs(limit)
        right.append(Curve(radii, measured["deviation"] / scale, look, name))
        formula = promised["deviation"] / scale
        right.append(dashed(radii, formula, label=f"{name}, promised", width=1.2))
    label, mean = "radius $r$", "mean / its limit"
    axes: Any = {"references": one, "legend": "best"}
    panels = [
        Panel(label, left, ylabel=mean, yscale="linear", **axes),
        Panel(label, right, ylabel="standard deviation / |limit|", **axes),
    ]
    return draw(panels, story=f"The limit of the mean is {number(limit)}.")


def factors(samples: Mapping[str, Array], means: Sequence[float]) -> Figure:
    """Draw how the factor in front of a meta-gradient is distributed, {gain: (S,)}.

    The limit of each gain, one of `means`, is a dashed line.
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
            f"{look.label}: mean {number(values.mean())}, negative in "
            f"{number(100 * float(np.mean(values < 0)))} %, limit {number(limit)}"
        )
    axes: Any = {"xscale": "linear", "ylim": (1e-3, None), "legend": "upper right"}
    label = "factor in front of the gradient"
    panel = Panel(label, curves, references=references, **axes)
    story = f"""By this factor the printed Hessian estimate multiplies a gradient; dashed lines at
        its limits. {"; ".join(words)}."""
    return draw([panel], "probability density", story, height=3.5)
