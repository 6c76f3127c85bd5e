"""Chapter 10: for each inequality a wrong object or constant, or a case that breaks it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest import mock

import numpy as np
from cases import Cases, instead, scaled, times

from lqrlib import LQR, estimators, objective, systems
from lqrpapers.claims import (
    bernstein,
    estimate_errors,
    estimate_sizes,  # noqa: F401  registers; the constants that it imports are changed
    horizons,
    zeroth_order,
)
from lqrpapers.constants import corrected, printed
from lqrpapers.studies import sphere
from lqrpapers.studies.query_errors import KINDS

CASES = Cases()
case = CASES.add

PROBLEMS = systems.random_ensemble(6, 2, 2, 5)
MANY = PROBLEMS, systems.random_stabilizing_gains(PROBLEMS, 6, fraction=(0.05, 0.9))
PAIR = [each[:2] for each in MANY]
# One entry; an input that does nothing; where printed constants vanish with R; many idle states.
ONE = systems.scalar(0.3, 0.5, 1.0, 1.0), [[0.2]]
IDLE = systems.scalar(0.9, 1.0, 1.0, 1.0), [[0.0]]
LEAN = LQR([[0.5]], [[1.0, 0.0]], [[1.0]], 1e-7 * np.eye(2)), np.zeros((2, 1))
CHEAP = LQR([[0.5]], [[1.0]], [[1.0]], [[1e-9]]), np.zeros((1, 1))
LONG = (
    LQR(np.diag([np.sqrt(0.999)] + 39 * [0.0]), np.eye(40)[:, :1], np.eye(40), [[1e-9]]),
    np.zeros((1, 40)),
)


def off(place: Any, name: str, factor: float = 1.1) -> Any:
    """With results of a function that are off by a factor."""
    return instead(place, name, times(factor))


MATRIX, VECTOR = "estimates.matrix_bernstein", "estimates.vector_bernstein"
HESSIAN, PRODUCTS = "sharp.hessian_bound", ("times a vector", "difference of gradients")
STEEPER = off(objective, "gradient")
STEEPER_MEANS = off(zeroth_order.Means, "gradient")
CURVED, ANOTHER = (off(objective, "hessian_matrix", factor) for factor in (1.1, 10.0))
LARGER_MEANS = off(zeroth_order.Means, "printed_hessian")
WIDER_MEANS = instead(zeroth_order, "printed_hessian_mean", lambda f, at, r: f(at, 2 * r))
DRAWN_LONGER = off(estimators, "gradient_from_pairs")
DRAWN_STEIN = off(estimators, "stein_hessian_from_values")
BIAS = off(sphere, "gradient_bias")
WIDER = instead(sphere, "gradient_variance", lambda f, at, r, kind: f(at, 1.1 * r, kind))
LOUDER, LOUDER_PRODUCT = (off(sphere, f"{k}_variance") for k in ("stein", "product"))
LIPSCHITZ = scaled("estimates.printed_hessian_smoothness", 1e-3)
# The estimate that is printed, in the place of one that converges.
AS_PRINTED = instead(
    zeroth_order.Means,
    "stein_hessian",
    lambda true, means: zeroth_order.left_action(means.printed_hessian(), means.U.shape[-1]),
)
LARGER_STATES = instead(
    horizons, "finite_horizon_cost", lambda f, p, K, k: f(p.replace(Sigma0=1.1 * p.Sigma0), K, k)
)
SHORTER = instead(horizons, "finite_horizon_cost", lambda f, p, K, k: f(p, K, max(1, k - 1)))
ONE_STEP = instead(horizons, "finite_horizon_cost", lambda f, p, K, k: f(p, K, 1))
ONE_STEP_SLOPE = instead(horizons, "finite_horizon_gradient", lambda f, p, K, k: f(p, K, 1))
WIDER_NODES = instead(estimate_errors, "_gaussian", lambda f, *a, **o: widened(*f(*a, **o)))
STEEPER_EXPANSION = instead(
    zeroth_order, "expansion", lambda f, *a: (at := f(*a))._replace(gradient=1.1 * at.gradient)
)
UNREPAIRED = mock.patch.multiple(
    corrected, cost_smoothness=printed.cost_smoothness, gradient_bound=printed.gradient_bound
)


def widened(moves: Any, weights: Any) -> tuple[Any, Any]:
    return 1.1 * moves, weights


def copies(
    true: Callable[..., tuple[Any, Any, Any]], samples: int, p: float = 0.5
) -> tuple[Any, Any, Any]:
    """Tails of coins of which every ten are one, under the bound for independent ones."""
    distances, tails, _ = true(samples // 10, p)
    apart, _, bounds = true(samples, p)
    return distances, tails, np.interp(distances, apart[::-1], bounds[::-1])


COPIES = instead(bernstein, "coin_tails", copies)


def same_sample(name: str) -> Any:
    """All samples of a mean are one."""
    draw, *rest = bernstein.ENSEMBLES[name]

    def drawn(count: int, samples: int, rng: Any) -> Any:
        one = draw(count, 1, rng)
        return np.broadcast_to(one, (count, samples, *one.shape[2:]))

    wrong: Any = {name: (drawn, *rest)}
    return mock.patch.dict(bernstein.ENSEMBLES, wrong)


MISS = "failure probability, at most"
LEADING, STEIN, VARIANCE = "ours-lemma-leading", "ours-thm-stein", "ours-lemma-stein-variance"
case("s1-alg-2", "gradient estimate", *MANY, wrong=STEEPER_MEANS)
case("s1-alg-2", "Hessian estimate", *MANY)
case("s1-alg-2", "gradient estimate", *MANY, wrong=STEEPER_MEANS, form="corrected")
case("s1-alg-2", "Hessian estimate", *MANY, wrong=AS_PRINTED, form="corrected")
case("s1-alg-2", "gradient, sampled", *PAIR, 1, wrong=DRAWN_LONGER, form="corrected")
case("s1-alg-2", "Hessian, sampled", *PAIR, 1, wrong=DRAWN_STEIN, form="corrected")
case("e5", "", *MANY)
case("e5", "limit", *MANY, wrong=LARGER_MEANS, form="corrected")
case("e5", "next order", *MANY, wrong=WIDER_MEANS, form="corrected")
case("e5", "standard deviation", *MANY, wrong=STEEPER_EXPANSION, form="corrected")
case(LEADING, [f"bias, {kind}" for kind in KINDS], *MANY, wrong=BIAS)
case(LEADING, [f"variance, {kind}" for kind in KINDS], *MANY, wrong=WIDER)
case("s1-rem-9", "from below", *MANY, wrong=LARGER_STATES)
case("s1-rem-9", "controlled by the horizon", *IDLE, wrong=ONE_STEP)
case("s1-rem-9", "cost", *IDLE, wrong=SHORTER, form="sharp")
case("s1-rem-9", "gradient", *IDLE, wrong=ONE_STEP_SLOPE, form="sharp")
case("ours-lemma-truncated-gradient", "gradient", *IDLE, wrong=ONE_STEP_SLOPE)
case("s1-tr-16", ["fair coin, exact", "rare event, exact"], 0, wrong=COPIES)
for name in bernstein.ENSEMBLES:
    case("s1-tr-16", name, 0, wrong=same_sample(name))
case("s1-tr-17", "bias", *MANY, wrong=STEEPER)
case("s1-tr-17", ["almost sure bound", "variance"], *LEAN)
case("s1-tr-17", "failure rate", *LONG, 0, relative_error=0.25, runs=6)
case("s1-tr-17", "bias", *MANY, wrong=STEEPER, form="corrected")
case("s1-tr-17", ["almost sure bound", "variance"], *LEAN, wrong=UNREPAIRED, form="corrected")
case("s1-tr-17", MISS, *MANY, wrong=scaled(f"{MATRIX}_samples", 1e-09), form="corrected")
# The steps behind the sharp sizes of the gradient estimate, under either name.
low, few = scaled("sharp.gradient_bound", 0.5), scaled(f"{VECTOR}_samples", 0.1)
for id, form in (("s1-tr-17", "sharp"), ("ours-thm-gradient-samples", "printed")):
    case(id, "bias", *MANY, wrong=STEEPER, form=form)
    case(id, ["almost sure bound", "variance"], *LEAN, wrong=low, form=form, relative_error=0.01)
    case(id, MISS, *LEAN, wrong=few, form=form, relative_error=0.01)
case("s1-tr-18", "bias", *MANY)
case("s1-tr-18", "almost sure bound", *LEAN)
case("s1-tr-18", "Hessian Lipschitz", *ONE, wrong=LIPSCHITZ)
case("s1-tr-18", "bias", *MANY, wrong=CURVED, form="corrected")
case("s1-tr-18", "almost sure bound", *CHEAP, wrong=scaled(HESSIAN, 0.5), form="corrected")
case("s1-tr-18", "variance", *LEAN, wrong=scaled(HESSIAN, 0.1), form="corrected")
case("s1-tr-18", MISS, *LEAN, wrong=scaled(f"{VECTOR}_samples", 0.001), form="corrected")
case(STEIN, "Gaussian", *MANY, wrong=WIDER_NODES)
case(STEIN, [f"Lipschitz, {r} h_Delta" for r in ("1", "0.01")], *ONE, wrong=ANOTHER)
case(STEIN, "order r^2", *MANY, wrong=off(sphere, "stein_bias"))
case(VARIANCE, ["sphere", "Gaussian", "one-sided"], *MANY, wrong=LOUDER)
case(VARIANCE, [*PRODUCTS], *MANY, wrong=LOUDER_PRODUCT)
