"""A case that must fail for each inequality of chapter 9."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import numpy as np
from cases import BETWEEN, NEAR, OPPOSED, UNIT, WEAK, Cases, instead, scalars, scaled, times

import lqrlib
from lqrlib import LQR, maml, systems
from lqrpapers.claims import maml as maml_claims
from lqrpapers.claims import runs
from lqrpapers.claims.unseen import unseen_suprema
from lqrpapers.constants import meta
from lqrpapers.studies import annealing
from lqrpapers.studies.task_families import spectral_family

CASES = Cases()
case = CASES.add

# --- Algorithm 1, the inner step, a second minimiser ---------------------------------------------
longer = instead(maml, "gradient", times(1.001))
case("s1-alg-1", "step", *UNIT())  # the printed Hessian formula
case("s1-alg-1", "step", *UNIT(), wrong=longer, form="corrected")

for part, step in (("stabilizes all tasks", 1.3), ("in S_ML", 0.5)):
    case("s1-rem-3", part, OPPOSED, BETWEEN, [step])
uphill = instead(maml_claims, "inner_moves", times(-1.0))
case("s1-rem-3", "in S_i", OPPOSED, BETWEEN, wrong=uphill, form="corrected")
small = scaled("sharp.hessian_bound", 0.2)
case("s1-rem-3", ["change of each cost", "in S_j"], WEAK, NEAR, wrong=small, form="sharp")

INNER, APART = "ours-inner-step", 0.7 + 0 * BETWEEN
IN_A_SET = ["segment in S_i", "change of each cost", "in S_j"]
case(INNER, IN_A_SET, WEAK, NEAR, outside={"fraction": 5.0})
case(INNER, "stabilizes every task", OPPOSED, APART, outside={"fraction": 1000.0})
case(INNER, "leaves S_ML", OPPOSED, APART, fraction=1e-3, apart=True)  # they are not apart
case("ours-far-minimiser", ["J_ML is J*", "what it costs"], scalars([0.1]), [1e-2, 0.1])

# --- Theorems 10 and 12, and ours ----------------------------------------------------------------
LONG = {"fraction": 100.0}
IN_THE_SETS = ["iterates in S_ML", "adapted gains in S_ML", "outer step times L"]
SIX = "(6), decrease in a step"
SEVEN = "(7), K*_ML {} S_ML", "(7) of the report, K*_ML {} S_ML"
for form in ("partial", "corrected"):
    case("s1-thm-10", IN_THE_SETS, WEAK, NEAR, form=form, outside=LONG)
for form in ("printed", "corrected"):
    case("s1-thm-12", SIX, WEAK, NEAR, form=form, outside=LONG)
    # At a gain that is not stationary.
    case("s1-thm-12", [part.format("in") for part in SEVEN], WEAK, NEAR, NEAR, form=form)

# The other minimiser of a memoryless task.
task, half = scalars([0.0])[None], np.array([[0.5]])
inner = meta.printed_steps(meta.suprema(task, half)).inner
far = np.sqrt(1 - 2 * np.sqrt(inner))[:, None, None]
case("s1-thm-12", [part.format("outside") for part in SEVEN], task, half, far)

twelve = scaled("meta.printed_optimum_bias", 0.5)
case("ours-seven", "(7) with 24", WEAK, NEAR, NEAR, wrong=twelve)
STEPS = ["iterates in S_ML", "adapted gains in S_i", "decrease in a step", "gap after t steps"]
case("ours-meta-descent", STEPS, WEAK, NEAR, outside={"fraction": 3.0})
case("ours-meta-descent", ["gradient at K*_ML", "gap at K*_ML"], WEAK, NEAR, NEAR)

# --- a task that was not trained on, and a start where none is given -----------------------------
UNSEEN, ALIKE = "ours-unseen", scalars([[0.0, 0.0, 0.0]], 1e-4)  # the last is not trained on
case(UNSEEN, "decrease in a step", ALIKE, NEAR, outside={"fraction": 3.0})
case(UNSEEN, ["gradient at K*_ML", "gap at K*_ML"], ALIKE, NEAR, NEAR)
uphill = instead(runs, "inner_moves", times(-1.0))
case(UNSEEN, "gap after one step of its own", ALIKE, NEAR, wrong=uphill)
# Trained on tasks far from the unseen one, with the suprema of near ones.
TRAINED_FAR, TRAINED_NEAR = scalars([[0.0, 0.0, 0.5]]), scalars([[0.5, 0.5, 0.5]])
K0 = lqrlib.optimal_gain(TRAINED_NEAR[:, 0]) + 1e-3
OVER, LEFT = unseen_suprema(TRAINED_NEAR, K0), ["iterates in S_u", "adapted in S_u"]
case(UNSEEN, [*LEFT, "gap after t steps"], TRAINED_FAR, K0, over=OVER, iterations=200)

UNSTABLE = scalars([[1.5], [1.2]])
case("s1-rem-4", ["K_0 fails a task", "entries of the update"], UNSTABLE, [[1.3]])
once = instead(annealing, "anneal", lambda true, *given, **named: true(*given, rounds=1))
case("s1-rem-4", "the annealed gain stabilizes", scalars([[9.0]]), wrong=once)


@contextmanager
def least_rises(wrong: Any) -> Iterator[None]:
    """With discounts raised by no more than is guaranteed, and something wrong."""
    with mock.patch.object(annealing, "raised", annealing.guaranteed), wrong:
        yield


def too_far(true: Any, tasks: LQR, K: Any, discount: Any) -> Any:
    return discount * (1 + 20 * (true(tasks, K, discount) / discount - 1))


RISE = ["cost at the least rise, over the cost before", "least rise"]
far_rises = least_rises(instead(annealing, "guaranteed", too_far))
case("ours-anneal", RISE, UNSTABLE, wrong=far_rises)
cheap = least_rises(mock.patch.object(annealing, "NEAR", 0.05))
case("ours-anneal", "rises", UNSTABLE, wrong=cheap)

# --- E10 -----------------------------------------------------------------------------------------
BOEING, START = systems.boeing(), systems.boeing_start()
COSTS = "cost on the way", "cost at the end"
LOST = spectral_family(BOEING, 5, 0.01, 9, families=3)[:1]
for step in (8e-6, 4e-6, 9.5e-7):  # S1's steps with the Hessian operator
    case("e10", [f"{part}, step {step:.2g}" for part in COSTS], LOST, START, step, step, 50)
NOMINAL = LQR.stack([BOEING])[None]
case("e10", [*COSTS], NOMINAL, START, 5e-7, 2e-4, 5, form="corrected")  # a long outer step
