"""Random problems with gains, and random families of tasks, one around each of many problems.

`lqrlib.tasks` surrounds one nominal task by many families; here each problem has its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

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
    **options: Any,
) -> tuple[LQR, Array]:
    """Random problems (count,), with as many noise terms of each kind, and stabilizing gains.

    The fraction and the options are those of `lqrlib.systems.random_stabilizing_gains` and
    `lqrlib.systems.random_ensemble`.
    """
    generator = np.random.default_rng(rng)
    noise = {"state_noise_terms": noise_terms, "input_noise_terms": noise_terms}
    many = systems.random_ensemble(count, states, inputs, generator, **noise, **options)
    return many, systems.random_stabilizing_gains(many, generator, fraction=fraction)


def cheap_inputs(count: int, seed: Sequence[int]) -> list[tuple[LQR, Array]]:
    """Problems with 1 to 8 states whose input weights are scaled down by up to 1e-8, with gains.

    (count,) of each size; the first is one problem, with one state, two inputs and R = 0.001 I.
    """
    found = [(LQR([[0.5]], [[1.0, 0.0]], [[1.0]], 0.001 * np.eye(2)), np.zeros((2, 1)))]
    for number, size in enumerate(((1, 2), (2, 2), (3, 2), (4, 3), (6, 2), (8, 1))):
        rng = np.random.default_rng([*seed, number])
        many, K = random_cases(count, *size, rng, fraction=(0.05, 0.9))
        found.append((many.replace(R=many.R * 10 ** rng.uniform(-8, 0, (count, 1, 1))), K))
    return found


def problems_by_size(
    count: int,
    sizes: Iterable[int],
    seed: Sequence[int],
    noise_terms: int = 0,
    *,
    inputs: int | None = 3,
    **options: Any,
) -> dict[int, tuple[LQR, Array]]:
    """`random_cases` by number of states n, from seeds ``[*seed, n]``.

    There are at most so many inputs, half as many as states where None.
    """
    return {
        n: random_cases(
            count, n, min(n, inputs or (n + 1) // 2), [*seed, n], noise_terms, **options
        )
        for n in sizes
    }


def without_and_with_noise(
    count: int, sizes: Sequence[int], seed: Sequence[int], noise_terms: int = 2, **options: Any
) -> list[tuple[LQR, Array]]:
    """`problems_by_size` of all sizes without, then with noise; seeds ``[*seed, terms, n]``."""
    kinds = (
        problems_by_size(count, sizes, [*seed, terms], terms, **options)
        for terms in (0, noise_terms)
    )
    return [case for kind in kinds for case in kind.values()]


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


def unit_families(count: int, states: int, rng: Seed, *, noise_terms: int = 0) -> tuple[LQR, Array]:
    """Families (D, 4) at level 0.05, D <= count, and a gain (D, m, n) for all tasks of each.

    Q and R are scaled so that the largest curvature of a family's tasks at its gain is 1.
    """
    generator = np.random.default_rng(rng)
    terms = {"state_noise_terms": noise_terms, "input_noise_terms": noise_terms}
    centre = systems.random_ensemble(count, states, (states + 1) // 2, generator, **terms)
    many = tasks_around(centre, 4, 0.05, generator, noise=0.02 * bool(noise_terms))
    K = systems.random_stabilizing_gains(centre, generator, fraction=(0.1, 0.7))
    common = objective.is_stabilizing(many, K[:, None]).all(axis=1)
    many, K = many[common], K[common]
    size = spectral_norm(objective.hessian_matrix(many, K[:, None])).max(axis=1)
    size = size[:, None, None, None]
    return many.replace(Q=many.Q / size, R=many.R / size), K


def pairs(
    count: int, states: int, epsilon: ArrayLike, rng: Seed, *, noise_terms: int = 0
) -> tuple[LQR, LQR, Array]:
    """Pairs of tasks, each (D,), and a gain (D, m, n) that stabilizes both, D <= count.

    epsilon as for `tasks_around`; noise directions of a pair differ by 1e-3.
    """
    generator = np.random.default_rng(rng)
    terms = {"state_noise_terms": noise_terms, "input_noise_terms": noise_terms}
    many = systems.random_ensemble(count, states, min(states, 3), generator, **terms)
    K = systems.random_stabilizing_gains(many, generator, fraction=(0.0, 0.9))
    two = tasks_around(many, 2, epsilon, generator, noise=1e-3 * bool(noise_terms))
    both = objective.is_stabilizing(two, K[:, None]).all(axis=1)
    return two[both, 0], two[both, 1], K[both]
