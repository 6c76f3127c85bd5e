"""Random gains, random families around random problems, and families a theorem admits.

Gains by pole placement know nothing of a cost: poles are drawn first and the gain that places them
follows, so the gains spread over the whole stabilizing set of a deterministic problem and not only
around its optimum. `lqrlib.tasks` surrounds one nominal task by many families; `tasks_around` gives
each of many problems one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import objective, systems, tasks
from lqrlib.problem import LQR
from lqrlib.tasks import MATRICES, levels
from lqrlib.validation import Array, Seed, real_number, whole_number

from ..constants import meta
from .families import scaled

TASKS = 3
# Spectral distance between the tasks as drawn; to be scaled.
DRAWN = 1e-6


def random_poles(count: int, states: int, rng: Seed) -> Array:
    """Real block-diagonal matrices (count, n, n) with random eigenvalues in the unit disc.

    The 2 x 2 blocks hold complex pairs uniform in the disc; if n is odd a last real pole is
    uniform in (-1, 1).
    """
    if count < 1 or states < 1:
        raise ValueError(f"count, states: expected whole numbers >= 1, got {count}, {states}")
    rng = np.random.default_rng(rng)
    blocks = np.zeros((count, states, states))
    for k in range(0, states - 1, 2):
        pole = np.sqrt(rng.uniform(size=count)) * np.exp(1j * rng.uniform(0, np.pi, count))
        blocks[:, k, k] = blocks[:, k + 1, k + 1] = pole.real
        blocks[:, k, k + 1], blocks[:, k + 1, k] = pole.imag, -pole.imag
    if states % 2:
        blocks[:, -1, -1] = rng.uniform(-1, 1, count)
    return blocks


def one_input_gains(poles: Array) -> Array:
    """Gains (..., 1, n) that give A - BK the eigenvalues of `poles` (..., n, n).

    The system is the chain of shifts: A has ones above the diagonal, B is the last unit vector.
    Every controllable pair with one input is this one in other coordinates, up to a constant
    shift of the gain.
    """
    polynomial = np.ones(poles.shape[:-2] + (1,), dtype=complex)
    for pole in np.moveaxis(np.linalg.eigvals(poles), -1, 0):
        zero = np.zeros_like(polynomial[..., :1])
        polynomial = np.concatenate([polynomial, zero], axis=-1) - pole[..., None] * np.concatenate(
            [zero, polynomial], axis=-1
        )
    return np.asarray(polynomial.real[..., None, :0:-1])


def all_input_gains(poles: Array, rng: Seed) -> Array:
    """Gains K (..., n, n) with -K = V D V^-1, D = `poles` and Gaussian eigenvectors V.

    The system is A = 0, B = I. With any other A and any invertible B the closed loops are the same.
    """
    V = np.random.default_rng(rng).standard_normal(poles.shape)
    return np.asarray(
        -np.linalg.solve(V.swapaxes(-1, -2), (V @ poles).swapaxes(-1, -2)).swapaxes(-1, -2)
    )


def tasks_around(
    problems: LQR, count: int, epsilon: float | ArrayLike, rng: Seed, *, noise: float = 0.0
) -> LQR:
    """A family (D, M) for a stack of problems (D,): task 0 is the problem itself.

    The others stand at spectral distance epsilon/2 from it in a Gaussian direction, for each of A,
    B, Q, R on its own, so all pairs are within epsilon.

    Parameters
    ----------
    problems : LQR
        Batch (D,).
    count : int
        Tasks M in each family.
    epsilon : number, or four of them
        As from `tasks.levels`.
    rng : Generator, SeedSequence or int
    noise : number >= 0
        The tasks' noise directions get Gaussian changes of this Frobenius norm.

    Raises
    ------
    ValueError
        If an argument is malformed, or a Q or R comes out indefinite.
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
            G = G + G.swapaxes(-1, -2)
        G *= (level / 2 / np.linalg.norm(G, 2, axis=(-2, -1)))[..., None, None]
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
    of the estimates, b_i^2 < lambda_i Delta_0 with `meta.Errors()`.
    """
    for _ in range(3):  # f is not quite proportional to the differences
        over = meta.suprema(families, K0, form)
        if form == "printed":
            most = meta.printed_heterogeneity_limit(over, model_free=True)
        else:
            turn = meta.Errors().kappa
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
    level = levels(0.02, "system")
    return LQR.stack([tasks.spectral_family(each, TASKS, level, rng) for each in many]), K
