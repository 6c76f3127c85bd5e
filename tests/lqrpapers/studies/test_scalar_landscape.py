"""Stationary points of the MAML objective on one-state tasks, against exact ones."""

import numpy as np
import pytest

from lqrlib import LQR, maml, systems
from lqrpapers.studies.scalar_landscape import landscape, maml_cost, stationary_gains
from lqrpapers.studies.stationary import stationary_gain

ONE = LQR([[[0.0]]], [[1.0]], [[1.0]], [[1.0]])
MIRROR = LQR([[0.5]], [[[1.0]], [[-1.0]]], [[1.0]], [[1.0]])


def test_one_task_has_three_minimisers():
    found = stationary_gains(ONE, 9 / 64, np.linspace(-0.9, 0.9, 400))
    np.testing.assert_allclose(found[[0, 2, 4]], [-0.5, 0.0, 0.5], atol=1e-9)
    np.testing.assert_allclose(maml_cost(ONE, found[[0, 2, 4]], 9 / 64), 1.0, atol=1e-12)
    assert (maml_cost(ONE, found[[1, 3]], 9 / 64) > 1.01).all()


def test_a_landscape_is_the_objective_and_its_stationary_points():
    grid = np.linspace(-0.9, 0.9, 400)
    found = landscape(ONE, 9 / 64, grid)
    np.testing.assert_array_equal(found.values, maml_cost(ONE, grid, 9 / 64))
    np.testing.assert_allclose(found.stationary[[0, 2, 4]], [-0.5, 0.0, 0.5], atol=1e-9)
    np.testing.assert_allclose(found.heights[[0, 2, 4]], 1.0, atol=1e-12)


def test_average_cost_of_mirrored_tasks_has_one():
    grid = np.linspace(-0.495, 0.495, 400)
    np.testing.assert_allclose(stationary_gains(MIRROR, 0.0, grid), [0.0], atol=1e-12)


def test_middle_of_mirrored_tasks_becomes_a_maximum():
    step = 27 / 296
    found = stationary_gains(MIRROR, step, np.linspace(-0.495, 0.495, 400))
    heights = maml_cost(MIRROR, found, step)
    assert len(found) == 3 and heights[1] > heights[0] and heights[0] == pytest.approx(heights[2])
    # J_ML is the cost of the gain 6/37, to which one exact inner step leads from 0.
    assert heights[1] == pytest.approx((1 + 36 / 1369) / (4851 / 5476))


def test_two_pieces_have_the_values_of_the_proposition():
    A = np.array([[0.0, 1.5], [1.5, 0.0]])
    Q = np.array([np.diag([4.0, 1.0]), np.diag([1.0, 4.0])])
    tasks = LQR(A, np.array([np.eye(2), -np.eye(2)]), Q, np.eye(2) / 10)
    turn = np.array([[0.0, 1.5], [-1.5, 0.0]])
    np.testing.assert_allclose(maml.cost(tasks, np.array([turn, -turn]), 0.0), [16.475, 43.475])
    low, high = (maml.cost(tasks, stationary_gain(tasks, K, 0.0), 0.0) for K in (turn, -turn))
    assert low < 16.475 and 21 < high < 43.475
    K = 3 * np.random.default_rng(1).standard_normal((200_000, 2, 2))
    common = np.isfinite(maml.cost(tasks, K, 0.0))
    assert common.sum() > 50 and (K[common, 0, 1] * K[common, 1, 0] < -0.25).all()


def test_refuses_more_states():
    with pytest.raises(ValueError, match="n = 4, m = 2"):
        stationary_gains(LQR.stack([systems.boeing()]), 0.1, np.zeros(3))
    with pytest.raises(ValueError, match="tasks: expected a stack"):
        stationary_gains(systems.scalar(0.5, 1, 1, 1), 0.1, np.zeros(3))
