r"""What a model-free method may ask: the cost of a gain, exactly, over a horizon, or simulated.

An oracle is a callable ``oracle(K) -> (...)`` that costs something each time it is asked; it
counts. `queries` is the number of gains it was asked about (a stack of S gains for M tasks is
S * M queries) and `steps` the number of simulated time steps behind the answers. Oracles can be
pickled and sent to processes.

======================  ==========================================================  =============
oracle                  answer                                                      source
======================  ==========================================================  =============
`exact_cost`            :math:`C(K)`                                                S1 Remark 9
`finite_horizon_cost`   :math:`\mathbb E\sum_{t<\ell} x_t^\top (Q+K^\top RK) x_t`   S1 Remark 9
`rollout_cost`          the same sum along one simulated trajectory                 S2 Algorithm 1
`sampled_start_cost`    cost from a start drawn for each query                      S1's code
======================  ==========================================================  =============
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import ArrayLike

from . import finite_horizon, objective
from .finite_horizon import initial_moment
from .problem import LQR
from .simulation import DRAWS, simulated_costs
from .validation import Array, Seed, finite_array, real_number, whole_number


class Oracle(ABC):
    """A cost that counts how often it was asked.

    Attributes
    ----------
    problem : LQR
    horizon : int
        Time steps behind an answer; zero for oracles that do not simulate.
    queries : int
        Gains asked about so far, over all batch axes.
    steps : int
        Time steps simulated so far.
    common_noise : bool
        Whether gains along the first axis of a stack meet the same noise.
    """

    name = "cost"

    def __init__(self, problem: LQR, horizon: int = 0, common_noise: bool = False) -> None:
        objective.require_problem(problem)
        self.problem = problem
        self.horizon = horizon
        self.common_noise = common_noise
        self.queries = 0
        self.steps = 0

    @abstractmethod
    def answer(self, K: Array) -> Array:
        """Costs (...) of a stack of gains whose shape has been checked."""

    def answer_together(self, stacks: list[Array]) -> Array:
        """Costs of several stacks that broadcast; an oracle may know a shorter way."""
        return self.answer(np.stack(np.broadcast_arrays(*stacks)))

    def __call__(self, K: ArrayLike) -> Array:
        return self._counted(self.answer(objective.gain_array(self.problem, K)))

    def together(self, *gains: ArrayLike) -> Array:
        """Costs (len(gains), ...) of stacks of gains that broadcast against each other.

        The same as asking about the broadcast stacks in one array, whose first axis meets common
        noise if the oracle has any; but a gain that is repeated may be evaluated once.
        """
        stacks = [objective.gain_array(self.problem, K, "gains") for K in gains]
        if not stacks:
            raise ValueError("gains: expected at least one stack")
        return self._counted(self.answer_together(stacks))

    def _counted(self, value: Array) -> Array:
        self.queries += value.size
        self.steps += value.size * self.horizon
        return value

    def __repr__(self) -> str:
        return f"<{self.name} of {self.problem!r}: {self.queries} queries, {self.steps} steps>"


class ExactCost(Oracle):
    """See `exact_cost`."""

    name = "exact cost"

    def answer(self, K: Array) -> Array:
        return objective.cost(self.problem, K)


def exact_cost(problem: LQR) -> ExactCost:
    """Oracle of the exact infinite-horizon cost, ``inf`` where K does not stabilize (S1 Rem. 9)."""
    return ExactCost(problem)


class FiniteHorizonCost(Oracle):
    """See `finite_horizon_cost`."""

    name = "finite-horizon cost"

    def __init__(self, problem: LQR, length: int, x0: ArrayLike | None) -> None:
        super().__init__(problem)
        self.length = whole_number("horizon", length)
        self.x0 = x0
        initial_moment(problem, x0)

    def answer(self, K: Array) -> Array:
        return finite_horizon.finite_horizon_cost(self.problem, K, self.length, self.x0)


def finite_horizon_cost(
    problem: LQR, horizon: int, x0: ArrayLike | None = None
) -> FiniteHorizonCost:
    r"""Oracle of the expected cost of the first `horizon` steps.

    Finite for every gain, also for one that does not stabilize.

    Parameters
    ----------
    problem : LQR
    horizon : int
        Number of steps, at least 1.
    x0 : array (..., n), optional
        A fixed initial state; by default the initial state has second moment Sigma0.
    """
    return FiniteHorizonCost(problem, horizon, x0)


class RolloutCost(Oracle):
    """See `rollout_cost`."""

    name = "roll-out cost"

    def __init__(
        self,
        problem: LQR,
        horizon: int,
        rng: Seed,
        x0: ArrayLike | None,
        draws: str,
        common_noise: bool,
    ) -> None:
        super().__init__(problem, whole_number("horizon", horizon), common_noise)
        if draws not in DRAWS:
            raise ValueError(f"draws: expected one of {', '.join(DRAWS)}, got {draws!r}")
        self.rng = np.random.default_rng(rng)
        self.x0 = None if x0 is None else finite_array("x0", x0, 1)
        self.draws = draws
        initial_moment(problem, x0)

    def answer(self, K: Array) -> Array:
        return simulated_costs(
            self.problem,
            K,
            self.horizon,
            self.rng,
            x0=self.x0,
            draws=self.draws,
            shared=self.common_noise,
        )


def rollout_cost(
    problem: LQR,
    horizon: int,
    rng: Seed,
    *,
    x0: ArrayLike | None = None,
    draws: str = "gaussian",
    common_noise: bool = False,
) -> RolloutCost:
    """Oracle of the cost along one simulated trajectory of `horizon` steps (S2 Algorithm 1).

    Every query draws its own initial state, with second moment Sigma0, and its own noise, so
    asking twice gives two answers.

    Parameters
    ----------
    problem : LQR
    horizon : int
        Number of steps, at least 1.
    rng : Generator, SeedSequence or int
        Source of randomness, used up query by query.
    x0 : array (..., n), optional
        A fixed initial state instead of a random one.
    draws : "gaussian" or "signs"
        Distribution of noise and initial state; signs are -1 or +1, and bounded.
    common_noise : bool
        Common random numbers: gains along the *first* axis of a stack meet the same initial state
        and noise, as do the two ends of each pair of `estimators.two_point_gradient`. A real
        system cannot offer this, a simulator can.
    """
    return RolloutCost(problem, horizon, rng, x0, draws, common_noise)


class SampledStartCost(Oracle):
    """See `sampled_start_cost`."""

    name = "sampled-start cost"

    def __init__(
        self,
        problem: LQR,
        mean: ArrayLike,
        deviation: float,
        rng: Seed,
        horizon: int | None,
        common_noise: bool,
    ) -> None:
        steps = 0 if horizon is None else whole_number("horizon", horizon)
        super().__init__(problem, steps, common_noise)
        self.mean = finite_array("mean", mean, 1)
        if self.mean.shape != (problem.states,):
            raise ValueError(f"mean: expected shape ({problem.states},), got {self.mean.shape}")
        self.deviation = real_number("deviation", deviation, positive=False)
        self.rng = np.random.default_rng(rng)

    def _value_matrix(self, K: Array) -> Array:
        if self.horizon:
            return finite_horizon.value_matrix(self.problem, K, self.horizon)
        return objective.value_matrix(self.problem, K)

    def _starts(self, batch: tuple[int, ...]) -> Array:
        draws = self.rng.standard_normal((*batch, self.problem.states))
        return self.mean + self.deviation * draws

    def answer(self, K: Array) -> Array:
        values = self._value_matrix(K)
        batch = values.shape[:-2]
        shared = self.common_noise and K.ndim > 2
        return _quadratic(values, self._starts(batch[1:] if shared else batch))

    def answer_together(self, stacks: list[Array]) -> Array:
        values = [self._value_matrix(K) for K in stacks]
        batch = np.broadcast_shapes(*(each.shape[:-2] for each in values))
        shared = self._starts(batch) if self.common_noise else None
        return np.stack(
            [_quadratic(each, self._starts(batch) if shared is None else shared) for each in values]
        )


def _quadratic(values: Array, x: Array) -> Array:
    """x'Vx, ``inf`` where V is nan."""
    found = (x[..., None, :] @ values @ x[..., :, None])[..., 0, 0]
    return np.where(np.isnan(found), np.inf, found)


def sampled_start_cost(
    problem: LQR,
    mean: ArrayLike,
    deviation: float,
    rng: Seed,
    *,
    horizon: int | None = None,
    common_noise: bool = True,
) -> SampledStartCost:
    """Oracle of the expected cost from an initial state drawn anew for every query.

    The state is Gaussian with the given mean and standard deviation in every coordinate; the
    problem's Sigma0 plays no part. S1's published code trains so, with mean 0.5, deviation 1e-3
    and a horizon of 502 steps.

    Parameters
    ----------
    problem : LQR
    mean : array (n,)
        Mean of the initial state.
    deviation : number >= 0
        Standard deviation of each coordinate.
    rng : Generator, SeedSequence or int
        Source of randomness, used up query by query.
    horizon : int, optional
        Number of steps; by default all of them, and the cost is ``inf`` outside.
    common_noise : bool
        Whether gains along the *first* axis of a stack start from the same state, as do the two
        ends of each pair of `estimators.two_point_gradient`.
    """
    return SampledStartCost(problem, mean, deviation, rng, horizon, common_noise)
