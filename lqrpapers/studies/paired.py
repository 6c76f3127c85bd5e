"""Differences between two starts, paired over training families: Wilcoxon's test and interval."""

from __future__ import annotations

import numpy as np
import scipy  # loads scipy.stats when it is first used

from lqrlib.validation import Array

from .adaptation import Adaptation, queries_to

# Confidence of the intervals.
LEVEL = 0.9


def differences(one: Adaptation, two: Adaptation, level: float) -> Array:
    """Queries that `one` needs more than `two` to a level, for each family where both arrive.

    The runs are on tasks (P) of families (F), whose medians are compared.
    """
    needed = (queries_to(run, level) for run in (one, two))
    middle = [np.quantile(each, 0.5, axis=1, method="inverted_cdf") for each in needed]
    known = np.isfinite(middle[0]) & np.isfinite(middle[1])
    return np.asarray(middle[0][known] - middle[1][known])


def saved(one: Adaptation, two: Adaptation, level: float) -> tuple[float, float]:
    """Median over families of how many queries more `one` needs to a level, and Wilcoxon's p.

    Without any family where both arrive the difference is nan.
    """
    found = differences(one, two, level)
    if not len(found):
        return np.nan, 1.0
    p = scipy.stats.wilcoxon(found, method="exact").pvalue if found.all() else 1.0
    return float(np.median(found)), float(p)


def interval(found: Array) -> tuple[float, float]:
    """Confidence interval of the middle of symmetric differences (F,), by Wilcoxon's signed ranks.

    It has the shifts that the exact test does not refuse at 1 - `LEVEL`: between order statistics
    of the means of pairs. Infinite where there are too few differences for the level.
    """
    count = len(found)
    means = np.sort([(found[i] + found[j]) / 2 for i in range(count) for j in range(i + 1)])
    ways = np.ones(1)  # of getting each sum of signed ranks
    for rank in range(1, count + 1):
        ways = np.pad(ways, (0, rank)) + np.pad(ways, (rank, 0))
    left_out = int((np.cumsum(ways) / 2.0**count <= (1 - LEVEL) / 2).sum())
    if not left_out:
        return -np.inf, np.inf
    return float(means[left_out - 1]), float(means[-left_out])
