"""Two tasks of one state: the gain that MAML finds for both, and what it costs each of them."""

from __future__ import annotations

from typing import Any

import numpy as np

import lqrlib
from lqrlib import LQR, maml
from lqrlib.tasks import heterogeneity
from lqrlib.validation import Array
from lqrpapers.figures.curves import Curve, Panel, dashed
from lqrpapers.figures.looks import GREY, METHODS, SKY, WINE, Look
from lqrpapers.figures.panels import draw
from lqrpapers.notebook import readable
from lqrpapers.studies.families import follow_optimum
from lqrpapers.studies.meta_bias import RELATIVE_STEP, bias_along, hessian_norm

from . import Live, plain

LEAST = 1e-4  # heterogeneity at which the axis begins
GAINS, COSTS, BIASES = (-0.7, 1.3), (0.9, 40.0), (1e-10, 1e3)  # what the axes show
START, STEPS = 0.6, 20000  # of the descent: its first gain, and how many steps it has
LOOKS = {
    "first": Look(SKY, "*", "first task"),
    "second": Look(WINE, "*", "second task"),
    "average": Look(GREY, "", "average"),
    "maml": METHODS["maml"]._replace(label="MAML's objective"),
}


def figure(tasks: LQR) -> Live:
    """The figure for two tasks (2,) of one state that differ in A alone."""
    drawn = float(heterogeneity(tasks).A)
    end = 2 / abs(float(tasks.B[0, 0, 0]))  # |a_i - bk| < 1 for both has no solution from here on
    moving = {
        "tasks": [plain(tasks[i]) for i in range(2)],
        "drawn": drawn,
        "end": end,
        "epsilon": {"least": LEAST, "most": 0.97 * end, "value": drawn},
        "inner": {"least": RELATIVE_STEP / 10, "most": 2.0, "value": RELATIVE_STEP},
        "start": START,
        "steps": STEPS,
        "x": list(GAINS),
        "cost": list(COSTS),
        "bias": list(BIASES),
        "looks": {name: look._asdict() for name, look in LOOKS.items()},
        "theorem": "the sharper theorem",
        "href": "#ours-meta-descent",
    }
    levels = np.sort(np.append(np.geomspace(LEAST, 0.97 * end, 48), drawn))
    near, _ = follow_optimum(tasks[None], lqrlib.optimal_gain(tasks[0]), levels / drawn)
    bias, promised = bias_along(tasks[None], near, levels / drawn)
    at = int(np.flatnonzero(levels == drawn)[0])
    here, small = float(promised[at, 0] / bias[at, 0]), levels < 1e-2
    slope = np.polyfit(np.log(levels[small]), np.log(bias[small, 0]), 1)[0]
    caption = (
        f"Two tasks of one state. Left: their costs at heterogeneity {drawn:g}, their average and "
        "MAML's objective. Right: what MAML's gain costs a task above its own best (solid), and "
        f"what the sharper theorem promises (dashed), {readable(f'{here:.2g}')} times as much "
        f"there; up to 0.01 the slope is {slope:.2f}."
    )
    panels = [_costs(tasks, near[at, 0]), _biases(levels, bias[:, 0], promised[:, 0])]
    picture = draw(panels, height=3.4, legend_columns=4, share=False)
    return Live(picture, caption, "bias", moving)


def _costs(tasks: LQR, near: Array) -> Panel:
    """Costs of two tasks over the gain, with inner steps as short as at their best average."""
    gains = np.linspace(*GAINS, 401)
    K, inner = gains[:, None, None], RELATIVE_STEP / hessian_norm(tasks, near)
    each = lqrlib.cost(tasks, K[:, None])
    costs = [*each.T, each.mean(axis=-1), maml.cost(tasks, K, float(inner))]
    curves = [
        Curve(gains, np.where(cost <= COSTS[1], cost, np.nan), look._replace(marker=""))
        for look, cost in zip(LOOKS.values(), costs, strict=True)
    ]
    axes: Any = {"xscale": "linear", "ylim": COSTS, "ylabel": "cost"}
    return Panel("gain $k$", curves, **axes)


def _biases(levels: Array, bias: Array, promised: Array) -> Panel:
    """The bias over heterogeneity, measured and promised."""
    measured = Curve(levels, bias, LOOKS["maml"]._replace(marker=""), "measured", listed=False)
    bound = dashed(levels, promised, label="promised", listed=True)
    label = "largest gap"
    return Panel("heterogeneity $\\varepsilon$", [measured, bound], ylim=BIASES, ylabel=label)
