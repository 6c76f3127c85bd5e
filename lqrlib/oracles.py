r"""What a model-free method may ask: the cost of a gain, exactly, over a horizon, or simulated.

An oracle is a callable ``oracle(K) -> (...)`` that costs something each time it is asked; it
counts. `queries` is the number of gains it was asked about (a stack of S gains for M tasks is
S * M queries) and `steps` the number of simulated time steps behind the answers.

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

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from . import finite_horizon, objective
from .finite_horizon import initial_moment
from .problem import LQR
from .rollouts import DRAWS, simulated_costs
from .validation import Array, Seed, finite_array, real_number, whole_number


class Oracle:
    """A cost that counts how often it was asked.

    Attributes
    ----------
    queries : int
        Gains asked about so far, over all batch axes.
    steps : int
        Time steps simulated so far; zero for oracles that do not simulate.
    common_noise : bool
        Whether gains along the first axis of a stack meet the same noise.
    """

    def __init__(
        self,
        name: str,
        problem: LQR,
        answer: Callable[[Array], Array],
        horizon: int = 0,
        common_noise: bool = False,
        together: Callable[[list[Array]], Array] | None = None,
    ) -> None:
        if not isinstance(problem, LQR):
            raise ValueError(f"problem: expected an LQR, got {type(problem).__name__}")
        self.name = name
        self.problem = problem
        self.horizon = horizon
        self.common_noise = common_noise
        self.queries = 0
        self.steps = 0
        self._answer = answer
        self._together = together

    def __call__(self, K: ArrayLike) -> Array:
        return self._counted(self._answer(objective.gain_array(self.problem, K)))

    def together(self, *gains: ArrayLike) -> Array:
        """Costs (len(gains), ...) of stacks of gains that broadcast against each other.

        The same as asking about the broadcast stacks in one array, whose first axis meets common
        noise if the oracle has any; but a gain that is repeated may be evaluated once.
        """
        stacks = [objective.gain_array(self.problem, K, "gains") for K in gains]
        if not stacks:
            raise ValueError("gains: expected at least one stack")
        if self._together is None:
            return self(np.stack(np.broadcast_arrays(*stacks)))
        return self._counted(self._together(stacks))

    def _counted(self, value: Array) -> Array:
        self.queries += value.size
        self.steps += value.size * self.horizon
        return value

    def __repr__(self) -> str:
        return f"<{self.name} of {self.problem!r}: {self.queries} queries, {self.steps} steps>"


def exact_cost(problem: LQR) -> Oracle:
    """Oracle of the exact infinite-horizon cost, ``inf`` where K does not stabilize (S1 Rem. 9)."""
    return Oracle("exact cost", problem, lambda K: objective.cost(problem, K))


def finite_horizon_cost(problem: LQR, horizon: int, x0: ArrayLike | None = None) -> Oracle:
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
    whole_number("horizon", horizon)
    initial_moment(problem, x0)
    return Oracle(
        "finite-horizon cost",
        problem,
        lambda K: finite_horizon.finite_horizon_cost(problem, K, horizon, x0),
    )


def rollout_cost(
    problem: LQR,
    horizon: int,
    rng: Seed,
    *,
    x0: ArrayLike | None = None,
    draws: str = "gaussian",
    common_noise: bool = False,
) -> Oracle:
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
    horizon = whole_number("horizon", horizon)
    if draws not in DRAWS:
        raise ValueError(f"draws: expected one of {', '.join(DRAWS)}, got {draws!r}")
    generator = np.random.default_rng(rng)
    state = None if x0 is None else finite_array("x0", x0, 1)
    initial_moment(problem, x0)

    def answer(K: Array) -> Array:
        return simulated_costs(
            problem, K, horizon, generator, x0=state, draws=draws, shared=common_noise
        )

    return Oracle("roll-out cost", problem, answer, horizon, common_noise)


def sampled_start_cost(
    problem: LQR,
    mean: ArrayLike,
    deviation: float,
    rng: Seed,
    *,
    horizon: int | None = None,
    common_noise: bool = True,
) -> Oracle:
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
    if not isinstance(problem, LQR):
        raise ValueError(f"problem: expected an LQR, got {type(problem).__name__}")
    centre = finite_array("mean", mean, 1)
    if centre.shape != (problem.states,):
        raise ValueError(f"mean: expected shape ({problem.states},), got {centre.shape}")
    spread = real_number("deviation", deviation, positive=False)
    steps = None if horizon is None else whole_number("horizon", horizon)
    generator = np.random.default_rng(rng)

    def value(K: Array) -> Array:
        if steps is None:
            return objective.value_matrix(problem, K)
        return finite_horizon.value_matrix(problem, K, steps)

    def costs(values: Array, x: Array) -> Array:
        found = (x[..., None, :] @ values @ x[..., :, None])[..., 0, 0]
        return np.where(np.isnan(found), np.inf, found)

    def states(batch: tuple[int, ...]) -> Array:
        return centre + spread * generator.standard_normal((*batch, problem.states))

    def answer(K: Array) -> Array:
        values = value(K)
        batch = values.shape[:-2]
        return costs(values, states(batch[1:] if common_noise and K.ndim > 2 else batch))

    def together(gains: list[Array]) -> Array:
        values = [value(K) for K in gains]
        batch = np.broadcast_shapes(*(each.shape[:-2] for each in values))
        shared = states(batch) if common_noise else None
        return np.stack(
            [costs(each, states(batch) if shared is None else shared) for each in values]
        )

    return Oracle("sampled-start cost", problem, answer, horizon or 0, common_noise, together)
