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

from lqrlib.matrices import Flags, frobenius_norm, inner, spectral_norm
from lqrlib.problem import LQR, require_family
from lqrlib.tasks import MATRICES, levels
from lqrlib.validation import Array, Seed, finite_array, generator, real_number, whole_number

MOST_TRIALS = 10_000
# Draws of one family that are looked at together.
MOST_AT_ONCE = 128
# Earlier tasks up to which singular values are the shortest way.
FEW = 16


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
    task = 1 if seen is None else 0
    while task < shape[-1]:
        waiting, tried = np.arange(len(flat)), 0
        while len(waiting) > 1 and tried < MOST_TRIALS:
            steps = _directions(rng, (len(waiting),), centre.shape, name in "QR")
            trial = centre + fraction * level * steps
            earlier = flat[waiting, :task] if seen is None else seen[None]
            near = ~_any_far(trial, earlier, centre, level)
            flat[waiting[near], task] = trial[near]
            waiting, tried = waiting[~near], tried + 1
        end = shape[-1] if len(flat) == 1 else task + 1
        for family in waiting:  # the last one, or the only one
            _fill(rng, centre, level, flat[family, :end], task, tried, fraction, name, seen)
        task = end
    return drawn


def _fill(
    rng: np.random.Generator,
    centre: Array,
    level: float,
    drawn: Array,
    task: int,
    tried: int,
    fraction: float,
    name: str,
    seen: Array | None,
) -> None:
    """The rest of one family (M, rows, columns), from a task that was `tried` in vain so often.

    As one draw after the other, but many at a time: a draw that is far from some tasks is far from
    more of them, one that is near has to meet those that others of its time became, and the
    generator is given back what is left.
    """
    while task < len(drawn):
        before, many = rng.bit_generator.state, min(MOST_AT_ONCE, 4 * (1 + len(drawn) - task))
        trial = centre + fraction * level * _directions(rng, (many,), centre.shape, name in "QR")
        known = drawn[:task] if seen is None else seen
        for i in np.flatnonzero(~_any_far(trial, known[None], centre, level)):
            new = drawn[len(known) : task] if seen is None else drawn[:0]
            if tried + i >= MOST_TRIALS or (spectral_norm(trial[i] - new) >= level).any():
                continue
            drawn[task], task, tried = trial[i], task + 1, -1 - int(i)
            if task == len(drawn):
                rng.bit_generator.state = before
                rng.standard_normal((i + 1, *centre.shape))
                return
        tried += many
        if tried >= MOST_TRIALS:
            raise ValueError(
                f"{name}: no task {task} within {level:.3g} of the others in {MOST_TRIALS} draws"
            )


def _any_far(trial: Array, earlier: Array, centre: Array, level: float) -> Flags:
    """Whether a spectral distance of trials (W, ...) to earlier matrices (W or 1, M, ...) is large.

    u'Xv bounds the norm of X from below: u and v that suit the trial, then its farthest pair, find
    nearly all that are far. For the others Frobenius norms and a few squarings bound all pairs from
    above, and few are left that need their singular values.
    """
    if earlier.shape[1] <= FEW:
        return np.asarray((spectral_norm(trial[:, None] - earlier) >= level).any(axis=-1))
    e = (earlier - centre).reshape(*earlier.shape[:2], -1)
    steps, far = trial - centre, np.zeros(len(trial), dtype=bool)
    left = np.arange(len(trial))

    def products(Y: Array) -> Array:
        """Inner products (W, M) of matrices for the trials left with all earlier steps."""
        y = Y.reshape(len(Y), -1)
        return y @ e[0].T if len(e) == 1 else (e[left] @ y[..., None])[..., 0]

    X = steps
    for _ in range(3):
        uv = _dominant(X)
        reach = inner(uv, steps[left])[:, None] - products(uv)
        open_ = reach.max(axis=-1) < level * (1 + 1e-9)
        far[left[~open_]] = True
        left, farthest = left[open_], reach.argmax(axis=-1)[open_]
        if not left.size:
            return far
        owner = left if len(e) > 1 else np.zeros_like(left)
        X = trial[left] - earlier[owner, farthest]
    square = inner(steps, steps)[left, None] + np.vecdot(e, e)[owner] - 2 * products(steps[left])
    row, task = np.nonzero(square > level**2 * (1 - 1e-9))
    member, X = left[row], trial[left[row]] - earlier[owner[row], task]
    power = X.swapaxes(-1, -2) @ X / level**2
    for _ in range(6):
        power = power @ power
        size = frobenius_norm(power)
        far[member[size > len(centre)]] = True
        open_ = (size > 1 - 1e-9) & ~far[member]
        member, X, power = member[open_], X[open_], power[open_]
    far[member[spectral_norm(X) >= level]] = True
    return far


def _dominant(X: Array) -> Array:
    """u v' (W, ...), nearly of the first pair of singular vectors of each matrix."""
    power = X / frobenius_norm(X)[:, None, None]
    power = power.swapaxes(-1, -2) @ power
    for _ in range(4):
        power = power @ power
    column = np.diagonal(power, axis1=-2, axis2=-1).argmax(axis=-1)
    v = power[np.arange(len(X)), :, column][..., None]
    uv = X @ v @ v.swapaxes(-1, -2)
    return uv / frobenius_norm(uv)[:, None, None]


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
