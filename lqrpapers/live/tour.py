"""The tour's figures of one system: x+ = a x + u under u = -k x, unit weights.

One function for each of the first five steps of ``pages/tour.md``; those of two systems are in
`tour_pairs`. The scripts compute with ``one_state.js``; pictures, captions and starting values come
from `lqrlib`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

import lqrlib
from lqrlib import LQR, directions, systems
from lqrlib.validation import Array
from lqrpapers.constants import printed
from lqrpapers.figures.curves import LINEAR, Curve, Panel, Reference, dashed, points
from lqrpapers.figures.looks import BLACK, GREY, METHODS, SERIES, SKY, Look
from lqrpapers.figures.panels import draw
from lqrpapers.notebook import readable

from . import Live

A = 1.2
GAINS, TOP = (-0.1, 2.5), 12.0  # what is seen: gains, and costs up to this one
COST, BEST, STATE = Look(BLACK, label="cost"), METHODS["optimum"], Look(SKY, "h")
TIMES = 20
WALK = TOLD = 20  # steps of a descent that are drawn, and after which the sentence tells


def system(a: float = A, noise: float = 0.0) -> LQR:
    """x+ = (a + delta) x + u with unit weights, delta of this variance."""
    return systems.scalar(a, 1.0, 1.0, 1.0, state_variance=noise)


def column(gains: ArrayLike) -> Array:
    """Gains (T,) as a stack (T, 1, 1)."""
    return np.asarray(gains, dtype=float)[:, None, None]


def best(problem: LQR) -> float:
    """The optimal gain."""
    return float(lqrlib.optimal_gain(problem)[0, 0])


def cost(problem: LQR, gain: float) -> float:
    """The cost of one gain."""
    return float(lqrlib.cost(problem, [[gain]]))


def told(value: float) -> str:
    """A number in a caption."""
    return readable(f"{value:.3g}")


def panel(curves: list[Curve], height: float = TOP, title: str = "", **changes: Any) -> Panel:
    """Axes with the gain across."""
    return Panel("gain $k$", curves, title, **LINEAR | {"ylim": (0.0, height)} | changes)


def ends(a: float = A, noise: float = 0.0) -> list[Reference]:
    """Lines at the ends of the interval of gains that stabilize."""
    reach = np.sqrt(1 - noise)
    lines: Any = {"vertical": True, "line": ":", "color": GREY}
    return [Reference(round(a - reach, 12), **lines), Reference(round(a + reach, 12), **lines)]


def inside(a: float = A, noise: float = 0.0, count: int = 601) -> Array:
    """Rising gains (T,) between those ends."""
    reach = np.sqrt(1 - noise)
    return np.linspace(a - reach, a + reach, count + 2)[1:-1]


def costs(a: float, noise: float, look: Look, top: float = TOP, **changes: Any) -> Curve:
    """The cost over the gain, as high as is seen."""
    gains = inside(a, noise)
    values = lqrlib.cost(system(a, noise), column(gains))
    seen = values <= 1.1 * top
    return Curve(gains[seen], values[seen], look, **changes)


def seen(top: float = TOP) -> dict[str, Any]:
    """The axes of a script's plot."""
    return {"x": list(GAINS), "y": [0.0, top], "labels": ["gain k", "cost"]}


def stable() -> Live:
    """Step 1: the state over time."""
    gains, times = (0.5, 1.9, 0.1), np.arange(TIMES + 1)
    curves = [
        Curve(times, (A - k) ** times, look, f"k = {k:g}")
        for k, look in zip(gains, SERIES, strict=False)
    ]
    labels = ["time t", "state"]
    axes: Any = LINEAR | {"ylim": (-1.6, 2.6), "xticks": np.arange(0, TIMES + 1, 5)}
    picture = draw([Panel("time $t$", curves, **axes)], "state $x_t$", "It starts at 1.")
    factors = [readable(f"{A - k:.2g}") for k in gains]
    caption = (
        f"The state $x_t$ from $x_0 = 1$, for $a = {A}$. Each step multiplies it by $a - k$: with "
        f"$k = {gains[0]}$ by {factors[0]}, and it shrinks; with $k = {gains[1]}$ by {factors[1]}, "
        f"and it shrinks with a new sign at every step; with $k = {gains[2]}$ by {factors[2]}, and "
        "it grows."
    )
    look = {"color": STATE.color, "marker": STATE.marker}
    data = {"a": A, "k": gains[0], "gains": [-0.2, 2.6], "x": [0, TIMES], "y": [-2.0, 2.0]}
    return Live(picture, caption, "tour_stable", data | look | {"labels": labels})


