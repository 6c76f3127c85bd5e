"""S1's Figure 1 left and middle, and what its report and its published code say of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import objective
from lqrlib.problem import LQR
from lqrlib.validation import Array

from ..recorded.s1 import FIGURE_1_LEFT, FIGURE_1_MIDDLE, Training
from .registry import Sides, claim

# "Closely converges": what is left of the first gap.
CLOSE = 0.02
# How far a recorded gap may lie from the mean of ours, in standard deviations over seeds.
MOST_DEVIATIONS = 4.0


def deviations(gaps: Array, run: Training) -> Array:
    """Recorded gaps in standard deviations from the mean of ours, both in logarithms.

    Parameters
    ----------
    gaps : array (T + 1, S)
        Of runs that went through, T iterations; the record is compared up to T.
    run : Training
    """
    at = run.iterations.astype(int)
    at = at[(at > 0) & (at < len(gaps))]
    ours, theirs = np.log(gaps[at]), np.log(run.gaps[(run.iterations > 0)][: len(at)])
    return np.asarray((theirs - ours.mean(axis=1)) / ours.std(axis=1, ddof=1))


@claim("s1-fig-1-left")
def figure_1_left(gaps: Array) -> Iterator[Sides]:
    """Gaps (T + 1, S) of the nominal task, of the runs that went through, at S1's settings.

    The runs end within 2 % of the first gap, and the recorded trace could be one of them.
    """
    yield Sides("closely converges", gaps[-1] / gaps[0], CLOSE)
    away = np.abs(deviations(gaps, FIGURE_1_LEFT))
    yield Sides("recorded trace, in standard deviations", away, MOST_DEVIATIONS)


def factors(gaps: Sequence[Array]) -> Array:
    """Median last gap of each level over that of the first."""
    last = np.array([np.median(level[-1]) for level in gaps])
    return np.asarray(last[1:] / last[0])


@claim("s1-fig-1-middle")
def figure_1_middle(published: Sequence[Array], equal: Sequence[Array]) -> Iterator[Sides]:
    """Gaps (T + 1, S) of the three levels: at the published steps, and at one step for all.

    The traces are recovered, in the order drawn. That heterogeneity makes the gain deviate says
    more: with all else equal the factors between the levels persist, to half their logarithm.
    """
    away = [np.abs(deviations(g, run)) for g, run in zip(published, FIGURE_1_MIDDLE, strict=True)]
    parts = ("recorded traces, in standard deviations", "the larger the level, the larger the gap")
    yield Sides(parts[0], np.concatenate(away), MOST_DEVIATIONS)
    last = np.array([np.median(level[-1]) for level in published])
    yield Sides(parts[1], last[:-1], last[1:])
    yield Sides("deviates for its heterogeneity", np.sqrt(factors(published)), factors(equal))


@claim("e8")
def levels_compared_alike(published: Sequence[Array], equal: Sequence[Array]) -> Iterator[Sides]:
    """The levels were run with one step size; with one step size they differ as in the figure."""
    steps = np.array([run.step_size for run in FIGURE_1_MIDDLE])
    yield Sides("one step size", steps.max() / steps, 1.0)
    yield Sides("differ by their heterogeneity", np.sqrt(factors(published)), factors(equal))


@claim("e7")
def report_and_notebooks_agree(
    printed: LQR, published: LQR, K0: ArrayLike, training: ArrayLike
) -> Iterator[Sides]:
    """The two systems, the start and the second moment (n, n) that the notebooks train with."""
    yield Sides("printed start stabilizes", objective.mean_square_radius(printed, K0), 1.0)
    yield Sides("same A", np.abs(printed.A - published.A).max(), 0.0)
    conditions = np.linalg.cond(np.asarray(training)), np.linalg.cond(printed.Sigma0)
    yield Sides("condition of the initial state", *conditions)
    runs = (FIGURE_1_LEFT, *FIGURE_1_MIDDLE)
    for part, values in (
        ("distances of a run and its level", [max(run.heterogeneity) for run in runs]),
        ("quoted levels and those run", [max(run.quoted) for run in runs]),
    ):
        level = np.array([run.level for run in runs])
        ratio = np.array(values) / level
        yield Sides(part, np.maximum(ratio, 1 / ratio), 1.0)
