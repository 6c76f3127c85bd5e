"""Chapter 10: for each inequality a wrong object or constant, or a case that breaks it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any
from unittest import mock

import numpy as np
from cases import Cases, instead, scaled
from cases import times as by

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


@cache
def many(states: int = 2) -> tuple[LQR, Any]:
    problem = systems.random_ensemble(6, states, min(states, 2), 5)
    return problem, systems.random_stabilizing_gains(problem, 6, fraction=(0.05, 0.9))


PAIR = many()[0][:2], many()[1][:2]
# One entry; an input that does nothing; where printed constants vanish with R; many idle states.
ONE = systems.scalar(0.3, 0.5, 1.0, 1.0), [[0.2]]
IDLE = systems.scalar(0.9, 1.0, 1.0, 1.0), [[0.0]]
LEAN = LQR([[0.5]], [[1.0, 0.0]], [[1.0]], 1e-7 * np.eye(2)), np.zeros((2, 1))
CHEAP = LQR([[0.5]], [[1.0]], [[1.0]], [[1e-9]]), np.zeros((1, 1))
LONG = (
    LQR(np.diag([np.sqrt(0.999)] + 39 * [0.0]), np.eye(40)[:, :1], np.eye(40), [[1e-9]]),
    np.zeros((1, 40)),
)


def times(place: Any, name: str, factor: float) -> Any:
    """With results of a function that are off by a factor."""
    return instead(place, name, by(factor))


MATRIX, VECTOR = "estimates.matrix_bernstein", "estimates.vector_bernstein"
HESSIAN, PRODUCTS = "sharp.hessian_bound", ("times a vector", "difference of gradients")
STEEPER = times(objective, "gradient", 1.1)
STEEPER_MEANS = times(zeroth_order.Means, "gradient", 1.1)
CURVED, ANOTHER = (times(objective, "hessian_matrix", factor) for factor in (1.1, 10.0))
LARGER_MEANS = times(zeroth_order.Means, "printed_hessian", 1.1)
WIDER_MEANS = instead(zeroth_order, "printed_hessian_mean", lambda f, at, r: f(at, 2 * r))
DRAWN_LONGER = times(estimators, "gradient_from_pairs", 1.1)
DRAWN_STEIN = times(estimators, "stein_hessian_from_values", 1.1)
BIAS = times(sphere, "gradient_bias", 1.1)
WIDER = instead(sphere, "gradient_variance", lambda f, at, r, kind: f(at, 1.1 * r, kind))
LOUDER, LOUDER_PRODUCT = (times(sphere, f"{k}_variance", 1.1) for k in ("stein", "product"))
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
PRINTED_CONSTANTS = [
    mock.patch.object(corrected, name, getattr(printed, name))
    for name in ("cost_smoothness", "gradient_bound")
]


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


SAME_SAMPLE = [same_sample(name) for name in bernstein.ENSEMBLES]


def rows(
    id: str, form: str, given: tuple[Any, ...], wrong: list[Any], *parts: str, **options: Any
) -> None:
    """A call that violates these parts while all of this is wrong."""

    def wrongly(call: Any) -> Any:
        for each in wrong:
            call = each(call)
        return call

    CASES.add(id, [*parts], *given, wrong=wrongly, form=form, **options)


MISS = "failure probability, at most"
LEADING, STEIN, VARIANCE = "ours-lemma-leading", "ours-thm-stein", "ours-lemma-stein-variance"
rows("s1-alg-2", "printed", many(), [STEEPER_MEANS], "gradient estimate")
rows("s1-alg-2", "printed", many(), [], "Hessian estimate")
rows("s1-alg-2", "corrected", many(), [STEEPER_MEANS], "gradient estimate")
rows("s1-alg-2", "corrected", many(), [AS_PRINTED], "Hessian estimate")
rows("s1-alg-2", "corrected", (*PAIR, 1), [DRAWN_LONGER], "gradient, sampled")
rows("s1-alg-2", "corrected", (*PAIR, 1), [DRAWN_STEIN], "Hessian, sampled")
rows("e5", "printed", many(), [], "")
rows("e5", "corrected", many(), [LARGER_MEANS], "limit")
rows("e5", "corrected", many(), [WIDER_MEANS], "next order")
rows("e5", "corrected", many(), [STEEPER_EXPANSION], "standard deviation")
rows(LEADING, "printed", many(), [BIAS], *(f"bias, {kind}" for kind in KINDS))
rows(LEADING, "printed", many(), [WIDER], *(f"variance, {kind}" for kind in KINDS))
rows("s1-rem-9", "printed", many(), [LARGER_STATES], "from below")
rows("s1-rem-9", "printed", IDLE, [ONE_STEP], "controlled by the horizon")
rows("s1-rem-9", "sharp", IDLE, [SHORTER], "cost")
rows("s1-rem-9", "sharp", IDLE, [ONE_STEP_SLOPE], "gradient")
rows("ours-lemma-truncated-gradient", "printed", IDLE, [ONE_STEP_SLOPE], "gradient")
rows("s1-tr-16", "printed", (0,), [COPIES], "fair coin, exact", "rare event, exact")
rows("s1-tr-16", "printed", (0,), SAME_SAMPLE, *bernstein.ENSEMBLES)
rows("s1-tr-17", "printed", many(), [STEEPER], "bias")
rows("s1-tr-17", "printed", LEAN, [], "almost sure bound", "variance")
rows("s1-tr-17", "printed", (*LONG, 0), [], "failure rate", relative_error=0.25, runs=6)
rows("s1-tr-17", "corrected", many(), [STEEPER], "bias")
rows("s1-tr-17", "corrected", LEAN, PRINTED_CONSTANTS, "almost sure bound", "variance")
rows("s1-tr-17", "corrected", many(), [scaled(f"{MATRIX}_samples", 1e-9)], MISS)
# The steps behind the sharp sizes of the gradient estimate, under either name.
low, few = scaled("sharp.gradient_bound", 0.5), scaled(f"{VECTOR}_samples", 0.1)
for id, form in (("s1-tr-17", "sharp"), ("ours-thm-gradient-samples", "printed")):
    rows(id, form, many(), [STEEPER], "bias")
    rows(id, form, LEAN, [low], "almost sure bound", "variance", relative_error=0.01)
    rows(id, form, LEAN, [few], MISS, relative_error=0.01)
rows("s1-tr-18", "printed", many(), [], "bias")
rows("s1-tr-18", "printed", LEAN, [], "almost sure bound")
rows("s1-tr-18", "printed", ONE, [LIPSCHITZ], "Hessian Lipschitz")
rows("s1-tr-18", "corrected", many(), [CURVED], "bias")
rows("s1-tr-18", "corrected", CHEAP, [scaled(HESSIAN, 0.5)], "almost sure bound")
rows("s1-tr-18", "corrected", LEAN, [scaled(HESSIAN, 0.1)], "variance")
rows("s1-tr-18", "corrected", LEAN, [scaled(f"{VECTOR}_samples", 1e-3)], MISS)
rows(STEIN, "printed", many(), [WIDER_NODES], "Gaussian")
rows(STEIN, "printed", ONE, [ANOTHER], *(f"Lipschitz, {r} h_Delta" for r in ("1", "0.01")))
rows(STEIN, "printed", many(), [times(sphere, "stein_bias", 1.1)], "order r^2")
rows(VARIANCE, "printed", many(), [LOUDER], "sphere", "Gaussian", "one-sided")
rows(VARIANCE, "printed", many(), [LOUDER_PRODUCT], *PRODUCTS)
