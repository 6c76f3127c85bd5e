"""Random gains must stabilize even where a ray leaves the set and comes back."""

import numpy as np

import lqrlib
from lqrlib import systems


def test_every_random_gain_stabilizes_on_sets_that_are_not_convex() -> None:
    problems = systems.random_ensemble(4000, 3, 3, 1)
    optimal = lqrlib.optimal_gain(problems)
    rng = np.random.default_rng(2)
    direction = rng.standard_normal(optimal.shape)
    direction /= np.linalg.norm(direction, axis=(-2, -1), keepdims=True)
    edge = systems.boundary_distance(problems, optimal, direction)
    shares = np.linspace(0, 0.99, 50)[:, None, None, None] * edge[:, None, None]
    assert not lqrlib.is_stabilizing(problems, optimal + shares * direction).all(), (
        "no ray leaves the set before its end, so this tests nothing"
    )
    for seed in range(2, 4):
        gains = systems.random_stabilizing_gains(problems, seed)
        assert lqrlib.is_stabilizing(problems, gains).all()


def test_share_zero_is_the_optimum() -> None:
    problems = systems.random_ensemble(20, 3, 2, 3, state_noise_terms=1)
    gains = systems.random_stabilizing_gains(problems, 4, fraction=0.0)
    np.testing.assert_allclose(gains, lqrlib.optimal_gain(problems), rtol=1e-12)
