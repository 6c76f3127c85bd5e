"""The tour's figures of two systems and one gain: what sharing costs, and one step to adapt."""

from __future__ import annotations

from typing import Any

import numpy as np

from lqrlib import LQR, maml
from lqrlib.validation import Array
from lqrpapers.figures.curves import Curve, points
from lqrpapers.figures.looks import METHODS, SERIES
from lqrpapers.figures.meta_landscape import scalar_landscapes
from lqrpapers.figures.panels import draw
from lqrpapers.figures.words import joined
from lqrpapers.studies.scalar_landscape import landscape

from . import Live
from .tour import BEST, COST, A, best, column, cost, costs, panel, seen, system, told

BOTH = (A, 0.4)
PAIR = [SERIES[0]._replace(marker=""), SERIES[1]._replace(marker="")]
NAMES = [f"system {i}, a = {a}" for i, a in enumerate(BOTH, 1)]
INNER = 0.05  # the inner step at first


def family() -> tuple[LQR, Array]:
    """Both systems, and rising gains (T,) that stabilize both."""
    ones = np.ones((2, 1, 1))
    both = LQR(column(BOTH), ones, ones, ones)
    return both, np.linspace(max(BOTH) - 1, min(BOTH) + 1, 2003)[1:-1]


def systems(names: list[str]) -> list[dict[str, str]]:
    """Names and colours of both, for the scripts."""
    return [{"label": name, "color": look.color} for name, look in zip(names, PAIR, strict=True)]


def two() -> Live:
    """Step 6: two systems and their average."""
    (both, gains), top = family(), 8.0
    average, common = landscape(both, 0.0, gains)[:2]
    (shared,) = maml.cost(both, column(common), 0.0)
    own = [best(system(a)) for a in BOTH]
    alone = float(np.mean([cost(system(a), k) for a, k in zip(BOTH, own, strict=True)]))
    shown = average <= 1.1 * top
    pairs = zip(BOTH, PAIR, NAMES, strict=True)
    curves = [costs(a, 0.0, look, top, label=name) for a, look, name in pairs]
    curves.append(Curve(gains[shown], average[shown], COST, "average"))
    curves.append(points(common, [shared], BEST))
    story = "Two valleys, and that of their average where both are finite."
    picture = draw([panel(curves, top, xlim=(-0.9, 2.5))], "cost", story, legend_columns=2)
    caption = (
        f"Two systems, $a = {BOTH[0]}$ and $a = {BOTH[1]}$, and the average of their costs. The "
        f"best common gain, {told(common[0])}, lies between their own, {told(own[1])} and "
        f"{told(own[0])}; it costs {told(shared)} on average, each with its own {told(alone)}."
    )
    slider = {"label": "a of system 2", "value": BOTH[1], "least": -1.0, "most": 2.4}
    moving: dict[str, Any] = {"a": A, "k": 1.0, "second": slider, "average": "average"}
    moving |= seen(top) | {"x": [-2.0, 3.4], "systems": systems([NAMES[0], "system 2"])}
    return Live(picture, caption, "tour_two", moving)


def adapt() -> Live:
    """Step 7: the objective of MAML."""
    (both, gains), top, look = family(), 5.0, METHODS["maml"]
    inner = {f"inner step {step:g}": step for step in (0.0, 0.2, INNER)}
    found = {name: landscape(both, step, gains) for name, step in inner.items()}
    picture = scalar_landscapes({"two systems": (gains, found, top)})
    places = found[f"inner step {INNER:g}"].stationary
    floors, heights = places[::2], found[f"inner step {INNER:g}"].heights[::2]
    lowest = floors[int(np.argmin(heights))]
    before = float(maml.cost(both, [[lowest]], 0.0))
    caption = (
        "The average cost of the two systems after each has taken one gradient step of its own "
        "from the gain $k$. Without that step there is one valley; with an inner step of "
        f"{INNER} there are {len(floors)} minima, at {joined([told(k) for k in floors])}. The "
        f"lowest costs {told(heights.min())}, but {told(before)} before the step."
    )
    moving: dict[str, Any] = {"a": list(BOTH), "k": 1.0, "systems": systems(NAMES)}
    moving |= {"inner": {"label": "inner step", "value": INNER, "most": 0.3}}
    moving |= {"objective": look._asdict() | {"label": "after one step each"}} | seen(top)
    return Live(picture, caption, "tour_adapt", moving | {"x": [0.1, 1.5], "y": [1.0, 4.0]})
