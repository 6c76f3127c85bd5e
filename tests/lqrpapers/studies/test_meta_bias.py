"""The bias of MAML and its bound."""

import numpy as np

import lqrlib
from lqrlib import maml, systems
from lqrpapers import constants
from lqrpapers.constants.heterogeneity import frobenius_distances
from lqrpapers.studies import families, meta_bias
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
