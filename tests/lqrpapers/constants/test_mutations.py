"""Each constant halved and doubled: a verdict changes, or a value worked out by hand is missed.

A verdict changes where a violation appears in a part that had none or none is left, where a bound
that was attained is so no longer, and where a check refuses its arguments.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import product
from typing import Any

import mutants
import numpy as np
import pinned_sizes
import pytest
from pinned import K0, K1, NOISY, OTHER, QUIET, START

from lqrlib import LQR, systems
from lqrpapers.claims import Checks, check

PINNED = pinned_sizes.PINNED
GROWING = [(a, b) for a in (0.3, 0.9) for b in (0.5, 2.0)]  # K = 0 bounds with almost no R
EASY = LQR.stack([systems.scalar(a, b, 1.0, 1e-9, 0.5) for a, b in GROWING])
LOUD = LQR.stack([systems.scalar(a, b, 1.0, 1e-9, 0.5, 0.1, 0.3) for a, b in GROWING])
UP = [[-1.0]]
WEAK, NEAR = systems.scalar(0.0, 1e-4, 1.0, 1.0), np.array([[1e-4]])  # rates are attained
BOTH = LQR.stack([WEAK, WEAK])
LAZY = systems.scalar(0.0, 1.0, 1.0, 1.0)
FORMS = ("printed", "corrected", "sharp")

# Small calls of check: an id, arguments, options; 1 s in all.
BATTERY: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    *(("s1-lemma-5", (EASY, K0), {"form": form}) for form in FORMS),
    ("s1-lemma-5", (systems.scalar(0.7, 0.5, 2.0, 3.0, 0.25), [[1.4]]), {"form": "sharp"}),
    *(("s1-lemma-6", (EASY, K0, UP), {"form": form}) for form in FORMS),
    ("s1-lemma-6", (LOUD, K0, UP), {"form": "sharp"}),
    *((f"s2-{id}", (WEAK, NEAR), {}) for id in ("lemma-3.2", "cor-3.3", "thm-3.4", "thm-3.5")),
    *((f"s2-{id}", (WEAK, NEAR), {"form": "sharp"}) for id in ("thm-3.5", "thm-3.6", "c-pg")),
    ("s2-thm-3.6", (WEAK, NEAR), {"form": "sharp", "iterations": 2}),
    ("s2-robust", ([0.6], [0.64 - 1e-9]), {}),
    ("s1-lemma-7", (WEAK, NEAR), {}),
    ("ours-thm-inexact", (WEAK, NEAR, 2), {}),
    ("s2-thm-4.1", (WEAK, NEAR, 2), {"form": "partial"}),
    *((id, (NOISY, K0, 1), {"samples": 4}) for id in ("ours-lemma-bias", "ours-lemma-truncation")),
    ("s2-rem-4.2", (NOISY, K0), {}),
    *(("s1-lemma-8", (OTHER, START, K0), {"form": form}) for form in FORMS),
    ("e3", (LAZY, systems.scalar(1e-3, 1.0, 1.0, 1.0), K0), {}),
    *(("s1-tr-17", (QUIET, K1), {"form": form}) for form in FORMS),
    *(("s1-tr-18", (QUIET, K1), {"form": form}) for form in FORMS[:2]),
    ("s1-tr-16", (1,), {"repetitions": 50}),
    *((id, (NOISY, K0), {"form": "sharp"}) for id in ("s2-riccati", "s1-rem-9")),
    ("s1-def-2", (LQR.stack([OTHER]), [[0.5]], [[[0.5]]]), {}),
    ("e4", (QUIET, K1, [[1.0]]), {}),
    *(("s1-thm-10", (BOTH, NEAR), {"form": form}) for form in ("partial", "corrected")),
    *(("s1-thm-12", (BOTH, NEAR, K0), {"form": form}) for form in FORMS[:2]),
    *(("ours-meta-descent", (BOTH, NEAR), {"fraction": share}) for share in (1.0, 0.1)),
    ("ours-meta-descent", (BOTH, NEAR, K0), {}),
    ("s1-thm-11", (BOTH, NEAR), {"form": "partial"}),
    ("s1-thm-13", (BOTH, NEAR), {}),
    *((f"ours-{id}", (BOTH, NEAR, 1), {}) for id in ("thm-model-free-maml", "lemma-wrong-step")),
]


def run(index: int) -> Any:
    """What a call of the battery says of each part: if it fails, and if it is attained."""
    id, arguments, options = BATTERY[index]
    try:
        with pytest.MonkeyPatch.context() as patch:
            mutants.forget(patch)  # what an earlier call has worked out counts for each
            found: Checks = check(id, *arguments, **options)
    except (ValueError, ArithmeticError) as error:
        return type(error)
    return [
        (each.violated > 0, 1 - 1e-6 < np.max(each.ratio[each.lhs > 0], initial=0) < 1 + 1e-6)
        for each in found
    ]


@cache
def honest() -> tuple[list[Any], dict[str, set[int]]]:
    """What the battery says of the book's constants, and which calls use which function."""
    said = [run(index) for index in range(len(BATTERY))]
    calls: dict[str, set[int]] = {name: set() for name in mutants.functions()}
    current: list[int] = []
    with pytest.MonkeyPatch.context() as patch:
        for name, function in mutants.functions().items():

            def watched(
                *given: Any, _f: Callable[..., Any] = function, _n: str = name, **o: Any
            ) -> Any:
                calls[_n].update(current)
                return _f(*given, **o)

            mutants.replace(patch, function, watched)
        for index in range(len(BATTERY)):
            current[:] = [index]
            run(index)
    return said, calls


