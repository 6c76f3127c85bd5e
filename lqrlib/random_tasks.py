"""Families of tasks around each problem of an ensemble, for claims about tasks.

`lqrlib.tasks` surrounds one nominal task by many families; here each of many problems gets one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .problem import LQR
from .tasks import MATRICES, levels
from .validation import Seed, real_number, whole_number


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
    many, tasks = problems.batch_shape[0], whole_number("count", count)
    change = real_number("noise", noise, positive=False)
    generator = np.random.default_rng(rng)
    changed: dict[str, object] = {}
    for name, level in zip(MATRICES, levels(epsilon), strict=True):
        centre = getattr(problems, name)[:, None]
        G = generator.standard_normal((many, tasks, *centre.shape[-2:]))
        if name in "QR":
            G = G + G.swapaxes(-1, -2)
        G *= (level / 2 / np.linalg.norm(G, 2, axis=(-2, -1)))[..., None, None]
        G[:, 0] = 0.0
        changed[name] = centre + G
    changed["Sigma0"] = problems.Sigma0[:, None]
    for name in ("state_noise", "input_noise"):
        variances, directions = getattr(problems, name)
        if variances.shape[-1]:
            G = generator.standard_normal((many, tasks, *directions.shape[1:]))
            G *= change / np.linalg.norm(G, axis=(-2, -1), keepdims=True)
            G[:, 0] = 0.0
            changed[name] = (variances[:, None], directions[:, None] + G)
    return LQR(**changed)  # type: ignore[arg-type]
