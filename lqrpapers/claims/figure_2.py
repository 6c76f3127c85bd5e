"""S2's Figure 2: what its caption and the text say of three methods on 20 random systems."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from lqrlib.validation import Array

from ..recorded.s2 import FIGURE_2
from .registry import Inequalities, Sides, claim

# The number in "no more than ... worse than optimal" is lost in the text we hold.
FINAL_GAP = 0.05
# Below this relative gap the published numbers are those of its solver's tolerance (E11).
RESOLVED = 1e-5
# A step may raise the cost by this much, relatively, through rounding.
ROUNDING = 1e-12
# How far two means of the same distribution may reasonably lie apart, some thirty times over.
MOST_STANDARD_ERRORS = 3.5


def steps_to(gaps: ArrayLike, level: float) -> Array:
    """Number of steps (...) after which gaps (T + 1, ...) first lie at or below a level, or inf."""
    below = np.asarray(gaps) <= level
    return np.where(below.any(axis=0), below.argmax(axis=0), np.inf)


def standard_errors(gaps: Mapping[str, Array]) -> dict[str, dict[int, float]]:
    """How far the recorded mean gaps lie from ours, in standard errors, by method and step.

    The standard error is that of a difference of means over as many systems as `gaps` (T + 1, S)
    has and over 20 recorded ones, with our spread for both.
    """
    found: dict[str, dict[int, float]] = {}
    for name, curve in FIGURE_2.items():
        found[name] = {}
        for step, recorded in curve.gaps.items():
            if step < len(gaps[name]) and recorded.least > RESOLVED:
                ours = np.asarray(gaps[name])[step]
                error = ours.std(ddof=1) * np.sqrt(1 / ours.size + 1 / 20)
                found[name][step] = float((ours.mean() - recorded.mean) / error)
    return found


@claim("s2-fig-2")
def figure_2(gaps: Mapping[str, Array], left_at_ten_times: Mapping[str, int]) -> Inequalities:
    """Relative gaps (T + 1, S) of each method, and how many systems fail at ten times the step.

    "gradient", "natural_gradient" and "gauss_newton" at the published steps and iterations.
    """
    final = np.stack([gaps[name][-1] for name in FIGURE_2])
    yield Sides("final gap at most 5 %", final, FINAL_GAP)
    before, later = (
        1 + np.concatenate([gaps[name][cut].ravel() for name in FIGURE_2])
        for cut in (slice(None, -1), slice(1, None))
    )
    yield Sides("every step lowers the cost", later, before, ROUNDING, role="guard")
    needed = {name: steps_to(gaps[name], FINAL_GAP) for name in FIGURE_2}
    yield Sides("Gauss-Newton first", needed["gauss_newton"], needed["natural_gradient"])
    yield Sides("gradient last", needed["natural_gradient"], needed["gradient"])
    failing = [left_at_ten_times[name] for name in FIGURE_2]
    yield Sides("ten times the step is too large", 1.0, np.array(failing, dtype=float))
    errors = [abs(z) for found in standard_errors(gaps).values() for z in found.values()]
    yield Sides(
        f"recorded means within {MOST_STANDARD_ERRORS} standard errors",
        errors,
        MOST_STANDARD_ERRORS,
    )
