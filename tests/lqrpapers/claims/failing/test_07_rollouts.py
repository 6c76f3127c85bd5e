"""Chapter 7, how many roll-outs: for each inequality what it must notice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest import mock

import numpy as np
import pytest

from lqrpapers.claims import Checks, check
from lqrpapers.studies import rollout_numbers, split_paths
from lqrpapers.studies.ensembles import random_cases
from lqrpapers.studies.rollout_numbers import Coin
from lqrpapers.studies.split_paths import KINDS

Case = Callable[[], Checks]
CASES: dict[tuple[str, str, str], Case] = {}
LIGHT, HEAVY = Coin(1.05, 5.0), Coin(1.7, 50.0)


def case(id: str, parts: str) -> Callable[[Case], Case]:
    """Name the inequalities that the case violates."""

    def add(function: Case) -> Case:
        keys = ((id, "printed", part) for part in parts.split("; "))
        CASES.update(dict.fromkeys(keys, function))
        return function

    return add


def wrong(place: Any, name: str, change: Callable[..., Any]) -> Any:
    """Replace a function by `change(function, *its arguments)`."""
    true = getattr(place, name)
    return mock.patch.object(place, name, lambda *given, **o: change(true, *given, **o))


def times(factor: float) -> Callable[..., Any]:
    return lambda true, *given, **options: factor * true(*given, **options)


def many_light_roll_outs() -> Checks:
    return check("ours-thm-rollouts", [LIGHT], (10**6,), [1], repetitions=60)


@case("ours-thm-rollouts", "averages of costs; " + "; ".join(KINDS))
def averages_that_are_never_good() -> Checks:
    with wrong(rollout_numbers, "at_most", times(0.0)):
        return many_light_roll_outs()


@case("ours-thm-rollouts", "sign of pairs with common noise")
def estimates_turned_around() -> Checks:
    with wrong(split_paths, "estimates", times(-1.0)):
        return many_light_roll_outs()


@case("ours-thm-rollouts", "tilted coin")
def another_coin() -> Checks:
    other = property(lambda self: np.array([1.1, 0.2]))
    with mock.patch.object(Coin, "factors", other):
        return many_light_roll_outs()


@case("ours-thm-rollouts", "closed form; the library's roll-outs")
def entropies_that_ask_for_too_much_and_dearer_roll_outs() -> Checks:
    larger = wrong(rollout_numbers, "needed_by_entropies", lambda *_: np.inf)
    with larger, wrong(split_paths, "shares_seen", times(1.5)):
        return many_light_roll_outs()


@case("e12", "costs; gradients; the demand")
def few_are_needed_of_a_cheap_coin() -> Checks:
    return check("e12", [HEAVY], [Coin(1.7, 20.0)], [1], repetitions=10)


SEVERAL = random_cases(3, 2, 1, [1], 1)


@case("ours-prop-tilted", "one state; mean")
def tilted_by_another_matrix() -> Checks:
    def other(true: Callable[..., Any], *given: Any) -> Any:
        rho, H = true(*given)
        return 0.9 * rho, np.eye(len(H))

    with wrong(split_paths, "top_eigenvector", other):
        return check("ours-prop-tilted", [HEAVY], [SEVERAL], [1])


@case("ours-prop-tilted", "least; largest")
def ends_the_wrong_way_round() -> Checks:
    def turned(true: Callable[..., Any], *given: Any) -> Any:
        found, ends = true(*given)
        return found, ends[::-1]

    with wrong(split_paths, "tilted_costs", turned):
        return check("ours-prop-tilted", [HEAVY], [SEVERAL], [1])


@case("ours-prop-tilted", "variance")
def ends_that_leave_no_room() -> Checks:
    def narrow(true: Callable[..., Any], *given: Any) -> Any:
        found, _ = true(*given)
        return found, (found.mean(), found.mean())

    with wrong(split_paths, "tilted_costs", narrow):
        return check("ours-prop-tilted", [HEAVY], [SEVERAL], [1])


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("key", CASES, ids=" ".join)
def test_a_case_that_must_fail_does(key: tuple[str, str, str]) -> None:
    id, form, part = key
    assert [(each.id, each.form) for each in CASES[key]() if each.part == part and each.violated]
