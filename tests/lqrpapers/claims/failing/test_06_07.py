"""Chapters 6 and 7: for each inequality a wrong object, constant or input that it must notice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from unittest import mock

import numpy as np
from cases import DEAR, IDLE, Cases, instead, times

import lqrlib
from lqrlib import LQR, estimators, objective, systems
from lqrpapers import constants
from lqrpapers.claims import Checks, check, robustness, rollouts
from lqrpapers.constants import sharp
from lqrpapers.studies import coins, tails
from lqrpapers.studies.ensembles import random_cases, without_and_with_noise
from lqrpapers.studies.robustness import kicked, scaled_noise

CASES = Cases()
case = CASES.add

NOISY, START = systems.suspension(), systems.suspension_start()
AWARE, IGNORANT = NOISY.optimum.K, NOISY.without_noise().optimum.K
SEVERAL = random_cases(10, 2, 2, 6, 2)
ONE_STATE = random_cases(10, 1, 1, 7, 1)
SLOW = systems.scalar(0.9, 1.0, 2.0, 1.0, state_variance=0.05), [[0.0]]
CHARGES = np.linspace(1, 2, 11)
# The first problems on which chapter 7 tests the estimates.
[MILD] = without_and_with_noise(15, [1], [7], 0, inputs=2, fraction=(0.1, 0.8), noise_level=0.2)[:1]


# --- 6: Figure 1, Remark 4.2 ---------------------------------------------------------------------
PARTS = {
    "s2-fig-1a": [
        "the cost with noise falls at every step",
        "the cost with noise is minimised",
        "the cost without noise ends slightly suboptimal",
    ],
    "s2-fig-1b": [
        "the cost without noise falls at every step",
        "the cost without noise is minimised",
        "the start is stabilizing with noise",
        "the end is not",
    ],
}
for figure, end in (("s2-fig-1a", AWARE), ("s2-fig-1b", IGNORANT)):
    case(figure, PARTS[figure], NOISY, [end, START])  # the run backwards
    recorded = [2.0, np.inf], [2.0, 1.0]
    part = "recorded costs, with the published solver"
    case(figure, part, NOISY, [START, AWARE], *recorded)
case("s2-fig-1a", "every iterate stabilizes without noise", NOISY, [START, 2 * START])

SIZES = ["C(K)", "‖P_K‖", "‖Σ_K‖", "‖B‖² + Σβ_j‖B_j‖²"]
SIZES += ["step size of S2 Theorem 3.5", "exploration radius"]
more = mock.patch.object(LQR, "without_noise", lambda problem: scaled_noise(problem, 1.1))
for form in ("printed", "corrected"):
    case("s2-rem-4.2", SIZES, *SEVERAL, wrong=more, form=form)
RAISES = systems.scalar(1.05, 0.1, 1e-3, 1, state_variance=0.05), [[10.0]]
case("s2-rem-4.2", "promised rate of S2 Theorem 3.5", *RAISES)


# --- 6: how much noise a gain survives -----------------------------------------------------------
def critical(factor: float) -> Any:
    return instead(robustness, "critical_scale", times(factor))


SCALE = "ours-critical-scale"
case(SCALE, ["stabilizes below", "factor of the sweeps"], *SEVERAL, wrong=critical(1.02))
case(SCALE, "does not above", *SEVERAL, wrong=critical(0.9))

ALIKE = ["its noise-free cost", "no gain survives more", "the best survives as much"]
ALIKE += ["optimal gain at half of it", "optimal gain at most of it"]
problem, w = (each[1] for each in kicked(SEVERAL[0], 1))
other_direction = w * np.array([1, 1.5])
case("ours-common-kick", ALIKE, problem, other_direction, SEVERAL[1][1])

FAMILY = "ours-suspension-family"
ENDS = ["gains of all scales", "the last survives the most"]
ENDS += ["a gain exists just below, none above"]
alpha, kick = NOISY.state_noise.variances[0], NOISY.input_noise.directions
no_noisier = NOISY.replace(input_noise=([alpha], kick))  # the force than the state
case(FAMILY, ENDS, no_noisier, CHARGES)
RISES = ["the scale rises with the charge", "so does what is survived"]
case(FAMILY, RISES, NOISY, [1.0, *CHARGES[-2:0:-1], 2.0])


@CASES.of(
    "e11",
    "printed",
    "every input-noise term enters Σ_K",
    "the finite horizon tends to P_K",
    "the finite horizon tends to Σ_K",
    "the sweeps settle",
    "stabilizing gains have a finite cost",
)
def the_published_solver() -> Checks:
    near = START + np.linspace(0, 1, 2001)[:, None, None] * (IGNORANT - START)
    radius = lqrlib.mean_square_radius(NOISY, near)
    return check("e11", *SEVERAL, NOISY, START, near[(radius > 0.9998) & (radius < 1)][:2])


# --- 7: Algorithm 1 ------------------------------------------------------------------------------
KINDS = ["one point", "pairs", "pairs, common noise"]
for factor, parts in ((2.0, KINDS), (1.1, [f"{kind}, length" for kind in KINDS])):
    names = [f"{count}_point_gradient" for count in ("one", "two", "two")]
    for part, name in zip(parts, names, strict=True):
        longer = instead(estimators, name, times(factor))
        case("s2-alg-1", part, *MILD, 3, 2000, wrong=longer)

not_averaged = instead(coins, "ball_gradient", lambda f, problem, K, radius: f(problem, K, 1e-9))
case("ours-lemma-smoothing", ["one point", "pairs"], *ONE_STATE, wrong=not_averaged)
case("ours-lemma-variance", KINDS, *ONE_STATE, outside={"radius": 0.1})
scattered = instead(rollouts, "ball", times(2.0))
case("ours-lemma-bias", ["first order", "second order"], *SLOW, 3, wrong=scattered)


def heavier(true: Callable[..., Any], *given: Any) -> Any:
    """With a least weight that is too large."""
    at = true(*given)
    return replace(at, q=1.5 * at.q)


CUT_OFF = ["cost cut off", "gradient cut off"]
case("ours-lemma-truncation", CUT_OFF, *SLOW, 3, wrong=instead(rollouts, "magnitudes", heavier))
smaller = instead(objective, "mean_square_radius", times(0.9))
case("ours-lemma-truncation", "rate", *SLOW, 3, wrong=smaller)

TAILS = "ours-lemma-tails"
HEAVY = LQR.stack([systems.scalar(0.5, 1.0, 1.0, 1.0, state_variance=0.6)]), np.zeros((1, 1, 1))
COSTS = np.random.default_rng(4).exponential(size=(20_000, 1))  # no heavy tail


def no_spread(_: Any, *given: Any) -> float:
    """The square of the mean square for the fourth moment."""
    return float(objective.mean_square_radius(*given)) ** 2


wrongly = {
    "fourth moment": instead(tails, "fourth_moment_radius", no_spread),
    "mean square": instead(rollouts, "_long", lambda true, *given: true(*given, steps=2)),
    "exponent of the tail": lambda call: call,
}
for part, wrong in wrongly.items():
    case(TAILS, f"one state, {part}", *HEAVY, COSTS, [ONE_STATE], wrong=wrong)
few = mock.patch.object(rollouts, "MANY", 1)
case(TAILS, "growth of fourth moments", *HEAVY, COSTS, [ONE_STATE], wrong=few)

# Vectors whose spread is larger than is said.
spread = instead(rollouts, "_against", lambda f, *given: f(*given[:3], *np.array(given[3:]) / 10))
case("ours-lemma-bernstein", ["fair coin", "rare event", "walk on the plane"], wrong=spread)

# --- 7: Theorem 4.1 ------------------------------------------------------------------------------
START_DEAR = DEAR, IDLE + 0.1
for factor, parts in ((0.01, ["stability"]), (0.1, ["decrease", "stays within"])):
    steep = instead(sharp, "hessian_bound", times(factor))
    case("ours-thm-inexact", parts, *START_DEAR, 3, wrong=steep)
for factor, part in ((100, "stability"), (20, "decrease")):
    longer = instead(sharp, "gradient_step", times(factor))
    case("s2-thm-4.1", part, *START_DEAR, 3, wrong=longer, form="partial")


@CASES.of("s2-thm-4.1", "sharp", "errors of the estimates", "gap at the end", "half the rate")
def ten_roll_outs_for_each_gradient() -> Checks:
    problem, K = systems.scalar(0.1, 0.1, 1.0, 1.0, state_variance=0.05), np.array([[0.5]])
    sizes = constants.sample_sizes(problem, K, 0.05)._replace(samples=10, horizon=1)
    return check("s2-thm-4.1", problem, K, [3], form="sharp", sizes=sizes, gap=0.05, runs=2)
