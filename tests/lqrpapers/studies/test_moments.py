"""Sums from the definition and the existence of fourth moments."""

import numpy as np
import pytest

import lqrlib
from lqrlib import systems
from lqrpapers.studies import moments


@pytest.mark.parametrize("noise", [0, 2])
def test_brute_force_is_the_closed_form_up_to_the_boundary(noise):
    problem = systems.random_ensemble(
        200, 3, 2, 5, state_noise_terms=noise, input_noise_terms=noise
    )
    K = systems.random_stabilizing_gains(problem, 6, reach=(0.0, 0.9999))
    brute = moments.kronecker_cost(problem, K)
    error = np.abs(brute / lqrlib.cost(problem, K) - 1)
    unit = moments.rounding_unit(problem, K)
    assert (error <= 10 * unit).all()
    assert np.median(unit) < 1e-13
    summed = moments.summed_cost(problem, K, doublings=24)
    assert np.median(np.abs(summed / brute - 1)) < 1e-13


def test_rounding_unit_grows_towards_the_boundary():
    problem = systems.scalar(a=1.0, b=1.0, q=1.0, r=1.0)
    gains = np.array([0.5, 1e-3, 1e-6])[:, None, None]
    assert (np.diff(moments.rounding_unit(problem, gains)) > 0).all()
    assert np.isnan(moments.rounding_unit(problem, [[-1.0]]))


def test_a_stack_of_gains_for_one_problem():
    problem = systems.three_state()
    K = systems.random_stabilizing_gains(lqrlib.LQR.stack([problem] * 4), 1)
    want = lqrlib.cost(problem, K)
    assert np.allclose(moments.kronecker_cost(problem, K), want, rtol=1e-10, atol=0)
    assert np.allclose(moments.summed_cost(problem, K, doublings=20), want, rtol=1e-9, atol=0)


def test_summed_cost_grows_where_the_gain_does_not_stabilize():
    problem = systems.scalar(a=2.0, b=1.0, q=1.0, r=1.0)
    # The first four terms are 1, 4, 16, 64.
    assert moments.summed_cost(problem, [[0.0]], doublings=2) == pytest.approx(85.0, rel=1e-14)


def test_fourth_moment_radius_of_a_scalar():
    # E (a + d)^4 = a^4 + 6 a^2 v + 3 v^2 for Gaussian d of variance v.
    problem = systems.scalar(a=0.8, b=1.0, q=1.0, r=1.0, state_variance=0.3)
    want = 0.8**4 + 6 * 0.8**2 * 0.3 + 3 * 0.3**2
    assert moments.fourth_moment_radius(problem, [[0.0]]) == pytest.approx(want, rel=1e-13)


def test_fourth_moment_radius_without_noise_is_the_fourth_power():
    problem, K = systems.boeing(), systems.boeing_start()
    square = lqrlib.mean_square_radius(problem, K)
    assert moments.fourth_moment_radius(problem, K) == pytest.approx(square**2, rel=1e-9)


def test_fourth_moment_radius_refuses_stacks_and_large_problems():
    with pytest.raises(ValueError, match="one problem and one gain"):
        moments.fourth_moment_radius(systems.three_state(), np.zeros((5, 2, 3)))
    large = lqrlib.LQR(0.5 * np.eye(9), np.eye(9), np.eye(9), np.eye(9))
    with pytest.raises(ValueError, match="at most 8 states"):
        moments.fourth_moment_radius(large, np.zeros((9, 9)))
