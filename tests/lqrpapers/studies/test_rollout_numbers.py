"""How many roll-outs an average needs: the bounds against sums over all paths."""

from itertools import product
from math import comb

import numpy as np
import pytest

import lqrlib
from lqrpapers.studies.rollout_numbers import (
    Coin,
    at_most,
    demands,
    failures,
    largest_over_mean,
    needed,
    needed_by_entropies,
    needed_with_variance,
)

COIN = Coin(1.7, 12.0)
ZERO = [[0.0]]


def test_a_coin_is_the_problem_whose_cost_it_names():
    problem = COIN.problem()
    assert lqrlib.cost(problem, ZERO) == pytest.approx(COIN.nu, rel=1e-12)
    assert lqrlib.gradient(problem, ZERO).item() == pytest.approx(-COIN.slope, rel=1e-12)


def paths(length):
    """Steps up before each time (2^length, length + 1) of all equally likely paths."""
    steps = np.array(list(product((0, 1), repeat=length)))
    return np.concatenate([np.zeros((len(steps), 1), int), np.cumsum(steps, axis=1)], axis=1)


@pytest.mark.parametrize("gain", [0.0, 0.01])
def test_second_moments_and_slopes_of_usual_paths_stay_below_their_bounds(gain):
    """The part that paths with few steps up carry, summed over all of them, term by term."""
    up, t = paths(14), np.arange(15)
    upper, lower = COIN.factors + gain  # the gain -radius
    squares = upper ** (2 * up) * lower ** (2 * (t - up))
    slopes = squares * (2 * up / upper + 2 * (t - up) / lower)
    few = up < 0.7 * t
    rho, p = (upper**2 + lower**2) / 2, upper**2 / (upper**2 + lower**2)
    binomial = np.array([[k < 0.7 * n for k in range(15)] for n in t])
    for n in range(1, 15):
        chances = np.array([_binomial(n, k, p) for k in range(15)])
        direct = np.mean(squares[:, n] * few[:, n])
        assert direct == pytest.approx(rho**n * chances[binomial[n]].sum(), rel=1e-12, abs=1e-300)
        before = np.array([_binomial(n - 1, k, p) for k in range(15)])
        bound = n * rho ** (n - 1) * (upper + lower) * before[binomial[n]].sum()
        assert np.mean(slopes[:, n] * few[:, n]) <= bound * (1 + 1e-12)


def _binomial(n, k, p):
    return comb(n, k) * p**k * (1 - p) ** (n - k)


def test_all_paths_together_have_the_whole_cost_and_slope():
    """A share of steps up that no path reaches leaves nothing out: gamma is then 1."""
    log_beta, gamma = failures(COIN)
    assert (np.diff(log_beta, axis=1) <= 0).all()
    assert (gamma[-1] > 0.3).all() and (gamma <= 1 + 1e-9).all()
    _, slopes = failures(COIN, 1e-9)
    assert (slopes <= 1 + 1e-6).all() and slopes[0, -1] > 0.5


def test_more_paths_are_never_proved_to_be_worse():
    chances = [at_most(Coin(1.9, 80.0), paths) for paths in (1, 100, 10**6, 10**30)]
    assert chances == sorted(chances) and chances[0] < 0.7 and chances[-1] == 1.0


def test_pairs_see_less_of_the_slope_than_averages_of_the_cost():
    coin = Coin(1.9, 80.0)
    assert at_most(coin, 1000, radius=1e-6) < at_most(coin, 1000)
    with pytest.raises(ValueError, match="radius: expected gains that stabilize"):
        at_most(coin, 1000, radius=0.5)


def test_the_demand_grows_exponentially_and_the_closed_form_asks_for_less():
    numbers = [needed(Coin(1.7, nu)) for nu in (50.0, 100.0, 200.0)]
    assert numbers == pytest.approx([74.8, 2.14e5, 1.11e13], rel=0.02)
    closed = [needed_by_entropies(Coin(1.7, nu)) for nu in (50.0, 100.0, 200.0)]
    assert all(less < more for less, more in zip(closed, numbers, strict=True))
    assert closed[2] / closed[1] > (closed[1] / closed[0]) ** 1.5
    assert needed(Coin(1.7, 100.0), sure=0.9) > numbers[1]


def test_demands_leave_out_values_without_a_coin():
    values, numbers = demands(1.9, np.array([10.0, 20.0, 40.0]))
    assert values.tolist() == [20.0, 40.0] and numbers[0] < numbers[1]


def test_the_largest_roll_out_over_the_mean_is_that_of_the_path_that_always_goes_up():
    steps = 12
    up, t = paths(steps - 1), np.arange(steps)
    costs = np.sum(COIN.factors[0] ** (2 * up) * COIN.factors[1] ** (2 * (t - up)), axis=1)
    assert largest_over_mean(COIN, steps) == pytest.approx(costs.max() / costs.mean(), rel=1e-12)


def test_a_variance_where_there_is_a_fourth_moment():
    light = Coin(1.1, 10.0)
    up, t = paths(15), np.arange(16)
    costs = np.sum(light.factors[0] ** (2 * up) * light.factors[1] ** (2 * (t - up)), axis=1)
    ratio = needed_with_variance(light) * 0.25 * 0.25**2
    # What is cut off of the variance by 16 steps is not small: the sum is a lower bound.
    assert 0.3 * ratio < costs.var() / light.nu**2 < ratio
    assert needed_with_variance(COIN) == np.inf
