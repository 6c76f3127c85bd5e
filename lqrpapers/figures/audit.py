"""Pictures of an audit: recorded errors beside exact ones, recorded runs on one clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure

from lqrlib.validation import Array

from ..recorded.s1 import Training
from .checking import shaped
from .curves import Curve, Panel, Reference, dashed, points
from .looks import SERIES, Look, in_order
from .model_free_maml import LEVELS
from .panels import draw
from .words import number

LOOKS = SERIES[:2]


class Errors(NamedTuple):
    """Relative errors of estimates from so many roll-outs."""

    counts: Array  # (X,), of the recorded estimates
    recorded: Array  # (S, X)
    exact: Array  # (Y,), root mean squares at the common grid
    floor: float  # that of infinitely many
    ours: tuple[Array, Array]  # numbers (Z,) and errors (R, Z) of our own estimates


def estimate_errors(grid: Array, kinds: Mapping[str, Errors], wanted: float) -> Figure:
    """Draw errors over the number of roll-outs (Y,), all on the left, near `wanted` on the right.

    Points are root mean squares of several estimates, as the exact curves are; bars span them.
    """
    curves: list[Curve] = []
    words = []
    silent: Any = {"told": False}
    for look, found in in_order(LOOKS, kinds):
        recorded = shaped(look.label, found.recorded, "estimates", len(found.counts))
        x, y = found.ours
        floor = np.full(len(grid), found.floor)
        curves += [
            _ranges(found.counts, recorded, look, f"{look.label}, recorded"),
            _ranges(x, y, look, f"{look.label}, ours", hollow=True),
            dashed(grid, found.exact, look, f"{look.label}, exact", listed=True),
            dashed(grid, floor, look, f"{look.label}, floor", line=":", listed=True, **silent),
        ]
        first, last = root_mean_square(recorded)[[0, -1]]
        ends = f"recorded {number(first)} falling to {number(last)}"
        words.append(f"{look.label} {ends}; exact root mean squares tend to {number(found.floor)}")
    aim = Reference(wanted, f"{100 * wanted:.0f} %", line="-")
    near: Any = {"xlim": (grid[-1] / 500, grid[-1]), "ylim": (0.7 * wanted, 1.7 * wanted)}
    near |= {"yscale": "linear", "title": f"near {100 * wanted:.0f} %"}
    seen = [replace(curve, told=False) for curve in curves]
    panels = [
        Panel("roll-outs", curves, "all", references=[aim]),
        Panel("roll-outs", seen, references=[aim], **near),
    ]
    story = f"Errors of gradient estimates: {'; '.join(words)}."
    label = "relative error"
    return draw(panels, label, story, height=4.2, legend_columns=3, share=False)


def root_mean_square(samples: Array) -> Array:
    """That of samples (S, X), (X,)."""
    return np.asarray(np.sqrt(np.mean(np.square(samples), axis=0)))


def _ranges(x: Array, samples: Array, look: Look, label: str, **style: Any) -> Curve:
    """Root mean squares of samples (S, X), with bars from the least to the largest."""
    ends = samples.min(axis=0), samples.max(axis=0)
    style |= {"between": ends, "bars": True, "told": False}
    return points(x, root_mean_square(samples), look, label, **style)


def clocks(runs: Mapping[str, Training], scale: float = 1000.0) -> Figure:
    """Draw recorded gaps over iterations t, and over the clock: `scale` times step size times t."""
    panels: list[Panel] = []
    for label in ("iterations $t$", rf"clock ${scale:.0f}\,\eta t$"):
        curves = []
        for look, run in in_order(LEVELS, runs):
            x = scale * run.step_size * run.iterations if panels else run.iterations
            curves.append(points(x, run.gaps, look, look.label, hollow=True, size=5, every=2))
        panels.append(Panel(label, curves, xscale="linear"))
    return draw(panels, "gap", "Recorded gaps.", legend_columns=1)
