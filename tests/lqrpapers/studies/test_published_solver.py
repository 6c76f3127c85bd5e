"""The published solver repeats the published numbers, and is right where nothing is close."""

import numpy as np
import pytest

import lqrlib
from lqrlib import systems
from lqrpapers.recorded.s2 import FIGURE_1
from lqrpapers.studies.published_solver import CAP, PublishedSolver

NOISY, START = systems.suspension(), systems.suspension_start()


def test_the_recorded_cost_of_the_start_is_that_of_sweeps_that_stop_early():
    [cost], [sweeps] = PublishedSolver(NOISY, START).costs(START[None])
    assert cost == pytest.approx(FIGURE_1["1b"].with_noise[0], rel=1e-9)
    exact = lqrlib.cost(NOISY, START)
    assert 1e-4 < 1 - cost / exact < 1e-1 and sweeps < CAP


def test_costs_along_a_run_start_where_the_last_ones_ended():
    solver = PublishedSolver(NOISY, START)
    _, sweeps = solver.costs([START, START])
    assert sweeps[1] < sweeps[0] / 2


def test_far_from_the_boundary_costs_and_gradients_are_right():
    problem = systems.random_ensemble(1, 3, 2, 1, state_noise_terms=2, input_noise_terms=2)[0]
    K = lqrlib.optimal_gain(problem) + 0.01
    solver = PublishedSolver(problem, K)
    assert solver.cost(K) == pytest.approx(lqrlib.cost(problem, K), rel=1e-3)
    gradient = lqrlib.gradient(problem, K)
    assert np.abs(solver(K) - gradient).max() < 1e-2 * np.abs(gradient).max()


def test_it_gives_up_on_unstable_gains_and_goes_on_from_the_last_stable_one():
    solver = PublishedSolver(NOISY, START)
    costs, sweeps = solver.costs([START, 0 * START, START])
    assert np.isinf(costs).tolist() == [False, True, False] and sweeps[1] == CAP + 1
    assert solver.cost(0 * START) == np.inf
    assert np.isnan(solver(0 * START)).all()
