"""Chapters 4 and 5: for each inequality a wrong object, constant or input that it must notice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from unittest import mock

import numpy as np
from cases import Cases, beyond_the_edge, instead, times
from recorded_gaps import changed, falling, gaps

import lqrlib
from lqrlib import LQR, AtGain, objective, systems
from lqrpapers.claims import Checks, check, convergence, mean_square, stability_levels
from lqrpapers.constants import sharp
from lqrpapers.constants.magnitudes import Magnitudes
from lqrpapers.studies.moments import second_moment_matrix

CASES = Cases()
case = CASES.add


def ensemble(n: int = 3, m: int = 2, noise: int = 1, count: int = 20) -> tuple[LQR, Any]:
    """Random problems with stabilizing gains."""
    problem = systems.random_ensemble(
        count, n, m, 5, state_noise_terms=noise, input_noise_terms=noise
    )
    return problem, systems.random_stabilizing_gains(problem, 7, fraction=(0.1, 0.9))


SOME = ensemble()
UNSTABLE = SOME[0], beyond_the_edge(*SOME)
ONE_STATE = ensemble(1, 1, 0, 200)
NEARLY_QUADRATIC = convergence.nearly_quadratic()
PLANTS = systems.random_ensemble(4, 3, 1, 5, radius=(1.05, 1.8))
FOR_PLANTS = systems.random_stabilizing_gains(PLANTS, 7)
half_a = mock.patch.object(Magnitudes, "a", property(lambda at: at.A_K * at.B / 2))


# --- 4: the equations ----------------------------------------------------------------------------
def subtracted(true: Any, problem: LQR, K: Any) -> Any:
    """The radius where noise is subtracted."""
    still = second_moment_matrix(problem.without_noise(), K)
    return np.abs(np.linalg.eigvals(2 * still - second_moment_matrix(problem, K))).max(axis=-1)


case("s2-mss", "nominal radius", *SOME, wrong=instead(objective, "mean_square_radius", subtracted))
doubled = instead(mean_square, "scaled_noise", lambda true, problem, s: true(problem, 1 / s))
case("s2-mss", "half the noise", *SOME, wrong=doubled)


def wrong_riccati(method: str) -> Any:
    """With a P of this method that is off by a thousandth."""

    def change(true: Any, problem: LQR, **options: Any) -> Any:
        found = true(problem, **options)
        return replace(found, P=1.001 * found.P) if options["method"] == method else found

    return instead(mean_square, "solve_riccati", change)


def sweep(change: Callable[..., Any]) -> Any:
    return instead(mean_square, "value_step", change)


RICCATI, PROBLEM = "s2-riccati", SOME[0]
case(RICCATI, "same P", PROBLEM, wrong=wrong_riccati("value_iteration"))
case(RICCATI, "equation", PROBLEM, wrong=wrong_riccati("policy_iteration"))
case(RICCATI, "value iteration rises", PROBLEM, wrong=sweep(times(0.9)))
case(RICCATI, "value iteration stays below", PROBLEM, wrong=sweep(times(1.1)))
twice = sweep(lambda true, problem, P: true(problem, true(problem, P)))
case(RICCATI, "value iteration misses at least", PROBLEM, wrong=twice)
case(RICCATI, "semidefinite program", PROBLEM, 1.001 * lqrlib.solve(PROBLEM).P)
quadratic = "policy iteration is quadratic"
case(RICCATI, quadratic, *ensemble(1, 1, 0), form="sharp", wrong=half_a)


def without_the_first_term(true: Callable[..., AtGain], *given: Any) -> AtGain:
    """P and Sigma are sums from t = 1 instead of t = 0."""
    at = true(*given)
    at.P, at.Sigma = at.loop.apply_adjoint(at.P), at.loop.apply(at.Sigma)  # type: ignore[misc]
    return at


for id in ("s2-eq-2", "s2-eq-3"):
    later = instead(objective, "evaluate", without_the_first_term)
    case(id, ["equation", "Kronecker solve", "above the weight"], *SOME, wrong=later)


@CASES.of(
    "s2-eq-3", "printed", "relative forward error at most 100 ε / (1 − ρ), up to the largest n"
)
def a_solver_with_six_digits() -> Checks:
    return Checks([mean_square.forward_errors([1e-6], [1e-3])])


# --- 4: levels of noise --------------------------------------------------------------------------
VISIBLE = ["one to three trajectories, exactly", "one trajectory alone"]
heavier = mock.patch.object(stability_levels, "HEAVY", 0.99)
case("ours-lemma-visible", VISIBLE, steps=(10, 20), wrong=heavier)


def levels(name: str, change: Callable[..., Any]) -> Any:
    return instead(stability_levels, name, change)


def of_the_last_noise(_: Any, problem: LQR, K: Any, b: Any = None) -> Any:
    """What earlier noise has left in the state is forgotten."""
    return 1 / (K @ (problem.B if b is None else b))[..., 0, 0] ** 2


STICK = LQR(
    np.array([[13, 5], [5, 13]]) / 12,
    np.array([[1], [5]]) / 12,
    np.eye(2),
    [[1]],
    input_noise=([0.9], np.array([[[1], [5]]]) / 12),
)
higher = levels("critical_scale", times(1.01))
case("ours-thm-level", "all noise together", *SOME, wrong=higher)
last = levels("survived_level", of_the_last_noise)
case("ours-thm-level", "one term on one input", STICK, np.full((1, 2), 5 / 3), wrong=last)
CRITICAL = "ours-thm-critical"
higher = levels("critical_level", times(1.01))
case(CRITICAL, "the solver's verdict changes there", PLANTS, FOR_PLANTS, wrong=higher)
case(CRITICAL, "no gain survives more", PLANTS, FOR_PLANTS, wrong=last)
for part, factor in (("K_c survives less", 1.2), ("K_c survives as much", 1.01)):
    case(CRITICAL, part, PLANTS, FOR_PLANTS, wrong=levels("last_gain", times(factor)))


@CASES.of(CRITICAL, "printed", "the stick with two disturbances, to 1e-6")
def levels_that_are_not_critical() -> Checks:
    return Checks([stability_levels.two_disturbances([0.1], [0.5])])


# Some of these gains stabilize the mean.
quiet = levels("formal_solution", lambda f, p, *given, **o: f(p.without_noise(), *given, **o))
case("ours-certificate", ["state equation", "value equation"], *UNSTABLE, wrong=quiet)
weak = mock.patch.object(stability_levels, "CERTIFIED", 100.0)
case("ours-certificate", "approximate solution", *UNSTABLE, wrong=weak)


# --- 5: theorems of convergence ------------------------------------------------------------------
def longer(factor: float) -> Any:
    """With steps that are too long."""
    return instead(convergence, "largest_step", times(factor))


def own(factor: float) -> Any:
    return instead(sharp, "natural_gradient_step", times(factor))


NEWTON, NATURAL, GRADIENT = "s2-thm-3.4", "s2-thm-3.5", "s2-thm-3.6"
case(NEWTON, "stability", *SOME, wrong=longer(20))
case(NATURAL, "stability", *SOME, wrong=longer(1e3))
case(NATURAL, "stability", *SOME, form="sharp", wrong=own(1e3))
case(GRADIENT, "stability", *SOME, form="sharp", wrong=longer(1e9))
case(NEWTON, "decrease", *NEARLY_QUADRATIC, wrong=longer(1.01))
case(NATURAL, "decrease", *NEARLY_QUADRATIC, wrong=longer(1.01))
case(NATURAL, "decrease", *NEARLY_QUADRATIC, form="sharp", wrong=own(1.01))
case(GRADIENT, "decrease", *NEARLY_QUADRATIC, form="sharp", wrong=longer(3))


class Scaled(np.random.Generator):
    """A generator whose uniform numbers are too large or too small by a factor."""

    def __init__(self, factor: float) -> None:
        super().__init__(np.random.PCG64(3))
        self.factor = factor

    def uniform(self, *given: Any) -> Any:
        return self.factor * super().uniform(*given)


SIZES = ("stability", 5), ("P does not grow", 2), ("decrease", 1.5), ("rise", 0.5)
for part, factor in SIZES:
    CASES.of("ours-improvement", "printed", part)(
        lambda factor=factor: check("ours-improvement", *SOME, Scaled(factor))  # type: ignore[misc]
    )


# --- 5: steps that work and that fail ------------------------------------------------------------
def method(name: str, factor: float) -> Any:
    """With directions of a method that are too long or too short."""
    true = convergence.DIRECTIONS[name]
    wrong: Any = {name: lambda problem: lambda K: factor * true(problem)(K)}
    return mock.patch.dict(convergence.DIRECTIONS, wrong)


STEPS = "ours-steps"
for part, factor in (("steps below 1", 1.2), ("step 1 changes nothing", 0.99)):
    case(STEPS, f"Gauss-Newton, {part}", *SOME, wrong=method("gauss_newton", factor))
case(STEPS, "Gauss-Newton, steps above 1", *SOME, wrong=method("gauss_newton", 0.5))
below = "natural gradient, steps below 1/‖R‖"
case(STEPS, below, *SOME, iterations=1, wrong=method("natural_gradient", 1.2))
above = [f"{name}, steps above the ceiling" for name in ("natural gradient", "gradient")]
case(STEPS, above, *SOME, outside={"beyond": 0.95})
case("ours-quadratic", "", *ONE_STATE, wrong=half_a)


# --- 5: Figure 2 ---------------------------------------------------------------------------------
def figure(part: str, gaps: Any, **failing: int) -> None:
    """Gaps of the three methods, and how many systems a tenfold step fails on."""
    case("s2-fig-2", part, gaps, dict.fromkeys(convergence.DIRECTIONS, 3) | failing)


figure("final gap at most 5 %", changed("gradient", lambda g: np.maximum(g, 0.06)))
rising = changed("natural_gradient", lambda g: np.vstack([g[:7], 2 * g[7:]]))
figure("every step lowers the cost", rising)
figure("Gauss-Newton first", changed("gauss_newton", lambda g: falling(0.01)))
first = changed("gradient", lambda g: np.vstack([g[:1], 0.04 + 0 * g[1:]]))
figure("gradient last", first)
three_times = changed("natural_gradient", lambda g: 3 * g)
figure("recorded means within 3.5 standard errors", three_times)
figure("ten times the step is too large", gaps(), gradient=0)
