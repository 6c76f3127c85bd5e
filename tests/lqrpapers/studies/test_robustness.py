"""Critical noise scales against bisection, and scaled noise."""

import numpy as np
import pytest
import strategies as cases
from hypothesis import given, settings

import lqrlib
from lqrlib import systems
from lqrpapers.studies.robustness import critical_scale, scaled_noise


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
    K = systems.random_stabilizing_gains(stack, 6, fraction=(0.1, 0.9))
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
