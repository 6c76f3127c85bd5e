"""A case that must fail for each inequality of chapters 1 to 3.

A constant or an object is wrong, or the input lies outside the hypotheses; no right side is scaled.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import mutants
import numpy as np
import pytest

import lqrlib
from lqrlib import LQR, AtGain, objective, systems
from lqrlib.simulation import simulated_costs
from lqrpapers.claims import Checks, check, domination, inequalities, regulator
from lqrpapers.constants import corrected, printed
from lqrpapers.counterexamples import counterexample
from lqrpapers.studies import moments
from lqrpapers.studies.unexcited import unexcited

Patch = pytest.MonkeyPatch
Case = Callable[[], Checks]
CASES: dict[tuple[str, str, str], Case] = {}

MANY = systems.random_ensemble(30, 3, 2, 5, state_noise_terms=1, input_noise_terms=1)
GAINS = systems.random_stabilizing_gains(MANY, 6, fraction=(0.2, 0.9))
OTHER = systems.random_stabilizing_gains(MANY, 7, fraction=(0.2, 0.9))
QUIET = MANY.without_noise()
TOWARDS = np.random.default_rng(8).standard_normal(GAINS.shape)
Z = np.random.default_rng(9).standard_normal(MANY.A.shape)
# At K = 0 many bounds are attained, with almost no R or with R = 1.
IDLE, UP = np.zeros((1, 1)), np.array([[-1.0]])
CHEAP, DEAR = (
    LQR.stack([systems.scalar(a, b, 1.0, r, 0.5) for a in (0.3, 0.9) for b in (0.5, 2.0)])
    for r in (1e-9, 1.0)
)
TO_YOUNG, TO_ADULTS = [[0.0, 1.0], [0.0, 0.0]], [[0.0, 0.0], [1.0, 0.0]]
FISH = LQR(
    2 * np.array(TO_YOUNG) + TO_ADULTS,
    np.eye(2),
    np.eye(2),
    np.eye(2),
    state_noise=([0.06, 0.04], [TO_YOUNG, TO_ADULTS]),
)
CATCH = 1.8 * np.array(TO_YOUNG) + 0.7 * np.array(TO_ADULTS)


def case(
    id: str,
    parts: str | list[str],
    *arguments: Any,
    wrong: Callable[[Patch], None] = lambda patch: None,
    form: str = "printed",
    **options: Any,
) -> None:
    """A call of `check` that fails these parts while something is wrong."""

    def run() -> Checks:
        with pytest.MonkeyPatch.context() as patch:
            wrong(patch)
            return check(id, *arguments, form=form, **options)

    for part in [parts] if isinstance(parts, str) else parts:
        CASES[id, form, part] = run


def scaled(name: str, factor: float) -> Callable[[Patch], None]:
    """With one of the book's constants multiplied."""
    return lambda patch: mutants.mutate(patch, name, factor)


def instead(owner: Any, name: str, change: Callable[..., Any]) -> Callable[[Patch], None]:
    """With another function in the place of one: change(true, *arguments)."""
    true = getattr(owner, name)
    return lambda patch: patch.setattr(owner, name, partial(change, true))


def attribute(owner: Any, name: str, factor: float, what: str) -> Callable[[Patch], None]:
    """With what the function returns of a gain multiplied: E, R_K, ..."""

    def change(true: Callable[..., AtGain], *arguments: Any) -> AtGain:
        at = true(*arguments)
        _ = at.E  # which is made of R_K, and is to stay right with a wrong one
        setattr(at, what, factor * getattr(at, what))
        return at

    return instead(owner, name, change)


def no_optimum(patch: Patch) -> None:
    """Another gain is taken for the optimal one."""
    true = vars(LQR)["optimum"].func

    class Wrong:
        def __init__(self, problem: LQR) -> None:
            self.K, self.P = true(problem).K + 1e-2, true(problem).P

    patch.setattr(LQR, "optimum", property(Wrong))


def larger_root(patch: Patch) -> None:
    """The spectral radius of the mean instead of the mean-square radius, where that is below 1."""
    true = objective.mean_square_radius
    patch.setattr(objective, "mean_square_radius", lambda *case: np.sqrt(true(*case)))
    patch.setattr(AtGain, "radius", property(lambda at: np.sqrt(at.loop.radius())))


# Chapter 1.
for part in ("gradient", "natural gradient", "gauss newton"):
    case("ours-lemma-plane", part, FISH.replace(Q=[[1.0, 0.5], [0.5, 1.0]]), CATCH)
