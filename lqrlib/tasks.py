r"""Families of similar tasks: how they are drawn, and how far apart they are (S1 section 2.2).

A *task* is one LQR problem (S1 Definition 1). A *family* is a stack of them whose last batch axis
counts the M tasks, so (D, M) is a stack of D families. Heterogeneity is measured by the largest
pairwise spectral distances

.. math:: \varepsilon_1 = \max_{i\ne j}\|A_i - A_j\|, \quad \varepsilon_2 = \max\|B_i - B_j\|,
          \quad \varepsilon_3 = \max\|Q_i - Q_j\|, \quad \varepsilon_4 = \max\|R_i - R_j\| ,

in three settings: *system* (only A and B differ), *cost* (only Q and R) and *both*.

====================  ======================================================  ===================
family                each of A, B, Q, R                                      source
====================  ======================================================  ===================
`masked_family`       nominal + a Z, a uniform in (0, epsilon), Z a mask      S1 report, section 7
`spectral_family`     nominal + 0.6 epsilon G/||G||, redrawn until all        S1's published code
                      pairs are nearer than epsilon
====================  ======================================================  ===================

In both the first task is the nominal one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .matrices import Flags, frobenius_norm, spectral_norm
from .problem import LQR, require_family, require_problem
from .validation import (
    Array,
    Seed,
    choice,
    finite_array,
    generator,
    real_number,
    require_broadcast,
    whole_number,
)

MATRICES = ("A", "B", "Q", "R")
SETTINGS = {"system": (1, 1, 0, 0), "cost": (0, 0, 1, 1), "both": (1, 1, 1, 1)}
MOST_TRIALS = 10_000


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


def average_model(tasks: LQR) -> LQR:
    """The problem with the average A, B, Q, R and Sigma0 of a family (..., M), without noise.

    Raises
    ------
    ValueError
        If the tasks have noise, which an average of matrices does not describe.
    """
    require_family(tasks)
    if tasks.has_noise:
        raise ValueError("tasks: expected tasks without noise")
    return LQR(*(getattr(tasks, name).mean(axis=-3) for name in (*MATRICES, "Sigma0")))


def masked_family(
    nominal: LQR,
    count: int,
    epsilon: float | ArrayLike,
    rng: Seed,
    *,
    families: int | None = None,
    masks: Mapping[str, ArrayLike] | None = None,
) -> LQR:
    """Tasks on a segment through the nominal one for each matrix (S1 report, section 7).

    A_i = A + a_i Z_A with a_i uniform in (0, epsilon_1), and so on; the masks Z are common to the
    family. The report does not print them.

    Parameters
    ----------
    nominal : LQR
        A single problem, the first task of the family.
    count : int
        Number of tasks M, the nominal one included.
    epsilon : number, or four of them
        Levels of A, B, Q, R, as from `levels`. With masks of spectral norm at most 1 they bound
        the pairwise distances.
    rng : Generator, SeedSequence or int
    families : int, optional
        Number D of families; the result has batch (D, M), otherwise (M,).
    masks : mapping from "A", "B", "Q", "R" to arrays, optional
        Default: Gaussian directions (symmetric for Q and R) of unit spectral norm, drawn anew for
        each family.

    Raises
    ------
    ValueError
        If an argument is malformed, or a Q or R comes out indefinite.
    """
    single = _nominal(nominal)
    shape = _counts(count, families)
    rng, given = generator("rng", rng), {} if masks is None else masks
    if not isinstance(given, Mapping) or set(given) - set(MATRICES):
        raise ValueError(f"masks: expected a mapping from some of A, B, Q, R, got {masks!r}")
    changed = {}
    for name, level in zip(MATRICES, levels(epsilon), strict=True):
        size = getattr(single, name).shape
        mask = _directions(rng, (*shape[:-1], 1), size, name in "QR")
        if name in given:
            mask = finite_array(f"masks[{name!r}]", given[name], 2)
            if mask.shape != size:
                raise ValueError(f"masks[{name!r}]: expected shape {size}, got {mask.shape}")
        factors = rng.uniform(0, 1, shape) * level
        factors[..., 0] = 0.0
        changed[name] = getattr(single, name) + factors[..., None, None] * mask
    return single.replace(**changed)


def spectral_family(
    nominal: LQR,
    count: int,
    epsilon: float | ArrayLike,
    rng: Seed,
    *,
    families: int | None = None,
    near: LQR | None = None,
    fraction: float = 0.6,
) -> LQR:
    """Tasks on spheres around the nominal one, pairwise closer than epsilon (S1's published code).

    Each matrix is nominal + fraction * epsilon * G/||G|| with G Gaussian (symmetric for Q and R),
    redrawn until its spectral distance to all earlier tasks is below epsilon.

    Parameters
    ----------
    nominal, count, epsilon, rng, families
        As for `masked_family`.
    near : LQR, optional
        A family (M,) that has been trained on. Then `count` *unseen* tasks are drawn, each within
        epsilon of every task in `near` but under no condition among themselves, and the nominal
        task is not put among them.
    fraction : number in (0, 1]
        Distance from the nominal matrix, as a fraction of epsilon.

    Raises
    ------
    ValueError
        If an argument is malformed, a Q or R comes out indefinite, or 10,000 draws find no task
        that is near enough to the others.
    """
    single = _nominal(nominal)
    shape = _counts(count, families)
    if not 0 < real_number("fraction", fraction, positive=False) <= 1:
        raise ValueError(f"fraction: expected a number in (0, 1], got {fraction!r}")
    if near is not None:
        require_family(near, "near")
        if (*near.batch_shape[1:], near.states, near.inputs) != (single.states, single.inputs):
            raise ValueError(
                f"near: expected one family (M,) of problems like {single!r}, got {near!r}"
            )
    rng = generator("rng", rng)
    changed = {}
    for name, level in zip(MATRICES, levels(epsilon), strict=True):
        seen = None if near is None else getattr(near, name)
        changed[name] = _redrawn(
            rng, getattr(single, name), float(level), shape, fraction, name, seen
        )
    return single.replace(**changed)


def _redrawn(
    rng: np.random.Generator,
    centre: Array,
    level: float,
    shape: tuple[int, ...],
    fraction: float,
    name: str,
    seen: Array | None,
) -> Array:
    """The matrices (..., M, rows, columns), task by task, all families at once."""
    drawn = np.broadcast_to(centre, (*shape, *centre.shape)).copy()
    if level == 0:
        return drawn
    flat = drawn.reshape(-1, shape[-1], *centre.shape)
    for task in range(0 if seen is not None else 1, shape[-1]):
        waiting, tried = np.arange(len(flat)), 0
        while len(waiting) and tried < MOST_TRIALS:
            # the last family to wait tries several draws at once, and gives back what it leaves
            many = min(16, tried + 1, MOST_TRIALS - tried) if len(waiting) == 1 else 1
            before = rng.bit_generator.state
            steps = _directions(rng, (many * len(waiting),), centre.shape, name in "QR")
            trial = centre + fraction * level * steps
            earlier = flat[waiting, :task] if seen is None else seen[None]
            near = ~_any_far(trial, earlier, centre, level)
            if many > 1 and near.any():
                many = int(near.argmax()) + 1
                rng.bit_generator.state = before
                rng.standard_normal((many, *centre.shape))
                trial, near = trial[many - 1 : many], near[many - 1 : many]
            tried += many
            if many == 1 or near.any():
                flat[waiting[near], task] = trial[near]
                waiting = waiting[~near]
        if len(waiting):
            raise ValueError(
                f"{name}: no task {task} within {level:.3g} of the others in {MOST_TRIALS} draws"
            )
    return drawn


def _any_far(trial: Array, earlier: Array, centre: Array, level: float) -> Flags:
    """Whether a spectral distance of trials (W, ...) to earlier matrices (W or 1, M, ...) is large.

    Frobenius distances name the pairs that are probably farthest apart; where those are near, a
    few squarings bracket the others to a few per cent, and few need their singular values.
    """
    t = (trial - centre).reshape(len(trial), -1)
    e = (earlier - centre).reshape(*earlier.shape[:2], -1)
    inner = t @ e[0].T if len(e) == 1 else (e @ t[..., None])[..., 0]
    square = np.vecdot(t, t)[:, None] + np.vecdot(e, e) - 2 * inner
    earlier = np.broadcast_to(earlier, (len(trial), *earlier.shape[1:]))
    top = np.argpartition(-square, min(3, square.shape[1] - 1), axis=-1)[:, :4]
    first = np.arange(len(trial))[:, None]
    far = np.asarray((spectral_norm(trial[first] - earlier[first, top]) >= level).any(axis=-1))
    member, task = np.nonzero(~far[:, None] & (square > level**2 * (1 - 1e-9)))
    X = trial[member] - earlier[member, task]
    power = X.swapaxes(-1, -2) @ X / level**2
    for _ in range(4):
        power = power @ power
        open_ = frobenius_norm(power) > 1 - 1e-9
        member, X, power = member[open_], X[open_], power[open_]
    far[member[spectral_norm(X) >= level]] = True
    return far


def _directions(
    rng: np.random.Generator, batch: tuple[int, ...], size: tuple[int, ...], symmetric: bool
) -> Array:
    """Gaussian matrices (*batch, *size) scaled to unit spectral norm."""
    G = rng.standard_normal((*batch, *size))
    if symmetric:
        G = G + G.swapaxes(-1, -2)
    return G / spectral_norm(G)[..., None, None]


def _nominal(problem: LQR) -> LQR:
    if not isinstance(problem, LQR) or problem.batch_shape:
        raise ValueError(f"nominal: expected a single LQR, got {problem!r}")
    return problem


def _counts(count: int, families: int | None) -> tuple[int, ...]:
    tasks = whole_number("count", count)
    if families is None:
        return (tasks,)
    return (whole_number("families", families), tasks)
