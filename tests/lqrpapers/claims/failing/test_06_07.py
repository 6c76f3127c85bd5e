"""Chapters 6 and 7: for each inequality a wrong object, constant or input that it must notice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from unittest import mock

import numpy as np
import pytest

import lqrlib
from lqrlib import LQR, estimators, objective, systems
from lqrpapers import constants
from lqrpapers.claims import Checks, check, robustness, rollouts
from lqrpapers.constants import sharp
from lqrpapers.studies import coins, tails
from lqrpapers.studies.ensembles import random_cases, without_and_with_noise
from lqrpapers.studies.robustness import kicked, scaled_noise

Case = Callable[[], Checks]
CASES: dict[tuple[str, str, str], Case] = {}


def case(id: str, parts: str, form: str = "printed") -> Callable[[Case], Case]:
    """Name the inequalities that the case violates."""

    def add(function: Case) -> Case:
        CASES.update(dict.fromkeys(((id, form, part) for part in parts.split("; ")), function))
        return function

    return add


def wrong(place: Any, name: str, change: Callable[..., Any]) -> Any:
    """Replace a function by `change(function, *its arguments)`."""
    true = getattr(place, name)
    return mock.patch.object(place, name, lambda *given, **o: change(true, *given, **o))


def times(factor: float) -> Callable[..., Any]:
    return lambda true, *given, **options: factor * true(*given, **options)


NOISY, START = systems.suspension(), systems.suspension_start()
AWARE, IGNORANT = NOISY.optimum.K, NOISY.without_noise().optimum.K
SEVERAL = random_cases(10, 2, 2, 6, 2)
ONE_STATE = random_cases(10, 1, 1, 7, 1)
SLOW = systems.scalar(0.9, 1.0, 2.0, 1.0, state_variance=0.05), [[0.0]]
CHARGES = np.linspace(1, 2, 11)
# The first problems on which chapter 7 tests the estimates.
[MILD] = without_and_with_noise(15, [1], [7], 0, inputs=2, fraction=(0.1, 0.8), noise_level=0.2)[:1]


# --- 6: Figure 1, Remark 4.2 ---------------------------------------------------------------------
@case(
    "s2-fig-1a",
    "the cost with noise falls at every step; the cost with noise is minimised; "
    "the cost without noise ends slightly suboptimal; every iterate stabilizes without noise",
)
def a_run_that_leaves() -> Checks:
    return check("s2-fig-1a", NOISY, [START, 100 * START])


@case(
    "s2-fig-1b",
    "the cost without noise falls at every step; the cost without noise is minimised; "
    "the start is stabilizing with noise; the end is not",
)
def the_other_run_backwards() -> Checks:
    return check("s2-fig-1b", NOISY, [IGNORANT, START])


for figure in ("s2-fig-1a", "s2-fig-1b"):
    case(figure, "recorded costs, with the published solver")(
        lambda id=figure: check(id, NOISY, [START, AWARE], [2.0, np.inf], [2.0, 1.0])  # type: ignore[misc]
    )


def more_noise_in_place_of_none(form: str) -> Checks:
    with mock.patch.object(LQR, "without_noise", lambda self: scaled_noise(self, 1.1)):
        return check("s2-rem-4.2", *SEVERAL, form=form)


RAISED = "C(K); ‖P_K‖; ‖Σ_K‖; ‖B‖² + Σβ_j‖B_j‖²; step size of Theorem 3.5; exploration radius"
for each in ("printed", "corrected"):
    case("s2-rem-4.2", RAISED, each)(
        lambda form=each: more_noise_in_place_of_none(form)  # type: ignore[misc]
    )


@case("s2-rem-4.2", "promised rate of Theorem 3.5")
def noise_that_raises_the_rate() -> Checks:
    return check("s2-rem-4.2", systems.scalar(1.05, 0.1, 1e-3, 1, state_variance=0.05), [[10.0]])


# --- 6: how much noise a gain survives -----------------------------------------------------------
@case("ours-critical-scale", "stabilizes below; factor of the sweeps")
def twice_the_critical_scale() -> Checks:
    with wrong(robustness, "critical_scale", times(2.0)):
        return check("ours-critical-scale", *SEVERAL)


@case("ours-critical-scale", "does not above")
def half_the_critical_scale() -> Checks:
    with wrong(robustness, "critical_scale", times(0.5)):
        return check("ours-critical-scale", *SEVERAL)


@case(
    "ours-common-kick",
    "its noise-free cost; no gain survives more; the best survives as much; "
    "optimal gain at half of it; optimal gain at most of it",
)
def noise_in_another_direction() -> Checks:
    problem, w = (each[1] for each in kicked(SEVERAL[0], 1))
    return check("ours-common-kick", problem, w * np.array([1, 1.5]), SEVERAL[1][1])


@case(
    "ours-suspension-family",
    "gains of all scales; the last survives the most; a gain exists just below, none above",
)
def force_no_noisier_than_the_state() -> Checks:
    alpha, kick = NOISY.state_noise.variances[0], NOISY.input_noise.directions
    return check("ours-suspension-family", NOISY.replace(input_noise=([alpha], kick)), CHARGES)


@case("ours-suspension-family", "the scale rises with the charge; so does what is survived")
def charges_that_fall() -> Checks:
    return check("ours-suspension-family", NOISY, [1.0, *CHARGES[-2:0:-1], 2.0])


@case(
    "e11",
    "every input-noise term enters Σ_K; the finite horizon tends to P_K; "
    "the finite horizon tends to Σ_K; the sweeps settle; stabilizing gains have a finite cost",
)
def the_published_solver() -> Checks:
    near = START + np.linspace(0, 1, 2001)[:, None, None] * (IGNORANT - START)
    radius = lqrlib.mean_square_radius(NOISY, near)
    return check("e11", *SEVERAL, NOISY, START, near[(radius > 0.9998) & (radius < 1)][:2])


# --- 7: Algorithm 1 ------------------------------------------------------------------------------
KINDS = "one point", "pairs", "pairs, common noise"
LENGTHS = tuple(f"{kind}, length" for kind in KINDS)


@case("s2-alg-1", "; ".join(KINDS + LENGTHS))
def twice_the_estimates() -> Checks:
    with (
        wrong(estimators, "one_point_gradient", times(2.0)),
        wrong(estimators, "two_point_gradient", times(2.0)),
    ):
        return check("s2-alg-1", *MILD, 3, 2000)


@case("ours-lemma-smoothing", "one point; pairs")
def the_gradient_that_is_not_averaged() -> Checks:
    with wrong(coins, "ball_gradient", lambda true, problem, K, radius: true(problem, K, 1e-9)):
        return check("ours-lemma-smoothing", *ONE_STATE)


@case("ours-lemma-variance", "; ".join(KINDS))
def a_large_radius() -> Checks:
    return check("ours-lemma-variance", *ONE_STATE, radius=1.0)


@case("ours-lemma-bias", "first order; second order")
def a_ball_that_sticks_out() -> Checks:
    return check("ours-lemma-bias", *SLOW, 3, fraction=50.0)


@case("ours-lemma-truncation", "cost cut off; gradient cut off")
def four_times_the_weight() -> Checks:
    def heavier(true: Callable[..., Any], *given: Any) -> Any:
        return replace(true(*given), q=4 * true(*given).q)

    with wrong(rollouts, "magnitudes", heavier):
        return check("ours-lemma-truncation", *SLOW, 3)


@case("ours-lemma-truncation", "rate")
def a_radius_that_is_too_small() -> Checks:
    with wrong(objective, "mean_square_radius", times(0.9)):
        return check("ours-lemma-truncation", *SLOW, 3)


COSTS = np.random.default_rng(4).exponential(size=(20_000, 1))
HEAVY = LQR.stack([systems.scalar(0.5, 1.0, 1.0, 1.0, state_variance=0.6)]), np.zeros((1, 1, 1))


@case("ours-lemma-tails", "one state, fourth moment")
def the_fourth_moment_without_a_spread() -> Checks:
    square = lambda true, *given: float(objective.mean_square_radius(*given)) ** 2  # noqa: E731
    with wrong(tails, "fourth_moment_radius", square):
        return check("ours-lemma-tails", *HEAVY, COSTS, [ONE_STATE])


@case(
    "ours-lemma-tails",
    "one state, mean square; growth of fourth moments; one state, exponent of the tail",
)
def short_sums_and_light_costs() -> Checks:
    short = wrong(rollouts, "_long", lambda true, *given: true(*given, steps=2))
    with short, mock.patch.object(rollouts, "MANY", 1):
        return check("ours-lemma-tails", *HEAVY, COSTS, [ONE_STATE])


@case("ours-lemma-bernstein", "fair coin; rare event; walk on the plane")
def vectors_with_a_larger_spread_than_they_have() -> Checks:
    smaller = lambda true, *given: true(*given[:3], 0.1 * given[3], 0.1 * given[4])  # noqa: E731
    with wrong(rollouts, "_against", smaller):
        return check("ours-lemma-bernstein")


# --- 7: Theorem 4.1 ------------------------------------------------------------------------------
@case("ours-thm-inexact", "stability; decrease; stays within")
def steps_beyond_the_hessian() -> Checks:
    with wrong(sharp, "hessian_bound", times(1e-9)):
        return check("ours-thm-inexact", *SEVERAL, 3)


@case("s2-thm-4.1", "stability; decrease", form="partial")
def steps_beyond_those_of_theorem_3_6() -> Checks:
    with wrong(sharp, "gradient_step", times(1e9)):
        return check("s2-thm-4.1", *SEVERAL, 3, form="partial")


@case("s2-thm-4.1", "errors of the estimates; gap at the end; half the rate", form="sharp")
def one_roll_out_for_each_gradient() -> Checks:
    problem, K = systems.scalar(0.1, 0.1, 1.0, 1.0, state_variance=0.05), np.array([[0.5]])
    sizes = constants.sample_sizes(problem, K, 0.05)._replace(samples=1, horizon=1)
    return check("s2-thm-4.1", problem, K, [3], form="sharp", sizes=sizes, gap=0.05, runs=2)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("key", CASES, ids=" ".join)
def test_a_case_that_must_fail_does(key: tuple[str, str, str]) -> None:
    id, form, part = key
    assert [(each.id, each.form) for each in CASES[key]() if each.part == part and each.violated]


def test_an_estimate_that_is_a_tenth_too_long_is_noticed() -> None:
    for part, name in zip(LENGTHS, ("one_point", "two_point", "two_point"), strict=True):
        with wrong(estimators, f"{name}_gradient", times(1.1)):
            assert check("s2-alg-1", *MILD, 3, 2000)[part].violated