case("ours-lemma-plane", "stabilizing", FISH.replace(A=FISH.A + 0.1 * np.eye(2)), CATCH)
without_noise = instead(moments, "formal_cost", lambda f, p, K: f(p.without_noise(), K))
case("s2-eq-1", "brute force", MANY, GAINS, wrong=without_noise)
HEAVIER = systems.three_state().replace(Sigma0=1.3 * systems.three_state().Sigma0)
BEST = lqrlib.optimal_gain(HEAVIER)
PAID = simulated_costs(HEAVIER, np.broadcast_to(BEST, (4000, 2, 3)), 100, np.random.default_rng(1))
case("s2-eq-1", "simulated average", systems.three_state(), BEST, PAID)
deaf = instead(regulator, "_outcomes", lambda f, p, K: f(p.without_noise(), K))
case("ours-lemma-moments", "moments by enumeration", MANY, GAINS, Z, wrong=deaf)
KICKED = LQR(
    np.eye(2) / 2, np.eye(2), np.eye(2), np.eye(2), state_noise=([0.25], [np.diag([1.0, -1.0])])
)
CROSS = np.array(TO_YOUNG) + np.array(TO_ADULTS)


def negative(true: Callable[..., Any], problem: LQR, K: Any) -> Any:
    """Noise is subtracted: no longer a positive map."""
    return 2 * true(problem.without_noise(), K) - true(problem, K)


subtracted = instead(moments, "second_moment_matrix", negative)
case("ours-lemma-moments", "norm of a power", KICKED, np.zeros((2, 2)), CROSS, wrong=subtracted)
case("ours-lemma-moments", "radius of a power", CHEAP, IDLE, IDLE, wrong=larger_root)
twice = instead(objective, "mean_square_radius", lambda f, *case: 100 * f(*case))
case("ours-lemma-moments", "certificate", MANY, GAINS, Z, wrong=twice)
case("ours-thm-domain", "margin", CHEAP, IDLE, wrong=larger_root)
case("ours-thm-domain", "first terms", CHEAP, IDLE, wrong=larger_root)
HALF = LQR(np.eye(2) / 2, np.eye(2), np.eye(2), np.diag([1.0, 4.0]))
largest = instead(regulator, "least_eigenvalue", lambda _, W: np.linalg.eigvalsh(W)[..., -1])
case("ours-thm-domain", "size", HALF, np.eye(2) / 2, wrong=largest)
fewer = attribute(regulator, "at_stabilizing_gain", 0.9, "Sigma")
case("ours-thm-domain", "two formulas", MANY, GAINS, wrong=fewer)
steep = attribute(regulator, "at_stabilizing_gain", 1.5, "E")
case("ours-thm-optimal", "improvement", MANY, GAINS, wrong=steep)
for part in ("from every initial state", "after another first step", "gap"):
    case("ours-thm-optimal", part, MANY, lqrlib.optimal_gain(MANY), wrong=no_optimum)
case("ours-thm-optimal", "scipy's gain", QUIET, lqrlib.optimal_gain(QUIET), wrong=no_optimum)
light = attribute(regulator, "at_stabilizing_gain", 0.55, "R_K")
case("ours-thm-connected", "cost on the segment", MANY, GAINS, wrong=light)
case("ours-thm-connected", "iterates", MANY, GAINS, wrong=no_optimum)

# Chapter 2.
off = instead(objective, "gradient", lambda f, *case: (1 + 1e-6) * f(*case))
for id in ("s2-lemma-3.1", "s1-grad"):
    case(id, "", MANY, GAINS, wrong=off)
case("s2-lemma-b.1", "gradient along X", MANY, GAINS, wrong=off)
half_E = attribute(objective, "evaluate", 0.5, "E")
case("s2-lemma-b.1", "recursion", MANY, GAINS, wrong=half_E)
off = instead(objective, "hessian", lambda f, *case: (1 + 1e-5) * f(*case))
claimed = instead(objective, "hessian", lambda _, *case: printed.hessian(*case))
form_off = instead(printed, "hessian", lambda f, *case: (1 + 1e-5) * f(*case))
for id, form in (("ours-hessian", "printed"), ("s1-hess", "corrected")):
    case(id, "operator", MANY, GAINS, TOWARDS, wrong=off, form=form)
    case(id, "self-adjoint", MANY, GAINS, TOWARDS, wrong=claimed, form=form)
    case(id, "quadratic form", MANY, GAINS, TOWARDS, wrong=form_off, form=form)
