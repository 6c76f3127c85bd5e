"""S1's Figure 1 (right): adaptation to unseen tasks, and whether its comparison is one (E9)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import objective
from lqrlib.maml import family_gain
from lqrlib.problem import LQR
from lqrlib.validation import Array

from .figure_2 import steps_to
from .registry import Sides, claim

# What S1's text leaves open: "a few" iterations are ten, "sufficiently close" is a tenth of the
# optimal cost after them and a hundredth in the end, "significantly fewer" is half as many.
FEW = 10
NEAR = 0.1
CLOSE = 0.01
SIGNIFICANTLY = 0.5


def _runs(name: str, gaps: ArrayLike) -> Array:
    found = np.asarray(gaps, dtype=float)
    if found.ndim < 2 or len(found) <= FEW or np.isnan(found).any():
        raise ValueError(
            f"{name}: expected gaps (T + 1, ...) without nan, T >= {FEW}, got {found.shape}"
        )
    return found


@claim("s1-fig-1-right")
def figure_1_right(
    learned: ArrayLike, random: ArrayLike, tasks: LQR, K: ArrayLike
) -> Iterator[Sides]:
    """Gaps over J* from learned gains and from random ones, (T + 1, S, U), at published steps.

    ``inf`` for runs that left. `K` (S, m, n) are the learned gains, `tasks` (S, U) their unseen
    tasks.
    """
    ours, other = _runs("learned", learned), _runs("random", random)
    if ours.shape != other.shape:
        raise ValueError(f"random: expected shape {ours.shape}, got {other.shape}")
    yield Sides("the learned gain stabilizes unseen tasks", _radius(tasks, K), 1.0)
    yield Sides("it starts nearer to the optimum", ours[0], other[0])
    yield Sides("ten iterations bring it within 10 %", ours[FEW], NEAR)
    wanted = SIGNIFICANTLY * steps_to(other, CLOSE)
    yield Sides("half the iterations to 1 %", steps_to(ours, CLOSE), wanted)


@claim("s1-fig-1-right", form="dropped")
def outside_the_distribution(tasks: LQR, K: ArrayLike) -> Iterator[Sides]:
    """Learned gains K (S, m, n) on tasks (S, U) that the training distribution cannot draw."""
    part, assumption = "the learned gain stabilizes unseen tasks", "unseen tasks as in training"
    yield Sides(part, _radius(tasks, K), 1.0, assumption=assumption)


def _radius(tasks: LQR, K: ArrayLike) -> Array:
    return objective.mean_square_radius(tasks, family_gain(tasks, K))


@claim("e9")
def equal_terms(
    steps: tuple[float, float],
    trained_on: int,
    learned: ArrayLike,
    random: ArrayLike,
    alone: ArrayLike,
) -> Iterator[Sides]:
    """What the comparison in Figure 1 (right) takes for granted.

    Parameters
    ----------
    steps : two numbers
        Published step sizes, from the learned gain and from the random one.
    trained_on : int
        Tasks among the published unseen ones that belong to the training family.
    learned, random, alone : arrays (T + 1, S, U)
        Gaps over J* at *equal* step sizes: from learned gains, from random ones, and from gains
        learned on the nominal task alone with no more queries.
    """
    yield Sides("both starts have one step size", max(steps), min(steps))
    yield Sides("no unseen task was trained on", float(trained_on), 0.0)
    mine, other, single = (
        steps_to(_runs(name, gaps), CLOSE)
        for name, gaps in (("learned", learned), ("random", random), ("alone", alone))
    )
    yield Sides("half the iterations at equal steps", mine, SIGNIFICANTLY * other)
    yield Sides("no more than from the nominal task alone", mine, single)
