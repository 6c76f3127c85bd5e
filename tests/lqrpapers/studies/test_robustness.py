"""Critical noise scales against bisection, scaled noise, paired trajectories."""

import numpy as np
import pytest
import strategies as cases
from hypothesis import given, settings

import lqrlib
from lqrlib import systems
from lqrpapers.studies import moments
from lqrpapers.studies.robustness import critical_scale, scaled_noise, trajectories


def bisected_scale(problem, K):
    """Largest scale that K survives, by asking the library's test of stability."""
    inside, outside = 0.0, 1.0
    while lqrlib.is_stabilizing(scaled_noise(problem, outside), K):
        inside, outside = outside, 2 * outside
    for _ in range(45):
        middle = (inside + outside) / 2
        if lqrlib.is_stabilizing(scaled_noise(problem, middle), K):
            inside = middle
        else:
            outside = middle
    return inside


@pytest.mark.parametrize("p, q", [(1, 0), (0, 1), (2, 2)])
@pytest.mark.parametrize("n", [1, 3, 6])
def test_the_critical_scale_is_where_stability_ends(n, p, q):
    stack = systems.random_ensemble(4, n, 2, 5, state_noise_terms=p, input_noise_terms=q)
    K = systems.random_stabilizing_gains(stack, 6, reach=(0.1, 0.9))
    found = critical_scale(stack, K)
    assert found.shape == (4,)
    for k, scale in enumerate(found):
        assert scale == pytest.approx(bisected_scale(stack[k], K[k]), rel=1e-9)


def test_the_mean_square_radius_is_one_at_the_critical_scale():
    problem = systems.suspension()
    ignorant = lqrlib.optimal_gain(problem.without_noise())
    edge = scaled_noise(problem, critical_scale(problem, ignorant))
    assert lqrlib.mean_square_radius(edge, ignorant) == pytest.approx(1, abs=1e-12)


@settings(max_examples=25)
@given(cases.cases())
def test_a_gain_stabilizes_exactly_when_its_critical_scale_exceeds_one(case):
    scale = critical_scale(case.problem, case.K)
    assert ((scale > 1) == lqrlib.is_stabilizing(case.problem, case.K)).all()


def test_a_gain_that_fails_without_noise_survives_none_and_leaves_its_neighbours_alone():
    problem = systems.suspension()
    good = lqrlib.optimal_gain(problem)
    scale = critical_scale(problem, np.stack([good + 10, good]))
    assert scale[0] == 0
    assert scale[1] == critical_scale(problem, good) > 1


def test_without_noise_every_scale_is_survived():
    problem = systems.double_integrator()
    assert critical_scale(problem, lqrlib.optimal_gain(problem)) == np.inf


def test_many_states_are_refused():
    problem = lqrlib.LQR(0.5 * np.eye(17), np.eye(17), np.eye(17), np.eye(17))
    with pytest.raises(ValueError, match="problem: expected at most 16 states, got 17"):
        critical_scale(problem, np.zeros((17, 17)))


def test_scaling_makes_a_stack_of_variances_and_changes_nothing_else():
    problem = systems.suspension()
    stack = scaled_noise(problem, [0.0, 0.5, 2.0])
    assert stack.batch_shape == (3,)
    for scale, member in zip((0.0, 0.5, 2.0), stack, strict=True):
        assert np.array_equal(member.state_noise.variances, scale * problem.state_noise.variances)
        assert np.array_equal(member.input_noise.variances, scale * problem.input_noise.variances)
        assert np.array_equal(member.A, problem.A)
        assert np.array_equal(member.input_noise.directions, problem.input_noise.directions)
    assert scaled_noise(problem.without_noise(), [1.0, 2.0]).batch_shape == (2,)
    assert scaled_noise(problem, 1.0).batch_shape == ()


@pytest.mark.parametrize(
    "scale, message",
    [
        (-1.0, "scale: expected numbers >= 0, got -1"),
        (np.nan, "scale: expected finite numbers"),
        ([1.0, 2.0], "scale: shape \\(2,\\) does not broadcast"),
    ],
)
def test_malformed_scales_are_refused(scale, message):
    stack = systems.random_ensemble(3, 2, 1, 0, state_noise_terms=1)
    with pytest.raises(ValueError, match=message):
        scaled_noise(stack, scale)


def test_simulated_second_moments_follow_the_operator():
    problem = systems.three_state()
    K = lqrlib.optimal_gain(problem)
    rng = np.random.default_rng(3)
    states = trajectories(problem, K, rng.standard_normal((200_000, 3)), 3, rng)
    assert states.shape == (4, 200_000, 3)
    expected = np.eye(3).ravel()
    for x in states:
        found = x.T @ x / len(x)
        assert found == pytest.approx(expected.reshape(3, 3), abs=0.02)
        expected = moments.second_moment_matrix(problem, K) @ expected


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
