"""S1's Theorems 10 and 12: model-based MAML stays in the sub-level sets, and converges."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lqrlib import directions, maml, objective
from lqrlib.descent import descend
from lqrlib.matrices import frobenius_norm
from lqrlib.objective import optimality_gap
from lqrlib.problem import LQR
from lqrlib.validation import Array

from ..constants import heterogeneity, meta, printed, sharp, sublevel
from .convergence import SETTLED
from .domination import value_difference_along
from .maml import changes, inner_moves, lost_descent, per_task
from .registry import Sides, claim

Steps = meta.Steps


def _iterates(
    tasks: LQR, K0: ArrayLike, steps: Steps, iterations: int
) -> Iterator[tuple[Array, Array, Array]]:
    """Gain (..., 1, m, n), move, and the change (..., M) of each task's cost, step by step.

    Changes come from the value-difference lemma: they keep their digits for steps that hardly
    move the gain.
    """
    gain = per_task(tasks, K0)
    batch = gain.shape[:-3]
    inner = np.broadcast_to(steps.inner, batch)
    outer = np.broadcast_to(steps.outer, batch)[..., None, None]
    for _ in range(iterations):
        direction = maml.gradient(tasks, gain[..., 0, :, :], inner)
        move = -(outer * direction)[..., None, :, :]
        change = value_difference_along(tasks, gain, move)
        yield gain, move, np.where(np.isnan(change), np.inf, change)
        gain = gain + move


def _stays(
    tasks: LQR, K0: ArrayLike, steps: Steps, room: Array, iterations: int, pairs: bool
) -> Iterator[Sides]:
    """Rise of each task's cost over its start, against the room that its sub-level set leaves.

    Both over the fall along the task's own gradients, and with 1 added: without room, 0 is that
    fall and 1 no fall at all.
    """
    inner = np.broadcast_to(steps.inner, room.shape[:-1])
    outer = np.broadcast_to(steps.outer, room.shape[:-1])
    risen, own = np.zeros(room.shape), np.zeros(room.shape)
    iterates: list[list[Array]] = [[], []]
    adapted: list[list[Array]] = [[], []]
    for gain, _, change in _iterates(tasks, K0, steps, iterations):
        squares = frobenius_norm(objective.gradient(tasks, gain)) ** 2
        moves = inner_moves(tasks, gain, inner)
        if pairs:
            moved = changes(tasks, gain, moves).max(axis=-2)
        else:
            moved = value_difference_along(tasks, gain, moves)
        scale = own + inner[..., None] * squares
        adapted[0].append(lost_descent(risen + moved, scale))
        adapted[1].append(lost_descent(room, scale))
        risen, own = risen + change, own + outer[..., None] * squares
        iterates[0].append(lost_descent(risen, own))
        iterates[1].append(lost_descent(room, own))
    yield Sides("iterates in S_ML", np.stack(iterates[0]), np.stack(iterates[1]))
    where = "adapted gains in S_ML" if pairs else "adapted gains in S_i"
    yield Sides(where, np.stack(adapted[0]), np.stack(adapted[1]))


def _require(met: ArrayLike, what: str) -> None:
    missing = np.size(met) - np.count_nonzero(met)
    if missing:
        raise ValueError(f"tasks: expected {what}, which {missing} families do not have")


def _near(over: meta.Suprema) -> NDArray[np.bool_]:
    """Whether Theorem 10 admits the tasks: near to each other, and some inner step allowed."""
    near = over.heterogeneity[..., 0] <= meta.printed_heterogeneity_limit(over)
    return np.asarray(near & (meta.printed_steps(over).inner > 0))


def _invariance(tasks: LQR, K0: ArrayLike, form: str, iterations: int) -> Iterator[Sides]:
    over = meta.suprema(tasks, K0, form)
    _require(_near(over), "the heterogeneity of Theorem 10")
    room = over.gap - over.start_gap
    yield from _stays(tasks, K0, meta.printed_steps(over), room, iterations, pairs=True)


@claim("s1-thm-10")
def invariance(tasks: LQR, K0: ArrayLike, *, iterations: int = 3) -> Iterator[Sides]:
    """K_t and all adapted gains in S_ML (gamma = 1) at the largest printed steps.

    Raises ValueError unless the tasks are as near to each other as the theorem asks.
    """
    yield from _invariance(tasks, K0, "printed", iterations)


@claim("s1-thm-10", form="corrected")
def corrected_invariance(tasks: LQR, K0: ArrayLike, *, iterations: int = 3) -> Iterator[Sides]:
    """The same with the repaired constants."""
    yield from _invariance(tasks, K0, "corrected", iterations)


@claim("s1-thm-10", form="sharp")
def sharp_invariance(
    tasks: LQR,
    K0: ArrayLike,
    *,
    largest_kappa: float = 0.25,
    room: ArrayLike = 1.0,
    iterations: int = 3,
) -> Iterator[Sides]:
    """K_t in S_ML, adapted gains in S_i, for eta = 1/L, if b_i^2 <= lambda_i gamma_i Delta_0."""
    over = meta.suprema(tasks, K0, "sharp", room=room)
    _require(meta.sharp_invariant(over, np.asarray(largest_kappa)), "b^2 <= lambda gamma Delta_0")
    steps = meta.sharp_steps(over, largest_kappa)
    yield from _stays(tasks, K0, steps, over.gap - over.start_gap, iterations, pairs=False)


def _far(
    tasks: LQR, K0: ArrayLike, inner: ArrayLike, outer: ArrayLike, iterations: int, assumption: str
) -> Iterator[Sides]:
    gain = per_task(tasks, K0)
    eta = np.broadcast_to(np.asarray(inner, dtype=float), gain.shape[:-3])
    trace = descend(
        directions.meta_gradient(tasks, eta), gain[..., 0, :, :], outer, iterations, on_leave="flag"
    )
    gaps = optimality_gap(tasks, trace.gain[..., None, :, :])
    gaps = np.where(trace.left[..., None], np.inf, gaps)
    yield Sides("iterates in S_ML", gaps, optimality_gap(tasks, gain), 0.0, assumption)


@claim("s1-thm-10", form="dropped")
def invariance_of_distant_tasks(
    tasks: LQR, K0: ArrayLike, *, iterations: int = 20
) -> Iterator[Sides]:
    """The steps are short (1/L), but no condition is put on the heterogeneity."""
    steps = meta.sharp_steps(meta.suprema(tasks, K0, "sharp"))
    yield from _far(tasks, K0, *steps, iterations, "the tasks are near to each other")


# --- Theorem 12 -----------------------------------------------------------------------------------


def _convergence(
    tasks: LQR,
    K0: ArrayLike,
    minimiser: ArrayLike | None,
    over: meta.Suprema,
    iterations: int,
) -> Iterator[Sides]:
    steps, bias = meta.printed_steps(over), meta.printed_bias(over)
    share = 1 - meta.printed_rate(over, steps.outer)
    promised, taken = [], []
    for gain, _, change in _iterates(tasks, K0, steps, iterations):
        promised.append(share * (optimality_gap(tasks, gain) - bias))
        taken.append(-change)
    floor = SETTLED * objective.cost(tasks, per_task(tasks, K0))
    yield Sides("(6), decrease in a step", np.stack(promised), np.stack(taken), floor)
    if minimiser is None:
        return
    gaps = optimality_gap(tasks, maml.family_gain(tasks, minimiser))
    inside = bool((gaps <= over.gap * (1 + 1e-12)).all())
    where = "in S_ML" if inside else "outside S_ML"
    for name, report in (("(7)", False), ("(7) of the report", True)):
        bound = meta.printed_optimum_bias(over, report=report)
        yield Sides(f"{name}, K*_ML {where}", gaps, bound, floor)


@claim("s1-thm-12")
def convergence(
    tasks: LQR, K0: ArrayLike, minimiser: ArrayLike | None = None, *, iterations: int = 3
) -> Iterator[Sides]:
    """(6) step by step: a step leaves gap - bias at most its share; (7) for a given minimiser.

    By induction the first gives (6) for every number of iterations, while they stay in S_ML.
    """
    over = meta.suprema(tasks, K0, "printed")
    yield from _convergence(tasks, K0, minimiser, over, iterations)


@claim("s1-thm-12", form="corrected")
def corrected_convergence(
    tasks: LQR, K0: ArrayLike, minimiser: ArrayLike | None = None, *, iterations: int = 3
) -> Iterator[Sides]:
    """The same with repaired constants, and a minimiser that lies in S_ML."""
    over = meta.suprema(tasks, K0, "corrected")
    if minimiser is not None:
        gaps = optimality_gap(tasks, maml.family_gain(tasks, minimiser))
        if not (gaps <= over.gap * (1 + 1e-12)).all():
            raise ValueError("minimiser: expected one in S_ML, got one outside")
    yield from _convergence(tasks, K0, minimiser, over, iterations)


@claim("s1-thm-12", form="sharp")
def sharp_convergence(
    tasks: LQR,
    K0: ArrayLike,
    minimiser: ArrayLike | None = None,
    *,
    largest_kappa: float = 0.25,
    iterations: int = 3,
) -> Iterator[Sides]:
    """Every step of size 1/L, and the bias of a stationary gain of J_ML (kappa <= 1/4 there).

    The step is checked with f measured at each gain, the bias with f measured at the minimiser and
    L over its own sub-level sets, with the inner step of the run: stronger than with suprema.
    """
    over = meta.suprema(tasks, K0, "sharp")
    steps = meta.sharp_steps(over, largest_kappa)
    promised, taken = [], []
    for gain, _, change in _iterates(tasks, K0, steps, iterations):
        length, b = _measured(tasks, gain, np.asarray(largest_kappa))
        share = (1 - largest_kappa) * np.asarray(steps.outer)[..., None] / 2
        promised.append(share * (length**2 - b**2))
        taken.append(-change)
    floor = SETTLED * objective.cost(tasks, per_task(tasks, K0))
    yield Sides("decrease in a step", np.stack(promised), np.stack(taken), floor)
    if minimiser is None:
        return
    gain = per_task(tasks, minimiser)
    there = sublevel(tasks, objective.cost(tasks, gain))
    turn = meta.kappa(steps.inner, sharp.hessian_bound(there).max(axis=-1))
    length, b = _measured(tasks, gain, turn)
    yield Sides("gradient at K*_ML", length, b, 1e-9 * length)
    bound = b**2 / printed.gradient_domination(tasks, gain)
    yield Sides("gap at K*_ML", optimality_gap(tasks, gain), bound, floor)


def _measured(tasks: LQR, gain: Array, turn: Array) -> tuple[Array, Array]:
    """||grad J_i|| and b_i = (1 + kappa) f_i / (1 - kappa) with f_i at this gain, (..., M)."""
    slopes = objective.gradient(tasks, gain)
    apart = heterogeneity.frobenius_distances(slopes).mean(axis=-1)
    return frobenius_norm(slopes), (1 + turn)[..., None] * apart / (1 - turn)[..., None]


@claim("s1-thm-12", form="dropped")
def convergence_with_long_inner_steps(
    tasks: LQR,
    K0: ArrayLike,
    inner: ArrayLike,
    outer: ArrayLike,
    *,
    iterations: int = 200,
) -> Iterator[Sides]:
    """The gap falls although the inner step is longer than 1/L, whatever kappa."""
    yield from _far(tasks, K0, inner, outer, iterations, "kappa < 1")
