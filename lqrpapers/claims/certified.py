"""What is checked in exact fractions: the suspension's two gains, and constants of one state."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from lqrlib import LQR, objective, optimal_gain

from ..studies import certificates
from ..studies.exact_errata import repaired_bounds
from .checking import Check, Checks
from .registry import Inequalities, Sides, claim

# What float64 may be off the exact enclosure.
AGREES = 1e-9


def _float(x: Fraction | float, towards: float) -> float:
    """The float next to a fraction, on the side of `towards`."""
    return float(np.nextafter(float(x), towards))


@claim("ours-suspension-certified")
def both_gains(problem: LQR) -> Inequalities:
    """rho(F_K) < 1 at the optimal gain with noise, > 1 at that without; float64 agrees."""
    quiet, inside = problem.without_noise(), []
    with_noise, without = (certificates.optimum_judged(each, problem) for each in (problem, quiet))
    yield Sides("trained with noise: it stabilizes", _float(with_noise.high, np.inf), 1.0)
    yield Sides("trained without: it does not", 1.0, _float(without.low, 0.0))
    for trained, (low, high, _) in ((problem, with_noise), (quiet, without)):
        radius = float(objective.mean_square_radius(problem, optimal_gain(trained)))
        inside.append(max(float(low) - radius, radius - float(high), 0.0))
    yield Sides("float64 lies inside", inside, AGREES, role="guard")


def repaired_in_fractions(count: int, seed: int) -> Checks:
    """The repaired constants of E1, E2, E3 and E6 on random one-state tasks, in exact fractions."""

    def found() -> Iterator[Check]:
        for id_, sides in repaired_bounds(count, seed).items():
            # Both are squares; fractions decide, and floats only say how near it is.
            ratio = [float(lhs / rhs) if rhs else float(lhs > 0) for lhs, rhs in sides]
            fails = [lhs > rhs for lhs, rhs in sides]
            lhs = np.where(fails, np.maximum(ratio, 1.001), np.minimum(ratio, 1.0))
            one = np.ones_like(lhs)
            yield Check(id_, "in exact fractions", "corrected", lhs, one, role="guard")

    return Checks(found())
