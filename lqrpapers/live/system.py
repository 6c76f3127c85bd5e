"""The reader's own system: known ones to choose from, and the picture of a slice of the first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import lqrlib
from lqrlib import LQR, directions, systems
from lqrpapers.constants import sharp
from lqrpapers.figures.landscape import LEVELS, paths_in_plane
from lqrpapers.figures.looks import METHODS

from . import Live, landscape, plain
from .landscape import DRAWN, TOLD, allowed_steps, fish

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Each method's theorem, by its label in chapter 5.
THEOREMS = {
    "gauss_newton": "s2-thm-3.4",
    "natural_gradient": "s2-thm-3.5",
    "gradient": "s2-thm-3.6",
}
WORDS = landscape.WORDS | {
    "gradient": (
        "It begins above the theorem’s step, which is safe for every system with the same cost at "
        "the start and matrices of the same size; this system bears more."
    ),
    "curve": (
        "The cost over the only gain: the star is the best, K*, and the marks are the steps of the "
        "descents. Where the curve ends, the gain does not stabilize."
    ),
}


def known() -> dict[str, tuple[LQR, tuple[int, int]]]:
    """Systems to choose from, with the two entries of the gain, by row, of their first slice."""
    noisy_scalar = systems.scalar(1.2, 1.0, 1.0, 1.0, state_variance=0.2, input_variance=0.1)
    return {
        "three states, two inputs, noise on both": (systems.three_state(), (0, 1)),
        "fish stock of chapter 1": (fish()[0], (1, 2)),
        "active suspension": (systems.suspension(), (0, 1)),
        "double integrator": (systems.double_integrator(), (0, 1)),
        "Boeing 747, unstable variant": (systems.boeing(), (4, 6)),
        "one state, with noise": (noisy_scalar, (0, 0)),
    }


def figure() -> Live:
    """The slice for the first system; the script makes it that of any other."""
    offered = known()
    methods = [
        {"name": name, "theorem": theorem} | METHODS[name]._asdict()
        for name, theorem in THEOREMS.items()
    ]
    data = {
        "systems": [
            {"name": name, "problem": plain(problem), "slice": list(entries)}
            for name, (problem, entries) in offered.items()
        ],
        "methods": methods,
        "levels": list(LEVELS),
        "told": TOLD,
        "words": WORDS,
    }
    problem, entries = next(iter(offered.values()))
    return Live(*_picture(problem, entries), "system", data)


def _picture(problem: LQR, entries: tuple[int, int]) -> tuple[Figure, str]:
    """The slice along two entries of the gain, and a caption that is right for any system."""
    best = lqrlib.at_gain(problem, lqrlib.optimal_gain(problem))
    ways = np.eye(best.K.size)[list(entries)].reshape(2, *best.K.shape)
    edges = [
        [
            -systems.boundary_distance(problem, best.K, -X),
            systems.boundary_distance(problem, best.K, X),
        ]
        for X in ways
    ]
    star = best.K.flat[list(entries)]
    x, y = (
        np.linspace(z + 1.1 * low, z + 1.1 * high, 300)
        for z, (low, high) in zip(star, edges, strict=True)
    )
    gains = (
        best.K
        + (x - star[0])[:, None, None] * ways[0]
        + (y - star[1])[:, None, None, None] * ways[1]
    )
    start = best.K + 0.4 * (edges[0][0] * ways[0] + edges[1][1] * ways[1])
    paths = {}
    steps = allowed_steps(problem, start)
    steps["gradient"] = 100 * float(sharp.gradient_step(problem, start))  # or it hardly moves
    for name, step in steps.items():
        run = lqrlib.descend(getattr(directions, name)(problem), start, step, DRAWN)
        paths[name] = [run.gains.reshape(-1, best.K.size)[:, list(entries)]]
    labels: Any = tuple(
        rf"$k_{{{row + 1}{column + 1}}}$"
        for row, column in (divmod(e, best.K.shape[1]) for e in entries)
    )
    picture = paths_in_plane(
        x,
        y,
        lqrlib.cost(problem, gains),
        paths,
        (float(star[0]), float(star[1])),
        float(best.cost),
        labels=labels,
    )
    caption = (
        "The cost around the best gain $K^*$ (star), in a slice of the landscape: white is the "
        "least, darker is dearer, and where it is hatched the gain does not stabilize. Descents "
        "may leave the slice; what is drawn is their shadow on it."
    )
    picture.alt_text = picture.alt_text.replace("1 starts", "one start")  # type: ignore[attr-defined]
    return picture, caption
