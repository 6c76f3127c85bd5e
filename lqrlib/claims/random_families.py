"""Random families of three tasks, brought to what a theorem asks of them."""

from __future__ import annotations

import numpy as np

from .. import objective, systems, tasks
from ..constants import meta
from ..problem import LQR
from ..scaled_families import scaled
from ..validation import Array
from .inexact_maml import Errors

TASKS = 3
# Spectral distance between the tasks as drawn; to be scaled.
DRAWN = 1e-6


def drawn_families(
    count: int, states: int, rng: np.random.Generator, *, noise_terms: int = 0
) -> tuple[LQR, Array]:
    """Families (count, 3) around random problems, at distance 1e-6, and stabilizing starts."""
    many = systems.random_ensemble(
        count,
        states,
        min(states, 3),
        rng,
        spread=3.0,
        radius=(0.3, 1.1),
        state_noise_terms=noise_terms,
        input_noise_terms=noise_terms,
    )
    K0 = systems.random_stabilizing_gains(many, rng, reach=(0.05, 0.6))
    return LQR.stack([tasks.spectral_family(each, TASKS, DRAWN, rng) for each in many]), K0


def brought_near(families: LQR, K0: Array, form: str, share: float) -> LQR:
    """The families with their differences scaled until f is a share of what is admitted.

    "printed": by Theorem 11 with the printed constants; "sharp": by invariance without any error
    of the estimates, b_i^2 < lambda_i Delta_0 with `Errors()`.
    """
    for _ in range(3):  # f is not quite proportional to the differences
        over = meta.suprema(families, K0, form)
        if form == "printed":
            most = meta.printed_heterogeneity_limit(over, model_free=True)
        else:
            turn = Errors().kappa
            most = np.sqrt((over.domination * over.gap).min(axis=-1)) * (1 - turn) / (1 + turn)
        families = scaled(families, share * most / over.heterogeneity.max(axis=-1))
    return families


def normalised_families(count: int, states: int, rng: np.random.Generator) -> tuple[LQR, Array]:
    """Families (count, 3) at level 0.02 of A and B, and gains where the Hessians have norm one.

    The gains lie well inside the stabilizing set, so that estimates of radius 0.02 are good.
    """
    many = systems.random_ensemble(
        count, states, min(states, 2), rng, spread=2.0, radius=(0.3, 0.9)
    )
    K = systems.random_stabilizing_gains(many, rng, reach=(0.1, 0.4))
    size = np.linalg.norm(objective.hessian_matrix(many, K), ord=2, axis=(-2, -1))[:, None, None]
    many = many.replace(Q=many.Q / size, R=many.R / size)
    levels = tasks.levels(0.02, "system")
    return LQR.stack([tasks.spectral_family(each, TASKS, levels, rng) for each in many]), K
