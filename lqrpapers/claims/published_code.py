"""Erratum E11: what the solver published with S2 returns, beside what it is taken to return."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import LQR, objective
from lqrlib.matrices import frobenius_norm
from lqrlib.validation import Array
from lqrpapers.studies.published_solver import PublishedSolver, finite_horizon

from .registry import Inequalities, Sides, claim

# Relative errors allowed: of a covariance from which sweeps start, and of a cost.
SAME, SETTLED = 1e-6, 1e-6


@claim("e11")
def published_solver(
    problems: LQR, K: Array, suspension: LQR, start: Array, near: ArrayLike
) -> Inequalities:
    """Random problems with several input-noise terms, with gains; S2's suspension and its start.

    The gains `near` (S, m, n) stabilize the suspension, barely. The sweeps for Sigma_K start from
    the right one, where right sweeps stay; the finite horizon is compared with the infinite sum.
    """
    drift, horizon = [], []
    for problem, gain in zip(problems, K, strict=True):
        at = objective.at_gain(problem, gain)
        _, swept, _ = PublishedSolver(problem, gain, keep_last=True).solve(gain, Sigma=at.Sigma)
        drift.append(np.inf if swept is None else _error(swept, at.Sigma))
        P, Sigma = finite_horizon(problem, gain)
        horizon.append([_error(P, at.P), _error(Sigma, at.Sigma)])
    yield Sides("every input-noise term enters Σ_K", np.array(drift), SAME)
    for part, errors in zip(("P_K", "Σ_K"), np.transpose(horizon), strict=True):
        yield Sides(f"the finite horizon tends to {part}", errors, SAME)
    solver = PublishedSolver(suspension, start)
    exact = objective.cost(suspension, np.stack([start, *np.asarray(near)]))
    settled, _ = solver.costs(start[None])
    yield Sides("the sweeps settle", np.abs(settled / exact[:1] - 1), SETTLED)
    costs = np.array([solver.cost(gain) for gain in np.asarray(near)])
    yield Sides("stabilizing gains have a finite cost", costs, 2 * exact[1:])


def _error(found: Array, exact: Array) -> float:
    return float(frobenius_norm(found - exact) / frobenius_norm(exact))
