"""What S2 says without running it (chapters 3 to 6): a wrong object or constant for each check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest
from replaced import scaled, with_value, with_wrong

import lqrlib
from lqrlib import LQR, objective
from lqrpapers.claims import Checks, check, journal, mean_square, policies, robustness
from lqrpapers.claims.convergence import nearly_quadratic
from lqrpapers.constants import journal as constants
from lqrpapers.studies.ensembles import random_cases

Case = Callable[[], Checks]
NOISY = random_cases(10, 3, 2, 5, 2)
QUIET = random_cases(10, 3, 2, 5)
PLAIN = QUIET[0].replace(Q=np.eye(3), R=np.eye(2))
CASES: dict[tuple[str, str, str], Case] = {}


def case(id: str, form: str, parts: str, call: Case) -> None:
    """Name the inequalities that the call violates."""
    CASES.update({(id, form, part): call for part in parts.split("; ")})


def choices() -> tuple[Any, ...]:
    """States with the inputs that are best for them."""
    problem, K = NOISY
    x, at = np.random.default_rng(1).standard_normal((10, 3)), lqrlib.evaluate(problem, K)
    best = np.linalg.solve(at.R_K, problem.B.swapaxes(1, 2) @ at.P @ problem.A @ x[..., None])
    return problem, K, x, -best[..., 0]


def quieter_inputs(problem: LQR) -> LQR:
    variances, terms = problem.input_noise
    return problem.replace(input_noise=(variances / 2, terms))


case(
    "s2-q-function",
    "printed",
    "as a form in (x, u); at the gain's own input; its least value",
    with_wrong(
        policies, "formal_solution", scaled(0.5), partial(check, "s2-q-function", *choices())
    ),
)
for name in ("natural gradient", "gauss newton"):
    case(
        "ours-metric",
        "printed",
        f"{name}: W ⊗ Σ_K; {name}: direction",
        with_wrong(policies, "_fisher", scaled(1.01), partial(check, "ours-metric", *NOISY)),
    )
case(
    "s2-fn-1",
    "printed",
    "F_K entry by entry; gradient; s_B",
    with_wrong(
        mean_square,
        "noise_from_covariance",
        lambda noise: noise._replace(variances=1.01 * noise.variances),
        partial(check, "s2-fn-1", *NOISY),
    ),
)
case(
    "s2-robust",
    "printed",
    "stable up to the margin; the margin of several states is no smaller",
    with_wrong(
        constants, "robust_margin", scaled(2), partial(check, "s2-robust", [0.5, 0.1], [0.7, 0.5])
    ),
)
case(
    "s2-robust",
    "sharp",
    "‖x‖_P falls; the shifted system is stable",
    with_wrong(
        constants,
        "shift_margin",
        scaled(1e3),
        partial(check, "s2-robust", *NOISY, 3, form="sharp"),
    ),
)
for form in ("partial", "sharp"):
    for part, factor, given in (("stability", 1e9, QUIET), ("decrease", 30, nearly_quadratic())):
        case(
            "s2-c-pg",
            form,
            part,
            with_wrong(
                constants,
                "gradient_step",
                scaled(factor),
                partial(check, "s2-c-pg", *given, form=form),
            ),
        )
for form in ("printed", "corrected"):
    lemmas = partial(check, "s2-app-c", *NOISY, form=form)
    cheaper = with_wrong(journal, "magnitudes", lambda at: replace(at, cost=at.cost / 100), lemmas)
    case("s2-app-c", form, "‖P_K‖; ‖Σ_K‖", cheaper)
    case(
        "s2-app-c",
        form,
        "powers of F_K",
        with_wrong(journal, "second_moment_matrix", np.negative, lemmas),
    )
    case(
        "s2-app-c",
        form,
        "trace of Σ_K",
        with_wrong(objective, "mean_square_radius", lambda r: 1 - (1 - r) / 1e4, lemmas),
    )
case(
    "s2-app-c",
    "printed",
    "‖P_K‖ tr Σ₀, in the proof; ‖Σ_K‖ tr Q_K, in the proof",
    partial(check, "s2-app-c", *NOISY),
)
for name in ("Gauss-Newton", "natural"):
    case(
        "s2-recovery",
        "printed",
        f"{name}: half the step; {name}: the same part; {name}: the part is taken",
        with_wrong(
            journal,
            "_fazel",
            lambda found: (1.01 * found[0], 1e6 * found[1]),
            partial(check, "s2-recovery", *QUIET),
        ),
    )
for c in robustness.FRACTIONS:
    case(
        "ours-invisible-noise",
        "printed",
        "; ".join(f"{what} at {c} of the limit" for what in ("the gain", "the value"))
        + f"; what it survives at {c} of the limit; no gain survives more",
        with_wrong(
            robustness,
            "like_the_weights",
            quieter_inputs,
            partial(check, "ours-invisible-noise", PLAIN, np.eye(3)),
        ),
    )
case(
    "ours-invisible-noise",
    "printed",
    "unequal shares move the gain",
    with_value(
        robustness,
        "SHARES",
        robustness.SHARES[::-1],
        partial(check, "ours-invisible-noise", PLAIN, np.eye(3)),
    ),
)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("key", CASES, ids=" ".join)
def test_what_is_wrong_is_noticed(key: tuple[str, str, str]) -> None:
    id, form, part = key
    found = CASES[key]()
    assert {(each.id, each.form) for each in found} == {(id, form)}
    assert found[part].violated and found[part].role != "record"
