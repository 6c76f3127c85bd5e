"""Estimators on plain functions, with no regulator in sight."""

import tracemalloc

import numpy as np
import pytest

import lqrlib
from lqrlib import estimators

G = np.array([[1.0, -2.0, 0.5], [0.0, 3.0, -1.0]])


def linear(K):
    return np.sum(G * K, axis=(-2, -1))


def quartic(K):
    return np.sum(K**4, axis=(-2, -1))


def test_directions_have_the_radius_and_are_isotropic():
    U = estimators.sphere(100_000, (2, 3), 0.3, 0)
    np.testing.assert_allclose(np.linalg.norm(U, axis=(-2, -1)), 0.3, rtol=1e-13)
    moment = np.einsum("si,sj->ij", U.reshape(-1, 6), U.reshape(-1, 6)) / len(U)
    np.testing.assert_allclose(moment, 0.3**2 / 6 * np.eye(6), atol=5e-4)


@pytest.mark.parametrize("estimate", [estimators.one_point_gradient, estimators.two_point_gradient])
def test_unbiased_for_a_linear_function(estimate):
    found = np.stack([estimate(linear, np.zeros((2, 3)), 0.5, 2000, seed) for seed in range(50)])
    error = found.mean(axis=0) - G
    assert (np.abs(error) < 5 * found.std(axis=0) / np.sqrt(50)).all()


def test_one_point_error_grows_as_the_radius_shrinks_and_two_point_error_does_not():
    def shifted(K):
        return 10 + linear(K)

    K = np.zeros((2, 3))

    def spread(estimate, radius):
        return np.std([estimate(shifted, K, radius, 50, seed) for seed in range(40)])

    one = [spread(estimators.one_point_gradient, r) for r in (1.0, 0.1)]
    two = [spread(estimators.two_point_gradient, r) for r in (1.0, 0.1)]
    assert one[1] > 5 * one[0]
    assert two[1] == pytest.approx(two[0], rel=1e-6)


def test_a_baseline_changes_the_variance_and_not_the_mean():
    def shifted(K):
        return 10 + linear(K)

    K = np.zeros((2, 3))
    plain, centred = (
        np.stack(
            [
                estimators.one_point_gradient(shifted, K, 0.5, 400, seed, baseline=b)
                for seed in range(60)
            ]
        )
        for b in (0.0, 10.0)
    )
    assert (plain.std(axis=0) > 3 * centred.std(axis=0)).all()
    assert (np.abs(plain.mean(axis=0) - G) < 5 * plain.std(axis=0) / np.sqrt(60)).all()


def test_bias_is_of_second_order_in_the_radius():
    K = np.full((2, 3), 1.0)
    # E[(f(K+U) - f(K-U)) U] d/(2r^2) = 4K^3 + 12 K r^2/(d+2) + ...; the linear part is exact.
    samples = 400_000
    error = []
    for radius in (0.4, 0.8):
        estimate = estimators.two_point_gradient(quartic, K, radius, samples, 1)
        error.append(np.mean(estimate) - 4.0)
    assert error[1] / error[0] == pytest.approx(4.0, rel=0.2)


def test_a_stack_of_gains_shares_the_directions():
    K = np.random.default_rng(0).standard_normal((4, 2, 3))
    together = estimators.two_point_gradient(quartic, K, 0.1, 30, 9)
    alone = [estimators.two_point_gradient(quartic, k, 0.1, 30, 9) for k in K]
    np.testing.assert_allclose(together, alone, rtol=1e-12)


@pytest.mark.parametrize(
    ("radius", "samples", "message"),
    [
        (0.0, 5, "radius: expected a positive number"),
        (np.nan, 5, "radius: expected a positive number"),
        (0.1, 0, "samples: expected a whole number >= 1"),
        (0.1, 1.5, "samples: expected a whole number >= 1"),
    ],
)
def test_bad_input_is_named(radius, samples, message):
    with pytest.raises(ValueError, match=message):
        estimators.two_point_gradient(linear, np.zeros((2, 3)), radius, samples, 0)


ESTIMATES = {
    "one point": lambda f, K, n, rng: estimators.one_point_gradient(f, K, 0.1, n, rng),
    "two points": lambda f, K, n, rng: estimators.two_point_gradient(f, K, 0.1, n, rng),
    "printed": lambda f, K, n, rng: estimators.printed_hessian(f, K, 0.1, n, rng),
    "stein": lambda f, K, n, rng: estimators.stein_hessian(f, K, 0.1, n, rng),
    "gaussian": lambda f, K, n, rng: estimators.stein_hessian(
        f, K, 0.1, n, rng, distribution="gaussian"
    ),
    "product": lambda f, K, n, rng: estimators.hessian_product(f, K, K, 0.1, 0.1, n, rng),
}


class Asked:
    """A function that draws nothing, says so, and notes how much it is asked at a time."""

    deterministic = True

    def __init__(self):
        self.sizes = []

    def __call__(self, K):
        self.sizes.append(K.size)
        return quartic(K)


@pytest.mark.parametrize("name", ESTIMATES)
def test_samples_taken_a_few_at_a_time_are_the_same_samples(name, monkeypatch):
    K = np.random.default_rng(3).standard_normal((3, 2, 4))
    most, asked, found = [], [], []
    for numbers in (estimators.MOST_NUMBERS, 7 * 24):
        monkeypatch.setattr(estimators, "MOST_NUMBERS", numbers)
        f, rng = Asked(), np.random.default_rng(7)
        found.append(ESTIMATES[name](f, K, 50, rng))
        most.append(max(f.sizes))
        asked.append((sum(f.sizes), rng.random()))
    np.testing.assert_array_equal(found[1], found[0])
    assert asked[0] == asked[1]  # as many gains, and as many random numbers
    assert most[1] < most[0] / 4


@pytest.mark.parametrize("common_noise", [False, True])
@pytest.mark.parametrize("name", ESTIMATES)
def test_a_simulated_oracle_draws_the_same_numbers_whatever_the_limit(
    name, common_noise, monkeypatch
):
    problem = lqrlib.systems.boeing()
    K = lqrlib.systems.boeing_start()
    found = []
    for numbers in (estimators.MOST_NUMBERS, 100):
        monkeypatch.setattr(estimators, "MOST_NUMBERS", numbers)
        rng = np.random.default_rng(11)  # of the directions and of the noise
        oracle = lqrlib.oracles.rollout_cost(problem, 5, rng, common_noise=common_noise)
        found.append(ESTIMATES[name](oracle, K, 300, rng))
    np.testing.assert_array_equal(found[1], found[0])


def test_a_million_samples_of_an_exact_oracle_stay_below_300_megabytes():
    problem = lqrlib.systems.double_integrator()
    K = lqrlib.optimal_gain(problem)
    tracemalloc.start()
    estimators.two_point_gradient(lqrlib.oracles.exact_cost(problem), K, 0.01, 10**6, 0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 300e6


def test_a_baseline_for_each_sample_is_refused():
    with pytest.raises(ValueError, match=r"baseline: expected shape \(\), got \(5,\)"):
        estimators.one_point_gradient(
            lambda gain: np.sum(gain, axis=(-2, -1)),
            np.ones((2, 3)),
            0.1,
            5,
            0,
            baseline=np.ones(5),
        )
