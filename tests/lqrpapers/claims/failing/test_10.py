"""Chapter 10: for each inequality a wrong object or constant, or a case that breaks it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

import mutants
import numpy as np
import pytest
from pytest import MonkeyPatch

from lqrlib import LQR, estimators, objective, systems
from lqrpapers.claims import (
    Checks,
    bernstein,
    check,
    estimate_errors,
    estimate_sizes,  # noqa: F401  registers; the constants that it imports are changed
    horizons,
    zeroth_order,
)
from lqrpapers.constants import corrected, printed
from lqrpapers.studies import sphere
from lqrpapers.studies.query_errors import KINDS

Wrong = Callable[[MonkeyPatch], None]


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


def times(place: object, name: str, factor: float) -> Wrong:
    """The results of a function are off by a factor."""
    true = getattr(place, name)
    return lambda patch: patch.setattr(place, name, lambda *a, **o: factor * true(*a, **o))


def other(place: object, name: str, change: Callable[..., Any]) -> Wrong:
    """A function is another one, which is told the true one first."""
    true = getattr(place, name)
    return lambda patch: patch.setattr(place, name, lambda *a, **o: change(true, *a, **o))


def constant(name: str, factor: float) -> Wrong:
    return lambda patch: mutants.mutate(patch, name, factor)


MATRIX, VECTOR = "estimates.matrix_bernstein", "estimates.vector_bernstein"
HESSIAN, PRODUCTS = "sharp.hessian_bound", ("times a vector", "difference of gradients")
STEEPER = times(objective, "gradient", 1.1)
STEEPER_MEANS = times(zeroth_order.Means, "gradient", 1.1)
CURVED, ANOTHER = (times(objective, "hessian_matrix", factor) for factor in (1.1, 10.0))
LARGER_MEANS = times(zeroth_order.Means, "printed_hessian", 1.1)
WIDER_MEANS = other(zeroth_order, "printed_hessian_mean", lambda f, at, r: f(at, 2 * r))
DRAWN_LONGER = times(estimators, "gradient_from_pairs", 1.1)
DRAWN_STEIN = times(estimators, "stein_hessian_from_values", 1.1)
BIAS = times(sphere, "gradient_bias", 1.1)
WIDER = other(sphere, "gradient_variance", lambda f, at, r, kind: f(at, 1.1 * r, kind))
LOUDER, LOUDER_PRODUCT = (times(sphere, f"{k}_variance", 1.1) for k in ("stein", "product"))
LIPSCHITZ = constant("estimates.printed_hessian_smoothness", 1e-3)
# The estimate that is printed, in the place of one that converges.
AS_PRINTED = other(
    zeroth_order.Means,
    "stein_hessian",
    lambda true, means: zeroth_order.left_action(means.printed_hessian(), means.U.shape[-1]),
)
LARGER_STATES = other(
    horizons, "finite_horizon_cost", lambda f, p, K, k: f(p.replace(Sigma0=1.1 * p.Sigma0), K, k)
)
SHORTER = other(horizons, "finite_horizon_cost", lambda f, p, K, k: f(p, K, max(1, k - 1)))
ONE_STEP = other(horizons, "finite_horizon_cost", lambda f, p, K, k: f(p, K, 1))
ONE_STEP_SLOPE = other(horizons, "finite_horizon_gradient", lambda f, p, K, k: f(p, K, 1))
WIDER_NODES = other(estimate_errors, "_gaussian", lambda f, *a, **o: widened(*f(*a, **o)))
STEEPER_EXPANSION = other(
    zeroth_order, "expansion", lambda f, *a: (at := f(*a))._replace(gradient=1.1 * at.gradient)
)
PRINTED_CONSTANTS: list[Wrong] = [
    lambda patch: patch.setattr(corrected, "cost_smoothness", printed.cost_smoothness),
    lambda patch: patch.setattr(corrected, "gradient_bound", printed.gradient_bound),
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


COPIES = other(bernstein, "coin_tails", copies)


def same_sample(name: str) -> Wrong:
    """All samples of a mean are one."""
    draw, *rest = bernstein.ENSEMBLES[name]

    def drawn(count: int, samples: int, rng: Any) -> Any:
        one = draw(count, 1, rng)
        return np.broadcast_to(one, (count, samples, *one.shape[2:]))

    return lambda patch: patch.setitem(bernstein.ENSEMBLES, name, (drawn, *rest))


SAME_SAMPLE = [same_sample(name) for name in bernstein.ENSEMBLES]


# id, form, part -> arguments, what is wrong, options of check
Key = tuple[str, str, str]
Row = tuple[tuple[Any, ...], list[Wrong], dict[str, Any]]


def rows(
    id: str, form: str, case: tuple[Any, ...], wrong: list[Wrong], *parts: str, **options: Any
) -> dict[Key, Row]:
    return {(id, form, part): (case, wrong, options) for part in parts}


def sizes(id: str, form: str) -> dict[Key, Row]:
    """The steps behind the sharp sizes of the gradient estimate, under either name."""
    low, few = constant("sharp.gradient_bound", 0.5), constant(f"{VECTOR}_samples", 0.1)
    steps = "almost sure bound", "variance"
    return {
        **rows(id, form, many(), [STEEPER], "bias"),
        **rows(id, form, LEAN, [low], *steps, relative_error=0.01),
        **rows(id, form, LEAN, [few], MISS, relative_error=0.01),
    }


MISS = "failure probability, at most"
LEADING, STEIN, VARIANCE = "ours-lemma-leading", "ours-thm-stein", "ours-lemma-stein-variance"
ROWS: dict[Key, Row] = {
    **rows("s1-alg-2", "printed", many(), [STEEPER_MEANS], "gradient estimate"),
    **rows("s1-alg-2", "printed", many(), [], "Hessian estimate"),
    **rows("s1-alg-2", "corrected", many(), [STEEPER_MEANS], "gradient estimate"),
    **rows("s1-alg-2", "corrected", many(), [AS_PRINTED], "Hessian estimate"),
    **rows("s1-alg-2", "corrected", (*PAIR, 1), [DRAWN_LONGER], "gradient, sampled"),
    **rows("s1-alg-2", "corrected", (*PAIR, 1), [DRAWN_STEIN], "Hessian, sampled"),
    **rows("e5", "printed", many(), [], ""),
    **rows("e5", "corrected", many(), [LARGER_MEANS], "limit"),
    **rows("e5", "corrected", many(), [WIDER_MEANS], "next order"),
    **rows("e5", "corrected", many(), [STEEPER_EXPANSION], "standard deviation"),
    **rows(LEADING, "printed", many(), [BIAS], *(f"bias, {kind}" for kind in KINDS)),
    **rows(LEADING, "printed", many(), [WIDER], *(f"variance, {kind}" for kind in KINDS)),
    **rows("s1-rem-9", "printed", many(), [LARGER_STATES], "from below"),
    **rows("s1-rem-9", "printed", IDLE, [ONE_STEP], "controlled by the horizon"),
    **rows("s1-rem-9", "sharp", IDLE, [SHORTER], "cost"),
    **rows("s1-rem-9", "sharp", IDLE, [ONE_STEP_SLOPE], "gradient"),
    **rows("ours-lemma-truncated-gradient", "printed", IDLE, [ONE_STEP_SLOPE], "gradient"),
    **rows("s1-tr-16", "printed", (0,), [COPIES], "fair coin, exact", "rare event, exact"),
    **rows("s1-tr-16", "printed", (0,), SAME_SAMPLE, *bernstein.ENSEMBLES),
    **rows("s1-tr-17", "printed", many(), [STEEPER], "bias"),
    **rows("s1-tr-17", "printed", LEAN, [], "almost sure bound", "variance"),
    **rows("s1-tr-17", "printed", (*LONG, 0), [], "failure rate", relative_error=0.25, runs=6),
    **rows("s1-tr-17", "corrected", many(), [STEEPER], "bias"),
    **rows("s1-tr-17", "corrected", LEAN, PRINTED_CONSTANTS, "almost sure bound", "variance"),
    **rows("s1-tr-17", "corrected", many(), [constant(f"{MATRIX}_samples", 1e-9)], MISS),
    **sizes("s1-tr-17", "sharp"),
    **sizes("ours-thm-gradient-samples", "printed"),
    **rows("s1-tr-18", "printed", many(), [], "bias"),
    **rows("s1-tr-18", "printed", LEAN, [], "almost sure bound"),
    **rows("s1-tr-18", "printed", ONE, [LIPSCHITZ], "Hessian Lipschitz"),
    **rows("s1-tr-18", "corrected", many(), [CURVED], "bias"),
    **rows("s1-tr-18", "corrected", CHEAP, [constant(HESSIAN, 0.5)], "almost sure bound"),
    **rows("s1-tr-18", "corrected", LEAN, [constant(HESSIAN, 0.1)], "variance"),
    **rows("s1-tr-18", "corrected", LEAN, [constant(f"{VECTOR}_samples", 1e-3)], MISS),
    **rows(STEIN, "printed", many(), [WIDER_NODES], "Gaussian"),
    **rows(STEIN, "printed", ONE, [ANOTHER], *(f"Lipschitz, {r} h_Delta" for r in ("1", "0.01"))),
    **rows(STEIN, "printed", many(), [times(sphere, "stein_bias", 1.1)], "order r^2"),
    **rows(VARIANCE, "printed", many(), [LOUDER], "sphere", "Gaussian", "one-sided"),
    **rows(VARIANCE, "printed", many(), [LOUDER_PRODUCT], *PRODUCTS),
}


def run(key: tuple[str, str, str]) -> Checks:
    """The check, while what its row says is wrong."""
    case, wrong, options = ROWS[key]
    with MonkeyPatch.context() as patch:
        for change in wrong:
            change(patch)
        return check(key[0], *case, form=key[1], **options)


CASES: dict[tuple[str, str, str], Callable[[], Checks]] = {key: partial(run, key) for key in ROWS}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("key", CASES, ids=" ".join)
def test_what_is_wrong_is_noticed(key: tuple[str, str, str]) -> None:
    found = CASES[key]()[key[2]]
    assert found.violated and found.role != "record"


@pytest.mark.parametrize("key", [key for key in CASES if ROWS[key][1]], ids=" ".join)
def test_what_is_right_is_not(key: tuple[str, str, str]) -> None:
    """The same case without what is wrong holds: it is the mistake that is seen."""
    case, _, options = ROWS[key]
    assert not check(key[0], *case, form=key[1], **options)[key[2]].violated
