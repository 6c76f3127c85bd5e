"""The oracle that S1's published code trains with: costs from initial states drawn anew."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import finite_horizon, objective
from lqrlib.oracles import Oracle
from lqrlib.problem import LQR
from lqrlib.validation import Array, Seed, finite_array, real_number, whole_number


class SampledStartCost(Oracle):
    """See `sampled_start_cost`."""

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
        super().__init__("sampled-start cost", problem, self._costs, steps, common_noise)
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

    def _costs(self, K: Array) -> Array:
        values = self._value_matrix(K)
        batch = values.shape[:-2]
        shared = self.common_noise and K.ndim > 2
        return _quadratic(values, self._starts(batch[1:] if shared else batch))

    def _together(self, stacks: list[Array]) -> Array:
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

    The state is Gaussian with the given mean (n,) and standard deviation in every coordinate; the
    problem's Sigma0 plays no part. The horizon counts steps; without one it is all of them, and the
    cost is ``inf`` outside. With `common_noise` gains along the *first* axis of a stack start from
    the same state, as do the two ends of each pair of `estimators.two_point_gradient`. S1's
    published code trains so, with mean 0.5, deviation 1e-3 and a horizon of 502 steps.
    """
    return SampledStartCost(problem, mean, deviation, rng, horizon, common_noise)
