"""A record keeps what the book counts, through JSON, and nothing malformed passes for one."""

import math

import numpy as np
import pytest

from lqrpapers.claims import Check
from lqrpapers.claims.records import Record

CHECK = Check(
    "s2-eq-1",
    "gradient",
    "partial",
    np.array([1.0, 2.0, 1.0]),
    np.array([4.0, 0.0, 2.0]),
    role="guard",
    sample="example",
)


def test_a_record_says_what_the_check_says():
    record = Record.of(CHECK, "verdict-s2-eq-1-3")
    assert (record.id, record.part, record.form) == ("s2-eq-1", "gradient", "partial")
    assert (record.role, record.sample, record.anchor) == ("guard", "example", "verdict-s2-eq-1-3")
    assert (record.checked, record.violated, record.median) == (3, 1, 0.5)


def test_a_record_survives_json():
    written = Record.of(CHECK).as_json()
    assert (written["tightest"], written["median"]) == ("inf", 0.5)
    assert Record.from_json(written) == Record.of(CHECK)
    assert math.isinf(Record.from_json(written).tightest)


def test_an_infinite_median_survives_json_too():
    check = Check("e1", "", "printed", np.ones(1), np.zeros(1))
    assert Record.from_json(Record.of(check).as_json()) == Record.of(check)


@pytest.mark.parametrize(
    "change",
    [
        {"form": "hoped"},
        {"role": "hero"},
        {"sample": "few"},
        {"checked": 0},
        {"violated": 11},
        {"tightest": "much"},
        {"median": None},
        {"more": 1},
    ],
)
def test_a_malformed_record_is_refused(change):
    with pytest.raises(ValueError, match="is malformed"):
        Record.from_json(Record.of(CHECK).as_json() | change)


def test_a_record_without_a_median_is_refused():
    written = Record.of(CHECK).as_json()
    del written["median"]
    with pytest.raises(ValueError, match="is malformed"):
        Record.from_json(written)
