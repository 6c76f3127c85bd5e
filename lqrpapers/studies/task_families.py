"""Families of tasks as S1 draws them; the first task is the nominal one.

=================  ====================================================  ===================
family             each of A, B, Q, R                                    source
=================  ====================================================  ===================
`masked_family`    nominal + a Z, a uniform in (0, epsilon), Z a mask    S1 report, section 7
`spectral_family`  nominal + 0.6 epsilon G/||G||, redrawn until all      S1's published code
                   pairs are nearer than epsilon
=================  ====================================================  ===================
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from lqrlib.matrices import Flags, frobenius_norm, spectral_norm
from lqrlib.problem import LQR, require_family
from lqrlib.tasks import MATRICES, levels
from lqrlib.validation import Array, Seed, finite_array, generator, real_number, whole_number

MOST_TRIALS = 10_000


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
