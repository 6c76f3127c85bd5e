"""Random systems of S2's second experiment: what they are, and how widely they spread."""

import numpy as np
import pytest

import lqrlib
from lqrpapers.recorded import s2
from lqrpapers.studies.gaussian_systems import gaussian_systems


def test_systems_are_what_they_are_said_to_be():
    problems = gaussian_systems(30, 4, 3, 1)
    assert problems.batch_shape == (30,) and (problems.states, problems.inputs) == (4, 3)
    assert np.abs(np.linalg.eigvals(problems.A)).max(axis=-1) == pytest.approx(0.7)
    variances = np.concatenate([problems.state_noise.variances, problems.input_noise.variances], 1)
    assert variances.shape == (30, 4) and np.ptp(variances, axis=1) == pytest.approx(0.0)
    radius = lqrlib.mean_square_radius(problems, np.zeros((3, 4)))
    assert (radius < 0.967).all() and (radius > 0.8).all()
    again = gaussian_systems(30, 4, 3, 1)
    assert np.array_equal(again.A, problems.A)
    other = gaussian_systems(30, 4, 3, 2)
    assert not np.array_equal(other.A, problems.A)


def test_initial_gaps_and_gradients_spread_as_recorded():
    problems = gaussian_systems(100, 10, 10, 0)
    K = np.zeros((10, 10))
    best = lqrlib.cost(problems, lqrlib.optimal_gain(problems))
    gaps = lqrlib.cost(problems, K) / best - 1
    norms = np.linalg.norm(lqrlib.gradient(problems, K), axis=(-2, -1))
    curve = s2.FIGURE_2["gradient"]
    for ours, theirs in ((gaps, curve.gaps[0]), (norms, curve.norms[0])):
        error = np.std(ours) * np.sqrt(1 / 20 + 1 / 100)
        assert abs(ours.mean() - theirs.mean) < 3 * error
        assert ours.min() < 1.5 * theirs.least and ours.max() > theirs.largest / 1.5
