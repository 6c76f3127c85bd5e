"""A case that must fail for each inequality of chapters 11 and 12.

A constant or an object is wrong, or the input lies outside the hypotheses; no right side is scaled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from unittest import mock

import numpy as np
import pytest

import lqrlib
from lqrlib import LQR, systems
from lqrpapers.claims import Checks, check, wrong_steps
from lqrpapers.constants import meta, printed, sharp
from lqrpapers.recorded import s1
from lqrpapers.studies import ensembles, quadratic_tasks
from lqrpapers.studies.admission import scaled_to_limit
from lqrpapers.studies.ensembles import random_cases
from lqrpapers.studies.task_families import spectral_family
from lqrpapers.studies.training import PerfectSampling

Case = Callable[[], Checks]
CASES: dict[tuple[str, str, str], Case] = {}


def case(id: str, form: str, *parts: str) -> Callable[[Case], Case]:
    """Name the inequalities that the case violates."""

    def add(function: Case) -> Case:
        CASES.update(dict.fromkeys(((id, form, part) for part in parts), function))
        return function

    return add


@contextmanager
def instead(module: Any, name: str, change: Callable[[Any], Any]) -> Iterator[None]:
    """While it lasts, what the function of this name returns is changed."""
    honest = getattr(module, name)
    with mock.patch.object(module, name, lambda *a, **k: change(honest(*a, **k))):
        yield


# --- Algorithm 3, Theorems 11 and 13 --------------------------------------------------------------


@cache
def normalised() -> tuple[LQR, Any]:
    return ensembles.normalised_families(4, 3, np.random.default_rng(3))


@case("s1-alg-3", "printed", "mean of the estimates, in standard errors")
def alg_3_as_printed() -> Checks:
    """The printed estimate does not tend to the Hessian (E5)."""
    return check("s1-alg-3", *normalised(), 0.3, 5, groups=16)


@case("s1-alg-3", "corrected", "mean of the estimates, in standard errors")
def alg_3_without_the_inner_step() -> Checks:
    with instead(lqrlib.maml, "gradient", lambda found: 1.2 * found):
        return check("s1-alg-3", *normalised(), 0.3, 5, form="corrected", groups=16)


@case("s1-alg-3", "sharp", "mean of the estimates, in standard errors")
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


@case("s1-thm-11", "partial", "iterates in S_ML", "adapted gains in S_ML")
def thm_11_uphill() -> Checks:
    return uphill("s1-thm-11", form="partial")


@case("s1-thm-13", "printed", "(8), decrease in a step")
def thm_13_uphill() -> Checks:
    return uphill("s1-thm-13")


@case("s1-thm-13", "corrected", "(8), decrease in a step")
def corrected_thm_13_uphill() -> Checks:
    return uphill("s1-thm-13", form="corrected")


def twins(form: str) -> Checks:
    """Two equal tasks: their bias is zero, and the start is no minimiser."""
    families, K0 = near()
    return check("s1-thm-13", families[:, [0, 0]], K0, K0, form=form)


@case("s1-thm-13", "printed", "(7), K*_ML in S_ML")
def thm_13_at_no_minimiser() -> Checks:
    return twins("printed")


@case("s1-thm-13", "corrected", "(7), K*_ML in S_ML")
def corrected_thm_13_at_no_minimiser() -> Checks:
    return twins("corrected")


@case("s1-thm-13", "printed", "(7), K*_ML outside S_ML")
def thm_13_at_the_far_minimiser() -> Checks:
    memoryless, K0 = LQR([[[0.0]]], [[[1.0]]], [[[1.0]]], [[[1.0]]]), [[0.5]]
    inner = meta.printed_steps(meta.suprema(memoryless, K0), model_free=True).inner
    return check("s1-thm-13", memoryless, K0, np.reshape(np.sqrt(1 - 2 * np.sqrt(inner)), (1, 1)))


# --- our statements of chapter 11 -----------------------------------------------------------------

WRONG_STEP, MODEL_FREE = "ours-lemma-wrong-step", "ours-thm-model-free-maml"
FAR = 30


@case(WRONG_STEP, "printed", "the steps stay in the set", "decrease from the boundary")
@case(WRONG_STEP, "printed", "rise inside the set")
def steps_a_thousand_times_too_long() -> Checks:
    with instead(sharp, "hessian_bound", lambda found: 1e-3 * found):
        return check(WRONG_STEP, *random_cases(12, 2, 2, [1, 2, 0], 0), 3)


@case(WRONG_STEP, "printed", "w is at most 1")
def domination_a_thousand_times_too_large() -> Checks:
    with instead(printed, "gradient_domination", lambda found: 1e3 * found):
        return check(WRONG_STEP, *random_cases(12, 1, 1, [1, 1, 0], 0), 3)


@case(MODEL_FREE, "printed", "iterates in S_ML", "adapted gains in S_i", "gap after t steps")
@case(MODEL_FREE, "printed", "decrease in a step")
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


@case("s1-fig-1-left", "printed", "closely converges")
def left_stopped_early() -> Checks:
    return check("s1-fig-1-left", like(s1.FIGURE_1_LEFT)[:60])


@case("s1-fig-1-left", "printed", "recorded trace within 4 standard deviations")
def left_of_another_system() -> Checks:
    return check("s1-fig-1-left", like(s1.FIGURE_1_LEFT, 1.5))


@case("s1-fig-1-middle", "printed", "recorded traces within 4 standard deviations")
def middle_of_another_system() -> Checks:
    published = [like(run, 1.5) for run in s1.FIGURE_1_MIDDLE]
    return check("s1-fig-1-middle", published, published)


@case("s1-fig-1-middle", "printed", "the larger the level, the larger the gap")
def middle_in_another_order() -> Checks:
    published = [like(run) for run in s1.FIGURE_1_MIDDLE]
    return check("s1-fig-1-middle", published[::-1], published)


@case("s1-fig-1-middle", "printed", "deviates for its heterogeneity")
@case("e8", "printed", "differ by their heterogeneity")
def levels_that_do_not_differ_at_one_step() -> Checks:
    published = [like(run) for run in s1.FIGURE_1_MIDDLE]
    alike = [published[0]] * 3
    return Checks(check("s1-fig-1-middle", published, alike) + check("e8", published, alike))


@case("e7", "printed", "printed start stabilizes", "same A", "condition of the initial state")
@case("e7", "printed", "distances of a run and its level", "quoted levels and those run")
def report_against_notebooks() -> Checks:
    moment = 0.25 * np.ones((4, 4)) + 1e-6 * np.eye(4)
    return check(
        "e7", systems.boeing(printed=True), systems.boeing(), systems.boeing_start(), moment
    )


# --- Figure 1, right, and E9 ----------------------------------------------------------------------


def falling(first: float, rate: float, count: int = 60) -> Any:
    curve = first * rate ** np.arange(count)
    return np.broadcast_to(curve[:, None, None], (count, 2, 3)).copy()


GOOD, POOR = falling(0.1, 0.85), falling(2.0, 0.92)


@case("s1-fig-1-right", "printed", "it starts nearer to the optimum", "half the iterations to 1 %")
@case("s1-fig-1-right", "printed", "ten iterations bring it within 10 %")
@case("s1-fig-1-right", "printed", "half the iterations at equal steps")
def learned_gain_that_is_worse() -> Checks:
    nominal = systems.boeing()
    unseen = spectral_family(nominal, 3, 0.01, 1, families=2)
    K = np.stack([lqrlib.optimal_gain(nominal)] * 2)
    return check("s1-fig-1-right", POOR, GOOD, unseen, K, (POOR, POOR))


@case("s1-fig-1-right", "printed", "the learned gain stabilizes unseen tasks")
def learned_gain_far_from_the_tasks() -> Checks:
    nominal = systems.boeing()
    far = spectral_family(nominal, 3, 0.9, 1, families=2)
    K = np.stack([lqrlib.optimal_gain(nominal)] * 2)
    return check("s1-fig-1-right", GOOD, POOR, far, K + 0.5)


@case("e9", "printed", "half the iterations at equal steps")
def equal_terms_without_a_lead() -> Checks:
    return check("e9", (1e-3, 3.5e-4), 1, POOR, POOR, GOOD)


# --- our lemmas of chapter 12 ---------------------------------------------------------------------

CLOCK, HEAD_START, AVERAGE = "ours-lemma-clock", "ours-lemma-head-start", "ours-lemma-meta-average"


@case(CLOCK, "printed", "clock", "iterations at a constant step")
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


@case(HEAD_START, "printed", "gap after t steps", "T(theta), at least")
def least_eigenvalue_halved() -> Checks:
    return with_least_eigenvalue(0.5)


@case(HEAD_START, "printed", "T(theta), at most")
@case(HEAD_START, "printed", "difference of two starts, at most")
@case(HEAD_START, "printed", "difference of two starts, at least")
def least_eigenvalue_doubled() -> Checks:
    return with_least_eigenvalue(2.0)


def with_optima(moved_where: Callable[[float], bool]) -> Checks:
    """Lemma with the optimum for some inner steps replaced by twice the right gain."""
    honest = quadratic_tasks.meta_optimum

    def moved(H: Any, optima: Any, eta: float) -> Any:
        return (2 if moved_where(eta) else 1) * honest(H, optima, eta)

    rng = np.random.default_rng(17)
    G, centres = rng.standard_normal((20, 5, 4, 4)), rng.standard_normal((20, 5, 4))
    H = np.eye(4) + 0.01 * G @ G.swapaxes(-1, -2)
    with mock.patch("lqrpapers.claims.adaptation.meta_optimum", moved):
        return check(AVERAGE, H, centres)


@case(AVERAGE, "printed", "K*_ML is stationary", "equal Hessians: the mean of the optima")
@case(AVERAGE, "printed", "averaging is no better")
def wrong_minimiser() -> Checks:
    return with_optima(lambda eta: eta > 0)


@case(AVERAGE, "printed", "advantage")
def wrong_average() -> Checks:
    return with_optima(lambda eta: eta == 0)


@pytest.mark.parametrize(("id", "form", "part"), CASES)
def test_the_case_is_violated(id: str, form: str, part: str) -> None:
    found = CASES[id, form, part]()
    chosen = [each for each in found if (each.id, each.form, each.part) == (id, form, part)]
    assert chosen and all(each.violated for each in chosen)
