"""The critical step on quadratics, where it is known: 2 over the largest curvature."""

import numpy as np
import pytest

import lqrlib
from lqrlib import directions, systems
from lqrpapers.studies.critical_step import converges, critical_step

CURVATURES = np.array([1.0, 4.0, 50.0])


def slope(K):
    return CURVATURES[:, None, None] * K


def test_critical_step_of_a_quadratic():
    start = np.ones((3, 2, 2))
    found = critical_step(slope, start, 1e-4, 1e4, bisections=30)
    assert found == pytest.approx(2 / CURVATURES, rel=1e-6)
    assert converges(slope, start, 1.99 / CURVATURES).all()
    assert not converges(slope, start, 2.0 / CURVATURES).any()


def test_gauss_newton_fails_at_one():
    problem = systems.random_ensemble(20, 3, 2, 4, state_noise_terms=1, input_noise_terms=1)
    start = systems.random_stabilizing_gains(problem, 5)
    found = critical_step(directions.gauss_newton(problem), start, 0.5, 2.0, bisections=14)
    assert found == pytest.approx(1.0, rel=1e-2)


def test_a_run_that_creeps_at_a_millionth_of_its_first_step_has_converged():
    def creeping(K):
        return np.where(np.abs(K) > 0.5, K, 1e-8)

    assert converges(creeping, np.ones((1, 1)), 1.0)
    assert not converges(lambda K: np.sign(K), np.full((1, 1), 0.5), 1.0)


def test_leaving_the_domain_is_failing_and_leaves_the_neighbours_alone():
    problem = systems.three_state()
    direction = directions.gradient(problem)
    start = np.zeros((2, 2, 3))
    assert converges(direction, start, [1e-3, 10.0]).tolist() == [True, False]
    step = critical_step(direction, start, 1e-3, 10.0)
    assert step[0] == step[1]
    assert lqrlib.descend(direction, start[0], 0.9 * step[0], 200).norms[-1] < 1e-3


@pytest.mark.parametrize(("works", "fails"), [(0.0, 1.0), (1.0, 1.0), (0.1, np.inf)])
def test_brackets_must_be_brackets(works, fails):
    with pytest.raises(ValueError, match="works, fails"):
        critical_step(slope, np.ones((3, 2, 2)), works, fails)
