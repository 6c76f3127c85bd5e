"""How much of the cost averages of N roll-outs see, under noise by a fair coin, and the proof."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lqrlib.validation import Array
from lqrpapers.figures.looks import SERIES
from lqrpapers.studies.rollout_numbers import Coin, at_most, needed
from lqrpapers.studies.split_paths import shares_seen

SQUARE = 1.7  # u^2
VALUES = (10, 14, 20, 28, 40, 56, 80, 112, 160)  # of nu
POWERS = tuple(range(1, 10))  # N = 10, 100, ...
START = VALUES.index(80), POWERS.index(5)  # of the figure
SHARE, SURE = 0.75, 0.75  # the accuracy that is asked for, and how surely
MARKS = (0.0, 0.25, 0.5, 0.75, 1.0)  # quantiles over the repetitions that the figure has


def seen(repetitions: int, rng: Sequence[int]) -> Array:
    """Averages over the cost, (values, powers, repetitions): drawn from the exact law."""
    found = np.empty((len(VALUES), len(POWERS), repetitions))
    for i, nu in enumerate(VALUES):
        for k, power in enumerate(POWERS):
            found[i, k] = shares_seen(Coin(SQUARE, nu), 10**power, repetitions, [*rng, i, k])
    return found


def rollouts(found: Array) -> tuple[str, dict[str, Any]]:
    """Kind and data of the live figure, from what `seen` returned."""
    coins = [Coin(SQUARE, nu) for nu in VALUES]
    proved = [[1 - at_most(coin, 10**power, SHARE) for power in POWERS] for coin in coins]
    marks = np.moveaxis(np.quantile(found, MARKS, axis=2), 0, 2)
    return "rollouts", {
        "square": SQUARE,
        "values": list(VALUES),
        "powers": list(POWERS),
        "quantiles": np.round(marks, 4).tolist(),
        "low": (found < SHARE).sum(axis=2).tolist(),
        "proved": np.round(proved, 4).tolist(),
        "needed": [needed(coin, SHARE, SURE) for coin in coins],
        "asked": [SHARE, SURE],
        "repetitions": found.shape[2],
        "look": {"color": SERIES[0].color, "marker": SERIES[0].marker},
        "start": list(START),
    }
