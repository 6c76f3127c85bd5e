"""Problems at gains, the steps that theorems allow there, and what a step takes off.

What `lqrpapers.studies.tightness` compares with the bounds; all take stacks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import ModuleType

import numpy as np

from lqrlib import LQR, AtGain, objective
from lqrlib.matrices import spectral_norm
from lqrlib.validation import Array, Seed

from ..claims.convergence import DIRECTIONS
from ..claims.domination import value_difference_along
from ..constants import Magnitudes, magnitudes, meta, printed, sharp, sublevel
from .ensembles import tasks_around, without_and_with_noise

CANCELLED = 1e-11  # rounding error of a difference, relative to what it is made of


@dataclass(frozen=True, eq=False)
class Case:
    """Problems (...) at gains (..., m, n), a direction of change, and a second task for each."""

    problem: LQR
    K: Array
    direction: Array
    second: LQR

    @cached_property
    def at(self) -> AtGain:
        return objective.at_gain(self.problem, self.K)

    @cached_property
    def best(self) -> AtGain:
        return objective.at_gain(self.problem, self.problem.optimum.K)

    @cached_property
    def numbers(self) -> Magnitudes:
        return magnitudes(self.problem, self.K)

    @cached_property
    def level(self) -> Magnitudes:
        """Of the sub-level set of the gain; its gap is free of cancellation."""
        return replace(sublevel(self.problem, self.at.cost), gap=self.at.gap)

    def moved(self, distance: Array) -> AtGain:
        """At the gain so far away (spectral norm) in the direction."""
        step = (distance / spectral_norm(self.direction))[..., None, None] * self.direction
        return objective.at_gain(self.problem, self.K + step)

    def change(self, what: Quantity, size: Callable[[Array], Array], distance: Array) -> Array:
        """Size of a change, less what may be its rounding error."""
        old, new = what(self.at), what(self.moved(distance))
        return np.asarray(size(new - old) - CANCELLED * size(old))


Quantity = Callable[[AtGain], Array]
Pair = tuple[Array, Array]
Sides = Callable[[Case], Pair]
Step = Callable[[Case], Array]


def half(case: Case) -> Array:
    return np.full(np.shape(case.at.cost), 0.5)


def c_pg(case: Case) -> Array:
    return sharp.gradient_step(case.level)


def one_over_L(case: Case) -> Array:
    return 1 / sharp.hessian_bound(case.level)


def s1_step(case: Case) -> Array:
    """1/(4 h_grad) of S1's Theorems 10 and 12, for one task each."""
    over = meta.suprema(case.problem[:, None], case.K)
    return meta.printed_steps(over).outer


def natural(module: ModuleType, case: Case) -> Array:
    return np.asarray(module.natural_gradient_step(case.numbers))


def promise(method: str, step: Step) -> Sides:
    """The promised over the taken decrease in one step."""

    def sides(case: Case) -> Pair:
        move = -step(case)[..., None, None] * DIRECTIONS[method](case.problem)(case.K)
        taken = -value_difference_along(case.problem, case.K, move)
        return step(case) * printed.decrease(case.numbers, method=method) * case.at.gap, taken

    return sides


def ceiling(method: str, step: Step) -> Sides:
    """A step over half of the one at which the optimum begins to repel."""

    def sides(case: Case) -> Pair:
        inverse = 2 * spectral_norm(case.best.R_K)
        if method == "gradient":
            inverse = inverse * spectral_norm(case.best.Sigma)
        return step(case), 1 / inverse

    return sides


def with_neighbour(problem: LQR, K: Array, seed: int) -> Case:
    """Problems (D,) at their gains, with a random direction and a task at distance 1e-5."""
    rng = np.random.default_rng(seed)
    second = tasks_around(problem, 2, 1e-5, rng)[:, 1]
    return Case(problem, K, rng.standard_normal(K.shape), second)


def ensemble(count: int, sizes: Sequence[int], seed: int) -> dict[bool, list[Case]]:
    """Cases of each size, without and with two terms of each kind of noise."""
    drawn = without_and_with_noise(count, sizes, [seed])
    cases = [with_neighbour(*case, seed + k) for k, case in enumerate(drawn)]
    return {False: cases[: len(sizes)], True: cases}


def one_state(count: int, seed: Seed) -> tuple[LQR, Array]:
    """Noisy problems (count,) with one state and input that K = 0 stabilizes, and gains.

    The gains stabilize them without the drift A and without noise on the state.
    """
    rng = np.random.default_rng(seed)
    a, share, level = rng.uniform((-0.9, 0.0, -0.9), 0.9, (count, 3)).T[..., None, None]
    b, beta, q, r, start = 10 ** rng.uniform(-1.5, 1.5, (5, count, 1, 1))
    noise = [((share * (1 - a**2))[..., 0], np.ones((1, 1, 1))), (beta[..., 0], np.ones((1, 1, 1)))]
    return LQR(a, b, q, r, start, *noise), level / np.sqrt(b**2 + beta)
