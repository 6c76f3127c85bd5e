"""A case that must fail for each inequality of chapter 3."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from unittest import mock

import numpy as np
from cases import CHEAP, DEAR, GAINS, IDLE, MANY, QUIET, Cases, attribute, scaled

import lqrlib
from lqrlib import AtGain, objective, systems
from lqrpapers.claims import domination, inequalities
from lqrpapers.constants import corrected, printed
from lqrpapers.counterexamples import counterexample
from lqrpapers.studies.unexcited import unexcited

CASES = Cases()
case = CASES.add

OTHER = systems.random_stabilizing_gains(MANY, 7, fraction=(0.2, 0.9))
UP = np.array([[-1.0]])

X = np.random.default_rng(10).standard_normal((30, 3))
lemma = "s2-lemma-b.2"
half_E = attribute(objective, "at_gain", 0.5, "E")
case(lemma, "value difference", MANY, GAINS, OTHER, X, wrong=half_E)
half_E = attribute(domination, "at_stabilizing_gain", 0.5, "E")
case(lemma, ["advantage", "least advantage attained"], MANY, GAINS, OTHER, X, wrong=half_E)
at = lqrlib.evaluate(MANY, GAINS)
case(lemma, "least advantage", MANY, GAINS, at.K - np.linalg.solve(at.R_K, at.E), X, wrong=half_E)


# The gradient lacks the covariance of the states, which are large.
LARGE, QUIET_LARGE = (each.replace(Sigma0=100 * each.Sigma0) for each in (MANY, QUIET))
flat = mock.patch.object(AtGain, "gradient", property(lambda at: 2 * at.E))
double_E = attribute(domination, "at_stabilizing_gain", 2.0, "E")
CLOSE = lqrlib.optimal_gain(CHEAP) * (1 + 1e-5)
case("s2-lemma-3.2", "upper bound", LARGE, GAINS, wrong=flat)
case("s2-lemma-3.2", "lower bound", CHEAP, IDLE, wrong=double_E)
case("s2-lemma-3.2", "sharper upper bound", CHEAP, CLOSE, wrong=half_E, form="sharp")
case("s1-lemma-7", "", QUIET_LARGE, GAINS, wrong=flat)
case("s2-cor-3.3", "", LARGE, GAINS, wrong=flat)
for part in ("share of the printed bound", "sharper bound is an equality"):
    case("ours-memoryless", part, systems.scalar(0.5, 1.0, 1.0, 1.0), [[0.1]])
case("ours-memoryless", "lower bound is an equality", systems.scalar(0.5, 1, 1, 1), [[0.1]])
PROBLEMS, STATIONARY = unexcited(10, 2, 1, 11, 1)
everywhere = PROBLEMS.replace(Sigma0=np.eye(3))
case("ours-stationary-cost", ["gradient", "cost"], everywhere, STATIONARY)


def appendix(parts: list[str], form: str = "printed", **others: Any) -> None:
    """Functions of the module have others in their place."""
    wrong = mock.patch.multiple(inequalities, **others) if others else lambda call: call
    case("s2-app-a", parts, 0, count=300, form=form, wrong=wrong)


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


def as_printed(name: str) -> Any:
    """With the printed constant where the repaired one should be."""
    return mock.patch.object(corrected, name, getattr(printed, name))


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
    unrepaired = as_printed("cost_smoothness")
    case(id, "cost", E2.problem, E2.K, UP, wrong=unrepaired, form="corrected")
case("ours-printed-radius", ["nu phi", "radius"], *SMALL, wrong=far)
case("ours-printed-radius", "stability", *SMALL, wrong=beyond)

id, half = "ours-smoothness", partial(scaled, factor=0.5)
case(id, "gradient", CHEAP, IDLE, UP, wrong=half("sharp.gradient_bound"))
case(id, "Hessian", CHEAP, IDLE, UP, wrong=half("sharp.hessian_bound"))
DEADBEAT = systems.scalar(0.7, 0.5, 2.0, 3.0, 0.25)
case(id, "gain", DEADBEAT, [[1.4]], UP, wrong=half("sharp.gain_bound"))
case(id, "stability", DEAR, IDLE, UP, wrong=scaled("sharp.stability_radius", 1.1))
for name in ("covariance", "value", "cost", "E", "gradient", "Hessian"):
    less = half(f"sharp.{name.lower() if name != 'E' else name}_change")
    case(id, f"change of {name}", CHEAP, IDLE, UP, wrong=less)

long, wide = scaled("sharp.hessian_bound", 0.1), scaled("sharp.gradient_step", 3.0)
case(id, "h_grad", CHEAP, IDLE, UP, wrong=half("sharp.gradient_smoothness"))
case(id, "h_hess", CHEAP, IDLE, UP, wrong=half("sharp.hessian_smoothness"))
DESCENT = ["squared gradient", "rate", "sub-level set"]
case("ours-descent", DESCENT, DEAR, IDLE + 0.1, wrong=long, iterations=1)
case("ours-descent", "c_pg", CHEAP, lqrlib.optimal_gain(CHEAP) * 1.1, wrong=wide)
