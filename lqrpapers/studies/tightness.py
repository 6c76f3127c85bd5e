r"""How much of each bound is used: left side over right side, printed, repaired and sharp.

A constant of the same name bounds the same quantity in `lqrpapers.constants.printed`, `corrected`
and `sharp`: a row of `BOUNDS` says once what is bounded, and has a form for each module that has
the constant. A ratio of 1 attains a bound, a larger one violates it. All take stacks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from lqrlib import LQR, objective
from lqrlib.finite_horizon import finite_horizon_cost
from lqrlib.matrices import frobenius_norm, spectral_norm, trace, transpose
from lqrlib.tasks import distances
from lqrlib.validation import Array

from ..constants import corrected, magnitudes, printed, sharp
from ..constants.heterogeneity import differences
from .bisection import bisect, double
from .promises import (
    CANCELLED,
    Case,
    Pair,
    Quantity,
    Sides,
    Step,
    c_pg,
    ceiling,
    half,
    natural,
    one_over_L,
    promise,
    s1_step,
)

MODULES = {"printed": printed, "corrected": corrected, "sharp": sharp}
HORIZON = 10  # steps


ByModule = Callable[[ModuleType, Case], Pair]


@dataclass(frozen=True)
class Bound:
    """One bound: chapter, name, both sides in each of its forms, and whose statement it is."""

    chapter: int
    name: str
    forms: Mapping[str, Sides]
    paper: str = "S1"  #: S1's printed and repaired constants are for problems without noise.
    fails: str = ""  #: The statement that says that the printed form fails.

    def ratio(self, form: str, case: Case) -> Array:
        """Left over right side, (...): ``inf`` where only the right is not positive, 0 for 0/0."""
        left, right = np.broadcast_arrays(*self.forms[form](case))
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where((right <= 0) & (left > 0), np.inf, left / right)
        return np.maximum(np.nan_to_num(ratio, nan=0.0, posinf=np.inf), 0.0)

    def noisy(self, form: str) -> bool:
        """Whether this form is stated for problems with noise."""
        return form == "sharp" or self.paper == "S2"


def _forms(sides: ByModule, *forms: str) -> dict[str, Sides]:
    return {form: partial(sides, MODULES[form]) for form in forms}


def _at_gain(name: str, what: Quantity) -> dict[str, Sides]:
    """What a constant bounds at the gain itself."""
    return _forms(lambda module, c: (what(c.at), getattr(module, name)(c.numbers)), *MODULES)


def _change(
    name: str, what: Quantity, size: Callable[[Array], Array], lipschitz: str = ""
) -> dict[str, Sides]:
    """A change at the full h_Delta: our bound, and Lipschitz constants at the printed h_Delta."""

    def ours(case: Case) -> Pair:
        d = sharp.smoothness_radius(case.numbers)
        bound = getattr(sharp, name)(case.numbers, distance=d)
        scale = case.numbers.Sigma if name == "covariance_change" else 1.0
        return case.change(what, size, d), scale * bound

    def theirs(module: ModuleType, case: Case) -> Pair:
        d = printed.smoothness_radius(case.numbers)
        length = d * frobenius_norm(case.direction) / spectral_norm(case.direction)
        scale = case.at.cost if name == "cost_change" else 1.0
        return case.change(what, size, d), scale * getattr(module, lipschitz)(case.numbers) * length

    old = _forms(theirs, "printed", "corrected") if lipschitz else {}
    return {**old, "sharp": ours}


def _dominated(module: ModuleType, case: Case) -> Pair:
    """The gap by the gradient; sharper, by E_K."""
    if module is printed:
        rate = printed.gradient_domination(case.numbers)
        return case.at.gap, frobenius_norm(case.at.gradient) ** 2 / rate
    form = trace(transpose(case.at.E) @ np.linalg.solve(case.at.R_K, case.at.E))
    return case.at.gap, spectral_norm(case.best.Sigma) * form


def _edge(module: ModuleType, case: Case) -> Pair:
    """The distance that is safe, over the one at which the gain stops to stabilize."""
    safe = sharp.stability_radius if module is sharp else printed.smoothness_radius
    low = safe(case.numbers)

    def stable(distance: Array) -> NDArray[np.bool_]:
        return case.moved(distance).radius < 1 + 1e-9

    return low, bisect(stable, *double(stable, low, low * (1 + 1e-6), 1e15), 21)[1]


def _tasks(module: ModuleType, case: Case) -> Pair:
    """The gradients of two tasks."""
    there = objective.at_gain(case.second, case.K)
    left = spectral_norm(case.at.gradient - there.gradient)
    left = left - CANCELLED * spectral_norm(case.at.gradient)
    if module is sharp:
        return left, differences(case.problem, case.second, case.K).gradient
    over = magnitudes(LQR.stack([case.problem, case.second]), case.K).worst()
    factors = module.gradient_heterogeneity(over)
    pairs = zip(distances(case.problem, case.second), factors, strict=True)
    return left, np.asarray(sum(level * factor for level, factor in pairs))


def _cut_off(module: ModuleType, case: Case) -> Pair:
    """What `HORIZON` steps miss of the cost."""
    at, left = case.numbers, finite_horizon_cost(case.problem, case.K, HORIZON)
    lost = (1 - CANCELLED) * at.cost - left
    if module is sharp:
        return lost, (1 - at.q / at.P) ** HORIZON * at.cost
    weight = case.problem.states * (at.Q + at.R * at.K**2)
    return lost, at.cost**2 * weight / (HORIZON * at.mu * at.q**2)


def _smoothed(module: ModuleType, case: Case) -> Pair:
    """The bias of the gradient averaged over two opposite points at h_Delta."""
    d = module.smoothness_radius(case.numbers)
    V = (d / frobenius_norm(case.direction))[..., None, None] * case.direction
    ends = objective.gradient(case.problem, case.K + np.stack([V, -V])).mean(axis=0)
    bias = frobenius_norm(ends - case.at.gradient) - CANCELLED * frobenius_norm(ends)
    return bias, module.hessian_smoothness(case.numbers) * d**2 / 2


def _natural(sides: Callable[[str, Step], Sides]) -> dict[str, Sides]:
    forms = ("printed", "sharp")
    return {form: sides("natural_gradient", partial(natural, MODULES[form])) for form in forms}


_norm, _F, _two = spectral_norm, frobenius_norm, ("printed", "sharp")
BOUNDS = (
    Bound(3, "optimality gap", _forms(_dominated, *_two), "S2"),
    Bound(3, "gradient", _at_gain("gradient_bound", lambda at: _F(at.gradient)), fails="e1"),
    Bound(3, "Hessian", _at_gain("hessian_bound", lambda at: _norm(at.hessian_matrix)), fails="e6"),
    Bound(3, "gain", _at_gain("gain_bound", lambda at: _F(at.K)), fails="s1-lemma-5"),
    Bound(3, "safe distance", _forms(_edge, *_two)),
    Bound(3, "change of covariance", _change("covariance_change", lambda at: at.Sigma, _norm)),
    Bound(3, "change of value", _change("value_change", lambda at: at.P, _norm)),
    Bound(
        3,
        "change of cost",
        _change("cost_change", lambda at: np.asarray(at.cost), np.abs, "cost_smoothness"),
        fails="e2",
    ),
    Bound(3, "change of E_K", _change("E_change", lambda at: at.E, _norm)),
    Bound(
        3,
        "change of gradient",
        _change("gradient_change", lambda at: at.gradient, _F, "gradient_smoothness"),
    ),
    Bound(3, "change of Hessian", _change("hessian_change", lambda at: at.hessian_matrix, _norm)),
    Bound(3, "decrease, step 1/L", {"sharp": promise("gradient", one_over_L)}),
    Bound(5, "decrease, step c_pg", {"sharp": promise("gradient", c_pg)}, "S2"),
    Bound(5, "decrease, natural gradient", _natural(promise), "S2"),
    Bound(5, "decrease, Gauss–Newton", {"printed": promise("gauss_newton", half)}, "S2"),
    Bound(
        5,
        "step, gradient",
        {"printed": ceiling("gradient", s1_step), "sharp": ceiling("gradient", one_over_L)},
    ),
    Bound(5, "step c_pg", {"sharp": ceiling("gradient", c_pg)}, "S2"),
    Bound(5, "step, natural gradient", _natural(ceiling), "S2"),
    Bound(7, "smoothing bias", _forms(_smoothed, "sharp")),
    Bound(8, "gradients of two tasks", _forms(_tasks, *MODULES), fails="e3"),
    Bound(10, "cost cut off", _forms(_cut_off, *_two)),
)
