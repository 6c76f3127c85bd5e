"""Random families of tasks, one around each of many problems.

`lqrlib.tasks` surrounds one nominal task by many families; here each problem has its own.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import objective, systems
from lqrlib.matrices import spectral_norm, transpose
from lqrlib.problem import LQR
from lqrlib.tasks import MATRICES, levels
from lqrlib.validation import Array, Seed, real_number, whole_number
from lqrpapers.studies.task_families import spectral_family

TASKS = 3
# Spectral distance between the tasks of `random_families`; to be scaled.
DRAWN = 1e-6


def random_cases(
    count: int,
    states: int,
    inputs: int,
    rng: Seed,
    noise_terms: int = 0,
    *,
    fraction: tuple[float, float] = (0.0, 0.95),
) -> tuple[LQR, Array]:
    """Random problems (count,), with as many noise terms of each kind, and stabilizing gains."""
    generator = np.random.default_rng(rng)
    noise = {"state_noise_terms": noise_terms, "input_noise_terms": noise_terms}
    many = systems.random_ensemble(count, states, inputs, generator, **noise)
    return many, systems.random_stabilizing_gains(many, generator, fraction=fraction)


def tasks_around(
    problems: LQR, count: int, epsilon: float | ArrayLike, rng: Seed, *, noise: float = 0.0
) -> LQR:
    """A family (D, M) of `count` tasks for each of the problems (D,): task 0 is the problem itself.

    The others stand at spectral distance epsilon/2 from it in a Gaussian direction, for each of A,
    B, Q, R on its own (epsilon as for `lqrlib.tasks.levels`), so all pairs are within epsilon. The
    noise directions get Gaussian changes of Frobenius norm `noise`. ValueError if a Q or R comes
    out indefinite.
    """
    if not isinstance(problems, LQR) or len(problems.batch_shape) != 1:
        raise ValueError(f"problems: expected a stack (D,) of LQR problems, got {problems!r}")
    many, members = problems.batch_shape[0], whole_number("count", count)
    change = real_number("noise", noise, positive=False)
    generator = np.random.default_rng(rng)
    changed: dict[str, object] = {}
    for name, level in zip(MATRICES, levels(epsilon), strict=True):
        centre = getattr(problems, name)[:, None]
        G = generator.standard_normal((many, members, *centre.shape[-2:]))
        if name in "QR":
            G = G + transpose(G)
        G *= (level / 2 / spectral_norm(G))[..., None, None]
        G[:, 0] = 0.0
        changed[name] = centre + G
    changed["Sigma0"] = problems.Sigma0[:, None]
    for name in ("state_noise", "input_noise"):
        variances, directions = getattr(problems, name)
        if variances.shape[-1]:
            G = generator.standard_normal((many, members, *directions.shape[1:]))
            G *= change / np.linalg.norm(G, axis=(-2, -1), keepdims=True)
            G[:, 0] = 0.0
            changed[name] = (variances[:, None], directions[:, None] + G)
    return LQR(**changed)  # type: ignore[arg-type]


def random_families(
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
    K0 = systems.random_stabilizing_gains(many, rng, fraction=(0.05, 0.6))
    return LQR.stack([spectral_family(each, TASKS, DRAWN, rng) for each in many]), K0


def normalised_families(count: int, states: int, rng: np.random.Generator) -> tuple[LQR, Array]:
    """Families (count, 3) at level 0.02 of A and B, and gains where the Hessians have norm one.

    The gains lie well inside the stabilizing set, so that estimates of radius 0.02 are good.
    """
    many = systems.random_ensemble(
        count, states, min(states, 2), rng, spread=2.0, radius=(0.3, 0.9)
    )
    K = systems.random_stabilizing_gains(many, rng, fraction=(0.1, 0.4))
    size = spectral_norm(objective.hessian_matrix(many, K))[:, None, None]
    many = many.replace(Q=many.Q / size, R=many.R / size)
    level = levels(0.02, "system")
    return LQR.stack([spectral_family(each, TASKS, level, rng) for each in many]), K
