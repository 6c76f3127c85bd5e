"""A case that must fail for each inequality of chapters 8 and 9.

A constant or an object is wrong, or the input lies outside the hypotheses; no right side is scaled.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any
from unittest import mock

import mutants
import numpy as np
import pytest

import lqrlib
from lqrlib import LQR, maml, objective, systems
from lqrlib.tasks import Levels
from lqrpapers import constants
from lqrpapers.claims import Checks, check, landscapes
from lqrpapers.claims import maml as maml_claims
from lqrpapers.constants import meta
from lqrpapers.studies import landscape_cases
from lqrpapers.studies.ensembles import unit_families
from lqrpapers.studies.task_families import spectral_family

Case = Callable[[], Checks]
CASES: dict[tuple[str, str, str], Case] = {}


def case(id: str, form: str, *parts: str) -> Callable[[Case], Case]:
    """Name the inequalities that the case violates."""

    def add(function: Case) -> Case:
        CASES.update(dict.fromkeys(((id, form, part) for part in parts), function))
        return function

    return add


def wrong(place: Any, name: str, change: Callable[..., Any]) -> Any:
    """While it lasts, `change(function, *arguments)` is called for a function of this name."""
    true = getattr(place, name)
    return mock.patch.object(place, name, lambda *given, **o: change(true, *given, **o))


def times(factor: float) -> Callable[..., Any]:
    return lambda true, *given, **options: factor * true(*given, **options)


def scalars(a: Any, b: Any = 1.0, q: float = 1.0, r: float = 1.0) -> LQR:
    """A family of one-state tasks."""
    a, b = np.broadcast_arrays(np.asarray(a, dtype=float), b)
    return LQR(a[..., None, None], b[..., None, None], [[q]], [[r]])


# Two equal tasks on which a step of 1/L lands on the optimum, nearly.
WEAK, NEAR = scalars([[0.0, 0.0]], 1e-4), np.array([[1e-4]])
OPPOSED, BETWEEN = scalars([[0.0, 0.5]]), np.array([[0.125]])
BOEING, START = systems.boeing(), systems.boeing_start()
UNIT = cache(lambda: (*unit_families(6, 3, 1), 0.3))
SLIGHTLY = scalars(0.0), scalars(1e-3), np.zeros((1, 1))  # uses all of the corrected bound


# --- 8: the objective, heterogeneity --------------------------------------------------------------


@case("s1-eq-4", "printed", "best m x m matrix", "report's Hessian formula")
def an_m_by_m_hessian_with_three_states() -> Checks:
    return check("s1-eq-4", *UNIT())


@case("s1-eq-4", "corrected", "Hessian operator")
def a_meta_gradient_off_by_a_thousandth() -> Checks:
    with wrong(maml, "gradient", times(1.001)):
        return check("s1-eq-4", *UNIT(), form="corrected")


@case("s1-lemma-8", "printed", "gradient")
def the_counterexample_to_lemma_8() -> Checks:
    return check("s1-lemma-8", *SLIGHTLY)


@case("e3", "printed", "gradient")
def the_counterexample_of_e3() -> Checks:
    return check("e3", *SLIGHTLY)


def halved_factor(id: str) -> Case:
    """The corrected factor of the distance of the A is halved."""

    def run() -> Checks:
        with pytest.MonkeyPatch.context() as patch:
            mutants.mutate(patch, "corrected.gradient_heterogeneity.A", 0.5)
            return check(id, *SLIGHTLY, form="corrected")

    return run


for each in ("s1-lemma-8", "e3"):
    case(each, "corrected", "gradient")(halved_factor(each))

SHARP_PARTS = ("covariance", "value", "E", "gradient", "gradient, Frobenius norm")


def no_distance(id: str, form: str) -> Case:
    """The bounds take A, B, Q and R for equal."""

    def run() -> Checks:
        equal = Levels(*np.zeros((4, 8)))
        with mock.patch.object(constants.heterogeneity, "distances", lambda *_: equal):
            return check(id, *landscape_cases.attaining_pairs(), form=form)

    return run


case("s1-lemma-8", "sharp", *SHARP_PARTS)(no_distance("s1-lemma-8", "sharp"))
case("ours-thm-heterogeneity", "printed", *SHARP_PARTS)(
    no_distance("ours-thm-heterogeneity", "printed")
)


# --- 8: landscapes --------------------------------------------------------------------------------


@case("ours-prop-common", "printed", "every two decide")
def a_task_is_forgotten() -> Checks:
    """The linear program leaves the last task out."""
    family = landscape_cases.common_gains(24, 1)[0][0][0]
    with wrong(landscapes, "common_gain", lambda true, tasks: true(tasks[..., :-1])):
        return check("ours-prop-common", family)


@case("ours-prop-common", "printed", "every three decide")
def two_of_three_tasks_decide() -> Checks:
    with wrong(landscapes, "combinations", lambda true, tasks, count: true(tasks, count - 1)):
        return check("ours-prop-common", landscape_cases.companions(np.array([0.8])))


@case("ours-prop-common", "printed", "margin in closed form")
def two_tasks_instead_of_three() -> Checks:
    tau = np.array([0.3, 0.9])
    return check("ours-prop-common", landscape_cases.companions(tau)[:, :2], None, 1 - 1.5 * tau)


@case("ours-prop-common", "printed", "near tasks share a gain")
def tasks_further_apart_than_allowed() -> Checks:
    return check("ours-prop-common", scalars([[0.3, 0.4]]), [[0.0]], share=1.01)


@case("ours-prop-convex", "printed", "middle of two gains", "middle of two gains, average cost")
def two_states_have_no_convex_domain() -> Checks:
    task, up = LQR(np.zeros((1, 2, 2)), np.eye(2), np.eye(2), np.eye(2)), np.array([[0, 5], [0, 0]])
    return check("ours-prop-convex", task, up, up.T)


@case("ours-prop-convex", "printed", "second derivative")
def a_hessian_that_is_too_small() -> Checks:
    flat = LQR([[[0.5]]], [[[1.0, 0.0]]], [[1.0]], np.eye(2))
    with wrong(objective, "hessian", times(0.99)):
        return check("ours-prop-convex", flat, [[0.1], [0.0]], [[0.1], [1.0]])


SIDES = ("right", "left")
TASKS = scalars([0.0, 0.5, -1.2])


@case("ours-prop-one-task", "printed", *(f"stationary and not the best, {s}" for s in SIDES))
def a_meta_gradient_without_hessian() -> Checks:
    with wrong(maml, "gradient", lambda true, *given: true(*given, "none")):
        return check("ours-prop-one-task", TASKS)


@case("ours-prop-one-task", "printed", *(f"second minimiser, {side}" for side in SIDES))
def an_inner_step_of_another_length() -> Checks:
    with wrong(maml, "cost", lambda true, tasks, K, step: true(tasks, K, 1.01 * step)):
        return check("ours-prop-one-task", TASKS)


@case("ours-prop-mirror", "printed", "least average cost")
def tasks_that_are_not_mirrored() -> Checks:
    gains = np.linspace(-0.3, 0.3, 20)[:, None, None]
    return check("ours-prop-mirror", scalars([0.5, 0.2], [1.0, -1.0]), gains, 27 / 296)


@case("ours-prop-mirror", "printed", "local maximum of J_ML")
def a_shorter_inner_step() -> Checks:
    gains = np.linspace(-0.1, 0.1, 20)[:, None, None]
    return check("ours-prop-mirror", scalars([0.5, 0.5], [1.0, -1.0]), gains, 0.2 * 27 / 296)


PIECES, GAINS = landscape_cases.gains_in_pieces(100, 1)[1]


@case("ours-prop-pieces", "printed", "two pieces")
def a_c_below_the_root_of_two() -> Checks:
    small = 0.3 * np.random.default_rng(1).standard_normal((100, 2, 2))
    return check("ours-prop-pieces", landscape_cases.pieces(0.5), small)


@case(
    "ours-prop-pieces",
    "printed",
    "average cost in the worse piece",
    "average cost of a gain in the better piece",
    "worse minimum",
)
def smaller_weights() -> Checks:
    small = PIECES.replace(Q=PIECES.Q / 4, R=PIECES.R / 4)
    return check("ours-prop-pieces", small, GAINS, inner_step_size=0.0)


@case("ours-prop-pieces", "printed", "better minimum")
def larger_weights() -> Checks:
    return check("ours-prop-pieces", PIECES.replace(Q=1.1 * PIECES.Q), GAINS, inner_step_size=0.0)


@case("ours-prop-pieces", "printed", "both are minima")
def gains_beside_the_minima() -> Checks:
    with wrong(landscapes, "stationary_gain", lambda true, *given: true(*given) + 0.02 * np.eye(2)):
        return check("ours-prop-pieces", PIECES, GAINS, inner_step_size=0.0)


# --- 9: Algorithm 1, the inner step, a second minimiser -------------------------------------------


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


# --- 9: Theorems 10 and 12, and ours --------------------------------------------------------------

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


# --- 9: E10 ---------------------------------------------------------------------------------------


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
    id, form, part = key
    found = [each for each in CASES[key]() if each.part == part]
    assert found and all((each.id, each.form) == (id, form) for each in found)
    assert sum(each.violated for each in found), [each.ratio for each in found]


def test_the_honest_calls_hold() -> None:
    """What a case makes wrong is what fails: with the right one the same call holds."""
    pairs = landscape_cases.attaining_pairs()
    calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
        ("s1-eq-4", UNIT(), {"form": "corrected"}),
        ("s1-lemma-8", SLIGHTLY, {"form": "corrected"}),
        ("ours-thm-heterogeneity", pairs, {}),
        ("ours-prop-common", (scalars([[0.3, 0.4]]), [[0.0]]), {}),
        ("ours-prop-one-task", (TASKS,), {}),
        ("ours-prop-pieces", (PIECES, GAINS), {"inner_step_size": 0.0}),
        ("s1-rem-3", (WEAK, NEAR), {"form": "sharp"}),
        ("ours-inner-step", (WEAK, NEAR), {}),
        ("ours-far-minimiser", (scalars([0.0]), [1e-2, 0.1]), {}),
        ("s1-thm-10", (WEAK, NEAR), {"form": "partial"}),
        ("s1-thm-12", (WEAK, NEAR, lqrlib.optimal_gain(WEAK[0, 0])), {}),
        ("ours-seven", (WEAK, NEAR, NEAR), {}),
        ("ours-meta-descent", (WEAK, NEAR), {}),
    ]
    for id, arguments, options in calls:
        assert not any(each.violated for each in check(id, *arguments, **options)), id
