"""Hessian estimates from values alone, against functions whose Hessian is known."""

import numpy as np
import pytest

from lqrlib import estimators

M, N = 2, 3
D = M * N
RNG = np.random.default_rng(0)
ROOT = RNG.standard_normal((D, D))
HESSIAN = ROOT + ROOT.T  # indefinite
SLOPE = RNG.standard_normal(D)
K = RNG.standard_normal((M, N))


def quadratic(gain):
    x = gain.reshape((*gain.shape[:-2], D))
    return x @ SLOPE + np.einsum("...i,ij,...j->...", x, HESSIAN, x) / 2


def quartic(gain):
    return quadratic(gain) + np.sum(gain**4, axis=(-2, -1))


@pytest.mark.parametrize("distribution", ["sphere", "gaussian"])
def test_stein_hessian_tends_to_the_hessian(distribution):
    found = estimators.stein_hessian(quadratic, K, 0.1, 400_000, 1, distribution=distribution)
    assert np.abs(found - HESSIAN).max() < 0.12 * np.abs(HESSIAN).max()
    assert np.allclose(found, found.T)


def test_stein_hessian_does_not_see_the_gradient():
    flat = estimators.stein_hessian(lambda g: np.sum(g, axis=(-2, -1)), K, 1e-3, 50, 0)
    assert np.abs(flat).max() < 1e-5


def test_stein_hessian_is_more_accurate_with_more_samples():
    errors = [
        np.linalg.norm(estimators.stein_hessian(quadratic, K, 0.1, samples, 2) - HESSIAN)
        for samples in (200, 20_000)
    ]
    assert errors[1] < errors[0] / 4


def test_printed_hessian_tends_to_a_multiple_of_the_identity():
    # with a small slope the noise of order slope/radius does not hide the limit (erratum E5)
    def flat(gain):
        x = gain.reshape((*gain.shape[:-2], D))
        return np.einsum("...i,ij,...j->...", x - K.ravel(), HESSIAN + 5 * np.eye(D), x - K.ravel())

    trace = 2 * np.trace(HESSIAN + 5 * np.eye(D))
    found = estimators.printed_hessian(flat, K, 1e-3, 200_000, 0)
    assert np.allclose(found, -M / (2 * N) * trace * np.eye(M), atol=0.02 * abs(trace))


def test_printed_hessian_spreads_like_slope_over_radius():
    radius, runs = 1e-4, 4000
    U = estimators.sphere(runs, (M, N), radius, 3)
    singles = [
        estimators.printed_hessian_from_values(quadratic(K + u)[None], quadratic(K), u[None])[0, 0]
        for u in U
    ]
    slope = np.linalg.norm(SLOPE + HESSIAN @ K.ravel())
    assert np.std(singles) == pytest.approx(M**2 / radius * slope / np.sqrt(D), rel=0.05)


def test_hessian_product_of_a_quadratic_needs_enough_directions_only():
    X = RNG.standard_normal((M, N))
    exact = (HESSIAN @ X.ravel()).reshape(M, N)
    found = estimators.hessian_product(quadratic, K, X, 1e-2, 1e-2, 100_000, 0)
    assert np.linalg.norm(found - exact) < 0.03 * np.linalg.norm(exact)


def test_hessian_product_is_zero_along_zero():
    found = estimators.hessian_product(quadratic, K, np.zeros((M, N)), 1e-2, 1e-2, 10, 0)
    assert not found.any()


def test_hessian_product_error_shrinks_with_the_step():
    X = RNG.standard_normal((M, N))
    exact = (HESSIAN @ X.ravel()).reshape(M, N) + 12 * K**2 * X
    U = estimators.sphere(200_000, (M, N), 1e-3, 0)
    errors = [
        np.linalg.norm(estimators.product_from_gradients(quartic, K, X, step, U) - exact)
        for step in (3.0, 0.01)
    ]
    assert errors[1] < errors[0] / 4


def test_estimates_keep_the_batch_of_the_gain():
    gains = np.stack([K, K + 1, K - 1])
    assert estimators.printed_hessian(quadratic, gains, 0.1, 5, 0).shape == (3, M, M)
    assert estimators.stein_hessian(quadratic, gains, 0.1, 5, 0).shape == (3, D, D)
    assert estimators.hessian_product(quadratic, gains, K, 0.1, 0.1, 5, 0).shape == (3, M, N)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: estimators.printed_hessian(quadratic, K, 0, 5, 0), "radius: expected a positive"),
        (lambda: estimators.stein_hessian(quadratic, K, 0.1, 0, 0), "samples: expected a whole"),
        (
            lambda: estimators.stein_hessian(quadratic, K, 0.1, 5, 0, distribution="ball"),
            "distribution: expected one of sphere, gaussian",
        ),
        (
            lambda: estimators.hessian_product(quadratic, K, K, 0, 0.1, 5, 0),
            "step: expected a positive",
        ),
    ],
    ids=["radius", "samples", "distribution", "step"],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("distribution", ["sphere", "gaussian"])
def test_stein_hessian_of_given_values_is_its_formula(distribution):
    rng, radius, d = np.random.default_rng(0), 0.7, 6
    U, (plus, minus) = rng.standard_normal((5, 2, 3)), rng.standard_normal((2, 5))
    centre = np.float64(0.3)
    if distribution == "sphere":
        factor, variance = d * (d + 2) / radius**4, radius**2 / (d + 2)
    else:  # sigma^-4 and sigma^2 of sigma = radius / sqrt(d)
        factor, variance = (radius / np.sqrt(d)) ** -4, (radius / np.sqrt(d)) ** 2
    parts = [
        (p + q - 2 * centre) / 2 * factor * (np.outer(u, u) - variance * np.eye(d))
        for p, q, u in zip(plus, minus, U, strict=True)
    ]
    found = estimators.stein_hessian_from_values(plus, minus, centre, U, radius, distribution)
    np.testing.assert_allclose(found, np.mean(parts, axis=0), rtol=1e-12)
