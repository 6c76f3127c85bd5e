"""A case that must fail for each inequality of chapter 8."""

from __future__ import annotations

from typing import Any

import numpy as np
from cases import UNIT, Cases, instead, scalars, scaled, times

from lqrlib import LQR, maml, objective
from lqrlib.tasks import Levels
from lqrpapers import constants
from lqrpapers.claims import landscapes
from lqrpapers.studies import landscape_cases

CASES = Cases()
case = CASES.add
SLIGHTLY = scalars(0.0), scalars(1e-3), np.zeros((1, 1))  # uses all of the corrected bound


# --- the objective, heterogeneity ----------------------------------------------------------------
longer = instead(maml, "gradient", times(1.001))
case("s1-eq-4", ["best m x m matrix", "report's Hessian formula"], *UNIT())  # with three states
case("s1-eq-4", "Hessian operator", *UNIT(), wrong=longer, form="corrected")
halved = scaled("corrected.gradient_heterogeneity.A", 0.5)
for id in ("s1-lemma-8", "e3"):
    case(id, "gradient", *SLIGHTLY)
    case(id, "gradient", *SLIGHTLY, wrong=halved, form="corrected")


def half_as_far(true: Any, *given: Any) -> Levels:
    """A, B, Q and R are taken for nearer to each other than they are."""
    return Levels(*(each / 2 for each in true(*given)))


SIZES = ["covariance", "value", "E", "gradient", "gradient, Frobenius norm"]
nearer = instead(constants.heterogeneity, "distances", half_as_far)
ATTAINING = landscape_cases.attaining_pairs()
case("s1-lemma-8", SIZES, *ATTAINING, wrong=nearer, form="sharp")
case("ours-thm-heterogeneity", SIZES, *ATTAINING, wrong=nearer)


# --- landscapes: common gains, convexity ---------------------------------------------------------
COMMON = "ours-prop-common"
last_forgotten = instead(landscapes, "common_gain", lambda true, tasks: true(tasks[..., :-1]))
family = landscape_cases.common_gains(24, 1)[0][0][0]
case(COMMON, "every two decide", family, wrong=last_forgotten)
by_twos = instead(landscapes, "combinations", lambda true, tasks, count: true(tasks, count - 1))
three = landscape_cases.companions(np.array([0.8]))
case(COMMON, "every three decide", three, wrong=by_twos)
tau = np.array([0.3, 0.9])
two = landscape_cases.companions(tau)[:, :2]
case(COMMON, "margin in closed form", two, None, 1 - 1.5 * tau)
case(COMMON, "near tasks share a gain", scalars([[0.3, 0.4]]), [[0.0]], outside={"share": 1.01})

MIDDLES = ["middle of two gains", "middle of two gains, average cost"]
two_states = LQR(np.zeros((1, 2, 2)), np.eye(2), np.eye(2), np.eye(2))
up = np.array([[0, 5], [0, 0]])
case("ours-prop-convex", MIDDLES, two_states, up, up.T)
two_inputs = LQR([[[0.5]]], [[[1.0, 0.0]]], [[1.0]], np.eye(2)), [[0.1], [0.0]], [[0.1], [1.0]]
flatter = instead(objective, "hessian", times(0.99))
case("ours-prop-convex", "second derivative", *two_inputs, wrong=flatter)


# --- landscapes: minimisers of one and of two tasks ----------------------------------------------
ONE_TASK, TASKS = "ours-prop-one-task", scalars([0.0, 0.5, -1.2])
without_hessian = instead(maml, "gradient", lambda true, *given: true(*given, "none"))
longer = instead(maml, "cost", lambda true, tasks, K, step: true(tasks, K, 1.01 * step))
for side in ("right", "left"):
    case(ONE_TASK, f"stationary and not the best, {side}", TASKS, wrong=without_hessian)
    case(ONE_TASK, f"second minimiser, {side}", TASKS, wrong=longer)

MIRROR = "ours-prop-mirror"
wide, narrow = (np.linspace(-end, end, 20)[:, None, None] for end in (0.3, 0.1))
not_mirrored, mirrored = scalars([0.5, 0.2], [1.0, -1.0]), scalars([0.5, 0.5], [1.0, -1.0])
case(MIRROR, "least average cost", not_mirrored, wide, 27 / 296)
case(MIRROR, "local maximum of J_ML", mirrored, narrow, 0.2 * 27 / 296)

PIECES, (TASK, GAINS) = "ours-prop-pieces", landscape_cases.gains_in_pieces(100, 1)[1]
small = 0.3 * np.random.default_rng(1).standard_normal((100, 2, 2))
case(PIECES, "two pieces", landscape_cases.pieces(0.5), small)  # c is below the root of two
LIGHT = ["average cost in the worse piece", "average cost of a gain in the better piece"]
LIGHT.append("worse minimum")
light = TASK.replace(Q=TASK.Q / 4, R=TASK.R / 4)
case(PIECES, LIGHT, light, GAINS, inner_step_size=0.0)
case(PIECES, "better minimum", TASK.replace(Q=1.1 * TASK.Q), GAINS, inner_step_size=0.0)
beside = instead(landscapes, "stationary_gain", lambda f, *given: f(*given) + 0.02 * np.eye(2))
case(PIECES, "both are minima", TASK, GAINS, wrong=beside, inner_step_size=0.0)
