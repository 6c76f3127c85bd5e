"""Averages of any number of paths: their law, their gradients, and tilted noise."""

import numpy as np
import pytest

import lqrlib
from lqrlib import systems
from lqrlib.finite_horizon import finite_horizon_cost
from lqrpapers.studies import split_paths
from lqrpapers.studies.rollout_numbers import Coin
from lqrpapers.studies.split_paths import KINDS

LIGHT = Coin(1.05, 5.0)  # roll-outs with a variance
SEVERAL = np.zeros(400)


def test_averages_have_the_cost_as_their_mean():
    seen = split_paths.shares_seen(LIGHT, 1000, 400, 1)
    assert abs(seen.mean() - 1) < 4 * seen.std() / 20


def test_their_spread_is_that_of_independent_roll_outs():
    seen = split_paths.shares_seen(LIGHT, 1000, 400, 1)
    fourth = np.sum(LIGHT.factors**4) / 2
    square = (1 + LIGHT.rho) * LIGHT.nu / (1 - fourth)
    assert seen.var() * 1000 == pytest.approx(square / LIGHT.nu**2 - 1, rel=0.25)


def test_ten_million_paths_are_nearly_the_mean():
    assert split_paths.shares_seen(LIGHT, 10**7, 5, 2) == pytest.approx(1, abs=0.005)


@pytest.mark.parametrize("kind", KINDS)
def test_estimates_have_the_gradient_over_the_ball_as_their_mean(kind):
    radius, K = 0.02, 0.1
    found = split_paths.estimates(LIGHT, kind, 4000, SEVERAL + K, radius, np.random.default_rng(3))
    ends = lqrlib.cost(LIGHT.problem(), np.array([K + radius, K - radius])[:, None, None])
    exact = (ends[0] - ends[1]) / (2 * radius)
    assert abs(found.mean() - exact) < 4 * found.std() / 20


def test_pairs_with_common_noise_never_have_the_wrong_sign():
    coin, rng = Coin(1.7, 40.0), np.random.default_rng(4)
    radius = split_paths.safe_radius(coin)
    assert (split_paths.estimates(coin, KINDS[2], 100, SEVERAL, radius, rng) < 0).all()
    assert (split_paths.estimates(coin, KINDS[0], 100, SEVERAL, radius, rng) > 0).any()


def test_the_safe_radius_doubles_no_cost():
    for square, nu in ((1.7, 10.0), (1.7, 200.0), (1.9, 30.0), (1.05, 5.0)):
        coin = Coin(square, nu)
        ends = split_paths.costs(coin, split_paths.safe_radius(coin) * np.array([-1, 1]))
        assert (ends < 2 * coin.nu).all()


def test_costs_are_those_of_the_library_and_infinite_where_it_says_so():
    K = np.linspace(-0.5, 2.5, 31)
    exact = lqrlib.cost(LIGHT.problem(), K[:, None, None])
    np.testing.assert_allclose(split_paths.costs(LIGHT, K), exact, rtol=1e-9)
    assert np.isinf(split_paths.costs(LIGHT, np.nan))


def test_descent_with_common_noise_goes_down_and_one_that_has_left_stays_out():
    runs = split_paths.descents(Coin(1.7, 20.0), 0.05, 1000, 8, 10, [5])
    assert list(runs) == list(KINDS)
    assert (np.diff(runs[KINDS[2]], axis=0) < 0).all()
    out = np.isinf(runs[KINDS[0]])
    assert out[-1].any() and (out[1:] >= out[:-1]).all()


def test_tilted_noise_leaves_one_state_no_spread():
    coin = Coin(1.7, 30.0)
    found, (low, high) = split_paths.tilted_costs(coin.problem(), [[0.0]], 200, 20, 6)
    exact = coin.nu * (1 - coin.rho**200)
    np.testing.assert_allclose([*found, low, high], exact, rtol=1e-11)


def test_tilted_costs_of_three_states_have_the_right_mean_and_stay_between_the_ends():
    problem, K = systems.three_state(), np.zeros((2, 3))
    found, (low, high) = split_paths.tilted_costs(problem, K, 40, 2000, 7)
    mean = float(finite_horizon_cost(problem, K, 40))
    assert abs(found.mean() - mean) < 4 * found.std() / 2000**0.5
    assert low <= found.min() and found.max() <= high
    rho, H = split_paths.top_eigenvector(problem, K)
    assert rho == pytest.approx(float(lqrlib.mean_square_radius(problem, K)), rel=1e-9)
    assert np.linalg.eigvalsh(H)[0] > 0
