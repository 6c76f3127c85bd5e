"""A case that must fail for each inequality of chapter 13."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from cases import CHEAP, DEAR, IDLE, Cases, instead, scaled

from lqrlib import LQR
from lqrpapers.claims import Checks, check, tightness
from lqrpapers.claims.convergence import nearly_quadratic
from lqrpapers.studies import promises, worst_cases
from lqrpapers.studies import tightness as bounds

CASES = Cases()
case = CASES.add

UP = np.array([[-1.0]])

# Equalities.
ONE = promises.one_state(20, 3)
for part, name, factor in (
    ("change of covariance", "sharp.covariance_change", 0.5),
    ("change of value", "sharp.value_change", 2.0),
    ("change of cost", "sharp.cost_change", 0.5),
    ("change of E_K", "sharp.E_change", 2.0),
    ("Hessian", "sharp.hessian_bound", 0.5),
    ("change of gradient", "sharp.gradient_change", 0.5),
    ("change of Hessian", "sharp.hessian_change", 2.0),
    ("gain", "sharp.gain_bound", 0.5),
    ("safe distance", "sharp.stability_radius", 1.1),
    ("E_K", "sharp.E_bound", 2.0),
    ("decrease, Gauss–Newton", "printed.decrease", 0.5),
):
    case("ours-attained", tightness.DEVIATION.format(part), *ONE, wrong=scaled(name, factor))
shorter = instead(bounds, "finite_horizon_cost", lambda f, p, K, steps: f(p, K, steps - 1))
case("ours-attained", tightness.DEVIATION.format("cost cut off"), *ONE, wrong=shorter)

# With one state theta is 1, and the bounds are attained.
for part in ("gradient", "Hessian"):
    case("ours-states", part, CHEAP, IDLE, UP, wrong=scaled(f"sharp.{part.lower()}_bound", 0.5))
for name in ("covariance", "value", "cost"):
    half = scaled(f"sharp.{name}_change", 0.5)
    case("ours-states", f"change of {name}", CHEAP, IDLE, UP, wrong=half)


def cheaper(true: Any, *given: Any) -> Any:
    numbers = true(*given)
    return replace(numbers, cost=numbers.cost / 1.5)


case(
    "ours-states", "safe distance", DEAR, IDLE, UP, wrong=instead(tightness, "magnitudes", cheaper)
)

# Promises and steps, where the cost is nearly a parabola.
PROBLEM, GAIN = nearly_quadratic()
FLAT = LQR.stack([PROBLEM]), GAIN[None]
more = scaled("printed.decrease", 3.0)
for form in ("printed", "sharp"):
    case("ours-promises", f"decrease, natural gradient, {form} step", *FLAT, wrong=more)
    long = scaled(f"{form}.natural_gradient_step", 3.0)
    case("ours-promises", f"step, natural gradient, {form}", *FLAT, wrong=long)
case("ours-promises", "decrease, step c_pg", *FLAT, wrong=more)
case("ours-promises", "step c_pg, sharp", *FLAT, wrong=scaled("sharp.gradient_step", 3.0))
case("ours-promises", "step, gradient, sharp", *FLAT, wrong=scaled("sharp.hessian_bound", 0.3))
steep = scaled("printed.gradient_smoothness", 0.1)
case("ours-promises", "step, gradient, printed", *FLAT, wrong=steep)


def found(name: str, form: str) -> dict[tuple[str, str, int], float]:
    """What searches find, made up but for one of them."""
    ratios = {
        (bound.name, each, 1): 2.0 if each == "printed" and bound.fails else 1.0
        for bound in bounds.BOUNDS
        for each in bound.forms
    }
    [bound] = [each for each in bounds.BOUNDS if each.name == name]
    return ratios | {(name, form, 1): worst_cases.worst(bound, form, 1, 1, 5, 15).ratio}


for part, constant, factor, name, form in (
    ("proved bounds: ratio found", "sharp.hessian_bound", 0.5, "Hessian", "sharp"),
    (
        "bounds that are attained: 0.999 over the ratio found",
        "sharp.hessian_bound",
        2.0,
        "Hessian",
        "sharp",
    ),
    (
        "printed bounds that fail: 1.001 over the ratio found",
        "printed.gradient_bound",
        2.0,
        "gradient",
        "printed",
    ),
):

    @CASES.of("ours-worst", "printed", part)
    @scaled(constant, factor)
    def search(name: str = name, form: str = form) -> Checks:
        return check("ours-worst", found(name, form))


def test_one_state_too_many_in_theta_is_seen() -> None:
    """With n for n - 1 the factor fails on one state, where the bounds are attained."""
    cost = check("ours-states", CHEAP, IDLE, UP)["change of cost"]
    at = promises.Case(CHEAP, np.broadcast_to(IDLE, (4, 1, 1)), UP, CHEAP).numbers
    assert (cost.lhs > (1 - 1 / at.nu) * cost.rhs).all()
