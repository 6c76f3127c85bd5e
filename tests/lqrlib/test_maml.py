"""The MAML objective, its gradient, its stationary gain."""

import numpy as np
import pytest

import lqrlib
from lqrlib import maml, systems
from lqrpapers.constants import printed
from lqrpapers.studies.task_families import spectral_family


@pytest.fixture(scope="module")
def family():
    return spectral_family(systems.boeing(), 4, 0.05, 0, families=3)


@pytest.fixture(scope="module")
def noisy_family():
    nominal = systems.three_state()
    assert nominal.has_noise
    return spectral_family(nominal, 3, 0.02, 0)


@pytest.fixture(scope="module")
def gain():
    return lqrlib.optimal_gain(systems.boeing()) + 0.01


def central_difference(function, K, X, step):
    return (function(K + step * X) - function(K - step * X)) / (2 * step)


def test_cost_is_the_average_after_one_inner_step(family, gain):
    expected = np.mean(
        [lqrlib.cost(task, gain - 1e-4 * lqrlib.gradient(task, gain)) for task in family[1]]
    )
    assert maml.cost(family, gain, 1e-4)[1] == pytest.approx(expected, rel=1e-12)


def test_cost_without_inner_step_is_the_average_cost(family, gain):
    assert np.allclose(maml.cost(family, gain, 0), lqrlib.cost(family, gain).mean(axis=-1))


@pytest.mark.parametrize("inner", [0.0, 1e-5, 3e-4])
def test_gradient_matches_finite_differences(family, gain, inner, rng=0):
    X = np.random.default_rng(rng).standard_normal(gain.shape)
    slope = np.sum(maml.gradient(family, gain, inner) * X, axis=(-2, -1))
    measured = central_difference(lambda K: maml.cost(family, K, inner), gain, X, 1e-6)
    assert np.allclose(slope, measured, rtol=2e-6)


def test_gradient_matches_finite_differences_with_noise(noisy_family):
    K = lqrlib.optimal_gain(noisy_family[0]) * 0.95
    X = np.random.default_rng(1).standard_normal(K.shape)
    inner = 1e-3
    slope = np.sum(maml.gradient(noisy_family, K, inner) * X)
    measured = central_difference(lambda gain: maml.cost(noisy_family, gain, inner), K, X, 1e-5)
    assert slope == pytest.approx(measured, rel=1e-5)


@pytest.mark.parametrize("hessian", ["none", printed.hessian_at])
def test_stand_ins_are_not_the_gradient(family, gain, hessian):
    exact = maml.gradient(family, gain, 3e-4)
    other = maml.gradient(family, gain, 3e-4, hessian)
    assert np.linalg.norm(other - exact) > 1e-3 * np.linalg.norm(exact)


def test_a_stack_of_gains_meets_the_families_one_by_one(family, gain):
    gains = gain + np.linspace(0, 0.01, 3)[:, None, None]
    together = maml.gradient(family, gains, 1e-5)
    for d in range(3):
        assert np.allclose(together[d], maml.gradient(family[d], gains[d], 1e-5), rtol=1e-10)


def test_outside_the_objective_is_infinite_and_the_gradient_nan(family, gain):
    far = np.stack([gain, gain + 10.0, gain])
    assert np.array_equal(np.isinf(maml.cost(family, far, 1e-5)), [False, True, False])
    lost = np.isnan(maml.gradient(family, far, 1e-5)).all(axis=(-2, -1))
    assert np.array_equal(lost, [False, True, False])


def test_an_inner_step_that_leaves_is_outside(family, gain):
    assert np.isfinite(maml.cost(family, gain, 0)).all()
    assert np.isinf(maml.cost(family, gain, 1.0)).all()
    assert np.isnan(maml.gradient(family, gain, 1.0)).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda f, K: maml.cost(f[0, 0], K, 0), "tasks: expected a stack"),
        (lambda f, K: maml.cost(f, K[:1], 0), r"K: expected shape \(..., 2, 4\)"),
        (lambda f, K: maml.cost(f, np.stack([K, K]), 0), "K: batch axes"),
        (lambda f, K: maml.cost(f, K, -1.0), "inner_step_size: expected a number >= 0"),
        (lambda f, K: maml.cost(f, K, "x"), "inner_step_size: expected a number >= 0"),
        (
            lambda f, K: maml.gradient(f, K, 0, "half"),
            "hessian: expected a callable or one of exact, none",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "call",
)
def test_bad_arguments_are_named(family, gain, call, message):
    with pytest.raises(ValueError, match=message):
        call(family, gain)
