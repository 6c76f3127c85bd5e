"""The cost over a plane of gains, and three methods that walk downhill from a start to be moved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

import lqrlib
from lqrlib import LQR, directions
from lqrlib.validation import Array
from lqrpapers.constants import printed, sharp
from lqrpapers.figures.landscape import LEVELS, paths_in_plane
from lqrpapers.figures.looks import METHODS
from lqrpapers.notebook import readable

from . import Live, plain

DRAWN, TOLD = 400, 12  # steps that are drawn, steps after which the sentence tells what is left
WORDS = {
    "lead": "Step of each method; the tick is the longest that its theorem allows from this start:",
    "outside": "From here the cost is infinite: this gain does not stabilize.",
    "none": "With this much noise no gain stabilizes: nothing is left to descend on.",
}


def data(
    problem: LQR,
    plane: Mapping[str, Array],
    x: tuple[float, float],
    y: tuple[float, float],
    start: tuple[float, float],
    *,
    labels: tuple[str, str],
    names: tuple[str, str],
    steps: Mapping[str, tuple[float, float, float]],
    noise: tuple[str, float],
    words: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """What the script `landscape` takes: gains origin + x across + y up of a plane, and a start.

    `steps` gives each method its step and the ends of its slider; `noise` the slider's label and
    its largest factor on the variances.
    """
    methods = [
        {"name": name, "step": step, "least": least, "most": most} | METHODS[name]._asdict()
        for name, (step, least, most) in steps.items()
    ]
    return {
        "problem": plain(problem),
        "plane": {name: np.asarray(K, dtype=float).tolist() for name, K in plane.items()},
        "x": list(x),
        "y": list(y),
        "labels": list(labels),
        "names": list(names),
        "ratio": (y[1] - y[0]) / (x[1] - x[0]),
        "levels": list(LEVELS),
        "start": list(start),
        "methods": methods,
        "noise": {"label": noise[0], "most": noise[1]},
        "drawn": DRAWN,
        "told": TOLD,
        "words": WORDS | dict(words or {}),
    }


def allowed_steps(problem: LQR, K: Array) -> dict[str, float]:
    """The largest step from K that each method's theorem allows (S2 Theorems 3.4, 3.5, 3.6)."""
    natural = printed.natural_gradient_step(problem, K)
    gradient = sharp.gradient_step(problem, K)
    return {"gauss_newton": 0.5, "natural_gradient": float(natural), "gradient": float(gradient)}


def fish() -> tuple[LQR, dict[str, Array]]:
    """The fish stock of chapter 1 and the plane of its gains k12, k21 (Lemma *the plane is
    invariant*: descents that start there stay there)."""
    young, adults = np.array([[[0.0, 1.0], [0.0, 0.0]], [[0.0, 0.0], [1.0, 0.0]]])
    weights = np.eye(2), np.diag([1.0, 2.0]), np.diag([1.0, 0.25])
    weather = [0.06, 0.04], [young, adults]
    problem = LQR(2.0 * young + 0.9 * adults, np.eye(2), *weights, state_noise=weather)
    return problem, {"origin": np.zeros((2, 2)), "across": young, "up": adults}


def figure() -> Live:
    """The landscape of the first page."""
    problem, plane = fish()
    x, y, start = (-1.4, 5.4), (-2.5, 4.3), (3.2, 1.35)
    K0 = start[0] * plane["across"] + start[1] * plane["up"]
    allowed = allowed_steps(problem, K0)
    steps = {
        "gauss_newton": (allowed["gauss_newton"], 0.05, 2.0),
        "natural_gradient": (allowed["natural_gradient"], 1e-3, 1.0),
        "gradient": (1e4 * allowed["gradient"], 1e-7, 1.0),  # with the one allowed it hardly moves
    }
    across = "young removed per surplus adult", "adults caught per surplus young"
    moving = data(
        problem,
        plane,
        x,
        y,
        start,
        labels=across,
        names=across,
        steps=steps,
        noise=("weather (variance)", 30.0),
        words={"outside": "From here the stock runs away: the cost of this rule is infinite."},
    )
    first, best = lqrlib.at_gain(problem, K0), lqrlib.optimal_gain(problem)
    paths, left = {}, {}
    for name, (step, _, _) in steps.items():
        run = lqrlib.descend(getattr(directions, name)(problem), K0, step, DRAWN)
        paths[name] = [run.gains[:, [0, 1], [1, 0]]]
        left[name] = float(lqrlib.optimality_gap(problem, run.gains[TOLD]) / first.gap)
    k1, k2 = np.linspace(*x, 300), np.linspace(*y, 300)
    gains = k1[:, None, None] * plane["across"] + k2[:, None, None, None] * plane["up"]
    costs, least = lqrlib.cost(problem, gains), float(lqrlib.cost(problem, best))
    target = (float(best[0, 1]), float(best[1, 0]))
    picture = paths_in_plane(k1, k2, costs, paths, target, least, labels=across)
    picture.alt_text = picture.alt_text.replace("1 starts", "one start")  # type: ignore[attr-defined]
    told = [f"{METHODS[name].label} {_share(share)}" for name, share in left.items()]
    caption = (
        "The cost of a rule for fishing, over its two numbers: white is the best, darker is "
        "dearer, and in the hatched part the stock runs away. From one start three methods walk "
        "downhill. "
        f"Of the gap to the best rule {TOLD} steps leave: {', '.join(told)}."
    )
    return Live(picture, caption, "landscape", moving)


def _share(share: float) -> str:
    return "less than 10⁻¹⁵" if share < 1e-15 else readable(f"{100 * share:.2g} %")
