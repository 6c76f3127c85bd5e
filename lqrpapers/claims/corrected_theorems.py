"""S1's Theorems 10 to 13 with constants that hold: repaired where the printed ones fail."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import LQR
from lqrlib.validation import Array, Seed

from ..constants import meta
from . import runs
from .maml_theorems import ITERATIONS, ideal_run
from .registry import Inequalities, claim
from .wrong_steps import wrong_estimates

# eta_l h_grad; and per theorem the share of the gap that a step takes, over eta lambda, and the
# bias over (sqrt(m) f + epsilon)^2 / lambda: model-based (10, 12) and model-free (11, 13).
INNER = 1 / 12
MODEL_BASED, MODEL_FREE = (0.4, 2.1), (0.32, 4.4)


def largest_error(over: meta.Suprema) -> Array:
    """Largest error of a gradient estimate (...) that the model-free form allows; may be < 0."""
    limit = np.sqrt((over.domination * over.start_gap / MODEL_FREE[1]).min(axis=-1))
    return np.asarray(limit - np.sqrt(over.inputs) * over.heterogeneity[..., 0])


@claim("ours-thm-corrected")
def corrected_theorems(
    tasks: LQR, K0: ArrayLike, rng: Seed = 0, *, fraction: float = 1.0
) -> Inequalities:
    """A step takes its share of gap - bias off each task; by induction the gaps after t steps.

    Both step sizes are this fraction of the largest. Wrong gradients err by 95 % of the most that
    is allowed.
    ValueError for families that are not as near as asked.
    """
    over = meta.suprema(tasks, K0, "corrected")
    steps = meta.Steps(fraction * INNER / over.smoothness, fraction / over.smoothness)
    error = largest_error(over)
    if not (error > 0).all():
        raise ValueError(f"tasks: expected near ones, got {np.sum(error <= 0)} families without")
    taken = ideal_run(tasks, K0, steps, ITERATIONS)
    yield from _promises(tasks, over, taken, steps, MODEL_BASED, 0 * error, "model-based")
    error = 0.95 * error
    # Half of the families have errors against one task, half in any direction.
    against = np.arange(error.size).reshape(error.shape) % 2 == 0
    estimates = wrong_estimates(tasks, steps.inner, error, rng, against)
    taken = runs.run(tasks, K0, steps.outer, estimates, ITERATIONS)
    yield from _promises(tasks, over, taken, steps, MODEL_FREE, error, "model-free")


def _promises(
    tasks: LQR,
    over: meta.Suprema,
    taken: list[runs.Step],
    steps: meta.Steps,
    promise: tuple[float, float],
    error: Array,
    name: str,
) -> Inequalities:
    """The run stays, and a step takes its share."""
    share, factor = promise
    for sides in runs.stays(tasks, taken, steps, every_task=False):
        yield sides._replace(part=f"{name}: {sides.part}", role="guard")
    total = np.sqrt(over.inputs) * over.heterogeneity + error[..., None]
    bias = factor * total**2 / over.domination
    size = share * steps.outer[..., None] * over.domination
    gap, promised = over.start_gap, []
    for step in taken:
        promised.append(size * gap)
        gap = gap + runs.change(step.at, step.outer)
    lost = [size * bias] * len(taken)
    yield runs.decreases(taken, promised, lost, f"{name}: decrease in a step")
