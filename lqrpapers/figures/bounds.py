"""Printed constants beside corrected ones, measured against the quantity they bound."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from lqrlib.validation import Array

from .checking import shaped
from .curves import Curve, Panel, Reference
from .looks import BLACK, CORRECTED, PRINTED, Look
from .panels import draw
from .style import PROMISED, describe, drawing
from .words import number


def _boxes(axes: Axes, values: list[Array], places: Array, look: Look) -> None:
    axes.boxplot(
        values,
        positions=places,
        orientation="horizontal",
        widths=0.3,
        whis=(5, 100),
        showfliers=False,
        patch_artist=True,
        manage_ticks=False,
        boxprops={"facecolor": look.color, "edgecolor": look.color, "alpha": 0.35},
        medianprops={"color": look.color, "linewidth": 1.8},
        whiskerprops={"color": look.color},
        capprops={"color": look.color},
    )
    axes.plot([v.max() for v in values], places, look.marker, color=look.color, markersize=7)


def printed_and_corrected(panels: Mapping[str, Mapping[str, tuple[Array, Array]]]) -> Figure:
    """Draw the ratios quantity / bound, printed bound above corrected bound, as box plots.

    Parameters
    ----------
    panels : mapping from a panel's name to a mapping from a quantity's name to a pair of arrays
        Ratios (S,) under the printed and under the corrected bound; above 1 is a violation. A
        ratio that is not positive belongs to a bound that is not positive: such a bound fails, is
        counted in the alt text and has no place on the logarithmic axis. Whiskers run from the
        5 % quantile to the largest ratio.
    """
    names = [list(rows) for rows in panels.values()]
    if any(other != names[0] for other in names):
        raise ValueError(f"panels: expected the same quantities in each, got {names}")
    words = []
    with drawing(1, len(panels), height=4.2, sharey=True, squeeze=False) as (figure, grid):
        rows = np.arange(len(names[0]))[::-1].astype(float)
        for axes, (title, pairs) in zip(grid[0], panels.items(), strict=True):
            for side, (look, shift) in enumerate(((PRINTED, 0.18), (CORRECTED, -0.18))):
                values = [pair[side] for pair in pairs.values()]
                shown = [v[np.isfinite(v) & (v > 0)] for v in values]
                _boxes(axes, shown, rows + shift, look)
                for name, all_of, seen in zip(pairs, values, shown, strict=True):
                    above = all_of.size - int(np.count_nonzero((all_of > 0) & (all_of <= 1 + 1e-9)))
                    words.append(
                        f"{title}, {name} {look.label}: median {number(np.median(seen))}, largest "
                        f"{number(seen.max())}, violated in {above} of {all_of.size}"
                    )
            axes.axvline(1, color=BLACK, **PROMISED)
            axes.set_xscale("log")
            axes.annotate(
                title, (0.03, 1.0), xycoords="axes fraction", ha="left", va="bottom", weight="bold"
            )
            axes.grid(axis="y", visible=False)
        grid[0, 0].set_yticks(rows, names[0])
        figure.supxlabel("quantity / its bound (dimensionless)", fontsize=10)
        handles = [Patch(color=k.color, alpha=0.5, label=k.label) for k in (PRINTED, CORRECTED)]
        figure.legend(handles=handles, loc="outside upper center", ncols=2)
    text = f"""Box plots, on a log scale, of each quantity over its bound, with a dashed line at 1
        that no valid bound crosses; boxes are quartiles, whiskers run
        from the 5 % quantile to the largest. {"; ".join(words)}."""
    return describe(figure, text)


def violation_curves(panels: Mapping[str, tuple[str, Array, Array, Array]]) -> Figure:
    """Draw how far a printed and a corrected bound are from the truth as one number varies.

    Parameters
    ----------
    panels : mapping from a panel's name to (label of the axis, x, printed, corrected)
        x (S,), and the ratios quantity / bound (S,). A printed bound that is not positive has no
        ratio; that stretch is shaded.
    """
    drawn, stretches = [], []
    for name, (label, x, printed, corrected) in panels.items():
        shaped(name, printed, len(x))
        lost = ~(printed > 0)

        def shade(axes: Axes, where: Array = x[lost]) -> None:
            if where.size:
                axes.axvspan(where.min(), where.max(), color=PRINTED.color, alpha=0.15, lw=0)

        if lost.any():
            ends = f"{number(x[lost].min())} to {number(x[lost].max())}"
            stretches.append(f"{name}: printed bound not positive from {ends} (shaded).")
        curves = [
            Curve(x, np.where(lost, np.nan, printed), PRINTED),
            Curve(x, corrected, CORRECTED),
        ]
        drawn.append(Panel(label, curves, name, references=[Reference(1, width=1)], also=shade))
    label = "quantity / bound (dimensionless)"
    return draw(drawn, label, " ".join(stretches), height=3.2)
