"""Simulated closed loops: their second moments, common noise, exact powers without any."""

import numpy as np
import pytest

import lqrlib
from lqrlib import systems
from lqrlib.matrix_equations import closed_loop
from lqrlib.simulation import trajectories


def test_simulated_second_moments_follow_the_operator():
    problem = systems.three_state()
    K = lqrlib.optimal_gain(problem)
    rng = np.random.default_rng(3)
    states = trajectories(problem, K, rng.standard_normal((200_000, 3)), 3, rng)
    assert states.shape == (4, 200_000, 3)
    loop, expected = closed_loop(problem, K), np.eye(3)
    for x in states:
        found = x.T @ x / len(x)
        assert found == pytest.approx(expected, abs=0.02)
        expected = loop.apply(expected)


def test_all_gains_meet_the_same_noise():
    problem = systems.suspension()
    K = lqrlib.optimal_gain(problem)
    starts = np.ones((5, 4))
    twice = trajectories(problem, np.stack([K, K, 0 * K]), starts, 4, 9)
    assert np.array_equal(twice[:, 0], twice[:, 1])
    assert np.array_equal(twice[:, 0], trajectories(problem, K, starts, 4, 9))
    assert not np.allclose(twice[1, 0], twice[1, 2])


def test_without_noise_a_trajectory_is_a_power_of_the_closed_loop():
    problem = systems.double_integrator()
    K = lqrlib.optimal_gain(problem)
    [start, _, end] = trajectories(problem, K, [[1.0, -1.0]], 2, 0)
    A_K = problem.A - problem.B @ K
    assert end[0] == pytest.approx(A_K @ A_K @ start[0])


@pytest.mark.parametrize(
    "change, message",
    [
        ({"starts": np.ones((2, 3))}, "starts: expected shape \\(S, 4\\), got \\(2, 3\\)"),
        ({"steps": -1}, "steps: expected a whole number >= 0"),
        ({"problem": lqrlib.LQR.stack([systems.suspension()] * 2)}, "problem: expected one"),
    ],
)
def test_malformed_simulations_are_refused(change, message):
    given = {"problem": systems.suspension(), "starts": np.ones((2, 4)), "steps": 1} | change
    with pytest.raises(ValueError, match=message):
        trajectories(given["problem"], np.zeros((1, 4)), given["starts"], given["steps"], 0)


def test_a_step_is_the_equation_of_motion_with_the_noise_that_was_drawn():
    problem, K = systems.scalar(0.9, 0.7, 1.0, 1.0, 1.0, 0.04, 0.25), np.array([[0.6]])
    found = trajectories(problem, K, [[2.0]], 2, 3)[:, 0, 0]
    rng, x = np.random.default_rng(3), 2.0
    for step in (1, 2):
        delta, gamma = 0.2 * rng.standard_normal(), 0.5 * rng.standard_normal()
        x = (0.9 + delta) * x + (0.7 + gamma) * -0.6 * x
        assert found[step] == pytest.approx(x, rel=1e-13)
