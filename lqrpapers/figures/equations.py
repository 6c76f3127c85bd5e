"""Pictures of what solving costs: generalised Lyapunov and Riccati equations, way by way."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from lqrlib.validation import Array

from .curves import Curve, Panel, dashed, points
from .looks import BLACK, GREY, METHODS, PURPLE, SKY, VERMILION, Look, looks_of
from .panels import draw

SOLVERS = {
    "direct": Look(BLACK, "d", "direct"),
    "elimination": Look(PURPLE, "h", "elimination"),
    "BiCGStab": Look(SKY, "P", "BiCGStab"),
    "fixed point (predicted)": Look(VERMILION, "<", "fixed point (predicted)"),
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

    Parameters
    ----------
    work : mapping from a name in `SOLVERS` to (states, multiplications)
    errors : mapping from a name in `SOLVERS` to (margin, forward error)
        Of several equations each; the unit roundoff over the margin is drawn as a yardstick.
    """
    counts = [
        Curve(*work[name], look, line="--" if "predicted" in name else "-")
        for name, look in looks_of(work, SOLVERS, "solvers").items()
    ]
    found = [
        points(margin, np.maximum(error, 1e-17), look, alpha=0.7, listed=False)
        for look, (margin, error) in (
            (look, errors[name]) for name, look in looks_of(errors, SOLVERS, "solvers").items()
        )
    ]
    margins = np.concatenate([margin for margin, _ in errors.values()])
    ends = np.array([margins.min(), margins.max()])
    yardstick = np.finfo(float).eps / ends
    found.append(Curve(ends, yardstick, Look(GREY, "", "ε / (1 − ρ)"), line=":"))
    panels = [
        Panel(
            "number of states n (dimensionless)",
            counts,
            ylabel="multiplications",
            xticks=(5, 10, 20, 50, 100),
        ),
        Panel(
            "margin 1 − ρ (dimensionless)", found, ylabel="relative forward error", legend="best"
        ),
    ]
    story = "The error falls as the margin grows, near the dotted yardstick."
    return draw(panels, story=story, width=7.2, height=3.8, legend_columns=2)


def riccati_solvers(
    errors: Mapping[str, Array],
    promised: Mapping[str, Array],
    counts: Mapping[str, tuple[Array, Array]],
) -> Figure:
    """Draw the error of each iterate, with what the theorem promises, and iterations over margin.

    Parameters
    ----------
    errors : mapping from a name in `WAYS` to an array (iterations + 1,)
        Relative distance from the solution; one number for a method that shows only its end,
        drawn at the place given by its count.
    promised : mapping from some of these names to an array of the same length
    counts : mapping from a name in `WAYS` to (distance from the critical level, iterations)
    """
    curves = []
    for name, look in looks_of(errors, WAYS, "ways").items():
        curves.append(Curve(np.arange(len(errors[name])), _drawn(errors[name]), look))
        if name in promised:
            steps = np.arange(len(promised[name]))
            curves.append(dashed(steps, _drawn(promised[name]), look))
    spent = [Curve(*counts[name], look) for name, look in looks_of(counts, WAYS, "ways").items()]
    panels = [
        Panel(
            "iteration",
            curves,
            ylabel="relative error of P (dimensionless)",
            xscale="symlog",
            xlim=(0, None),
            ylim=(1e-17, 1e3),
        ),
        Panel(r"$1 - \beta/\beta_c$ (dimensionless)", spent, ylabel="iterations"),
    ]
    story = "Dashed: what the theorem promises. Right: distance from the critical noise level."
    return draw(panels, story=story, width=7.2, height=3.8)


def _drawn(error: Array) -> Array:
    """Errors without those far below rounding, which only an exact formula can have."""
    return np.where(error > 1e-17, error, np.nan)
