"""Pictures of learning from roll-outs: learning curves, promised rates, bad choices."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from lqrlib.validation import Array

from .checking import shaped
from .curves import Curve, Panel, Reference, dashed
from .estimation import ESTIMATORS
from .looks import BLUE, METHODS, SERIES, VERMILION, Look, in_order
from .panels import draw

SYSTEMS = (SERIES[0], SERIES[2], SERIES[1])


def learning_curves(
    panels: Mapping[str, Mapping[str, tuple[Array, Array]]], target: float
) -> Figure:
    """Draw relative cost gaps against simulated time steps, one panel for each system.

    Parameters
    ----------
    panels : mapping from a system's name to a mapping from a key of `ESTIMATORS` to a pair
        (steps (T,), gaps (S, T)): time steps simulated so far and (C - C*)/C* for each seed;
        ``inf`` for a seed that has left the stabilizing set.
    target : float
        The gap aimed at, drawn dashed.
    """
    drawn = [
        Panel(
            "simulated time steps",
            [Curve(*data, ESTIMATORS[name]) for name, data in curves.items()],
            title, references=[Reference(target)], top=1e6, ylim=(5e-4, 1),
        )
        for title, curves in panels.items()
    ]  # fmt: skip
    return draw(drawn, "$(C(K) - C^*) / C^*$ (dimensionless)", height=3.7)


def promised_rate(gaps: Array, exact: Array, promised: Mapping[str, Array]) -> Figure:
    """Draw gaps along iterations over the first: estimated, exact, and as theorems promise.

    Parameters
    ----------
    gaps : array (S, T)
        From estimated gradients, one row for each seed.
    exact : array (T,)
        From the exact gradient.
    promised : mapping from a label to an array (T,)
    """
    iterations = np.arange(len(exact))
    shaped("gaps", gaps, "seeds", len(exact))
    curves = [
        Curve(iterations, gaps, METHODS["zeroth_order"], "one point, measured"),
        Curve(iterations, exact, METHODS["gradient"], "exact gradient, measured"),
    ]
    curves += [
        dashed(iterations, values, look, listed=True)
        for look, values in in_order((Look(BLUE), Look(VERMILION)), promised)
    ]
    floor = max(1e-4, 0.3 * float(np.min(gaps)))
    panel = Panel("iteration", curves, xscale="linear", ylim=(floor, None), legend="best")
    return draw([panel], "gap / gap at the start (dimensionless)", height=3.4)


def bad_choices(
    radii: Array,
    by_radius: Mapping[str, Array],
    horizons: Array,
    by_horizon: Mapping[str, Array],
    target: float,
) -> Figure:
    """Draw the gap learning ends with, against the radius and against the length of roll-outs.

    Parameters
    ----------
    radii : array (X,)
    by_radius : mapping from a key of `ESTIMATORS` to gaps (S, X)
        ``inf`` where a seed left the stabilizing set; drawn on the upper edge.
    horizons : array (L,)
    by_horizon : mapping from a system's name to gaps (L,)
        Gap of the gain that minimises the cost of that many steps; ``inf`` if it does not
        stabilize.
    target : float
        The gap aimed at, drawn dashed.
    """
    top = 3.0
    left = [Curve(radii, gaps, ESTIMATORS[name]) for name, gaps in by_radius.items()]
    right = [Curve(horizons, values, look) for look, values in in_order(SYSTEMS, by_horizon)]
    panels = [
        Panel(label, curves, references=[Reference(target)], xticks=places, top=top,
              ylim=(3e-4, 1.15 * top), legend="above")
        for label, curves, places in (
            ("radius $r$ (dimensionless)", left, radii),
            ("length of a roll-out (time steps)", right, horizons),
        )
    ]  # fmt: skip
    story = """Final gap of learning; the upper edge is for gains that do not stabilize. Right:
        with endless samples."""
    return draw(panels, "final $(C(K) - C^*) / C^*$ (dimensionless)", story, height=3.9)
