"""Which bounds are attained, what more states take off them, and how much of a promise is used."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import LQR
from lqrlib.matrices import frobenius_norm, transpose
from lqrlib.validation import Array

from ..constants import magnitudes, sharp
from ..studies import promises, tightness
from ..studies.moments import second_moment_matrix
from .convergence import SETTLED
from .registry import Inequalities, Sides, claim
from .smoothness import local_bounds

EXACT = 1e-9  # relative error of an equality
DEVIATION = "{}: deviation from equality over 10⁻⁹"  # what is measured of one
NEAR = 1e-3  # how near to 1 a search comes to a bound that is attained, or in the limit
FOUND = 1e-6  # rounding error of ratios at ill-conditioned problems


def _equal(part: str, left: Array, right: Array | float) -> Sides:
    return Sides(DEVIATION.format(part), np.abs(left / right - 1), EXACT)


def case_at(problem: LQR, K: Array) -> promises.Case:
    """Problems at gains, moved in the direction that takes one state towards the edge."""
    sign = np.where(transpose(problem.A @ problem.B) > 0, -1.0, 1.0)
    return promises.Case(problem, K, sign, problem)


BY_NAME = {bound.name: bound for bound in tightness.BOUNDS}
IDLE = ("change of covariance", "change of value", "change of cost", "change of E_K")
MEMORYLESS = ("Hessian", "change of gradient", "change of Hessian")


@claim("ours-attained")
def attained(problem: LQR, K: Array) -> Inequalities:
    """Equalities for problems (D,) with one state and one input, b > 0, and gains (D, 1, 1).

    Relative errors: 1 at K = 0; 2 also with A = 0; 3 at the gain that puts out the state in one
    step, without noise; 4 with A = 0 and without noise on the state, at any K.
    """
    zero = np.zeros_like(K)
    still = problem.replace(A=0 * problem.A)
    quiet = still.replace(state_noise=None)
    for names, case in (
        (IDLE, case_at(problem, zero)),
        (MEMORYLESS, case_at(still, zero)),
        (("gain",), case_at(problem.without_noise(), problem.A / problem.B)),
    ):
        for name in names:
            yield _equal(name, BY_NAME[name].ratio("sharp", case), 1.0)
    idle = case_at(problem, zero)
    left, right = BY_NAME["cost cut off"].forms["sharp"](idle)
    yield Sides(DEVIATION.format("cost cut off"), np.abs(left - right) / idle.at.cost, EXACT)
    edge = idle.moved(sharp.stability_radius(idle.numbers)).K
    yield _equal("safe distance", second_moment_matrix(problem, edge)[..., 0, 0], 1.0)
    at = case_at(quiet, K)
    yield _equal("E_K", frobenius_norm(at.at.E), sharp.E_bound(at.numbers))
    promise = BY_NAME["decrease, Gauss–Newton"].ratio("printed", at)
    yield _equal("decrease, Gauss–Newton", promise, 1.0)


@claim("ours-states")
def more_states(problem: LQR, K: ArrayLike, direction: ArrayLike) -> Inequalities:
    """Five bounds of `ours-smoothness` times theta = 1 - (n - 1)/nu, and a longer safe distance."""
    at = magnitudes(problem, K)
    theta = 1 - (problem.states - 1) / at.nu
    parts = "gradient", "Hessian", "change of covariance", "change of value", "change of cost"
    for each in local_bounds(problem, K, direction):
        if each.part in parts:
            yield each._replace(rhs=theta * np.asarray(each.rhs))
    # the root of phi = 1/(nu theta)
    level = 1 / (at.nu * theta)
    d = level / (at.a + np.sqrt(at.a**2 + at.b * level))
    case = promises.Case(problem, np.asarray(K, float), np.asarray(direction, float), problem)
    yield Sides("safe distance", case.moved(d).radius, 1.0, role="guard")


@claim("ours-promises")
def shares_of_promises(problem: LQR, K: Array) -> Inequalities:
    """How much of the promised decrease can be used, and how far steps stay below their ceilings.

    The step of S1's theorems is that of the problems without their noise.
    """
    case = promises.Case(problem, K, K, problem)
    quiet = promises.Case(problem.without_noise(), K, K, problem)
    floor = SETTLED * case.at.cost
    for form in ("printed", "sharp"):
        step = partial(promises.natural, tightness.MODULES[form])
        promised, taken = promises.promise("natural_gradient", step)(case)
        share = 1 / (2 - 2 * step(case) * case.numbers.r)
        yield Sides(f"decrease, natural gradient, {form} step", promised, share * taken, floor)
    promised, taken = promises.promise("gradient", promises.c_pg)(case)
    yield Sides("decrease, step c_pg", promised, 20 / 27 * taken, floor)
    for name, form, at, most in (
        ("step, natural gradient", "printed", case, 1.0),
        ("step, natural gradient", "sharp", case, 1.0),
        ("step c_pg", "sharp", case, 0.4),
        ("step, gradient", "sharp", case, 1.0),
        ("step, gradient", "printed", quiet, 0.125),
    ):
        yield Sides(f"{name}, {form}", BY_NAME[name].ratio(form, at), most)


@claim("ours-worst")
def worst_ratios(found: Mapping[tuple[str, str, int], float]) -> Inequalities:
    """The largest ratios that searches found, {(bound, form, states): ratio}.

    That a bound is reached, or a printed one exceeded, is asked of the number of states that does
    best.
    """
    best: dict[tuple[str, str], float] = {}
    for (name, form, _), ratio in found.items():
        best[name, form] = max(ratio, best.get((name, form), 0.0))
    fails = {(bound.name, "printed") for bound in tightness.BOUNDS if bound.fails}
    stand = [ratio for key, ratio in best.items() if key not in fails]
    reached = [best[name, "sharp"] for name in (*IDLE, *MEMORYLESS, "cost cut off", "gradient")]
    yield Sides("proved bounds: ratio found", stand, 1 + FOUND)
    yield Sides(
        "printed bounds that fail: 1.001 over the ratio found",
        1 + NEAR,
        [best[key] for key in sorted(fails)],
    )
    yield Sides("bounds that are attained: 0.999 over the ratio found", 1 - NEAR, reached)
