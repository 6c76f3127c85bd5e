"""A case that must fail for each inequality of chapter 14 that no other chapter reports."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any
from unittest import mock

from cases import NEAR, WEAK, Cases, instead, times

from lqrlib import maml, systems
from lqrpapers.claims import Checks, certified, corrected_theorems, journal_estimation
from lqrpapers.constants import meta
from lqrpapers.studies import certificates, exact_errata
from lqrpapers.studies.rollout_variance import journal_system

CASES = Cases()
case = CASES.add

# --- exact fractions ------------------------------------------------------------------------------
SUSPENSION, CERTIFIED = systems.suspension(), "ours-suspension-certified"
# A gain far from the optimum: what is proved of every gain within that distance says nothing.
rough = instead(certificates, "optimal_gain", times(1.01))
BOTH = ["trained with noise: it stabilizes", "trained without: it does not"]
case(CERTIFIED, BOTH, SUSPENSION, wrong=rough)
case(
    CERTIFIED,
    "float64 lies inside",
    SUSPENSION,
    wrong=instead(certified, "optimal_gain", times(1.01)),
)


def scaled(name: str, factor: float) -> Any:
    """With a part of the repaired constants multiplied."""
    true = getattr(exact_errata.Scalar, name)
    plain = true.fget if isinstance(true, property) else true
    changed: Any = lambda self, *given: times(factor)(plain, self, *given)  # noqa: E731
    return mock.patch.object(
        exact_errata.Scalar, name, property(changed) if isinstance(true, property) else changed
    )


IN_FRACTIONS = partial(certified.repaired_in_fractions, 40, 3)


def of(id: str, wrong: Any) -> None:
    """One erratum's repaired constant, with something wrong."""

    def call() -> Checks:
        return Checks(each for each in IN_FRACTIONS() if each.id == id)

    CASES.of(id, "corrected", "in exact fractions")(wrong(call))


of("e1", scaled("E_bound_squared", 0.1))
of("e2", scaled("cost_smoothness", 0.001))
of("e3", instead(exact_errata, "heterogeneity", times(0.1)))
half = lambda true, *given: tuple(part / 2 for part in true(*given))  # noqa: E731
of("e6", instead(exact_errata.Scalar, "hessian_parts", half))

# --- Theorems 10 to 13 ----------------------------------------------------------------------------
id = "ours-thm-corrected"
STEPS = ["iterates in S_ML", "adapted gains in S_i", "decrease in a step"]
uphill = instead(maml.MetaGain, "gradient", times(-1.0))
case(id, [f"model-based: {STEPS[0]}", f"model-based: {STEPS[2]}"], WEAK, NEAR, wrong=uphill)


def longer(true: Any, *given: Any) -> Any:
    """h_grad is a hundredth of what it is: steps are a hundred times as long."""
    over = true(*given)
    return replace(over, smoothness=over.smoothness / 100)


small = instead(meta, "suprema", longer)
case(id, f"model-based: {STEPS[1]}", WEAK, NEAR, wrong=small)


def backwards(true: Any, *given: Any) -> Any:
    """The estimates err by more than is allowed: both steps go far the other way."""
    estimates = true(*given)
    return lambda gain: tuple(-10 * each for each in estimates(gain))


wrong = instead(corrected_theorems, "wrong_estimates", backwards)
case(id, [f"model-free: {part}" for part in STEPS], WEAK, NEAR, wrong=wrong)

# --- the journal's experiment ---------------------------------------------------------------------
JOURNAL, STUDY = journal_system(), "s2-journal-estimation"
case(STUDY, ["within 10 % at the printed radius", "the mean with noise is within 10 %"], JOURNAL)
noisier = instead(
    journal_estimation, "one_point", lambda true, *given: true(*given)._replace(variance=2e4)
)
case(STUDY, "roll-outs without noise", JOURNAL, wrong=noisier)
other = instead(
    journal_estimation,
    "relative_errors",
    lambda true, *given: {count: 3 * errors for count, errors in true(*given).items()},
)
RECORDED = ["recorded errors without noise, to a factor of 2"]
RECORDED += ["the last recorded error is that of the mean"]
case(STUDY, RECORDED, JOURNAL, wrong=other)
