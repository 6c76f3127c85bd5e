r"""Families of similar tasks, and how far apart they are (S1 section 2.2).

A *task* is one LQR problem (S1 Definition 1). A *family* is a stack of them whose last batch axis
counts the M tasks, so (D, M) is a stack of D families. Heterogeneity is measured by the largest
pairwise spectral distances

.. math:: \varepsilon_1 = \max_{i\ne j}\|A_i - A_j\|, \quad \varepsilon_2 = \max\|B_i - B_j\|,
          \quad \varepsilon_3 = \max\|Q_i - Q_j\|, \quad \varepsilon_4 = \max\|R_i - R_j\| ,

in three settings: *system* (only A and B differ), *cost* (only Q and R) and *both*.

How S1 draws them: `lqrpapers.studies.task_families`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .matrices import spectral_norm
from .problem import LQR, require_family, require_problem
from .validation import Array, choice, finite_array, require_broadcast

MATRICES = ("A", "B", "Q", "R")
SETTINGS = {"system": (1, 1, 0, 0), "cost": (0, 0, 1, 1), "both": (1, 1, 1, 1)}


class Levels(NamedTuple):
    """Spectral distances of two tasks (epsilon_1 ... epsilon_4 of S1 section 2.2), each (...)."""

    A: Array
    B: Array
    Q: Array
    R: Array


def levels(epsilon: float | ArrayLike, setting: str = "both") -> Levels:
    """Heterogeneity levels of A, B, Q, R in one of the three settings of S1 section 2.2.

    Parameters
    ----------
    epsilon : number, or four of them
        Spectral distances, nonnegative; one number stands for all four.
    setting : "system", "cost" or "both"
        What differs between tasks; the other levels are zero.

    Examples
    --------
    >>> print(*levels(0.01, "cost"))
    0.0 0.0 0.01 0.01
    """
    used = SETTINGS[choice("setting", setting, SETTINGS)]
    values = finite_array("epsilon", epsilon, 0)
    if values.shape not in ((), (4,)) or (values < 0).any():
        raise ValueError(f"epsilon: expected one or four numbers >= 0, got {epsilon!r}")
    chosen = np.broadcast_to(values, 4) * used
    return Levels(*(np.asarray(value) for value in chosen))


def distances(first: LQR, second: LQR) -> Levels:
    """Spectral distances ||A_i - A_j||, ||B_i - B_j||, ||Q_i - Q_j||, ||R_i - R_j||, each (...)."""
    require_problem(first, "first")
    require_problem(second, "second")
    if (first.states, first.inputs) != (second.states, second.inputs):
        raise ValueError(f"second: expected states and inputs as in {first!r}, got {second!r}")
    require_broadcast("second", second.batch_shape, first.batch_shape, "those of the first,")
    return Levels(
        *(spectral_norm(getattr(first, name) - getattr(second, name)) for name in MATRICES)
    )


def heterogeneity(tasks: LQR) -> Levels:
    """Largest pairwise spectral distances of a family (..., M): epsilon_1 to epsilon_4, each (...).

    Zero for a single task. M (M - 1)/2 spectral norms of each matrix.
    """
    require_family(tasks)
    members = tasks.batch_shape[-1]
    if members == 1:
        return Levels(*(np.zeros(tasks.batch_shape[:-1]) for _ in MATRICES))
    first, second = np.triu_indices(members, 1)
    pairwise = distances(tasks[..., first], tasks[..., second])
    return Levels(*(np.asarray(level.max(axis=-1)) for level in pairwise))
