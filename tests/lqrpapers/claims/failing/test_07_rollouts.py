"""Chapter 7, how many roll-outs: for each inequality what it must notice."""

from __future__ import annotations

from typing import Any
from unittest import mock

import numpy as np
from cases import Cases, instead, times

from lqrpapers.studies import rollout_numbers, split_paths
from lqrpapers.studies.ensembles import random_cases
from lqrpapers.studies.rollout_numbers import Coin
from lqrpapers.studies.split_paths import KINDS

CASES = Cases()
case = CASES.add
LIGHT, HEAVY = Coin(1.05, 5.0), Coin(1.7, 50.0)
MANY = {"repetitions": 60}  # of averages of a million light roll-outs
SEVERAL = random_cases(3, 2, 1, [1], 1)


def rolled(parts: str | list[str], wrong: Any) -> None:
    case("ours-thm-rollouts", parts, [LIGHT], (10**6,), [1], wrong=wrong, **MANY)


rolled(["averages of costs", *KINDS], instead(rollout_numbers, "at_most", times(0.0)))
rolled("sign of pairs with common noise", instead(split_paths, "estimates", times(-1.0)))
other = property(lambda self: np.array([1.1, 0.2]))
rolled("tilted coin", mock.patch.object(Coin, "factors", other))
rolled("closed form", instead(rollout_numbers, "needed_by_entropies", lambda *_: np.inf))
rolled("the library's roll-outs", instead(split_paths, "shares_seen", times(1.5)))
# few roll-outs are asked for by a cheap coin
case("e12", ["costs", "gradients", "the demand"], [HEAVY], [Coin(1.7, 20.0)], [1], repetitions=10)


def another_matrix(true: Any, *given: Any) -> Any:
    rho, H = true(*given)
    return 0.9 * rho, np.eye(len(H))


def ends_turned(true: Any, *given: Any) -> Any:
    found, ends = true(*given)
    return found, ends[::-1]


def no_room(true: Any, *given: Any) -> Any:
    found, _ = true(*given)
    return found, (found.mean(), found.mean())


for parts, name, change in (
    (["one state", "mean"], "top_eigenvector", another_matrix),
    (["least", "largest"], "tilted_costs", ends_turned),
    (["variance"], "tilted_costs", no_room),
):
    wrong = instead(split_paths, name, change)
    case("ours-prop-tilted", parts, [HEAVY], [SEVERAL], [1], wrong=wrong)
