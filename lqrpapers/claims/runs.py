"""Runs of MAML, model-based or model-free, and what S1's Theorems 10 to 13 say of every step."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import LQR, Trace, descend, directions, maml, objective
from lqrlib.matrices import frobenius_norm
from lqrlib.validation import Array

from ..constants import heterogeneity, meta
from .convergence import SETTLED
from .domination import value_difference
from .registry import Inequalities, Sides


class Step(NamedTuple):
    """The tasks at a gain (..., 1, m, n); each one's inner move (..., M, m, n), and the outer."""

    at: objective.AtGain
    inner: Array
    outer: Array

    @property
    def gain(self) -> Array:
        """K_t, (..., 1, m, n)."""
        return self.at.K


Estimates = Callable[[Array], tuple[Array, Array]]


def per_task(tasks: LQR, K: ArrayLike) -> Array:
    """K (..., m, n) with an axis for the tasks; stabilizes them all."""
    gain = maml.family_gain(tasks, K)
    objective.require_stabilizing(tasks, gain)
    shape = np.broadcast_shapes(gain.shape[:-3], tasks.batch_shape[:-1])
    return np.broadcast_to(gain, (*shape, *gain.shape[-3:]))


def change(at: objective.AtGain, move: Array) -> Array:
    """C(K + move) - C(K), (...); ``inf`` where the moved gain does not stabilize.

    From the value-difference lemma: it keeps its digits for steps that hardly move the gain.
    """
    found = value_difference(at, move)
    return np.where(np.isnan(found), np.inf, found)


def changes(tasks: LQR, gain: Array, moves: Array) -> Array:
    """C_j(K + move_i) - C_j(K) of every task j for each of the moves, (..., moves, M).

    K is (..., 1, m, n), moves (..., moves, m, n); ``inf`` where the moved gain does not stabilize.
    """
    at = objective.at_gain(tasks[..., None, :], gain[..., None, :, :])
    return change(at, moves[..., :, None, :, :])


def inner_moves(tasks: LQR, gain: Array, step: Array) -> Array:
    """The tasks' inner steps, (..., M, m, n)."""
    return -step[..., None, None, None] * objective.gradient(tasks, gain)


def lost_descent(change: Array, own: Array) -> Array:
    """1 + change / own: 0 where a cost falls as along its own gradient, above 1 where it rises."""
    with np.errstate(over="ignore"):
        return 1 + change / np.maximum(own, np.finfo(float).tiny)


def run(tasks: LQR, K0: ArrayLike, step: Array, estimates: Estimates, many: int) -> list[Step]:
    """Steps of a run; `estimates` gives the inner moves and the direction at a gain."""
    gain, taken = per_task(tasks, K0), []
    for _ in range(many):
        inner, direction = estimates(gain)
        outer = -(step[..., None, None] * direction)[..., None, :, :]
        taken.append(Step(objective.at_gain(tasks, gain), inner, outer))
        gain = gain + outer
    return taken


def descended(
    tasks: LQR, K0: ArrayLike, inner: ArrayLike, outer: ArrayLike, iterations: int
) -> tuple[Array, Trace]:
    """Algorithm 1 with any steps: the start (..., 1, m, n) and the run, which may leave."""
    gain = per_task(tasks, K0)
    eta = np.broadcast_to(np.asarray(inner, dtype=float), gain.shape[:-3])
    direction = directions.meta_gradient(tasks, eta)
    return gain, descend(direction, gain[..., 0, :, :], outer, iterations, on_leave="flag")


def stays(tasks: LQR, taken: list[Step], steps: meta.Steps, *, every_task: bool) -> Inequalities:
    """No cost rises over its start's, after a step or an inner step; as `lost_descent`."""
    risen = own = np.zeros(taken[0].inner.shape[:-2])
    iterates, adapted = [], []
    for at, inner, outer in taken:
        squares = frobenius_norm(at.gradient) ** 2
        moved = changes(tasks, at.K, inner).max(axis=-2) if every_task else change(at, inner)
        scale = own + steps.inner[..., None] * squares
        adapted.append(lost_descent(risen + moved, scale))
        risen, own = risen + change(at, outer), own + steps.outer[..., None] * squares
        iterates.append(lost_descent(risen, own))
    where = "adapted gains in S_ML" if every_task else "adapted gains in S_i"
    yield Sides("iterates in S_ML", np.stack(iterates), 1.0)
    yield Sides(where, np.stack(adapted), 1.0)


def decreases(taken: list[Step], promised: list[Array], bias: list[Array], part: str) -> Sides:
    """Each step takes as much off each task's cost as promised, (..., M), up to a bias."""
    found = np.stack([-change(step.at, step.outer) for step in taken])
    floor = SETTLED * taken[0].at.cost
    return Sides(part, np.stack(promised), found + np.stack(bias), floor)


def measured_bias(
    at: objective.AtGain, kappa: ArrayLike, error: ArrayLike = 0.0
) -> tuple[Array, Array]:
    """||grad J_i|| and b_i = ((1 + kappa) f_i + e) / (1 - kappa), f_i at this gain, (..., M)."""
    slopes, turned = at.gradient, np.asarray(kappa)[..., None]
    apart = heterogeneity.frobenius_distances(slopes).mean(axis=-1)
    bound = (1 + turned) * apart + np.asarray(error)[..., None]
    return frobenius_norm(slopes), bound / (1 - turned)


def sharply_decreases(
    taken: list[Step], step: Array, kappa: float, error: ArrayLike = 0.0
) -> Sides:
    """A step takes off (1 - kappa) eta/2 (||grad J_i||^2 - b_i^2), with f_i at each gain."""
    size = (1 - kappa) * step[..., None] / 2
    found = [measured_bias(each.at, kappa, error) for each in taken]
    promised, bias = [size * length**2 for length, _ in found], [size * b**2 for _, b in found]
    return decreases(taken, promised, bias, "decrease in a step")
