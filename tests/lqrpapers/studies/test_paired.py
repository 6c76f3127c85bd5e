"""Differences paired over families: medians, the exact test and its interval."""

import numpy as np
import pytest
import scipy

from lqrpapers.studies import paired
from lqrpapers.studies.adaptation import Adaptation


def counted(queries):
    """Runs on tasks (F, P) that reach any level at once or, after so many queries, at all."""
    first = np.full(np.shape(queries), 1.0)
    spent = np.array([0 * first, np.where(np.isinf(queries), 0, queries)])
    return Adaptation(np.array([first, np.where(np.isinf(queries), 1.0, 0.0)]), spent, spent)


def test_what_is_saved_is_paired_by_families():
    one = np.array([[5.0, 7.0], [9.0, 9.0], [6.0, 8.0], [np.inf, np.inf]])
    run = counted(one)
    assert paired.saved(run, counted(one - 2), 0.1) == (2.0, 0.25)  # three of three signs
    np.testing.assert_array_equal(paired.differences(run, counted(one - 2), 0.1), [2, 2, 2])
    assert paired.saved(run, run, 0.1) == (0.0, 1.0)
    difference, p = paired.saved(run, counted(np.full((4, 2), np.inf)), 0.1)
    assert np.isnan(difference) and p == 1.0


@pytest.mark.parametrize("seed", range(5))
def test_the_interval_has_the_shifts_that_the_exact_test_does_not_refuse(seed):
    found = np.random.default_rng(seed).standard_normal(7)
    low, high = paired.interval(found)
    for end, out in ((low, -1e-6), (high, 1e-6)):
        refused = scipy.stats.wilcoxon(found - (end + out), method="exact").pvalue
        kept = scipy.stats.wilcoxon(found - (end - out), method="exact").pvalue
        assert refused <= 1 - paired.LEVEL < kept


@pytest.mark.parametrize("count", range(5))
def test_too_few_families_say_nothing(count):
    assert paired.interval(np.arange(float(count))) == (-np.inf, np.inf)
