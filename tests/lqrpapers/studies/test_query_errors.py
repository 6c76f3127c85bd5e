"""Measured errors of gradient estimates meet their leading orders."""

import numpy as np

import lqrlib
from lqrlib import estimators, oracles
from lqrpapers.studies import query_errors

TASK, K = lqrlib.systems.boeing(), lqrlib.systems.boeing_start()
NEAR = lqrlib.optimal_gain(TASK) + 0.1 * (K - lqrlib.optimal_gain(TASK))


def test_one_sample_has_the_bias_and_the_deviation_of_the_lemma():
    rng, radii = np.random.default_rng(0), np.array([0.01, 0.03])
    measured, predicted = query_errors.one_sample(TASK, NEAR, radii, 5, 2000, rng)
    assert measured.keys() == predicted.keys() == {"bias", *query_errors.KINDS}
    for kind, found in measured.items():
        assert found.shape == (5, 2)
        np.testing.assert_allclose(np.median(found, axis=0), predicted[kind], rtol=0.1)


def test_averages_err_like_one_over_the_root_of_the_samples():
    rng, counts = np.random.default_rng(1), np.array([20, 320])
    measured, predicted = query_errors.averages(TASK, NEAR, 0.005, counts, 30, rng)
    for kind in query_errors.KINDS:
        assert measured[kind].shape == (30, 2)
        size = np.sqrt(np.mean(measured[kind] ** 2, axis=0))
        np.testing.assert_allclose(size, predicted[kind], rtol=0.25)


def test_relative_errors_go_seed_by_seed():
    J, exact = oracles.exact_cost(TASK), lqrlib.gradient(TASK, NEAR)
    found = query_errors.relative_errors(
        estimators.two_point_gradient, (J, NEAR, 1e-3), (10, 40), 7, exact, 3
    )
    rng = np.random.default_rng(7)
    each = [
        np.linalg.norm(estimators.two_point_gradient(J, NEAR, 1e-3, k, rng) - exact)
        for k in (10, 40) * 3
    ]
    assert (found == np.reshape(each, (3, 2)) / np.linalg.norm(exact)).all()


def test_the_printed_hessian_acts_from_the_left():
    J, X = oracles.exact_cost(TASK), lqrlib.gradient(TASK, NEAR)
    printed = estimators.printed_hessian(J, NEAR, 1e-3, 10, 7)
    found = query_errors.printed_action(J, NEAR, 1e-3, 10, 7)
    np.testing.assert_allclose(found @ X.ravel(), (printed @ X).ravel(), rtol=1e-12)


def test_an_entry_of_the_printed_hessian_has_the_promised_mean_and_deviation():
    radii = np.array([0.005, 0.01])
    found, promised = query_errors.printed_entry(TASK, NEAR, radii, 4, 5000, 2)
    assert found["mean"].shape == (4, 2)
    np.testing.assert_allclose(np.median(found["mean"], axis=0), promised["mean"], rtol=0.05)
    found, promised = query_errors.printed_entry(TASK, K, radii / 50, 4, 5000, 3)
    assert found["deviation"].shape == (2,)
    np.testing.assert_allclose(found["deviation"], promised["deviation"], rtol=0.05)
