"""The cost over a plane of gains, and three methods that walk downhill from a start to be moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

import lqrlib
from lqrlib import LQR, directions
from lqrlib.validation import Array
from lqrpapers.constants import printed, sharp, sublevel
from lqrpapers.figures.landscape import LEVELS, paths_in_plane
from lqrpapers.figures.looks import METHODS, WINE
from lqrpapers.notebook import readable

from . import Live, plain

DRAWN, TOLD = 400, 12  # steps that are drawn, steps after which the sentence tells what is left
NUMBERS = "young removed per surplus adult", "adults caught per surplus young"
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
    start: Sequence[float],
    *,
    labels: tuple[str, str],
    names: tuple[str, str],
    steps: Mapping[str, tuple[float, float, float]],
    noise: tuple[str, float],
    words: Mapping[str, str] | None = None,
    circles: ArrayLike = (),
    chord: ArrayLike = (),
    outline: bool = False,
) -> dict[str, Any]:
    """What the script `landscape` takes: gains origin + x across + y up of a plane, and a start.

    `steps` gives each method its step and the ends of its slider; `noise` the slider's label and
    its largest factor on the variances. Also drawn: `circles` at more starts, a `chord` between two
    gains with its middle, and with `outline` the boundary of the set without noise.
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
        "start": [float(number) for number in start],
        "methods": methods,
        "noise": {"label": noise[0], "most": noise[1]},
        "drawn": DRAWN,
        "told": TOLD,
        "words": WORDS | dict(words or {}),
        "circles": np.asarray(circles, dtype=float).tolist(),
        "chord": np.asarray(chord, dtype=float).tolist(),
        "outline": outline,
        "color": WINE,
    }


def allowed_steps(problem: LQR, K: Array) -> dict[str, float]:
    """The largest step of a descent from K by each method's theorem (S2 Theorems 3.4 to 3.6)."""
    natural = printed.natural_gradient_step(problem, K)
    gradient = sharp.gradient_step(sublevel(problem, lqrlib.cost(problem, K)))
    return {"gauss_newton": 0.5, "natural_gradient": float(natural), "gradient": float(gradient)}


def fish() -> tuple[LQR, dict[str, Array]]:
    """The fish stock of chapter 1 and the plane of its gains k12, k21 (Lemma *the plane is
    invariant*: descents that start there stay there)."""
    young, adults = np.array([[[0.0, 1.0], [0.0, 0.0]], [[0.0, 0.0], [1.0, 0.0]]])
    weights = np.eye(2), np.diag([1.0, 2.0]), np.diag([1.0, 0.25])
    weather = [0.06, 0.04], [young, adults]
    problem = LQR(2.0 * young + 0.9 * adults, np.eye(2), *weights, state_noise=weather)
    return problem, {"origin": np.zeros((2, 2)), "across": young, "up": adults}


def fish_walks(
    problem: LQR,
    x: Array,
    y: Array,
    starts: Array,
    longer: float,
    labels: tuple[str, str] = NUMBERS,
    chord: Array | None = None,
) -> tuple[str, dict[str, Any]]:
    """Kind and data for `lqrpapers.notebook.show`: the fish stock and descents in it.

    They begin at the first of the `starts` (s, 2), with the steps allowed there, the gradient's so
    many times `longer` than one step there may be, or it would hardly move. Several starts are
    drawn as circles; with a `chord` (2, 2) also the boundary without noise.
    """
    plane = fish()[1]
    K0 = starts[0][0] * plane["across"] + starts[0][1] * plane["up"]
    allowed, single = allowed_steps(problem, K0), float(sharp.gradient_step(problem, K0))
    steps = {
        "gauss_newton": (allowed["gauss_newton"], 0.05, 2.0),
        "natural_gradient": (allowed["natural_gradient"], 1e-3, 1.0),
        "gradient": (longer * single, min(1e-7, allowed["gradient"] / 3), 1.0),
    }
    moving = data(
        problem,
        plane,
        (float(x[0]), float(x[-1])),
        (float(y[0]), float(y[-1])),
        starts[0],
        labels=labels,
        names=NUMBERS,
        steps=steps,
        noise=("randomness of the weather", 30.0),
        words={"outside": "From here the stock runs away: the cost of this rule is infinite."},
        circles=starts if len(starts) > 1 else (),
        chord=() if chord is None else chord,
        outline=chord is not None,
    )
    return "landscape", moving


def figure() -> Live:
    """The landscape of the first page."""
    problem, plane = fish()
    k1, k2, start = np.linspace(-1.4, 5.4, 300), np.linspace(-2.5, 4.3, 300), (3.2, 1.35)
    kind, moving = fish_walks(problem, k1, k2, np.array([start]), 1e4)
    K0 = start[0] * plane["across"] + start[1] * plane["up"]
    steps = {method["name"]: method["step"] for method in moving["methods"]}
    first, best = lqrlib.at_gain(problem, K0), lqrlib.optimal_gain(problem)
    paths, left = {}, {}
    for name, step in steps.items():
        run = lqrlib.descend(getattr(directions, name)(problem), K0, step, DRAWN)
        paths[name] = [run.gains[:, [0, 1], [1, 0]]]
        left[name] = float(lqrlib.optimality_gap(problem, run.gains[TOLD]) / first.gap)
    gains = k1[:, None, None] * plane["across"] + k2[:, None, None, None] * plane["up"]
    costs, least = lqrlib.cost(problem, gains), float(lqrlib.cost(problem, best))
    target = (float(best[0, 1]), float(best[1, 0]))
    picture = paths_in_plane(k1, k2, costs, paths, target, least, labels=NUMBERS)
    picture.alt_text = picture.alt_text.replace("1 starts", "one start")  # type: ignore[attr-defined]
    told = [f"{METHODS[name].label} {_share(share)}" for name, share in left.items()]
    caption = (
        "The cost of a rule for fishing, over its two numbers: darker is dearer, in the hatched "
        "part the stock runs away. Three methods walk downhill; of the gap to the best, "
        f"{TOLD} steps leave: {', '.join(told)}."
    )
    return Live(picture, caption, kind, moving)


def _share(share: float) -> str:
    return "less than 10⁻¹³ %" if share < 1e-15 else readable(f"{100 * share:.2g} %")
