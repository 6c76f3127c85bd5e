"""Fourth moments of the closed loop and the exponent of the tail of a roll-out's cost."""

import numpy as np
import pytest

import lqrlib
from lqrlib import systems
from lqrpapers.studies import tails
from lqrpapers.studies.robustness import scaled_noise


def one_state(variance, input_variance=0.0):
    return systems.scalar(
        0.5, 1.0, 1.0, 1.0, state_variance=variance, input_variance=input_variance
    )


def test_the_variance_goes_where_the_fourth_moment_goes():
    edge = (np.sqrt(13.5) - 1.5) / 6  # a^4 + 6 a^2 s^2 + 3 s^4 = 1 at a = 1/2
    assert tails.tail_exponent(one_state(edge), [[0.0]]) == pytest.approx(2, abs=1e-9)
    assert tails.fourth_moment_radius(one_state(edge), [[0.0]]) == pytest.approx(1, abs=1e-12)
    assert tails.tail_exponent(one_state(1.1 * edge), [[0.0]]) < 2
    assert tails.tail_exponent(one_state(0.9 * edge), [[0.0]]) > 2


def test_exponents_of_light_tails_from_gaussian_moments():
    """a = 0: E (s xi)^(2k) = s^(2k) (2k - 1)!! is 1 at k = 5 for s^10 = 1/945."""
    light = systems.scalar(0.0, 1.0, 1.0, 1.0, state_variance=945 ** (-1 / 5))
    assert tails.tail_exponent(light, [[0.0]]) == pytest.approx(5, abs=1e-9)


def test_the_mean_goes_at_the_mean_square_boundary():
    assert tails.tail_exponent(one_state(0.7499), [[0.0]]) == pytest.approx(1, abs=1e-3)
    with pytest.raises(ValueError, match="expected a mean-square stabilizing gain"):
        tails.tail_exponent(one_state(0.75), [[0.0]])


def test_noise_on_the_input_counts_through_the_gain():
    """a = 0.5 - k with s^2 = alpha + beta k^2."""
    both = tails.tail_exponent(one_state(0.1, 0.4), [[0.5]])
    assert both == pytest.approx(
        tails.tail_exponent(systems.scalar(0, 1, 1, 1, state_variance=0.2), [[0.0]]), abs=1e-9
    )


def test_no_noise_no_tail():
    assert tails.tail_exponent(one_state(0.0), [[0.0]]) == np.inf
    with pytest.raises(ValueError, match="one problem with one state"):
        tails.tail_exponent(systems.three_state(), lqrlib.optimal_gain(systems.three_state()))


def test_fourth_moment_radius_of_a_scalar():
    # E (a + d)^4 = a^4 + 6 a^2 v + 3 v^2 for Gaussian d of variance v.
    problem = systems.scalar(a=0.8, b=1.0, q=1.0, r=1.0, state_variance=0.3)
    want = 0.8**4 + 6 * 0.8**2 * 0.3 + 3 * 0.3**2
    assert tails.fourth_moment_radius(problem, [[0.0]]) == pytest.approx(want, rel=1e-13)


def test_fourth_moments_add_the_variances_of_states_and_inputs():
    """a = 0.5 - k with s^2 = alpha + beta k^2: a^4 + 6 a^2 s^2 + 3 s^4."""
    k, variance = 0.3, 0.2 + 0.4 * 0.3**2
    want = 0.2**4 + 6 * 0.2**2 * variance + 3 * variance**2
    found = tails.fourth_moment_radius(one_state(0.2, 0.4), [[k]])
    assert found == pytest.approx(want, rel=1e-13)


def test_fourth_moment_radius_without_noise_is_the_fourth_power():
    problem, K = systems.boeing(), systems.boeing_start()
    square = lqrlib.mean_square_radius(problem, K)
    assert tails.fourth_moment_radius(problem, K) == pytest.approx(square**2, rel=1e-9)


def test_fourth_moment_radius_refuses_stacks_and_large_problems():
    with pytest.raises(ValueError, match="one problem and one gain"):
        tails.fourth_moment_radius(systems.three_state(), np.zeros((5, 2, 3)))
    large = lqrlib.LQR(0.5 * np.eye(9), np.eye(9), np.eye(9), np.eye(9))
    with pytest.raises(ValueError, match="at most 8 states"):
        tails.fourth_moment_radius(large, np.zeros((9, 9)))


def test_the_average_with_added_noise_is_the_cost_with_the_noise_as_start():
    problem = systems.random_ensemble(1, 2, 2, 3, state_noise_terms=1, noise_level=0.2)[0]
    K, W = lqrlib.optimal_gain(problem), np.array([[0.5, 0.1], [0.1, 0.3]])
    costs = tails.average_costs(problem, K, W, np.ones(2), 2000, 7)
    want = float(lqrlib.cost(problem.replace(Sigma0=W), K))
    assert abs(costs.mean() - want) < 4 * costs.std() / np.sqrt(2000) < 0.1 * want
    assert np.array_equal(costs, tails.average_costs(problem, K, W, np.ones(2), 2000, 7))


def test_share_with_variance_is_where_the_fourth_moment_at_the_optimum_becomes_critical():
    problem = systems.suspension()
    share = tails.share_with_variance(problem)
    for factor, below in ((share, True), (share + 2e-3, False)):
        system = scaled_noise(problem, factor)
        radius = tails.fourth_moment_radius(system, lqrlib.optimal_gain(system))
        assert (radius < 1) == below
