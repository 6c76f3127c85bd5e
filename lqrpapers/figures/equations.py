"""Pictures of what solving costs: generalised Lyapunov and Riccati equations, way by way."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from lqrlib.validation import Array

from .curves import ITERATIONS, Curve, Panel, dashed, points
from .looks import BLACK, GREY, METHODS, OLIVE, SKY, WINE, Look, by_name
from .panels import draw

SOLVERS = {
    "direct": Look(BLACK, "d", "direct"),
    "elimination": Look(WINE, "h", "elimination"),
    "BiCGStab": Look(SKY, "P", "BiCGStab"),
    "fixed point (predicted)": Look(OLIVE, "<", "fixed point (predicted)"),
}
# Policy iteration is the Gauss-Newton step, and looks like it in every chapter.
WAYS = {
    "value iteration": Look(SKY, "P", "value iteration"),
    "policy iteration": METHODS["gauss_newton"]._replace(label="policy iteration"),
    "semidefinite program": Look(BLACK, "d", "semidefinite program"),
}


def lyapunov_solvers(
    work: Mapping[str, tuple[Array, Array]], errors: Mapping[str, tuple[Array, Array]]
) -> Figure:
    """Draw multiplications over the number of states, and forward errors over the margin.

    Both map a key of `SOLVERS` to (x, y); unit roundoff over the margin is dotted.
    """
    counts = [
        Curve(*data, look, line="--" if "predicted" in look.label else "-")
        for look, data in by_name(work, SOLVERS, "solvers")
    ]
    found = [
        points(margin, np.maximum(error, 1e-17), look, alpha=0.7, listed=False)
        for look, (margin, error) in by_name(errors, SOLVERS, "solvers")
    ]
    margins = np.concatenate([margin for margin, _ in errors.values()])
    ends = np.array([margins.min(), margins.max()])
    yardstick = np.finfo(float).eps / ends
    found.append(Curve(ends, yardstick, Look(GREY, "", "ε / (1 − ρ)"), line=":"))
    states, margin = "number of states n", "margin 1 − ρ"
    panels = [
        Panel(states, counts, ylabel="multiplications", xticks=(5, 10, 20, 50, 100)),
        Panel(margin, found, ylabel="relative forward error", legend="best"),
    ]
    story = "The error falls as the margin grows, near the dotted yardstick."
    return draw(panels, story=story, width=7.2, height=3.8, legend_columns=2)


def riccati_solvers(
    errors: Mapping[str, Array],
    promised: Mapping[str, Array],
    counts: Mapping[str, tuple[Array, Array]],
) -> Figure:
    """Draw relative errors of iterates, with what the theorem promises, and iterations.

    Errors and promises (iterations + 1,) by key of `WAYS`, nan where a method shows only its end;
    `counts` maps it to (distance from the critical level, iterations).
    """
    curves = []
    for look, error in by_name(errors, WAYS, "ways"):
        curves.append(Curve(np.arange(len(error)), _drawn(error), look))
        if look.label in promised:
            promise = _drawn(promised[look.label])
            curves.append(dashed(np.arange(len(promise)), promise, look))
    spent = [Curve(*data, look) for look, data in by_name(counts, WAYS, "ways")]
    axis = ITERATIONS | {"xlabel": "iteration", "ylim": (1e-17, 1e3)}
    panels = [
        Panel(curves=curves, ylabel="relative error of P", **axis),
        Panel(r"$1 - \beta/\beta_c$", spent, ylabel="iterations"),
    ]
    story = "Dashed: what the theorem promises. Right: distance from the critical noise level."
    return draw(panels, story=story, width=7.2, height=3.8)


def _drawn(error: Array) -> Array:
    """Errors without those far below rounding, which only an exact formula can have."""
    return np.where(error > 1e-17, error, np.nan)