def verdict_changes(name: str) -> bool:
    said, calls = honest()
    users = calls.get(function_of(name), range(len(BATTERY)))  # of a method: any
    return any(run(index) != said[index] for index in sorted(users))


def pin_is_missed(name: str) -> bool:
    for call, value in PINNED[name]:
        found = np.squeeze(np.asarray(call(), dtype=float))
        if not np.allclose(found, np.asarray(value, dtype=float), rtol=1e-9, atol=0):
            return True
    return False


# Functions that no call of the battery uses.
UNCALLED = {
    "printed.hessian_matrix": "chapter 2 draws it",
    "meta.printed_rate": "chapters draw it; the claims use 1 minus it, which keeps its digits",
}
OTHERS = "zero or unused in the battery, or beside a much larger term"
SLACK = "a bound that is attained nowhere: it keeps more than a factor of two"
NO_LEVEL = "the two tasks of the battery do not differ in it"
SAMPLES = "no verdict counts samples: each step of the lemma's proof is checked instead"
ONE_TASK = "two equal tasks: the printed theorems' steps and limits are far from what would do"
# Halving and doubling change no verdict; a value worked out by hand is missed.
SURVIVORS = {
    OTHERS: "magnitudes.printed_noise_weight "
    "magnitudes.magnitudes.{A,Sigma0,K,BPA,BPA_frobenius,printed_noise} "
    "magnitudes.sublevel.{gap,A,B,Q,R,Sigma0,P,Sigma,trace,BPA,BPA_frobenius} "
    "magnitudes.sublevel.{noise,printed_noise}",
    SLACK: "magnitudes.sublevel.A_K printed.{cost_smoothness,gain_bound} "
    "corrected.{gain_bound,cost_smoothness,gradient_smoothness} corrected.gradient_heterogeneity.A "
    "sharp.gradient_step heterogeneity.sublevel_distances journal.{input_weight,gradient_step} "
    "estimates.{gradient_size,hessian_size}.{radius,deviation,bias} "
    "estimates.{truncated_gradient_error,printed_hessian_smoothness}",
    NO_LEVEL: "{printed,corrected}.gradient_heterogeneity.{B,Q,R} "
    "heterogeneity.frobenius_distances",
    SAMPLES: "estimates.{matrix_bernstein_samples,vector_bernstein_samples} "
    "estimates.{gradient_size,hessian_size}.samples",
    ONE_TASK: "suprema.suprema.{hessian,gradient,heterogeneity,gap,cost} "
    "suprema.suprema.{mu,q,r} "
    "meta.printed_steps.{inner,outer} meta.{printed_heterogeneity_limit,printed_bias} "
    "meta.{printed_optimum_bias,kappa,sharp_gradient,sharp_bias} meta.sharp_steps.inner "
    "meta.Errors.{kappa,outer}",
    "chapter 7 prints it": "sampling.SampleSizes.steps",
    "chapters 6 and 7 print them; a run of that size takes too long": "sampling.sample_sizes."
    "{step_size,iterations,error,radius,horizon,samples,cost_bound}",
}
# The same for one of the two.
ONE_WAY = {
    ("magnitudes.magnitudes.Q", 0.5): "it only enters printed bounds that grow with it",
    ("magnitudes.sublevel.optimal_cost", 0.5): "a start above it is refused, one below is not",
    ("printed.smoothness_radius", 0.5): "a shorter radius is as valid",
    ("printed.hessian_bound", 2.0): "an upper bound that is not attained",
    ("printed.gradient_smoothness", 2.0): "an upper bound that is not attained",
    ("printed.gradient_constant", 2.0): "an upper bound that is not attained",
    **{(f"estimates.{x}_size.bound", 2.0): "not attained" for x in ("gradient", "hessian")},
    ("suprema.suprema.smoothness", 2.0): "shorter steps are as valid",
    ("suprema.suprema.domination", 0.5): "a slower rate is as valid",
    ("suprema.suprema.start_gap", 2.0): "a larger gap is promised with more room",
    **{(f"magnitudes.sublevel.{x}", 0.5): "a slower rate is as valid" for x in ("mu", "r")},
    ("magnitudes.sublevel.optimal_Sigma", 2.0): "a slower rate is as valid",
    ("meta.sharp_rate", 2.0): "a slower rate is as valid",
    ("meta.sharp_steps.outer", 0.5): "shorter steps are as valid",
    ("meta.printed_admits", 2.0): "the battery's families are admitted",
    ("meta.sharp_invariant", 2.0): "the battery's families are invariant",
}


