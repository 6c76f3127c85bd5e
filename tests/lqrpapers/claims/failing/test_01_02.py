"""A case that must fail for each inequality of chapters 1 and 2."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import numpy as np
from cases import (
    CHEAP,
    GAINS,
    IDLE,
    MANY,
    QUIET,
    Cases,
    attribute,
    beyond_the_edge,
    instead,
    times,
)

import lqrlib
from lqrlib import LQR, AtGain, objective, systems
from lqrlib.simulation import simulated_costs
from lqrpapers.claims import regulator
from lqrpapers.constants import printed
from lqrpapers.counterexamples import counterexample
from lqrpapers.studies import moments

CASES = Cases()
case = CASES.add

TOWARDS = np.random.default_rng(8).standard_normal(GAINS.shape)
Z = np.random.default_rng(9).standard_normal(MANY.A.shape)


def quiet(true: Callable[..., Any], problem: LQR, *given: Any, **named: Any) -> Any:
    """The noise is forgotten."""
    return true(problem.without_noise(), *given, **named)


@contextmanager
def larger_root() -> Iterator[None]:
    """With the spectral radius of the mean for the mean-square radius, where that is below 1."""
    root = instead(objective, "mean_square_radius", lambda f, *case: np.sqrt(f(*case)))
    with root, mock.patch.object(AtGain, "radius", property(lambda at: at.loop.radius() ** 0.5)):
        yield


optimum = vars(LQR)["optimum"].func


class Another:
    """Another gain than the optimal one."""

    def __init__(self, problem: LQR) -> None:
        self.K, self.P = optimum(problem).K + 1e-2, optimum(problem).P


no_optimum = mock.patch.object(LQR, "optimum", property(Another))

TO_YOUNG, TO_ADULTS = [[0.0, 1.0], [0.0, 0.0]], [[0.0, 0.0], [1.0, 0.0]]
FISH = LQR(
    2 * np.array(TO_YOUNG) + TO_ADULTS,
    np.eye(2),
    np.eye(2),
    np.eye(2),
    state_noise=([0.06, 0.04], [TO_YOUNG, TO_ADULTS]),
)
CATCH = 1.8 * np.array(TO_YOUNG) + 0.7 * np.array(TO_ADULTS)
# Chapter 1.
for part in ("gradient", "natural gradient", "gauss newton"):
    case("ours-lemma-plane", part, FISH.replace(Q=[[1.0, 0.5], [0.5, 1.0]]), CATCH)
case("ours-lemma-plane", "stabilizing", FISH.replace(A=FISH.A + 0.1 * np.eye(2)), CATCH)
forgotten = instead(moments, "formal_cost", quiet)
case("s2-eq-1", "brute force", MANY, GAINS, wrong=forgotten)
HEAVIER = systems.three_state().replace(Sigma0=1.3 * systems.three_state().Sigma0)
BEST = lqrlib.optimal_gain(HEAVIER)
PAID = simulated_costs(HEAVIER, np.broadcast_to(BEST, (4000, 2, 3)), 100, np.random.default_rng(1))
case("s2-eq-1", "simulated average", systems.three_state(), BEST, PAID)
forgotten = instead(regulator, "_outcomes", quiet)
case("ours-lemma-moments", "moments by enumeration", MANY, GAINS, Z, wrong=forgotten)
KICKED = LQR(
    np.eye(2) / 2, np.eye(2), np.eye(2), np.eye(2), state_noise=([0.25], [np.diag([1.0, -1.0])])
)
CROSS = np.array(TO_YOUNG) + np.array(TO_ADULTS)


def negative(true: Callable[..., Any], problem: LQR, K: Any) -> Any:
    """Noise is subtracted: no longer a positive map."""
    return 2 * true(problem.without_noise(), K) - true(problem, K)


subtracted = instead(moments, "second_moment_matrix", negative)
case("ours-lemma-moments", "norm of a power", KICKED, np.zeros((2, 2)), CROSS, wrong=subtracted)
case("ours-lemma-moments", "radius of a power", CHEAP, IDLE, IDLE, wrong=larger_root())
# Some of these gains stabilize the mean.
forgotten = instead(moments, "formal_solution", quiet)
UNSTABLE = beyond_the_edge(MANY, GAINS)
case("ours-lemma-moments", "certificate", MANY, UNSTABLE, Z, wrong=forgotten)
case("ours-thm-domain", "margin", CHEAP, IDLE, wrong=larger_root())
case("ours-thm-domain", "first terms", CHEAP, IDLE, wrong=larger_root())
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
off = instead(objective, "gradient", times(1 + 1e-6))
for id in ("s2-lemma-3.1", "s1-grad"):
    case(id, "", MANY, GAINS, wrong=off)
case("s2-lemma-b.1", "gradient along X", MANY, GAINS, wrong=off)
half_E = attribute(objective, "evaluate", 0.5, "E")
case("s2-lemma-b.1", "recursion", MANY, GAINS, wrong=half_E)
off = instead(objective, "hessian", times(1 + 1e-5))
claimed = instead(objective, "hessian", lambda _, *case: printed.hessian(*case))
form_off = instead(printed, "hessian", times(1 + 1e-5))
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
double = instead(objective, "hessian_matrix", times(2.0))
case("ours-step-size", "longer step moves away", MANY, TOWARDS, wrong=double)
