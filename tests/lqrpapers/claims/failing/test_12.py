"""A case that must fail for each inequality of chapter 12.

A constant or an object is wrong, or the input lies outside the hypotheses; no right side is scaled.
"""

from __future__ import annotations

from functools import cache
from typing import Any
from unittest import mock

import numpy as np
import pytest
from cases import Cases, instead

import lqrlib
from lqrlib import systems
from lqrpapers.claims import Checks, check
from lqrpapers.claims import averaging as averaging_claims
from lqrpapers.constants import printed
from lqrpapers.studies import averaging
from lqrpapers.studies.ensembles import random_cases
from lqrpapers.studies.task_families import spectral_family

CASES = Cases()


# --- Figure 1, right, and E9 ----------------------------------------------------------------------


def falling(first: float, rate: float, count: int = 60) -> Any:
    curve = first * rate ** np.arange(count)
    return np.broadcast_to(curve[:, None, None], (count, 2, 3)).copy()


GOOD, POOR = falling(0.1, 0.85), falling(2.0, 0.92)


@CASES.of(
    "s1-fig-1-right", "printed", "it starts nearer to the optimum", "half the iterations to 1 %"
)
@CASES.of("s1-fig-1-right", "printed", "ten iterations bring it within 10 %")
@CASES.of("s1-fig-1-right", "printed", "half the iterations at equal steps")
def learned_gain_that_is_worse() -> Checks:
    nominal = systems.boeing()
    unseen = spectral_family(nominal, 3, 0.01, 1, families=2)
    K = np.stack([lqrlib.optimal_gain(nominal)] * 2)
    return check("s1-fig-1-right", POOR, GOOD, unseen, K, (POOR, POOR))


@CASES.of("s1-fig-1-right", "printed", "the learned gain stabilizes unseen tasks")
def learned_gain_far_from_the_tasks() -> Checks:
    nominal = systems.boeing()
    far = spectral_family(nominal, 3, 0.9, 1, families=2)
    K = np.stack([lqrlib.optimal_gain(nominal)] * 2)
    return check("s1-fig-1-right", GOOD, POOR, far, K + 0.5)


@CASES.of("e9", "printed", "half the iterations at equal steps")
def equal_terms_without_a_lead() -> Checks:
    return check("e9", (1e-3, 3.5e-4), 1, POOR, POOR, GOOD)


# --- our lemmas of chapter 12 ---------------------------------------------------------------------

CLOCK, HEAD_START, COVARIANCE = "ours-lemma-clock", "ours-lemma-head-start", "ours-covariance"


@CASES.of(CLOCK, "printed", "clock", "iterations at a constant step")
def clock_with_a_domination_too_large() -> Checks:
    with instead(printed, "gradient_domination", lambda found: 100 * found):
        return check(CLOCK, *random_cases(10, 1, 1, [1, 1, 0], 0))


@cache
def quadratics() -> tuple[Any, Any]:
    rng = np.random.default_rng(5)
    h, v = 10 ** rng.uniform(-2, 0, (40, 1, 6)), np.linalg.qr(rng.standard_normal((40, 6, 6)))[0]
    return v * h @ v.swapaxes(-1, -2), rng.standard_normal((2, 40, 6))


def with_least_eigenvalue(factor: float) -> Checks:
    def change(found: Any) -> Any:
        h, v = found
        return np.concatenate([factor * h[:, :1], h[:, 1:]], axis=1), v

    with instead(np.linalg, "eigh", change):
        return check(HEAD_START, *quadratics())


@CASES.of(HEAD_START, "printed", "gap after t steps", "T(theta), at least")
def least_eigenvalue_halved() -> Checks:
    return with_least_eigenvalue(0.5)


@CASES.of(HEAD_START, "printed", "T(theta), at most")
@CASES.of(HEAD_START, "printed", "difference of two starts, at most")
@CASES.of(HEAD_START, "printed", "difference of two starts, at least")
def least_eigenvalue_doubled() -> Checks:
    return with_least_eigenvalue(2.0)


@CASES.of(COVARIANCE, "printed", "optimum, leading coefficient", "gain, leading coefficient")
@CASES.of(COVARIANCE, "printed", "first-order MAML, leading coefficient")
@CASES.of(COVARIANCE, "printed", "what first-order MAML gains")
@CASES.of(COVARIANCE, "printed", "optimum, power of the remainder", "gain, power of the remainder")
def covariance_one_per_cent_too_large() -> Checks:
    def change(found: Any) -> Any:
        return found._replace(shift=1.01 * found.shift, size=1.01 * found.size)

    family = spectral_family(systems.double_integrator(), 4, 0.05, 3, families=4)
    with instead(averaging, "covariance", change):
        return check(COVARIANCE, family, lqrlib.optimal_gain(family[:, 0]))


@CASES.of(COVARIANCE, "printed", "covariance zero, an example")
def slopes_that_are_correlated() -> Checks:
    family = spectral_family(systems.double_integrator(), 4, 0.05, 3, families=1)
    with mock.patch.object(averaging_claims, "UNCORRELATED", ((-1, 1, 0), (1, 2, 3))):
        return check(COVARIANCE, family, lqrlib.optimal_gain(family[:, 0]))


@pytest.mark.parametrize("key", CASES, ids=" ".join)
def test_the_case_is_violated(key: tuple[str, str, str]) -> None:
    assert CASES.violated(key)
