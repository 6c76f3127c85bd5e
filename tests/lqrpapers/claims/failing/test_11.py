"""A case that must fail for each inequality of chapter 11.

A constant or an object is wrong, or the input lies outside the hypotheses; no right side is scaled.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from cases import Cases, instead

import lqrlib
from lqrlib import LQR, systems
from lqrpapers.claims import Checks, check, wrong_steps
from lqrpapers.constants import meta, printed, sharp
from lqrpapers.recorded import s1
from lqrpapers.studies import ensembles
from lqrpapers.studies.admission import scaled_to_limit
from lqrpapers.studies.ensembles import random_cases
from lqrpapers.studies.training import PerfectSampling

CASES = Cases()


# --- Algorithm 3, Theorems 11 and 13 --------------------------------------------------------------


@cache
def normalised() -> tuple[LQR, Any]:
    return ensembles.normalised_families(4, 3, np.random.default_rng(3))


@CASES.of("s1-alg-3", "printed", "mean of the estimates, in standard errors")
def alg_3_as_printed() -> Checks:
    """The printed estimate does not tend to the Hessian (E5)."""
    return check("s1-alg-3", *normalised(), 0.3, 5, groups=16)


@CASES.of("s1-alg-3", "corrected", "mean of the estimates, in standard errors")
def alg_3_without_the_inner_step() -> Checks:
    with instead(lqrlib.maml, "gradient", lambda found: 1.2 * found):
        return check("s1-alg-3", *normalised(), 0.3, 5, form="corrected", groups=16)


@CASES.of("s1-alg-3", "sharp", "mean of the estimates, in standard errors")
def alg_3_without_the_factors() -> Checks:
    with instead(PerfectSampling, "_factors", np.ones_like):
        return check("s1-alg-3", *normalised(), 0.3, 5, form="sharp", groups=16)


@cache
def near() -> tuple[LQR, Any]:
    return ensembles.random_families(6, 2, np.random.default_rng([1, 2, 0]))


def uphill(id: str, **options: Any) -> Checks:
    families, K0 = near()
    tasks = scaled_to_limit(families, K0, "printed", 0.9)
    with instead(PerfectSampling, "__call__", lambda found: -found):
        return check(id, tasks, K0, **options)


@CASES.of("s1-thm-11", "partial", "iterates in S_ML", "adapted gains in S_ML")
def thm_11_uphill() -> Checks:
    return uphill("s1-thm-11", form="partial")


@CASES.of("s1-thm-13", "printed", "(8), decrease in a step")
def thm_13_uphill() -> Checks:
    return uphill("s1-thm-13")


@CASES.of("s1-thm-13", "corrected", "(8), decrease in a step")
def corrected_thm_13_uphill() -> Checks:
    return uphill("s1-thm-13", form="corrected")


def twins(form: str) -> Checks:
    """Two equal tasks: their bias is zero, and the start is no minimiser."""
    families, K0 = near()
    return check("s1-thm-13", families[:, [0, 0]], K0, K0, form=form)


@CASES.of("s1-thm-13", "printed", "(7), K*_ML in S_ML")
def thm_13_at_no_minimiser() -> Checks:
    return twins("printed")


@CASES.of("s1-thm-13", "corrected", "(7), K*_ML in S_ML")
def corrected_thm_13_at_no_minimiser() -> Checks:
    return twins("corrected")


@CASES.of("s1-thm-13", "printed", "(7), K*_ML outside S_ML")
def thm_13_at_the_far_minimiser() -> Checks:
    memoryless, K0 = LQR([[[0.0]]], [[[1.0]]], [[[1.0]]], [[[1.0]]]), [[0.5]]
    inner = meta.printed_steps(meta.suprema(memoryless, K0), model_free=True).inner
    return check("s1-thm-13", memoryless, K0, np.reshape(np.sqrt(1 - 2 * np.sqrt(inner)), (1, 1)))


# --- our statements of chapter 11 -----------------------------------------------------------------

WRONG_STEP, MODEL_FREE = "ours-lemma-wrong-step", "ours-thm-model-free-maml"
FAR = 30


@CASES.of(WRONG_STEP, "printed", "the steps stay in the set", "decrease from the boundary")
@CASES.of(WRONG_STEP, "printed", "rise inside the set")
def steps_a_thousand_times_too_long() -> Checks:
    with instead(sharp, "hessian_bound", lambda found: 1e-3 * found):
        return check(WRONG_STEP, *random_cases(12, 2, 2, [1, 2, 0], 0), 3)


@CASES.of(WRONG_STEP, "printed", "w is at most 1")
def domination_a_thousand_times_too_large() -> Checks:
    with instead(printed, "gradient_domination", lambda found: 1e3 * found):
        return check(WRONG_STEP, *random_cases(12, 1, 1, [1, 1, 0], 0), 3)


@CASES.of(MODEL_FREE, "printed", "iterates in S_ML", "adapted gains in S_i", "gap after t steps")
@CASES.of(MODEL_FREE, "printed", "decrease in a step")
def model_free_maml_uphill() -> Checks:
    """Estimates that err by more than is allowed: both steps go the other way."""
    families, K0 = near()
    tasks = scaled_to_limit(families, K0, "sharp", 0.5)

    def backwards(estimates: Any) -> Any:
        return lambda gain: tuple(-FAR * each for each in estimates(gain))

    with instead(wrong_steps, "wrong_estimates", backwards):
        return check(MODEL_FREE, tasks, K0, 3)


# --- Figure 1, left and middle, E7, E8 ------------------------------------------------------------


def like(run: s1.Training, shift: float = 1.0) -> Any:
    """Gaps (T + 1, 12) spread around a record, or around a multiple of it."""
    noise = np.random.default_rng(0).standard_normal(12)
    counted = np.arange(int(run.iterations[-1]) + 1)
    curve = np.exp(np.interp(counted, run.iterations, np.log(run.gaps)))
    return shift * curve[:, None] * np.exp(0.05 * noise)


@CASES.of("s1-fig-1-left", "printed", "closely converges")
def left_stopped_early() -> Checks:
    return check("s1-fig-1-left", like(s1.FIGURE_1_LEFT)[:60])


@CASES.of("s1-fig-1-left", "printed", "recorded trace within 4 standard deviations")
def left_of_another_system() -> Checks:
    return check("s1-fig-1-left", like(s1.FIGURE_1_LEFT, 1.5))


@CASES.of("s1-fig-1-middle", "printed", "recorded traces within 4 standard deviations")
def middle_of_another_system() -> Checks:
    published = [like(run, 1.5) for run in s1.FIGURE_1_MIDDLE]
    return check("s1-fig-1-middle", published, published)


@CASES.of("s1-fig-1-middle", "printed", "the larger the level, the larger the gap")
def middle_in_another_order() -> Checks:
    published = [like(run) for run in s1.FIGURE_1_MIDDLE]
    return check("s1-fig-1-middle", published[::-1], published)


@CASES.of("s1-fig-1-middle", "printed", "deviates for its heterogeneity")
@CASES.of("e8", "printed", "differ by their heterogeneity")
def levels_that_do_not_differ_at_one_step() -> Checks:
    published = [like(run) for run in s1.FIGURE_1_MIDDLE]
    alike = [published[0]] * 3
    return Checks(check("s1-fig-1-middle", published, alike) + check("e8", published, alike))


@CASES.of("e7", "printed", "printed start stabilizes", "same A", "condition of the initial state")
@CASES.of("e7", "printed", "distances of a run and its level", "quoted levels and those run")
def report_against_notebooks() -> Checks:
    moment = 0.25 * np.ones((4, 4)) + 1e-6 * np.eye(4)
    return check(
        "e7", systems.boeing(printed=True), systems.boeing(), systems.boeing_start(), moment
    )


@pytest.mark.parametrize("key", CASES, ids=" ".join)
def test_the_case_is_violated(key: tuple[str, str, str]) -> None:
    assert CASES.violated(key)
