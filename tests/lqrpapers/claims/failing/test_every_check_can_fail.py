"""No check is empty: each has a case that must fail it, and an erratum one that refutes it.

The other files of this folder give `CASES`: (id, form, part) -> a call that returns checks, of
which that part is violated. A case has a wrong constant or object, or an input outside the
hypotheses; no side of an inequality is scaled.
"""

from __future__ import annotations

from functools import cache, partial
from importlib.util import module_from_spec, spec_from_file_location
from inspect import unwrap
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
from cases import Case, Cases, Key

import lqrlib
from book import collect
from lqrlib import LQR, systems
from lqrpapers.claims import CLAIMS, FORMS, Checks, check, zeroth_order
from lqrpapers.claims.records import Record
from lqrpapers.claims.verdicts import verdict
from lqrpapers.studies.rollout_numbers import Coin

ROOT = Path(__file__).resolve().parents[4]


def cases_of(path: Path) -> Cases:
    spec = spec_from_file_location(f"cases_{path.stem}", path)
    assert spec and spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Cases = module.CASES
    return found


FILES = {path.stem: cases_of(path) for path in sorted(Path(__file__).parent.glob("test_[0-9]*.py"))}
CASES = {key: case for cases in FILES.values() for key, case in cases.items()}
# What decorates a call is wrong; without it the call is honest.
HONEST = {key: call for key, case in CASES.items() if (call := unwrap(case)) is not case}
once: dict[tuple[object, ...], Case] = {}  # the same call, with several things wrong


def told(call: Any) -> tuple[object, ...]:
    return (*map(id, call.args), *call.keywords.items()) if isinstance(call, partial) else (call,)


called = cache(lambda case: case())  # one case may fail several parts


def checks_of(case: Case, key: Key) -> Checks:
    return Checks(each for each in called(case) if (each.id, each.form, each.part) == key)


def reported() -> set[Key]:
    """The inequalities that count in the executed chapters, dropped assumptions aside."""
    records = [record for _, record in collect.records(ROOT) if record.role != "record"]
    return {(each.id, each.form, each.part) for each in records if each.form != "dropped"}


def test_no_two_files_have_a_case_for_the_same_check() -> None:
    assert sum(map(len, FILES.values())) == len(CASES)


def test_cases_name_forms_that_their_results_have() -> None:
    assert not [key for key in CASES if key[0] not in CLAIMS or key[1] not in FORMS[:-1]]
    assert not [key for key in CASES if key[1] not in CLAIMS[key[0]].forms]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("key", CASES, ids=" ".join)
def test_a_case_that_must_fail_does(key: Key) -> None:
    found = checks_of(CASES[key], key)
    assert found and all(each.violated and each.role != "record" for each in found)
    assert not any(np.isnan(each.lhs).any() or np.isnan(each.rhs).any() for each in found)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("key", HONEST, ids=" ".join)
def test_without_what_is_wrong_the_same_call_holds(key: Key) -> None:
    call = HONEST[key]
    found = checks_of(once.setdefault(told(call), call), key)
    assert found and not any(each.violated for each in found)


@pytest.mark.pages
def test_every_check_that_a_chapter_reports_has_a_case_that_fails_it() -> None:
    assert sorted(reported() - CASES.keys()) == []


# --- An erratum that nothing could refute would say nothing ---

STILL = systems.double_integrator(), [[0.4, 0.8]]
SCALAR = systems.scalar(0.5, 1.0, 1.0, 1.0), [[0.2]]
PLAIN = systems.random_ensemble(2, 2, 2, 5, input_noise_terms=1)
FAST, SLOW = ((rate ** np.arange(60.0))[:, None, None] + np.zeros((3, 2)) for rate in (0.6, 0.9))


def stein_in_place_of_the_printed_estimate() -> Checks:
    with mock.patch.object(zeroth_order.Means, "printed_hessian", zeroth_order.Means.stein_hessian):
        return check("e5", *SCALAR)


def short_inner_steps() -> Checks:
    tasks = LQR.stack([systems.boeing()])
    return check("e10", tasks, systems.boeing_start(), 5e-7, 8e-6, 20)


def one_input_noise_term() -> Checks:
    suspension = systems.suspension()
    K = systems.random_stabilizing_gains(PLAIN, 7, fraction=(0.1, 0.4))
    gains = np.stack([lqrlib.optimal_gain(suspension)])
    return check("e11", PLAIN, K, suspension, gains[0], gains)


# What the errata deny, where it is so: a mild case, one system in place of two, equal terms.
REFUTED: dict[str, Case] = {
    "e1": lambda: check("e1", *STILL),
    "e2": lambda: check("e2", *STILL, [[1.0, 1.0]]),
    "e3": lambda: check("e3", STILL[0], STILL[0].replace(A=STILL[0].A + 1e-6), STILL[1]),
    "e4": lambda: check("e4", *SCALAR, [[1.0]]),
    "e5": stein_in_place_of_the_printed_estimate,
    "e6": lambda: check("e6", *STILL),
    "e7": lambda: check(
        "e7", systems.boeing(), systems.boeing(), systems.boeing_start(), np.eye(4)
    ),
    "e8": lambda: check("e8", *[[last * FAST[..., 0] for last in (1.0, 3.0, 9.0)]] * 2),
    "e9": lambda: check("e9", (1e-3, 3.5e-4), 1, FAST, SLOW, FAST),
    "e10": short_inner_steps,
    "e11": one_input_noise_term,
    "e12": lambda: check("e12", [Coin(1.05, 5.0)], [Coin(1.7, 200.0)], [1], repetitions=10),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("id", REFUTED)
def test_an_erratum_is_refuted_where_what_it_denies_is_so(id: str) -> None:
    records = [Record.of(each) for each in REFUTED[id]()]
    assert verdict(collect.claims(ROOT)[id].kind, records) == "refuted"


def test_every_erratum_has_a_case_that_refutes_it() -> None:
    rows = collect.claims(ROOT).values()
    assert {row.id for row in rows if row.group == "errata"} == REFUTED.keys()
