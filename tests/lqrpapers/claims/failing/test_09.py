"""A case that must fail for each inequality of chapter 9.

A constant or an object is wrong, or the input lies outside the hypotheses; no right side is scaled.
"""

from __future__ import annotations

from typing import Any
from unittest import mock

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
from lqrpapers.claims import Checks, check, runs
from lqrpapers.claims import maml as maml_claims
from lqrpapers.claims.unseen import unseen_suprema
from lqrpapers.constants import meta
from lqrpapers.studies import annealing
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


# --- a task that was not trained on, and a start where none is given ---------------------------

# Three equal tasks, the last of them not trained on.
ALIKE = scalars([[0.0, 0.0, 0.0]], 1e-4)


@case("ours-unseen", "printed", "decrease in a step")
def steps_three_times_too_long_for_an_unseen_task() -> Checks:
    return check("ours-unseen", ALIKE, NEAR, fraction=3.0)


@case("ours-unseen", "printed", "iterates in S_u", "adapted in S_u", "gap after t steps")
def training_on_tasks_far_from_the_unseen_one() -> Checks:
    far, near = scalars([[0.0, 0.0, 0.5]]), scalars([[0.5, 0.5, 0.5]])
    K0 = lqrlib.optimal_gain(near[:, 0]) + 1e-3
    return check("ours-unseen", far, K0, over=unseen_suprema(near, K0), iterations=200)


@case("ours-unseen", "printed", "gap after one step of its own")
def own_steps_that_lower_no_cost() -> Checks:
    with wrong(runs, "inner_moves", times(-1.0)):
        return check("ours-unseen", ALIKE, NEAR)


@case("ours-unseen", "printed", "gradient at K*_ML", "gap at K*_ML")
def a_gain_that_is_not_stationary_for_an_unseen_task() -> Checks:
    return check("ours-unseen", ALIKE, NEAR, NEAR)


UNSTABLE = scalars([[1.5], [1.2]])


@case("s1-rem-4", "printed", "K_0 fails a task", "entries of the update")
def a_start_that_fails_no_task() -> Checks:
    return check("s1-rem-4", UNSTABLE, [[1.3]])


@case("s1-rem-4", "printed", "the annealed gain stabilizes")
def annealing_that_stops_after_one_round() -> Checks:
    with wrong(annealing, "anneal", lambda true, *given, **o: true(*given, rounds=1)):
        return check("s1-rem-4", scalars([[9.0]]))


@case("ours-anneal", "printed", "cost at the least rise, over the cost before", "least rise")
def rises_twenty_times_as_large() -> Checks:
    def change(true: Any, tasks: LQR, K: Any, discount: Any) -> Any:
        return discount * (1 + 20 * (true(tasks, K, discount) / discount - 1))

    with mock.patch.object(annealing, "raised", annealing.guaranteed):
        with wrong(annealing, "guaranteed", change):
            return check("ours-anneal", UNSTABLE)


@case("ours-anneal", "printed", "rises")
def the_optimal_cost_taken_for_a_tenth() -> Checks:
    with mock.patch.object(annealing, "raised", annealing.guaranteed):
        with mock.patch.object(annealing, "NEAR", 0.05):
            return check("ours-anneal", UNSTABLE)


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
    ("ours-unseen", (ALIKE, NEAR), {}),
    ("s1-rem-4", (UNSTABLE,), {}),
    ("ours-anneal", (UNSTABLE,), {}),
]


@pytest.mark.parametrize(("id", "arguments", "options"), HONEST, ids=[each[0] for each in HONEST])
def test_with_nothing_wrong_the_call_holds(id: str, arguments: Any, options: Any) -> None:
    assert not any(each.violated for each in check(id, *arguments, **options))
