"""Which guarantees are sharp: a row for each bound, on one logarithmic axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from lqrlib.validation import Array

from .looks import BLACK, CORRECTED, GREY, INDIGO, OLIVE, PRINTED, SKY, Look, in_order
from .style import PROMISED, describe, drawing
from .words import number

SHARP = CORRECTED._replace(label="our constants")
LANES = {"printed": (PRINTED, -0.17), "sharp": (SHARP, 0.17)}
LEFT, RIGHT = 1e-16, 1e4
# What a row is called in the picture where its name has a formula.
FORMULAS = {"E_K": "$E_K$", "c_pg": "$c_{pg}$", "1/L": "$1/L$"}
SYSTEMS = (Look(SKY, "P"), Look(OLIVE, "<"), Look(INDIGO, "d"))


class Row(NamedTuple):
    """Ratios of one bound."""

    chapter: int
    name: str
    ratios: Mapping[str, Array]  #: By form, on an ensemble (S,).
    worst: Mapping[str, float]  #: By form, found by a search; none where none was made.
    systems: Mapping[str, float]  #: By system, in the last form.


def tightness(rows: Sequence[Row]) -> Figure:
    """Draw left side over right side: median and 5 to 95 % (bars), the worst found (open).

    The upper lane of a row is for the printed form, the lower one for the sharp form. What lies
    beyond the axis is drawn as a triangle at its end, nothing where both sides are 0.
    """
    with drawing(width=5.4, height=0.34 * len(rows) + 1.4) as (figure, axes):
        for place, row in enumerate(rows):
            for form, ratios in row.ratios.items():
                _lane(axes, place, form, ratios, row.worst.get(form))
            for look, ratio in in_order(SYSTEMS, row.systems):
                style: Any = {"markersize": 4.5, "alpha": 0.8, "linestyle": "none", "zorder": 2}
                axes.plot(
                    _seen(ratio or np.nan), place + 0.17, look.marker, color=look.color, **style
                )
        axes.axvline(1, color=BLACK, linewidth=1.2, **PROMISED)
        _chapters(axes, rows)
        axes.set(xscale="log", xlim=(LEFT, RIGHT), ylim=(len(rows) - 0.5, -0.5))
        axes.set_xlabel("left side / right side")
        axes.set_yticks(range(len(rows)), [_label(row.name) for row in rows])
        axes.grid(axis="y", visible=False)
        named = [look for look, _ in in_order(SYSTEMS, rows[0].systems)]
        handles = [_key(look, line="-") for look, _ in LANES.values()]
        handles += [_key(Look(GREY, "o", "worst found"), hollow=True)]
        handles += [_key(Look(GREY, ">", "beyond the edge"), hollow=True), *map(_key, named)]
        figure.legend(handles=handles, loc="outside upper center", ncols=3)
    return describe(figure, _words(rows))


def _label(name: str) -> str:
    for plain, formula in FORMULAS.items():
        name = name.replace(plain, formula)
    return name


def _seen(ratio: float) -> float:
    return float(np.clip(ratio, LEFT, RIGHT))


def _lane(axes: Axes, place: int, form: str, ratios: Array, worst: float | None) -> None:
    look, shift = LANES[form]
    ends = [_seen(end) for end in np.quantile(ratios, (0.05, 0.5, 0.95), method="nearest")]
    axes.plot(ends[::2], [place + shift] * 2, color=look.color, linewidth=2.5, alpha=0.6)
    axes.plot(ends[1], place + shift, look.marker, color=look.color, markeredgewidth=1.8, zorder=3)
    style: Any = {"markerfacecolor": "white", "clip_on": False, "zorder": 4}
    if ends[0] == LEFT:
        axes.plot(LEFT, place + shift, "<", color=look.color, **style)
    if worst is not None:
        marker = "o" if worst < RIGHT else ">"
        axes.plot(_seen(worst), place + shift, marker, color=look.color, **style)


def _chapters(axes: Axes, rows: Sequence[Row]) -> None:
    """A line between chapters, and their numbers at the right."""
    for place, row in enumerate(rows):
        if place == 0 or row.chapter != rows[place - 1].chapter:
            axes.axhline(place - 0.5, color=GREY, linewidth=0.6)
            style: Any = {"color": GREY, "fontsize": 8, "va": "top", "ha": "right"}
            axes.text(RIGHT, place - 0.45, f"chapter {row.chapter}", **style)


def _key(look: Look, line: str = "", hollow: bool = False) -> Line2D:
    face = "white" if hollow else look.color
    style: Any = {"marker": look.marker, "linestyle": line or "none", "label": look.label}
    return Line2D([], [], color=look.color, markerfacecolor=face, **style)


def _words(rows: Sequence[Row]) -> str:
    """What is sharp, what is far off, and what is exceeded."""
    last = {row.name: row.ratios[[*row.ratios][-1]] for row in rows}
    medians = sorted((float(np.median(ratios)), name) for name, ratios in last.items())
    worst = [row.worst[form] for row in rows for form in row.worst if form == "sharp"]
    above = [row.name for row in rows if row.worst.get("printed", 0.0) > 1.001]
    return f"""Left over right side of {len(rows)} bounds, log axis. Medians of our constants go
        from {number(medians[0][0])} ({medians[0][1]}) to {number(medians[-1][0])}
        ({medians[-1][1]}). Of the worst problems found {sum(w > 0.99 for w in worst)} of
        {len(worst)} use more than 0.99 of our bound, none more than {number(max(worst))};
        printed bounds exceeded: {", ".join(above) or "none"}."""
