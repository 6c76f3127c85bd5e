"""A case that must fail for each inequality of chapter 9.

A constant or an object is wrong, or the input lies outside the hypotheses; no right side is scaled.
"""

from __future__ import annotations

from typing import Any

import mutants
import numpy as np
import pytest
from broken import (
    BETWEEN,
    NEAR,
    OPPOSED,
    UNIT,
    WEAK,
    Case,
    Cases,
    adder,
    assert_fails,
    scalars,
    times,
    wrong,
)

import lqrlib
from lqrlib import LQR, maml, systems
from lqrpapers.claims import Checks, check
from lqrpapers.claims import maml as maml_claims
from lqrpapers.constants import meta
from lqrpapers.studies.task_families import spectral_family

CASES: Cases = {}
case = adder(CASES)
BOEING, START = systems.boeing(), systems.boeing_start()


# --- Algorithm 1, the inner step, a second minimiser -------------------------------------------


@case("s1-alg-1", "printed", "step")
def the_printed_hessian_formula() -> Checks:
    return check("s1-alg-1", *UNIT())


@case("s1-alg-1", "corrected", "step")
def a_step_off_by_a_thousandth() -> Checks:
    with wrong(maml, "gradient", times(1.001)):
        return check("s1-alg-1", *UNIT(), form="corrected")


@case("s1-rem-3", "printed", "stabilizes all tasks", "in S_ML")
def an_inner_step_as_long_as_the_gain() -> Checks:
    return check("s1-rem-3", OPPOSED, BETWEEN, [3.0])


@case("s1-rem-3", "corrected", "in S_i")
def an_inner_step_uphill() -> Checks:
    with wrong(maml_claims, "inner_moves", times(-1.0)):
        return check("s1-rem-3", OPPOSED, BETWEEN, form="corrected")


@case("s1-rem-3", "sharp", "change of each cost", "in S_j")
def a_hessian_bound_of_a_fifth() -> Checks:
    with pytest.MonkeyPatch.context() as patch:
        mutants.mutate(patch, "sharp.hessian_bound", 0.2)
        return check("s1-rem-3", WEAK, NEAR, form="sharp")


@case("ours-inner-step", "printed", "segment in S_i", "change of each cost", "in S_j")
def inner_steps_five_times_too_long() -> Checks:
    return check("ours-inner-step", WEAK, NEAR, fraction=5.0)


@case("ours-inner-step", "printed", "stabilizes every task")
def inner_steps_thousand_times_too_long() -> Checks:
    return check("ours-inner-step", OPPOSED, 0.7 + 0 * BETWEEN, fraction=1000.0)


@case("ours-inner-step", "printed", "leaves S_ML")
def tasks_that_are_not_apart() -> Checks:
    return check("ours-inner-step", OPPOSED, 0.7 + 0 * BETWEEN, fraction=1e-3, apart=True)


@case("ours-far-minimiser", "printed", "J_ML is J*", "what it costs")
def another_system() -> Checks:
    return check("ours-far-minimiser", scalars([0.1]), [1e-2, 0.1])


# --- Theorems 10 and 12, and ours --------------------------------------------------------------

IN_THE_SETS = ("iterates in S_ML", "adapted gains in S_ML", "outer step times L")
SEVEN = ("(7), K*_ML {} S_ML", "(7) of the report, K*_ML {} S_ML")


@case("s1-thm-10", "partial", *IN_THE_SETS)
def steps_hundred_times_as_long_as_printed() -> Checks:
    return check("s1-thm-10", WEAK, NEAR, form="partial", fraction=100.0)


@case("s1-thm-10", "corrected", *IN_THE_SETS)
def steps_hundred_times_as_long_as_corrected() -> Checks:
    return check("s1-thm-10", WEAK, NEAR, form="corrected", fraction=100.0)


def longer_steps_and_no_minimiser(form: str) -> Case:
    """(6) with long steps; (7) at a gain in S_ML that is not stationary."""

    def run() -> Checks:
        return check("s1-thm-12", WEAK, NEAR, NEAR, form=form, fraction=100.0)

    return run


for each in ("printed", "corrected"):
    case("s1-thm-12", each, "(6), decrease in a step", *(part.format("in") for part in SEVEN))(
        longer_steps_and_no_minimiser(each)
    )


@case("s1-thm-12", "printed", *(part.format("outside") for part in SEVEN))
def the_other_minimiser_of_a_memoryless_task() -> Checks:
    task, half = scalars([0.0])[None], np.array([[0.5]])
    inner = meta.printed_steps(meta.suprema(task, half)).inner
    return check("s1-thm-12", task, half, np.sqrt(1 - 2 * np.sqrt(inner))[:, None, None])


@case("ours-seven", "printed", "(7) with 24")
def a_form_of_7_with_12() -> Checks:
    with pytest.MonkeyPatch.context() as patch:
        mutants.mutate(patch, "meta.printed_optimum_bias", 0.5)
        return check("ours-seven", WEAK, NEAR, NEAR)


@case(
    "ours-meta-descent",
    "printed",
    "iterates in S_ML",
    "adapted gains in S_i",
    "decrease in a step",
    "gap after t steps",
)
def steps_three_times_too_long() -> Checks:
    return check("ours-meta-descent", WEAK, NEAR, fraction=3.0)


@case("ours-meta-descent", "printed", "gradient at K*_ML", "gap at K*_ML")
def a_gain_that_is_not_stationary() -> Checks:
    return check("ours-meta-descent", WEAK, NEAR, NEAR)


# --- E10 ---------------------------------------------------------------------------------------


def left_at(step: float) -> Case:
    """S1's steps with the Hessian operator."""

    def run() -> Checks:
        lost = spectral_family(BOEING, 5, 0.01, 9, families=3)[:1]
        return check("e10", lost, START, step, step, 50)

    return run


for each in (8e-6, 4e-6, 9.5e-7):
    told = f", step {each:.2g}"
    case("e10", "printed", "cost on the way" + told, "cost at the end" + told)(left_at(each))


@case("e10", "corrected", "cost on the way", "cost at the end")
def a_long_outer_step() -> Checks:
    nominal = LQR.stack([BOEING])[None]
    return check("e10", nominal, START, 5e-7, 1e-2, 5, form="corrected")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("key", CASES, ids=lambda key: " ".join(key))
def test_the_case_fails_its_inequality(key: tuple[str, str, str]) -> None:
    assert_fails(CASES, key)


HONEST: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("s1-alg-1", UNIT(), {"form": "corrected"}),
    ("s1-rem-3", (WEAK, NEAR), {"form": "sharp"}),
    ("ours-inner-step", (WEAK, NEAR), {}),
    ("ours-far-minimiser", (scalars([0.0]), [1e-2, 0.1]), {}),
    ("s1-thm-10", (WEAK, NEAR), {"form": "partial"}),
    ("s1-thm-12", (WEAK, NEAR, lqrlib.optimal_gain(WEAK[0, 0])), {}),
    ("ours-seven", (WEAK, NEAR, NEAR), {}),
    ("ours-meta-descent", (WEAK, NEAR), {}),
]


@pytest.mark.parametrize(("id", "arguments", "options"), HONEST, ids=[each[0] for each in HONEST])
def test_with_nothing_wrong_the_call_holds(id: str, arguments: Any, options: Any) -> None:
    assert not any(each.violated for each in check(id, *arguments, **options))
