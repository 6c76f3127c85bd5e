"""No check is empty: each has a case that must fail it, and an erratum one that refutes it.

The other files of this folder give `CASES`: (id, form, part) -> a call that returns checks, of
which that part is violated. A case has a wrong constant or object, or an input outside the
hypotheses; no side of an inequality is scaled.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from book import collect
from lqrpapers.claims import CLAIMS, FORMS, Checks

Key = tuple[str, str, str]
Case = Callable[[], Checks]
ROOT = Path(__file__).resolve().parents[4]


def cases_of(path: Path) -> dict[Key, Case]:
    spec = spec_from_file_location(f"cases_{path.stem}", path)
    assert spec and spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    found: dict[Key, Case] = module.CASES
    return found


FILES = {path.stem: cases_of(path) for path in sorted(Path(__file__).parent.glob("test_[0-9]*.py"))}
CASES = {key: case for cases in FILES.values() for key, case in cases.items()}
called = cache(lambda case: case())  # one case may fail several parts


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
    found = [each for each in called(CASES[key]) if (each.id, each.form, each.part) == key]
    assert found and all(each.violated and each.role != "record" for each in found)


@pytest.mark.pages
def test_every_check_that_a_chapter_reports_has_a_case_that_fails_it() -> None:
    assert sorted(reported() - CASES.keys()) == []