def valley() -> Live:
    """Step 2: the cost over the gain."""
    problem = system()
    k = best(problem)
    curves = [costs(A, 0.0, COST), points([k], [cost(problem, k)], BEST)]
    story = "One valley between two dotted ends, where it is infinite."
    picture = draw([panel(curves, references=ends(), xlim=GAINS)], "cost $C(k)$", story)
    caption = (
        f"The cost $C(k)$ for $a = {A}$: infinite at $k = {told(A - 1)}$ and $k = {told(A + 1)}$, "
        f"with one valley between. Its floor, at $k^* = {told(k)}$, costs {told(cost(problem, k))}."
    )
    moving = {"a": A, "k": 1.5, "noise": None} | seen()
    return Live(picture, caption, "tour_cost", moving)


def downhill() -> Live:
    """Step 3: gradient descent with three steps."""
    problem, start, look = system(), 1.5, METHODS["gradient"]
    k, words = best(problem), []
    panels: list[Panel] = []
    for step in (0.005, 0.17, 0.25):
        method = directions.gradient(problem)
        run = lqrlib.descend(method, [[start]], step, WALK, on_leave="flag")
        path, heights = run.gains[:, 0, 0], lqrlib.cost(problem, run.gains)
        first = start - step * float(method([[start]])[0, 0])
        end = "out of the interval" if run.left else f"and {WALK} lead to {told(path[-1])}"
        words.append(f"with $\\eta = {step}$ the first step leads to {told(first)}, {end}")
        style: Any = {"told": False, "listed": not panels}
        curves = [costs(A, 0.0, COST, **style), Curve(path, heights, look, **style)]
        curves.append(points([k], [cost(problem, k)], BEST, **style))
        panels.append(panel(curves, 8.0, f"step {step}", top=8.0, xlim=(-0.1, 2.3)))
    story = f"From k = {start}: {'; '.join(words)}."
    picture = draw(panels, "cost $C(k)$", story, width=7.2)
    caption = f"Gradient descent on the cost from $k = {start}$: {'; '.join(words)}."
    moving = {"a": A, "start": start, "drawn": WALK, "told": TOLD} | seen() | look._asdict()
    moving |= {"steps": {"value": 0.005, "least": 1e-3, "most": 1.0}}
    return Live(picture, caption, "tour_downhill", moving)


def domination() -> Live:
    """Step 4: gap and squared slope."""
    problem, top, start = system(), 8.0, 1.2
    gains = inside()
    at = lqrlib.at_gain(problem, column(gains))
    scale = float(printed.gradient_domination(problem, [[start]]))
    promise = at.gradient[:, 0, 0] ** 2 / scale
    low, high = at.gap <= top, promise <= top
    names = ["gap C(k) − C(k*)", "slope² / λ: what the slope certifies"]
    curves = [
        Curve(gains[low], at.gap[low], COST, "gap $C(k) - C(k^*)$"),
        dashed(gains[high], promise[high], COST, "slope$^2/\\lambda$", listed=True),
    ]
    here = lqrlib.at_gain(problem, [[start]])
    times = float(here.gradient[0, 0] ** 2 / scale / here.gap)
    story = "Both are zero at the best gain only; the dashed line is above the solid one."
    picture = draw([panel(curves, top, xlim=GAINS)], "cost", story)
    caption = (
        f"The gap to the least cost (solid) and the squared slope over $\\lambda = {told(scale)}$ "
        f"(dashed). The dashed line is nowhere below the solid one; at $k = {start}$ it is "
        f"{told(times)} times as high. Where the slope is small, so is the gap."
    )
    moving = {"a": A, "k": start, "names": names} | seen(top)
    return Live(picture, caption, "tour_domination", moving)


def noise() -> Live:
    """Step 5: the cost with a random a."""
    variances, looks, top = (0.0, 0.3, 0.6, 0.9), (Look(GREY), *SERIES[:4]), 30.0
    floors = [best(system(A, v)) for v in variances]
    heights = [cost(system(A, v), k) for v, k in zip(variances, floors, strict=True)]
    curves = [
        costs(A, v, look._replace(marker=""), top, label=f"variance {v:g}", told=False)
        for v, look in zip(variances, looks, strict=False)
    ]
    curves.append(points(floors, heights, BEST))
    story = "Valleys that grow narrower and higher with the variance of the noise."
    picture = draw([panel(curves, top, xlim=GAINS)], "cost $C(k)$", story)
    places = f"from {told(floors[0])} to {told(floors[-1])}"
    caption = (
        "The cost when $a$ is random. The more it varies, the narrower is the valley and the "
        f"higher its floor; the best gain moves {places} as the variance $\\sigma^2$ grows from 0 "
        f"to {variances[-1]}. At $\\sigma^2 = 1$ no gain is left."
    )
    slider = {"label": "variance σ² of a", "value": 0.3, "most": 1.2, "color": GREY}
    moving = {"a": A, "k": floors[0], "noise": slider} | seen(20.0)
    return Live(picture, caption, "tour_cost", moving)
