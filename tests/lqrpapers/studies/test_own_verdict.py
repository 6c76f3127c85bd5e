"""What a report says in words follows its numbers."""

import numpy as np
import pytest

from lqrpapers.claims import Check
from lqrpapers.studies import own_verdict
from lqrpapers.studies.own_verdict import VERDICTS, Row

GOOD = {
    "inner step times largest curvature": (0.5, 0.5),
    "room over the radius of the estimates": (20.0, 20.0),
    "share of runs that first ask outside": (0.0, 0.0),
    "factor the theorem leaves differences": (1e-9, 1e-9),
    "saved by MAML, against averaging": (np.nan, 0.1),
    "condition of the Hessian at K*": (np.nan, 10.0),
    "left by a step with a borrowed metric": (np.nan, 0.5),
}


def rows(**changes):
    """The good report with the lines changed whose names begin so."""
    return [
        Row(name, *next((c for k, c in changes.items() if name.startswith(k)), numbers))
        for name, numbers in GOOD.items()
    ]


def test_every_line_has_a_verdict():
    assert list(VERDICTS) == list(GOOD) and all(row.words for row in rows())


@pytest.mark.parametrize("quantity", VERDICTS)
def test_bounds_rise_and_infinity_has_words(quantity):
    bounds = [bound for bound, _ in VERDICTS[quantity]]
    assert bounds == sorted(bounds) and bounds[-1] == np.inf
    assert Row(quantity, np.inf, np.inf).words == VERDICTS[quantity][-1][1]


def test_two_gains_that_differ_are_told_apart():
    pull = "inner step times largest curvature"
    assert Row(pull, 0.5, 0.9).words == "fits"
    assert Row(pull, 700.0, 1.5).words == "at K0 too long, at K_av overshoots"
    assert "at K0 does not stabilize every copy" in Row(pull, np.nan, 0.5).words


def test_a_good_report_leaves_a_chance():
    assert own_verdict.conclusion(rows()).startswith("Meta-learning from K0 has a chance here")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"inner": (2.0, 0.5)}, "the inner step is too long at K0"),
        ({"inner": (np.nan, 0.5)}, "K0 does not stabilize every copy"),
        ({"room": (0.9, 20.0)}, "an estimate has no room at K0"),
        ({"share": (0.5, 0.0)}, "most runs are lost in their first iteration"),
        ({"saved": (np.nan, 0.009)}, "MAML saves too little against averaging"),
    ],
)
def test_what_forbids_meta_learning_is_the_reason(changes, reason):
    told = own_verdict.conclusion(rows(**changes))
    assert max(map(len, told.splitlines())) <= 80
    assert told.replace("\n", " ").endswith(f"no chance here, because {reason}.")


def test_several_reasons_are_joined():
    told = own_verdict.conclusion(rows(inner=(9.0, 0.5), room=(0.1, 1.0), share=(1.0, 0.0)))
    reasons = "too long at K0, an estimate has no room at K0 and most runs are lost"
    assert reasons in told.replace("\n", " ")


def decrease(promised, taken):
    return Check("s2-thm-3.6", "sharp", "decrease", np.array([promised]), np.array([taken]))


@pytest.mark.parametrize(
    ("promised", "taken", "told"),
    [(1e-3, 1e-2, "is kept"), (1e-3, 1e-4, "is not kept"), (1e-18, 1e-12, "not decided")],
)
def test_a_promise_below_rounding_is_not_decided(promised, taken, told):
    assert told in own_verdict.promise(decrease(promised, taken), 100.0)


def test_what_is_left_is_told_without_a_row_of_nines():
    assert own_verdict.remainder(6e-10) == "nearly all of the gap is left, 6e-10 of it is gone"
    assert own_verdict.remainder(0.75) == "0.25 of the gap is left"
    assert own_verdict.remainder(1 + 1e-16) == "0 of the gap is left"
