"""How many roll-outs an accurate average needs, finding E12 and its cure by tilted noise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import scipy  # loads scipy.stats when it is first used
from numpy.typing import NDArray

from lqrlib import LQR, oracles
from lqrlib.finite_horizon import finite_horizon_cost
from lqrlib.validation import Array
from lqrpapers.studies import rollout_numbers, split_paths
from lqrpapers.studies.rollout_numbers import Coin
from lqrpapers.studies.split_paths import KINDS

from .registry import Inequalities, Sides, claim

# An average is accurate within this of what it estimates; S2 wants it with high probability.
ACCURACY, FAILING = 0.25, 0.25
SHARE = 1 - ACCURACY
ALARM = 1e-4  # how often chance may violate a limit of confidence, or call two samples different
EXACT = 1e-9  # of an identity
TIMES = (1, 5, 40)  # at which the tilted coin is compared with sums over paths


def _limit(seen: NDArray[np.bool_]) -> float:
    """An upper limit of confidence for the chance of what was seen in independent repetitions."""
    count, of = int(np.sum(seen)), np.size(seen)
    if count == of:
        return 1.0
    return float(scipy.stats.beta.ppf(1 - ALARM, count + 1, of - count))


def _off(estimates: Array) -> NDArray[np.bool_]:
    """Which are off by more than `ACCURACY`, over what they estimate."""
    return np.abs(estimates - 1) > ACCURACY


@claim("ours-thm-rollouts")
def roll_outs_needed(
    coins: Iterable[Coin], numbers: Sequence[int], rng: Sequence[int], *, repetitions: int = 200
) -> Inequalities:
    """The proved chances that an average is too low, against simulated ones.

    Exact simulation of so many roll-outs, and estimates of the gradient at `safe_radius`. The share
    of a second moment that paths with few steps up carry is summed path by path, and the simulation
    is compared with the library's roll-outs of the first coin.
    """
    coins = list(coins)
    proved: dict[str, list[float]] = {name: [] for name in ("averages of costs", *KINDS)}
    seen: dict[str, list[float]] = {name: [] for name in proved}
    wrong = []
    for place, (coin, paths) in enumerate((coin, paths) for coin in coins for paths in numbers):
        draws = np.random.default_rng([*rng, place])
        averages = split_paths.shares_seen(coin, paths, repetitions, draws)
        low = rollout_numbers.at_most(coin, paths, SHARE)
        proved["averages of costs"].append(1 - low)
        seen["averages of costs"].append(_limit(averages < SHARE))
        radius, start = split_paths.safe_radius(coin), np.zeros(repetitions)
        for kind, sequences, part in zip(KINDS, (1, 2, 1), (0.5, 0.5, 1.0), strict=True):
            found = -split_paths.estimates(coin, kind, paths, start, radius, draws) / coin.slope
            low = rollout_numbers.at_most(coin, sequences * paths, SHARE, radius)
            proved[kind].append(part * (1 - low))
            seen[kind].append(_limit(_off(found)))
        wrong.append(float(np.mean(found <= 0)))  # of the last kind
    for name in proved:
        yield Sides(name, np.array(proved[name]), np.array(seen[name]))
    yield Sides("sign of pairs with common noise", np.array(wrong), 0.0, role="guard")
    errors = [_tilted(coin, steps) for coin in coins for steps in TIMES]
    yield Sides("tilted coin", np.array(errors), EXACT, role="guard")
    closed = [rollout_numbers.needed_by_entropies(coin) for coin in coins]
    yield Sides("closed form", closed, [rollout_numbers.needed(c) for c in coins], role="guard")
    distance, most = _same(coins[0], rng)
    yield Sides("the library's roll-outs", distance, most, role="guard")


def _tilted(coin: Coin, steps: int) -> float:
    """Relative error of E[x_t^2; at most 3t/5 steps up] by the tilted coin, against the sum."""
    up = np.arange(3 * steps // 5 + 1)
    paths = scipy.special.comb(steps, up) / 2.0**steps
    squares = coin.factors**2
    direct = np.sum(paths * squares[0] ** up * squares[1] ** (steps - up))
    p = coin.square / (2 * coin.rho)
    return float(abs(coin.rho**steps * scipy.stats.binom.cdf(up[-1], steps, p) / direct - 1))


def _same(
    coin: Coin, rng: Sequence[int], paths: int = 300, samples: int = 200
) -> tuple[float, float]:
    """Distance between averages by both simulations, and what chance exceeds once in 1 / ALARM."""
    split = split_paths.shares_seen(coin, paths, samples, [*rng, 1000])
    steps = int(split_paths.LONGEST * coin.nu)
    ask = oracles.rollout_cost(coin.problem(), steps, [*rng, 1001], draws="signs")
    averages = ask(np.zeros((samples, paths, 1, 1))).mean(axis=1) / coin.nu
    found = scipy.stats.ks_2samp(split, averages).statistic
    return float(found), float(np.sqrt(-np.log(ALARM / 2) / samples))


@claim("e12")
def polynomially_many(
    coins: Sequence[Coin],
    far: Sequence[Coin],
    rng: Sequence[int],
    *,
    power: int = 4,
    repetitions: int = 20,
) -> Inequalities:
    """nu^power roll-outs bring costs and gradients within a quarter, with chance three quarters.

    Shares of repetitions that are off by more. And for the coins `far` that many are fewer than the
    theorem demands.
    """
    costs, gradients = [], []
    for place, coin in enumerate(coins):
        draws, paths = np.random.default_rng([*rng, place]), round(coin.nu**power)
        costs.append(np.mean(_off(split_paths.shares_seen(coin, paths, repetitions, draws))))
        radius, start = split_paths.safe_radius(coin), np.zeros(repetitions)
        found = split_paths.estimates(coin, "one point", paths, start, radius, draws)
        gradients.append(np.mean(_off(-found / coin.slope)))
    yield Sides("costs", np.array(costs), FAILING)
    yield Sides("gradients", np.array(gradients), FAILING)
    demand = [rollout_numbers.needed(coin, SHARE, 1 - FAILING) for coin in far]
    yield Sides("the demand", [coin.nu**power for coin in far], demand, role="guard")


@claim("ours-prop-tilted")
def tilted_noise(
    coins: Sequence[Coin],
    cases: Iterable[tuple[LQR, Array]],
    rng: Sequence[int],
    *,
    runs: int = 400,
) -> Inequalities:
    """Weighted roll-outs under tilted noise: no spread for one state, else bounds on it.

    Cases are stacks of problems with gains; roll-outs of 20 / (1 - rho) steps, at most 500.
    """
    spread = []
    for place, coin in enumerate(coins):
        steps = int(split_paths.LONGEST * coin.nu)
        found, _ = split_paths.tilted_costs(coin.problem(), [[0.0]], steps, 20, [*rng, place])
        exact = coin.nu * (1 - coin.rho**steps)
        spread.append(np.abs(found / exact - 1).max())
    yield Sides("one state", np.array(spread), EXACT)
    rows = []
    single = [case for stack in cases for case in zip(*stack, strict=True)]
    for place, (problem, K) in enumerate(single):
        steps = int(min(500, 20 / (1 - split_paths.top_eigenvector(problem, K)[0])))
        found, (low, high) = split_paths.tilted_costs(problem, K, steps, runs, [*rng, 100 + place])
        mean, ratio = float(finite_horizon_cost(problem, K, steps)), high / low
        error = abs(found.mean() - mean) / (found.std(ddof=1) / np.sqrt(runs))
        rows.append([low, found.min(), found.max(), high, error])
        rows[-1] += [found.var() / mean**2, (ratio - 1) ** 2 / (4 * ratio)]
    low, least, most, high, errors, variance, bound = np.transpose(rows)
    yield Sides("least", low, least, role="guard")
    yield Sides("largest", most, high, role="guard")
    limit = float(-scipy.stats.t.ppf(ALARM / 2, runs - 1))
    yield Sides("mean", errors, limit, role="guard")
    # A sampled variance exceeds that of the law by a few standard errors at most.
    yield Sides("variance", variance, bound * (1 + 5 * np.sqrt(2 / runs)))