case("s1-hess", "quadratic form", QUIET, GAINS, TOWARDS, wrong=form_off)
for id in ("s1-hess", "e4"):
    case(id, "operator", *counterexample("e4")[1:4])  # as it is printed
case("e4", "operator", QUIET, GAINS, TOWARDS, wrong=off, form="corrected")
case("ours-hessian-optimum", ["operator", "eigenvalues"], MANY, TOWARDS, wrong=no_optimum)
NEAR = ["step 1 over the largest", "step 1.5 over the largest", "step 1.99 over the largest"]
NEAR += ["best step", "best step, worst direction"]
case("ours-step-size", NEAR, MANY, TOWARDS, wrong=no_optimum)
double = instead(objective, "hessian_matrix", lambda f, *case: 2 * f(*case))
case("ours-step-size", "longer step moves away", MANY, TOWARDS, wrong=double)

# Chapter 3.
X = np.random.default_rng(10).standard_normal((30, 3))
lemma = "s2-lemma-b.2"
case(lemma, "value difference", MANY, GAINS, OTHER, X, wrong=half_E)
half_E = attribute(domination, "at_stabilizing_gain", 0.5, "E")
case(lemma, ["advantage", "least advantage attained"], MANY, GAINS, OTHER, X, wrong=half_E)
at = lqrlib.evaluate(MANY, GAINS)
case(lemma, "least advantage", MANY, GAINS, at.K - np.linalg.solve(at.R_K, at.E), X, wrong=half_E)


def flat(patch: Patch) -> None:
    """The gradient lacks a factor of 100."""
    true = vars(AtGain)["gradient"].func
    patch.setattr(AtGain, "gradient", property(lambda at: true(at) / 100))


double_E = attribute(domination, "at_stabilizing_gain", 2.0, "E")
CLOSE = lqrlib.optimal_gain(CHEAP) * (1 + 1e-5)
case("s2-lemma-3.2", "upper bound", MANY, GAINS, wrong=flat)
case("s2-lemma-3.2", "lower bound", CHEAP, IDLE, wrong=double_E)
case("s2-lemma-3.2", "sharper upper bound", CHEAP, CLOSE, wrong=half_E, form="sharp")
case("s1-lemma-7", "", QUIET, GAINS, wrong=flat)
case("s2-cor-3.3", "", MANY, GAINS, wrong=flat)
for part in ("share of the printed bound", "sharper bound is an equality"):
    case("ours-memoryless", part, systems.scalar(0.5, 1.0, 1.0, 1.0), [[0.1]])
case("ours-memoryless", "lower bound is an equality", systems.scalar(0.5, 1, 1, 1), [[0.1]])
PROBLEMS, STATIONARY = unexcited(10, 2, 1, 11, 1)
everywhere = PROBLEMS.replace(Sigma0=np.eye(3))
case("ours-stationary-cost", ["gradient", "cost"], everywhere, STATIONARY)


def appendix(parts: list[str], form: str = "printed", **wrong: Any) -> None:
    """A function of the module has another in its place."""

    def change(patch: Patch) -> None:
        for name, other in wrong.items():
            patch.setattr(inequalities, name, other)

    case("s2-app-a", parts, 0, count=300, form=form, wrong=change)


def indefinite(rng: np.random.Generator, count: int, size: int) -> np.ndarray:
    X = rng.standard_normal((count, size, size))
    return X + X.mT


def moduli(X: np.ndarray) -> np.ndarray:
    """Moduli of the eigenvalues instead of singular values."""
    return -np.sort(-np.abs(np.linalg.eigvals(X)), axis=-1)


class Often(np.random.Generator):
    """Draws numbers below 0.1 not in a tenth of all cases, but always."""

    def random(self, *given: Any) -> Any:
        return 0.1 * super().random(*given)


def singular(k: int) -> Callable[[np.ndarray], np.ndarray]:
    return lambda M: np.linalg.svd(M, compute_uv=False)[..., k]


