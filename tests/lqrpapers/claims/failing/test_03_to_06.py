"""What S2 says without running it (chapters 3 to 6): a wrong object or constant for each check."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from unittest import mock

import numpy as np
from cases import Cases, instead, times

import lqrlib
from lqrlib import LQR, objective
from lqrpapers.claims import journal, mean_square, policies, robustness
from lqrpapers.claims.convergence import nearly_quadratic
from lqrpapers.constants import journal as constants
from lqrpapers.studies.ensembles import random_cases

CASES = Cases()
case = CASES.add
NOISY = random_cases(10, 3, 2, 5, 2)
QUIET = random_cases(10, 3, 2, 5)
PLAIN = QUIET[0].replace(Q=np.eye(3), R=np.eye(2)), np.eye(3)


def choices() -> tuple[Any, ...]:
    """States with the inputs that are best for them."""
    problem, K = NOISY
    x, at = np.random.default_rng(1).standard_normal((10, 3)), lqrlib.evaluate(problem, K)
    best = np.linalg.solve(at.R_K, problem.B.swapaxes(1, 2) @ at.P @ problem.A @ x[..., None])
    return problem, K, x, -best[..., 0]


# --- inputs, entries that move together, margins -------------------------------------------------
values = ["as a form in (x, u)", "at the gain's own input", "its least value"]
halved = instead(policies, "formal_solution", times(0.5))
case("s2-q-function", values, *choices(), wrong=halved)
metrics = [
    f"{name}: {what}"
    for name in ("natural gradient", "gauss newton")
    for what in ("W ⊗ Σ_K", "direction")
]
case("ours-metric", metrics, *NOISY, wrong=instead(policies, "_fisher", times(1.01)))


def louder(true: Any, *given: Any) -> Any:
    noise = true(*given)
    return noise._replace(variances=1.01 * noise.variances)


larger = instead(mean_square, "noise_from_covariance", louder)
case("s2-fn-1", ["F_K entry by entry", "gradient", "s_B"], *NOISY, wrong=larger)
twice = instead(constants, "robust_margin", times(2))
margins = ["stable up to the margin", "the margin of several states is no smaller"]
case("s2-robust", margins, [0.5, 0.1], [0.7, 0.5], wrong=twice)
wide = instead(constants, "shift_margin", times(1e3))
shifted = ["‖x‖_P falls", "the shifted system is stable"]
case("s2-robust", shifted, *NOISY, 3, wrong=wide, form="sharp")


# --- the journal's step and lemmas, Fazel's steps ------------------------------------------------
for form in ("partial", "sharp"):
    for part, factor, given in (("stability", 1e9, QUIET), ("decrease", 30, nearly_quadratic())):
        longer = instead(constants, "gradient_step", times(factor))
        case("s2-c-pg", part, *given, wrong=longer, form=form)
cheap = instead(journal, "magnitudes", lambda true, *a: replace(at := true(*a), cost=at.cost / 100))
negative = instead(journal, "second_moment_matrix", times(-1.0))
far = instead(objective, "mean_square_radius", lambda true, *a: 1 - (1 - true(*a)) / 1e4)
for form in ("printed", "corrected"):
    case("s2-app-c", ["‖P_K‖", "‖Σ_K‖"], *NOISY, wrong=cheap, form=form)
    case("s2-app-c", "powers of F_K", *NOISY, wrong=negative, form=form)
    case("s2-app-c", "trace of Σ_K", *NOISY, wrong=far, form=form)
case("s2-app-c", ["‖P_K‖ tr Σ₀, in the proof", "‖Σ_K‖ tr Q_K, in the proof"], *NOISY)


def another_of_fazel(true: Any, *given: Any) -> Any:
    step, share = true(*given)
    return 1.01 * step, 1e6 * share


others = ["half the step", "the same part", "the part is taken"]
steps = [f"{name}: {what}" for name in ("Gauss-Newton", "natural") for what in others]
case("s2-recovery", steps, *QUIET, wrong=instead(journal, "_fazel", another_of_fazel))


# --- noise that no gain sees ---------------------------------------------------------------------
def quieter_inputs(true: Any, *given: Any) -> LQR:
    problem: LQR = true(*given)
    variances, terms = problem.input_noise
    return problem.replace(input_noise=(variances / 2, terms))


quieter = instead(robustness, "like_the_weights", quieter_inputs)
limits = [
    f"{what} at {c} of the limit"
    for c in robustness.FRACTIONS
    for what in ("the gain", "the value", "what it survives")
]
case("ours-invisible-noise", [*limits, "no gain survives more"], *PLAIN, wrong=quieter)
turned = mock.patch.object(robustness, "SHARES", robustness.SHARES[::-1])
case("ours-invisible-noise", "unequal shares move the gain", *PLAIN, wrong=turned)