def expanded(text: str) -> Iterator[str]:
    """The names behind "a.{b,c}.d", each of several."""
    for word in text.split():
        parts = [each.split(",") for each in re.split(r"[{}]", word)]
        yield from ("".join(each) for each in product(*parts))


UNSEEN = {name for text in SURVIVORS.values() for name in expanded(text)}
NAMES = list(mutants.names())


def function_of(name: str) -> str:
    return ".".join(name.split(".")[:2])


def test_every_constant_has_a_value_worked_out_by_hand():
    assert set(PINNED) == set(NAMES)
    assert not [name for name in NAMES if pin_is_missed(name)]


def test_the_lists_name_only_constants_and_functions_that_no_call_uses():
    uncalled = {name for name, calls in honest()[1].items() if not calls}
    assert uncalled == set(UNCALLED)
    assert set(NAMES) >= UNSEEN | {name for name, _ in ONE_WAY}


def test_the_rates_of_the_theorems_are_attained():
    said, _ = honest()
    rates = {"s1-lemma-7", "s2-lemma-3.2", "s2-cor-3.3", "s2-thm-3.4", "s2-thm-3.5"}
    rates |= {"ours-thm-inexact"}
    last = [(id, said[index][-1]) for index, (id, *_) in enumerate(BATTERY) if id in rates]
    assert {id for id, part in last if part == (False, True)} == rates


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("factor", [0.5, 2.0])
@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_constant_is_noticed(name: str, factor: float, monkeypatch: pytest.MonkeyPatch):
    honest()
    mutants.mutate(monkeypatch, name, factor)
    assert pin_is_missed(name)
    known = function_of(name) in UNCALLED or name in UNSEEN or (name, factor) in ONE_WAY
    assert verdict_changes(name) is not known


@pytest.mark.filterwarnings("ignore")
def test_three_times_our_gradient_step_changes_the_verdict_of_theorem_3_6(monkeypatch):
    honest()
    mutants.mutate(monkeypatch, "sharp.gradient_step", 3.0)
    assert verdict_changes("sharp.gradient_step")


INSIDE = [
    ("sharp.gradient_step", "at.q / (5 *", "at.q / (2.5 *"),
    ("sharp.gradient_step", "1 / (8 * at.nu**2)", "1 / (4 * at.nu**2)"),
    ("sampling.sample_sizes", "72 * size**2", "7.2 * size**2"),
]


@pytest.mark.parametrize(("name", "old", "new"), INSIDE)
def test_a_wrong_number_inside_a_constant_is_noticed(name, old, new, monkeypatch):
    mutants.rewrite(monkeypatch, f"constants.{name}", old, new)
    assert any(pin_is_missed(each) for each in NAMES if function_of(each) == name)


IN_CLAIMS = [
    ("s2-thm-3.4", "convergence.convergence", "return step * rate", "return 0.5 * step * rate"),
    ("s2-thm-3.5", "convergence.convergence", "return step * rate", "return 0.5 * step * rate"),
    ("ours-thm-inexact", "model_free.inexact_descent", "rate * aim / 2", "rate * aim / 8"),
    ("ours-thm-inexact", "model_free.inexact_descent", "step * rate / 4", "step * rate / 8"),
    ("s2-lemma-3.2", "domination._dominating", "/ rate", "/ rate * 2"),
    ("s1-lemma-7", "domination._dominating", "/ rate", "/ rate * 2"),
]


@pytest.mark.parametrize(("id", "place", "old", "new"), IN_CLAIMS)
def test_a_claim_weaker_than_its_theorem_is_noticed(id, place, old, new, monkeypatch):
    said, _ = honest()
    mutants.rewrite(monkeypatch, f"claims.{place}", old, new)
    assert any(run(i) != said[i] for i, (each, *_) in enumerate(BATTERY) if each == id)