appendix(["(9) permutation"])  # as it is worded
appendix(["(4) spectral norm", "(14) product"], norm=lambda M: np.abs(M).max(axis=(-2, -1)))
appendix(["(7) inverse", "(11) trace of a product", "(12) trace <= n norm"], norm=singular(-1))
appendix(["(6) spectral <= Frobenius"], norm=lambda M: np.abs(M).sum(axis=(-2, -1)))
row = ["(5) Frobenius norm", "(8) cyclic permutation", "(10) scalar as trace"]
appendix(row, trace=lambda M: M[..., 0, :].sum(axis=-1))
appendix(["(9) permutation"], "corrected", trace=lambda M: M[..., 0, :].sum(axis=-1))
order = ["(13) norm <= trace", "(15) sum of semidefinite", "(17) order of semidefinite"]
appendix(order, _gram=indefinite)
appendix(["(16) outer product"], transpose=lambda M: -M.mT)
appendix(["(18) Weyl", "(19) norm of a sum", "(20) least singular value"], _singular=moduli)
case("s2-app-a", "(21) vector Bernstein", Often(np.random.PCG64(0)))

# The constants of S1's Lemmas 5 and 6, and ours.
COPIES = counterexample("s1-lemma-5")
for name, part in (("e1", "gradient"), ("e6", "Hessian")):
    for id in (name, "s1-lemma-5"):
        case(id, part, *counterexample(name)[1:3])
case("s1-lemma-5", "gain", COPIES.problem, COPIES.K)


def as_printed(name: str) -> Callable[[Patch], None]:
    """With the printed constant where the repaired one should be."""
    unrepaired = getattr(printed, name)
    return instead(corrected, name, lambda _, *given, **options: unrepaired(*given, **options))


E1, E2 = counterexample("e1"), counterexample("e2")
for id in ("s1-lemma-5", "e1"):
    case(id, "gradient", E1.problem, E1.K, wrong=as_printed("gradient_bound"), form="corrected")
case(
    "s1-lemma-5", "gain", COPIES.problem, COPIES.K, wrong=as_printed("gain_bound"), form="corrected"
)
halved = scaled("corrected.hessian_bound", 0.5)
for id in ("s1-lemma-5", "e6"):
    case(id, "Hessian", CHEAP, IDLE, wrong=halved, form="corrected")
SMALL = (systems.scalar(0.0, 1.0, 1.0, 1.0), IDLE, UP)  # the printed h_Delta is 1/4 there
far, beyond = (scaled("printed.smoothness_radius", factor) for factor in (3.99, 4.5))
for form in ("printed", "corrected"):
    case("s1-lemma-6", "stability", *SMALL, wrong=beyond, form=form)
    case("s1-lemma-6", "gradient", *SMALL, wrong=far, form=form)
for id in ("e2", "s1-lemma-6"):
    case(id, "cost", E2.problem, E2.K, UP)
    wrong = as_printed("cost_smoothness")
    case(id, "cost", E2.problem, E2.K, UP, wrong=wrong, form="corrected")
case("ours-printed-radius", ["nu phi", "radius"], *SMALL, wrong=far)
case("ours-printed-radius", "stability", *SMALL, wrong=beyond)

id, half = "ours-smoothness", partial(scaled, factor=0.5)
case(id, "gradient", CHEAP, IDLE, UP, wrong=half("sharp.gradient_bound"))
case(id, "Hessian", CHEAP, IDLE, UP, wrong=half("sharp.hessian_bound"))
DEADBEAT = systems.scalar(0.7, 0.5, 2.0, 3.0, 0.25)
case(id, "gain", DEADBEAT, [[1.4]], UP, wrong=half("sharp.gain_bound"))
case(id, "stability", DEAR, IDLE, UP, wrong=scaled("sharp.stability_radius", 1.1))
for name in ("covariance", "value", "cost", "E", "gradient", "Hessian"):
    wrong = half(f"sharp.{name.lower() if name != 'E' else name}_change")
    case(id, f"change of {name}", CHEAP, IDLE, UP, wrong=wrong)

long, wide = scaled("sharp.hessian_bound", 0.02), scaled("sharp.gradient_step", 3.0)
case(id, "h_grad", CHEAP, IDLE, UP, wrong=half("sharp.gradient_smoothness"))
case(id, "h_hess", CHEAP, IDLE, UP, wrong=half("sharp.hessian_smoothness"))
DESCENT = ["squared gradient", "rate", "sub-level set"]
case("ours-descent", DESCENT, DEAR, IDLE + 0.1, wrong=long, iterations=1)
case("ours-descent", "c_pg", CHEAP, lqrlib.optimal_gain(CHEAP) * 1.1, wrong=wide)


@pytest.mark.parametrize("key", CASES, ids=lambda key: " ".join(key))
def test_the_check_fails_where_it_must(key):
    assert CASES[key]()[key[2]].violated
