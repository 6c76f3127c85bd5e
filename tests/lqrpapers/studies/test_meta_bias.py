"""The bias of MAML and its bound."""

import numpy as np

import lqrlib
from lqrlib import maml, systems
from lqrpapers import constants
from lqrpapers.constants.heterogeneity import frobenius_distances
from lqrpapers.studies import families, meta_bias
from lqrpapers.studies.ensembles import tasks_around
from lqrpapers.studies.task_families import spectral_family


def test_bias_at_the_optimum_is_within_its_bound_and_of_second_order():
    family = spectral_family(systems.boeing(), 4, 1e-2, 7, families=3)
    near = lqrlib.optimal_gain(systems.boeing())
    large = meta_bias.stationary_bias(family, near)
    small = meta_bias.stationary_bias(families.scaled(family, np.full(3, 0.1)), near)
    scale = meta_bias.hessian_norm(family, near)
    np.testing.assert_allclose(large.inner_step * scale, 0.02, rtol=1e-12)
    assert (large.gaps <= large.bounds).all()
    L = meta_bias.hessian_norm(family, large.gain)
    kappa = ((1 + large.inner_step * L) ** 2 - 1)[:, None]
    each = large.gain[:, None]
    domination = constants.printed.gradient_domination(family, each)
    f = frobenius_distances(lqrlib.gradient(family, each)).mean(axis=-1)
    bounds = ((1 + kappa) / (1 - kappa) * f) ** 2 / domination
    np.testing.assert_allclose(large.bounds, bounds, rtol=1e-12)
    ratio = large.gaps.max(axis=-1) / small.gaps.max(axis=-1)
    np.testing.assert_allclose(ratio, 100, rtol=0.1)
    slope = maml.gradient(family, large.gain, large.inner_step)
    assert np.abs(slope).max() < 1e-3


def test_bias_along_factors_is_that_of_each_scaled_family_and_nan_without_a_gain():
    family = spectral_family(systems.boeing(), 3, 1e-3, 8, families=2)
    near = np.broadcast_to(lqrlib.optimal_gain(systems.boeing()), (2, 2, 2, 4)).copy()
    near[1, 0] = np.nan
    bias, bounds = meta_bias.bias_along(family, near, np.array([1.0, 10.0]))
    assert np.isnan(bias).tolist() == np.isnan(bounds).tolist() == [[False, False], [True, False]]
    alone = families.scaled(family[1], 10.0)
    found = meta_bias.stationary_bias(alone, near[0, 0], tolerance=1e-7)
    np.testing.assert_allclose(bias[1, 1], found.gaps.max(), rtol=1e-6)
    np.testing.assert_allclose(bounds[1, 1], found.bounds.max(), rtol=1e-6)


def test_a_sharper_theorem_keeps_more_of_its_promises_and_no_promise_is_broken():
    rng = np.random.default_rng(5)
    many = systems.random_ensemble(3, 2, 2, rng, radius=(0.2, 0.9), spread=2.0)
    K0 = systems.random_stabilizing_gains(many, rng, fraction=(0.05, 0.5))
    steps, biases = meta_bias.kept_of_promises(tasks_around(many, 3, 1e-4, rng), K0)
    assert steps.shape == biases.shape == (3, 3)
    assert (steps < 1).all() and (biases > 1).all()
    assert (np.diff(steps, axis=0) > 0).all() and (np.diff(biases, axis=0) < 0).all()
