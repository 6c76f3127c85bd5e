"""What the numbers of a reader's report say, in words, and whether meta-learning has a chance."""

from __future__ import annotations

import textwrap
from typing import NamedTuple

import numpy as np

from ..claims import Check


class Row(NamedTuple):
    """One line of the admission report."""

    quantity: str
    at_start: float
    at_average: float

    @property
    def words(self) -> str:
        """What the numbers say, by the bounds of `VERDICTS`: one for both gains, or one each."""
        if np.isnan(self.at_average):
            return NOWHERE
        average = _verdict(self.quantity, self.at_average)
        if self.quantity in ONCE:
            return average
        start = _verdict(self.quantity, self.at_start)
        return average if start == average else f"at K0 {start}, at K_av {average}"


#: By line of the report: words below each bound, in rising order.
VERDICTS: dict[str, tuple[tuple[float, str], ...]] = {
    "inner step times largest curvature": (
        (1, "fits"),
        (2, "overshoots"),
        (np.inf, "too long"),
    ),
    "room over the radius of the estimates": (
        (1, "no room"),
        (10, "little room"),
        (np.inf, "room enough"),
    ),
    "share of runs that first ask outside": (
        (1e-9, "no run is lost"),
        (0.5, "some runs are lost"),
        (np.inf, "most runs are lost"),
    ),
    "factor the theorem leaves differences": (
        (1, "the theorem is silent"),
        (np.inf, "the theorem admits these copies"),
    ),
    "saved by MAML, against averaging": ((0.01, "not worth it"), (np.inf, "worth it")),
    "condition of the Hessian at K*": ((30, "a gradient is quick"), (np.inf, "a gradient is slow")),
    "left by a step with a borrowed metric": (
        (1, "one metric serves all"),
        (np.inf, "one metric does not serve all"),
    ),
}
ONCE, NOWHERE = tuple(VERDICTS)[4:], "does not stabilize every copy"


def _verdict(quantity: str, number: float) -> str:
    if np.isnan(number):
        return NOWHERE
    *below, (_, last) = VERDICTS[quantity]
    return next((words for bound, words in below if number < bound), last)


def _joined(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def conclusion(rows: list[Row]) -> str:
    """Whether a run of Algorithm 3 from K0 has a chance, and what forbids it, in one sentence."""
    pull, space, lost, _, saved, *_ = rows
    if np.isnan(pull.at_start):
        against = ["K0 does not stabilize every copy"]
    else:
        against = ["the inner step is too long at K0"] * (pull.at_start >= 2)
        against += ["an estimate has no room at K0"] * (space.at_start < 1)
        against += ["most runs are lost in their first iteration"] * (lost.at_start >= 0.5)
    against += ["MAML saves too little against averaging"] * (saved.at_average < 0.01)
    if against:
        told = f"has no chance here, because {_joined(against)}."
    else:
        told = (
            "has a chance here, because the inner step, the room and the first runs allow it, "
            "and MAML saves enough against averaging."
        )
    return textwrap.fill(f"Meta-learning from K0 {told}", 80)


def promise(decrease: Check, cost: float) -> str:
    """Whether steps keep promised decreases; not decided if one is below the cost's last digit."""
    if decrease.lhs.min() < np.spacing(cost):
        return "not decided, what is promised is below the last digit of the cost"
    return "the promise is kept" if decrease.holds.all() else "the promise is not kept"


def remainder(gone: float) -> str:
    """The part of a gap that is left, by the part that is gone."""
    if gone < 0.1:
        return f"nearly all of the gap is left, {gone:.0e} of it is gone"
    return f"{max(1 - gone, 0):.2g} of the gap is left"
