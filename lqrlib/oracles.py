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
======================  ==========================================================  =============
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from . import finite_horizon, objective
from .finite_horizon import initial_moment
from .problem import LQR, require_problem
from .simulation import DRAWS, simulated_costs
from .validation import Array, Seed, choice, finite_array, function, generator, whole_number


class Oracle:
    """A cost that counts how often it was asked.

    Attributes
    ----------
    name : str
    problem : LQR
    horizon : int
        Time steps simulated for an answer; zero for oracles that do not simulate.
    queries : int
        Gains asked about so far, over all batch axes.
    steps : int
        Time steps simulated so far.
    common_noise : bool
        Whether gains along the first axis of a stack meet the same noise.
    deterministic : bool
        Whether nothing is drawn, so that a stack of gains may be asked about in parts.
    """

    def __init__(
        self,
        name: str,
        problem: LQR,
        answer: Callable[[Array], Array],
        horizon: int = 0,
        common_noise: bool = False,
        deterministic: bool = False,
    ) -> None:
        require_problem(problem)
        self.name, self.problem, self.deterministic = name, problem, deterministic
        self.horizon, self.common_noise = horizon, common_noise
        self.queries = self.steps = 0
        self._answer = function("answer", answer)

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
        return self._counted(self._together(stacks))

    def _together(self, stacks: list[Array]) -> Array:
        """The costs of `together`; an oracle may know a shorter way."""
        return self._answer(np.stack(np.broadcast_arrays(*stacks)))

    def _counted(self, value: Array) -> Array:
        self.queries += value.size
        self.steps += value.size * self.horizon
        return value

    def __repr__(self) -> str:
        return f"<{self.name} of {self.problem!r}: {self.queries} queries, {self.steps} steps>"


def exact_cost(problem: LQR) -> Oracle:
    """Oracle of the exact infinite-horizon cost, ``inf`` where K does not stabilize (S1 Rem. 9)."""
    return Oracle("exact cost", problem, partial(objective.cost, problem), deterministic=True)


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
    require_problem(problem)
    initial_moment(problem, x0)
    length = whole_number("horizon", horizon)
    answer = partial(finite_horizon.finite_horizon_cost, problem, horizon=length, x0=x0)
    return Oracle("finite-horizon cost", problem, answer, deterministic=True)


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
    require_problem(problem)
    axes, steps = initial_moment(problem, x0).shape[:-2], whole_number("horizon", horizon)
    if np.broadcast_shapes(axes, problem.batch_shape) != problem.batch_shape:
        raise ValueError(
            f"x0: expected one state for each problem, got batch axes {axes} for those of the "
            f"problem, {problem.batch_shape}"
        )
    answer = partial(
        simulated_costs,
        problem,
        horizon=steps,
        rng=generator("rng", rng),
        x0=None if x0 is None else finite_array("x0", x0, 1),
        draws=choice("draws", draws, DRAWS),
        shared=common_noise,
    )
    return Oracle("roll-out cost", problem, answer, steps, common_noise)
