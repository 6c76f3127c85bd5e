"""A case that must fail for each inequality of chapter 8.

A constant or an object is wrong, or the input lies outside the hypotheses; no right side is scaled.
"""

from __future__ import annotations

from typing import Any
from unittest import mock

import mutants
import numpy as np
import pytest
from broken import UNIT, Case, Cases, adder, assert_fails, scalars, times, wrong

from lqrlib import LQR, maml, objective
from lqrlib.tasks import Levels
from lqrpapers import constants
from lqrpapers.claims import Checks, check, landscapes
from lqrpapers.studies import landscape_cases

CASES: Cases = {}
case = adder(CASES)
SLIGHTLY = scalars(0.0), scalars(1e-3), np.zeros((1, 1))  # uses all of the corrected bound


# --- the objective, heterogeneity --------------------------------------------------------------


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


# --- landscapes --------------------------------------------------------------------------------


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


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("key", CASES, ids=lambda key: " ".join(key))
def test_the_case_fails_its_inequality(key: tuple[str, str, str]) -> None:
    assert_fails(CASES, key)


HONEST: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("s1-eq-4", UNIT(), {"form": "corrected"}),
    ("s1-lemma-8", SLIGHTLY, {"form": "corrected"}),
    ("ours-thm-heterogeneity", landscape_cases.attaining_pairs(), {}),
    ("ours-prop-common", (scalars([[0.3, 0.4]]), [[0.0]]), {}),
    ("ours-prop-one-task", (TASKS,), {}),
    ("ours-prop-pieces", (PIECES, GAINS), {"inner_step_size": 0.0}),
]


@pytest.mark.parametrize(("id", "arguments", "options"), HONEST, ids=[each[0] for each in HONEST])
def test_with_nothing_wrong_the_call_holds(id: str, arguments: Any, options: Any) -> None:
    assert not any(each.violated for each in check(id, *arguments, **options))
