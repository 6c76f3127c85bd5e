"""A case that must fail for each inequality of chapter 12."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest import mock

import numpy as np
from cases import Cases, instead, times

import lqrlib
from lqrlib import systems
from lqrpapers.claims import averaging as averaging_claims
from lqrpapers.constants import printed
from lqrpapers.studies import averaging
from lqrpapers.studies.ensembles import random_cases
from lqrpapers.studies.task_families import spectral_family

CASES = Cases()
case = CASES.add


# --- Figure 1, right, and E9 ---------------------------------------------------------------------
def falling(first: float, rate: float, count: int = 80) -> Any:
    curve = first * rate ** np.arange(count)
    return np.broadcast_to(curve[:, None, None], (count, 2, 3)).copy()


GOOD, POOR = falling(0.1, 0.85), falling(2.0, 0.92)
NOMINAL = systems.boeing()
K = np.stack([lqrlib.optimal_gain(NOMINAL)] * 2)
NEAR, FAR = (spectral_family(NOMINAL, 3, level, 1, families=2) for level in (0.01, 0.9))
WORSE = ["it starts nearer to the optimum", "ten iterations bring it within 10 %"]
WORSE += ["half the iterations to 1 %", "half the iterations at equal steps"]
case("s1-fig-1-right", WORSE, POOR, GOOD, NEAR, K, (POOR, GOOD))
case("s1-fig-1-right", "the learned gain stabilizes unseen tasks", GOOD, POOR, FAR, K + 0.5)
# Equal terms without a lead.
case("e9", "half the iterations at equal steps", (1e-3, 3.5e-4), 1, POOR, POOR, GOOD)

# --- our lemmas of chapter 12 --------------------------------------------------------------------
CLOCK, HEAD_START, COVARIANCE = "ours-lemma-clock", "ours-lemma-head-start", "ours-covariance"
larger = instead(printed, "gradient_domination", times(10.0))
SCALARS = random_cases(10, 1, 1, [1, 1, 0], 0)
case(CLOCK, ["clock", "iterations at a constant step"], *SCALARS, wrong=larger)

random = np.random.default_rng(5)
h, v = 10 ** random.uniform(-2, 0, (40, 1, 6)), np.linalg.qr(random.standard_normal((40, 6, 6)))[0]
QUADRATICS = v * h @ v.swapaxes(-1, -2), random.standard_normal((2, 40, 6))


def least_eigenvalue(factor: float) -> Any:
    """With a least eigenvalue that is too small or too large."""

    def change(true: Callable[..., Any], H: Any) -> Any:
        h, v = true(H)
        return np.concatenate([factor * h[:, :1], h[:, 1:]], axis=1), v

    return instead(np.linalg, "eigh", change)


LOW = ["gap after t steps", "T(theta), at least"]
HIGH = ["T(theta), at most", "difference of two starts, at most"]
HIGH.append("difference of two starts, at least")
case(HEAD_START, LOW, *QUADRATICS, wrong=least_eigenvalue(0.5))
case(HEAD_START, HIGH, *QUADRATICS, wrong=least_eigenvalue(2.0))

# A covariance one per cent too large, and slopes that are correlated.
FAMILY = spectral_family(systems.double_integrator(), 4, 0.05, 3, families=4)
BEST = lqrlib.optimal_gain(FAMILY[:, 0])


def larger_by_a_hundredth(true: Callable[..., Any], *given: Any, **named: Any) -> Any:
    found = true(*given, **named)
    return found._replace(shift=1.01 * found.shift, size=1.01 * found.size)


LEADING = [f"{what}, leading coefficient" for what in ("optimum", "gain", "first-order MAML")]
LEADING += [f"{what}, power of the remainder" for what in ("optimum", "gain")]
LEADING.append("what first-order MAML gains")
wrong = instead(averaging, "covariance", larger_by_a_hundredth)
case(COVARIANCE, LEADING, FAMILY, BEST, wrong=wrong)
correlated = mock.patch.object(averaging_claims, "UNCORRELATED", ((-1, 1, 0), (1, 2, 3)))
case(COVARIANCE, "covariance zero, an example", FAMILY, BEST, wrong=correlated)
