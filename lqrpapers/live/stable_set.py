"""The gains that stabilize in the mean square, against the noise of the input and of the motion."""

from __future__ import annotations

from typing import Any

import numpy as np

from lqrlib import LQR
from lqrlib.validation import Array
from lqrpapers.figures.looks import GREY, INDIGO, SKY, Look
from lqrpapers.figures.mean_square import Window

from . import plain

STEPS = 30  # of the second moments
ROOM = 1.6  # largest noise over what the last gain survives
LOOKS = {
    "kept": Look(SKY),
    "moments": Look(INDIGO, label="second moment"),
    "means": Look(GREY, label="square of the mean"),
}


def stable_set(
    problem: LQR,
    window: Window,
    shares: list[float],
    start: Array,
    found: tuple[Array, Array],
    boundary: tuple[Array, Array],
) -> tuple[str, dict[str, Any]]:
    """Kind and data for `lqrpapers.notebook.show`, beside `mean_square.shrinking_set`.

    The problem has two states, one input and a noise term on each, whose variances alpha and beta
    the reader moves; `start` is a gain (1, 2). The others are as there.
    """
    terms = [len(noise.variances) for noise in (problem.state_noise, problem.input_noise)]
    if (problem.states, problem.inputs, *terms) != (2, 1, 1, 1):
        raise ValueError("problem: expected two states, one input and one noise term on each")
    data = {
        "problem": plain(problem),
        "x": window.x[[0, -1]].tolist(),
        "y": window.y[[0, -1]].tolist(),
        "labels": ["gain on the angle", "gain on the angular velocity"],
        "names": ["on the angle", "on the angular velocity"],
        "start": np.ravel(start).tolist(),
        "noise": [0.0, float(boundary[1].max()) / 2],
        "most": [ROOM * float(np.max(noise)) for noise in boundary],
        "sliders": ["α, error of the free motion", "β, error of the motor"],
        "shares": shares,
        "boundary": [noise.tolist() for noise in boundary],
        "found": np.transpose(found).tolist(),
        "state": [1.0, 0.0],
        "steps": STEPS,
        "system": "stick",
        "looks": {name: look._asdict() for name, look in LOOKS.items()},
    }
    return "stable_set", data
