"""Second moments from the definition against the closed forms."""

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
    K = systems.random_stabilizing_gains(problem, 6, fraction=(0.0, 0.9999))
    brute = moments.formal_cost(problem, K)
    error = np.abs(brute / lqrlib.cost(problem, K) - 1)
    unit = lqrlib.at_gain(problem, K).condition
    assert (error <= 10 * unit).all()
    assert np.median(unit) < 1e-13
    summed = moments.summed_cost(problem, K, doublings=24)
    assert np.median(np.abs(summed / brute - 1)) < 1e-13


def test_a_stack_of_gains_for_one_problem():
    problem = systems.three_state()
    K = systems.random_stabilizing_gains(lqrlib.LQR.stack([problem] * 4), 1)
    want = lqrlib.cost(problem, K)
    assert np.allclose(moments.formal_cost(problem, K), want, rtol=1e-10, atol=0)
    assert np.allclose(moments.summed_cost(problem, K, doublings=20), want, rtol=1e-9, atol=0)


def test_summed_cost_grows_where_the_gain_does_not_stabilize():
    problem = systems.scalar(a=2.0, b=1.0, q=1.0, r=1.0)
    # The first four terms are 1, 4, 16, 64.
    assert moments.summed_cost(problem, [[0.0]], doublings=2) == pytest.approx(85.0, rel=1e-14)


@pytest.mark.parametrize("noise", [0, 2])
def test_formal_solutions_are_the_covariance_and_the_value_matrix(noise):
    problem = systems.random_ensemble(20, 3, 2, 7, state_noise_terms=noise, input_noise_terms=noise)
    K = systems.random_stabilizing_gains(problem, 8)
    at = lqrlib.evaluate(problem, K)
    stage = problem.Q + K.swapaxes(-1, -2) @ problem.R @ K
    Sigma = moments.formal_solution(problem, K, problem.Sigma0)
    P = moments.formal_solution(problem, K, stage, adjoint=True)
    np.testing.assert_allclose(Sigma, at.Sigma, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(P, at.P, rtol=1e-9, atol=1e-9)


def test_a_formal_solution_solves_its_equation_where_the_gain_does_not_stabilize():
    """x+ = 2x: X = 4X + 1."""
    problem = systems.scalar(a=2.0, b=1.0, q=1.0, r=1.0)
    assert moments.formal_solution(problem, [[0.0]], [[1.0]]) == pytest.approx(-1 / 3, rel=1e-14)


def test_the_gain_of_scipy_is_the_optimal_one():
    problem = systems.random_ensemble(20, 3, 2, 7)
    assert np.allclose(moments.scipy_gain(problem), lqrlib.optimal_gain(problem), rtol=1e-9)
