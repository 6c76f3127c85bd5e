"""One state, x+ = (a + s xi) x: where a roll-out's cost has a mean and a variance, and its tail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lqrlib.validation import Array, Seed
from lqrpapers.figures.looks import INDIGO, SKY, WINE, Look

# Settings at which costs are simulated; their quantiles are drawn between them, too. The centers
# lie closer towards one, where costs grow like 1 / (1 - a^2).
CENTERS, VARIANCES = 1 - 0.8 ** np.arange(15), np.linspace(0, 1.2, 13)
STEPS = 120  # of a roll-out
SHARES = (0.9, 0.7, 0.5, 0.3, 0.1, 0.03, 0.01, 0.003)  # of the roll-outs that cost more
REGIONS = {  # by what the cost has
    "both": Look(SKY, label="mean and variance"),
    "mean": Look(INDIGO, label="a mean, no variance"),
    "none": Look(WINE, label="no mean"),
}


def quantiles(runs: int, seeds: int, rng: Seed) -> Array:
    """Costs exceeded by the `SHARES` of so many roll-outs, (centers, variances, seeds, shares).

    In units of the first step's mean cost: x0^2 (1 + M^2 (1 + M^2 (...))), x0 ~ N(0, 1). Within a
    seed all settings meet the same random numbers.
    """
    draws = np.random.default_rng(rng)
    found = np.empty((len(CENTERS), len(VARIANCES), seeds, len(SHARES)))
    for seed in range(seeds):
        start, noise = draws.standard_normal(runs) ** 2, draws.standard_normal((STEPS - 1, runs))
        for place in np.ndindex(found.shape[:2]):
            center, spread, rest = CENTERS[place[0]], np.sqrt(VARIANCES[place[1]]), np.ones(runs)
            for xi in noise:
                rest = 1 + (center + spread * xi) ** 2 * rest
            found[(*place, seed)] = np.quantile(start * rest, np.subtract(1, SHARES))
    return found


def tail(
    found: Array, runs: int, marked: Sequence[tuple[float, float]]
) -> tuple[str, dict[str, Any]]:
    """Kind and data of the live figure: `quantiles`, and marked settings (a, s^2), a start last."""
    powers = np.log10(found)
    spread = {"middle": np.median(powers, axis=2)}
    spread |= {"low": powers.min(axis=2), "high": powers.max(axis=2)}
    regions = [{"name": name} | look._asdict() for name, look in REGIONS.items()]
    return "tail", {
        "centers": CENTERS.tolist(),
        "variances": VARIANCES.tolist(),
        "shares": list(SHARES),
        "quantiles": {name: np.round(each, 4).tolist() for name, each in spread.items()},
        "simulated": {"runs": runs, "seeds": found.shape[2], "steps": STEPS},
        "regions": regions,
        "marked": [list(setting) for setting in marked],
        "start": list(marked[-1]),
    }
