"""Gains that place random poles."""

import numpy as np
import pytest

import lqrlib
from lqrpapers.studies.poles import (
    all_input_gains,
    one_input_gains,
    pairs_of_gains,
    random_poles,
)


def _sorted_polynomials(matrices):
    return np.array([np.poly(matrix).real for matrix in matrices])


@pytest.mark.parametrize("n", [1, 2, 3, 6, 7])
def test_the_gains_place_the_poles(n):
    poles = random_poles(30, n, n)
    assert (np.abs(np.linalg.eigvals(poles)) < 1).all()
    chain = np.eye(n, k=1) - np.eye(n)[:, -1:] @ one_input_gains(poles)
    full = -all_input_gains(poles, 1)
    want = _sorted_polynomials(poles)
    assert np.allclose(_sorted_polynomials(chain), want, atol=1e-9)
    assert np.allclose(_sorted_polynomials(full), want, atol=1e-6)


def test_the_gains_stabilize():
    n = 4
    eye = np.eye(n)
    poles = random_poles(200, n, 3)
    chain = lqrlib.LQR(np.eye(n, k=1), eye[:, -1:], eye, [[1.0]])
    free = lqrlib.LQR(np.zeros((n, n)), eye, eye, eye)
    assert lqrlib.is_stabilizing(chain, one_input_gains(poles)).all()
    assert lqrlib.is_stabilizing(free, all_input_gains(poles, 4)).all()


def test_complex_poles_are_uniform_in_the_disc():
    modulus = np.abs(np.linalg.eigvals(random_poles(20000, 2, 0)))
    # The squared modulus of a uniform point of the disc is uniform: mean 1/2.
    assert abs((modulus**2).mean() - 0.5) < 5 * np.sqrt(1 / 12 / 20000)


def test_no_poles_is_an_error():
    with pytest.raises(ValueError, match="count, states"):
        random_poles(0, 2, 1)


@pytest.mark.parametrize("n", [1, 3])
def test_pairs_of_gains_stabilize_and_differ(n):
    found = pairs_of_gains(n, 200, 5)
    sizes = {way: len(K) for way, (_, K, _) in found.items()}
    assert list(sizes.values()) == [200, 200, 10]
    for problem, K, other in found.values():
        assert lqrlib.is_stabilizing(problem, K).all()
        assert lqrlib.is_stabilizing(problem, other).all()
        assert (np.abs(K - other).max(axis=(-2, -1)) > 0).all()
    noisy, K, _ = found["n inputs, noise, walks from the optimum"]
    far = np.linalg.norm(K - lqrlib.optimal_gain(noisy), axis=(-2, -1))
    edge = lqrlib.systems.boundary_distance(
        noisy, lqrlib.optimal_gain(noisy), K - lqrlib.optimal_gain(noisy)
    )
    assert (far > 0).all() and (edge < 1 / 0.89).all()
    again = pairs_of_gains(n, 200, 5)
    assert all(np.array_equal(again[way][1], K) for way, (_, K, _) in found.items())
