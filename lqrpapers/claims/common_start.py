"""Where no stabilizing start is given: S1's Remark 4, and how far a discount may be raised."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import LQR, directions, maml, objective
from lqrlib.matrices import least_eigenvalue
from lqrlib.validation import Array

from ..studies import annealing
from .registry import Inequalities, Sides, claim

# Share of 1 / rho(A)^2 at which K = 0 starts.
FIRST = 0.9


def _zero(tasks: LQR) -> Array:
    return np.zeros((tasks.inputs, tasks.states))


def _annealed(tasks: LQR) -> annealing.Annealed:
    radius = objective.mean_square_radius(tasks, _zero(tasks))
    return annealing.anneal(tasks, _zero(tasks), np.minimum(1.0, FIRST / radius.max(axis=-1)))


@claim("s1-rem-4")
def without_a_common_start(
    tasks: LQR, K: ArrayLike | None = None, inner_step_size: float = 1e-3
) -> Inequalities:
    """Families (D, M) without noise, and a K (default 0) that fails a task of each: no update.

    The update has no finite entry; discount annealing from K = 0 gives a common stabilizing gain.
    """
    each = maml.family_gain(tasks, _zero(tasks) if K is None else K)
    stable = objective.is_stabilizing(tasks, each).all(axis=-1)
    yield Sides("K_0 fails a task", stable, 0.0, role="guard")
    update = directions.meta_gradient(tasks, inner_step_size)(each[..., 0, :, :])
    yield Sides("entries of the update", np.isfinite(update).any(axis=(-2, -1)), 0.0, role="guard")
    found = _annealed(tasks)
    gain = maml.family_gain(tasks, found.gains[-1])
    radius = objective.mean_square_radius(tasks, gain).max(axis=-1)
    yield Sides("the annealed gain stabilizes", radius, 1.0)


@claim("ours-anneal")
def raised_discounts(tasks: LQR) -> Inequalities:
    """Along a run of discount annealing from K = 0 on families (D, M) without noise.

    Costs of all tasks before and after each rise; the number of rises for families of one task.
    """
    found = _annealed(tasks)
    grown, least = [], []
    for gain, before in zip(found.gains, found.discounts, strict=False):
        after = annealing.guaranteed(tasks, gain, before)
        each = maml.family_gain(tasks, gain)
        old, new = (
            objective.cost(annealing.discounted(tasks, gamma), each) for gamma in (before, after)
        )
        grown.append(new / old)
        least.append(after)
    yield Sides("cost at the least rise, over the cost before", np.array(grown), 2.0)
    yield Sides("least rise", np.array(least), found.discounts[1:], role="guard")
    if tasks.batch_shape[-1] > 1:
        return
    mu, q = least_eigenvalue(tasks.Sigma0)[..., 0], least_eigenvalue(tasks.Q)[..., 0]
    optimum = objective.cost(tasks, objective.optimal_gain(tasks))[..., 0]
    growth = np.log1p(mu * q / (2 * annealing.NEAR * optimum))
    most = np.ceil(-np.log(found.discounts[0]) / growth)
    yield Sides("rises", (found.discounts < 1).sum(axis=0), most)
