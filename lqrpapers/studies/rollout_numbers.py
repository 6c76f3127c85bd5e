r"""How many roll-outs an accurate average needs: what is proved for one state and a fair coin.

The closed loop x+ = m x with m = u or d by a fair coin has costs that are on average nu, most of
which comes from paths with far more than half of their steps up. `failures` has the two terms of
the theorem over a grid of its free numbers, `at_most` and `needed` take the best of them.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import scipy  # loads scipy.stats when it is first used

from lqrlib import LQR
from lqrlib.systems import scalar
from lqrlib.validation import Array

LEAVES = 24  # shares of steps up that are tried, between a half and the tilted coin's
FAR, LATE = 30, 4  # time steps summed, and the largest first step that is tried, in units of nu


class Coin(NamedTuple):
    """The system x+ = (a ± s) x + u at the gain 0: Q = R = Sigma0 = 1, fair signs, start ±1."""

    square: float  #: u^2 = (a + s)^2
    nu: float  #: The cost of the gain 0, 1 / (1 - rho).

    @property
    def rho(self) -> float:
        """(u^2 + d^2) / 2, the mean growth of x^2 in a step."""
        return 1 - 1 / self.nu

    @property
    def factors(self) -> Array:
        """u and d."""
        return np.sqrt([self.square, 2 * self.rho - self.square])

    @property
    def center(self) -> float:
        """a."""
        return float(self.factors.mean())

    @property
    def slope(self) -> float:
        """The gradient of the cost at the gain 0, with its sign turned: 2 a nu^2."""
        return 2 * self.center * self.nu**2

    def problem(self) -> LQR:
        up, down = self.factors
        return scalar(self.center, 1.0, 1.0, 1.0, state_variance=(up - down) ** 2 / 4)


def divergence(share: Array, p: float) -> Array:
    """Relative entropy D(share || p) of two coins."""
    return share * np.log(share / p) + (1 - share) * np.log((1 - share) / (1 - p))


@cache
def failures(coin: Coin, radius: float | None = None) -> tuple[Array, Array]:
    """Logarithm of beta, and gamma, by share of steps up (`LEAVES`,) and first step t0 = 1, 2, ...

    beta bounds the chance that a path has the share at some t >= t0; gamma is the part of the cost,
    or with a radius of the slope of pairs at that radius, that all other paths carry.
    """
    gain, rho = -(radius or 0.0), coin.rho
    up, down = (coin.factors - gain) ** 2
    rho, p = (up + down) / 2, up / (up + down)
    if not rho < 1:
        raise ValueError(f"radius: expected gains that stabilize, got {radius}")
    t, last = np.arange(1, int(FAR * coin.nu)), int(LATE * coin.nu)
    shares = 0.5 + (p - 0.5) * np.linspace(0.5, 0.98, LEAVES)[:, None]
    least, D = np.ceil(shares * t), divergence(shares, 0.5)
    beta = _from(scipy.stats.binom.sf(least - 1, t, 0.5))
    beta = beta + np.exp(-(t[-1] + 1) * D) / -np.expm1(-D)
    if radius is None:
        early, rest = (1 - rho**t) * coin.nu, rho ** (t[-1] + 1) * coin.nu
        late = rho**t * scipy.stats.binom.cdf(least - 1, t, p)
        unit = coin.nu
    else:
        terms = t * rho ** (t - 1)
        early, rest = (
            np.cumsum(terms) - terms,
            rho ** t[-1] * (t[-1] * (1 - rho) + 1) / (1 - rho) ** 2,
        )
        late = terms * scipy.stats.binom.cdf(least - 1, t - 1, p)
        unit = coin.nu**2 / ((1 + radius**2) * (1 + radius / coin.center))
    gamma = (early + _from(late) + rest) / unit
    with np.errstate(divide="ignore"):
        return np.log(beta[:, :last]), gamma[:, :last]


def _from(terms: Array) -> Array:
    """Sums from each place to the end."""
    return np.cumsum(terms[:, ::-1], axis=1)[:, ::-1]


def at_most(coin: Coin, paths: float, share: float = 0.75, radius: float | None = None) -> float:
    """What is proved of the chance that an average of `paths` roll-outs reaches `share` of nu.

    With a radius: that pairs with common noise reach that share of the gradient.
    """
    log_beta, gamma = failures(coin, radius)
    chance = paths * np.exp(log_beta) + gamma / share
    return float(min(1.0, chance.min()))


def needed(coin: Coin, share: float = 0.75, sure: float = 0.75) -> float:
    """The least number of roll-outs whose average can reach `share` of nu with chance `sure`."""
    log_beta, gamma = failures(coin)
    room = np.maximum(sure - gamma / share, 0.0)
    with np.errstate(divide="ignore"):
        return float(np.exp(np.max(np.log(room) - log_beta)))


def demands(square: float, values: Array) -> tuple[Array, Array]:
    """Those of the values of nu at which there is such a coin, and what is `needed` there."""
    there = np.array([nu for nu in values if 2 * (1 - 1 / nu) >= square], dtype=float)
    return there, np.array([needed(Coin(square, float(nu))) for nu in there])


def needed_by_entropies(coin: Coin, share: float = 0.75, sure: float = 0.75) -> float:
    """The same from the theorem's closed forms alone: a little less."""
    p, rho = coin.square / (2 * coin.rho), coin.rho
    t0 = np.arange(1, int(LATE * coin.nu))
    shares = 0.5 + (p - 0.5) * np.linspace(0.5, 0.98, LEAVES)[:, None]
    D, E = divergence(shares, 0.5), divergence(shares, p)
    left = np.exp(-t0 * E) * rho**t0 / (1 - rho * np.exp(-E)) / coin.nu
    room = np.maximum(sure - (1 - rho**t0 + left) / share, 0.0)
    with np.errstate(divide="ignore"):
        return float(np.exp(np.max(np.log(room) + t0 * D + np.log(-np.expm1(-D)))))


def largest_over_mean(coin: Coin, steps: int) -> float:
    """The least z for which no roll-out of so many steps costs more than z times its mean."""
    mean = coin.nu * (1 - coin.rho**steps)
    return float((coin.square**steps - 1) / (coin.square - 1) / mean)


def needed_with_variance(coin: Coin, accuracy: float = 0.25, sure: float = 0.75) -> float:
    """Roll-outs that suffice by Chebyshev's inequality; ``inf`` without a fourth moment."""
    fourth = float(np.sum(coin.factors**4) / 2)
    if fourth >= 1:
        return np.inf
    square = (1 + coin.rho) * coin.nu / (1 - fourth)  # E Z^2 from Z = 1 + m^2 Z'
    return float((square / coin.nu**2 - 1) / (accuracy**2 * (1 - sure)))
