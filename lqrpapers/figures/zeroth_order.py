"""Pictures of estimates from cost queries: bias, variance, horizon, and what a Hessian costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from .estimation import matching, name_panel, spread
from .style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PROMISED,
    PURPLE,
    SKY,
    VERMILION,
    Look,
    describe,
    drawing,
    number,
)

Array = NDArray[np.float64]

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
SERIES = (
    Look(BLUE, "o", ""),
    Look(ORANGE, "s", ""),
    Look(GREEN, "^", ""),
    Look(VERMILION, "v", ""),
    Look(PURPLE, "D", ""),
)


class Panel(NamedTuple):
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
    panels: Mapping[str, Panel],
    y_label: str,
    *,
    columns: int = 2,
    height: float = 3.7,
    floor: float | None = None,
) -> Figure:
    """Draw panels of errors: measured medians with their spread solid, formulas dashed.

    Nothing below `floor` is drawn.
    """
    rows = -(-len(panels) // columns)
    words: list[str] = []
    seen: dict[str, Any] = {}
    with drawing(rows, columns, height=height * rows, squeeze=False) as (figure, grid):
        for axes, (title, panel) in zip(grid.flat, panels.items(), strict=False):
            for name, (x, samples) in panel.measured.items():
                matching(name, x, samples)
                look = ESTIMATES[name]
                spread(axes, x, samples, look, look.label)
                middle = np.median(samples, axis=0)
                words.append(
                    f"{title}, {look.label}: median {number(middle[0])} at {number(x[0])}, "
                    f"{number(middle[-1])} at {number(x[-1])}"
                )
            for index, (name, (x, y)) in enumerate(panel.promised.items()):
                if name in ESTIMATES:
                    axes.plot(x, y, color=BLACK, linewidth=1.2, **PROMISED)
                else:
                    color = (GREY, BLACK)[index % 2]
                    axes.plot(x, y, color=color, label=name, **PROMISED)
                words.append(f"{title}, promised for {name}: {number(y[0])} to {number(y[-1])}")
            for name, (at, value) in panel.points.items():
                axes.plot([at], [value], "*", color=BLACK, markersize=11, label=name)
                words.append(f"{title}, {name}: {number(value)} at {number(at)}")
            axes.set_xscale("log")
            axes.set_yscale("log")
            axes.set_xlabel(panel.x_label)
            if floor is not None:
                axes.set_ylim(bottom=floor)
            name_panel(axes, title)
            for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
                seen.setdefault(label, handle)
        for row in grid:
            row[0].set_ylabel(y_label)
        figure.legend(list(seen.values()), list(seen), loc="outside upper center", ncols=3)
    text = f"""{len(panels)} panels on log axes; measured solid, promised dashed.
        {"; ".join(words)}."""
    return describe(figure, text)


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
    words = []
    with drawing(height=3.5) as (figure, axes):
        for look, (name, (values, exact)) in zip(SERIES, ratios.items(), strict=False):
            if np.shape(values) != np.shape(failures):
                raise ValueError(
                    f"{name}: expected shape {np.shape(failures)}, got {np.shape(values)}"
                )
            axes.plot(
                failures,
                values,
                color=look.color,
                marker=look.marker,
                markerfacecolor=look.color if exact else "white",
                label=name,
            )
            known = np.isfinite(values)
            words.append(
                f"{name}: {number(values[known][0])} at {number(failures[known][0])}, "
                f"{number(values[known][-1])} at {number(failures[known][-1])}"
            )
        axes.axhline(1, color=BLACK, linewidth=1)
        axes.set_xscale("log")
        axes.invert_xaxis()
        axes.set_xlabel("probability of failure $\\delta$")
        axes.set_ylabel("promised error / true error")
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    text = f"""Line plot of the error that a Bernstein inequality promises over the true one,
        against the probability of failure. {"; ".join(words)}."""
    return describe(figure, text)
