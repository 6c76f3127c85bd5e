"""A verdict follows from the records of what was checked."""

import math

import numpy as np
import pytest

from lqrpapers.claims import Check
from lqrpapers.claims.verdicts import Record, verdict


def record(form, violated=0):
    return Record("id", "", form, 10, violated, 0.9, "")


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([], "planned"),
        ([("dropped", 3)], "planned"),
        ([("printed", 0)], "holds"),
        ([("printed", 0), ("dropped", 2)], "holds"),
        ([("printed", 0), ("printed", 1)], "fails"),
        ([("printed", 1), ("corrected", 0)], "corrected"),
        ([("printed", 1), ("sharp", 0)], "corrected"),
        ([("printed", 1), ("corrected", 0), ("sharp", 1)], "fails"),
        ([("printed", 0), ("sharp", 1)], "fails"),
        ([("sharp", 0)], "holds"),
    ],
)
def test_verdict_of_a_printed_result(records, expected):
    assert verdict("s2-lemma-3.2", "S2", [record(*entry) for entry in records]) == expected


@pytest.mark.parametrize(
    ("records", "expected"),
    [([], "planned"), ([("printed", 1)], "confirmed"), ([("printed", 0)], "refuted")],
)
def test_verdict_of_an_erratum(records, expected):
    assert verdict("e1", "ours", [record(*entry) for entry in records]) == expected


@pytest.mark.parametrize(("violated", "expected"), [(0, "reproduced"), (1, "differs")])
def test_verdict_of_a_figure(violated, expected):
    assert verdict("s2-fig-2", "S2", [record("printed", violated)]) == expected


def test_a_record_survives_json():
    check = Check("s2-eq-1", "gradient", "printed", np.array([1.0, 2.0]), np.array([1.0, 0.0]))
    written = Record.of(check).as_json()
    assert written["tightest"] == "inf" and (written["checked"], written["violated"]) == (2, 1)
    assert Record.from_json(written) == Record.of(check)
    assert math.isinf(Record.from_json(written).tightest)


@pytest.mark.parametrize(
    "change",
    [{"form": "hoped"}, {"checked": 0}, {"violated": 11}, {"tightest": "much"}, {"more": 1}],
)
def test_a_malformed_record_is_refused(change):
    with pytest.raises(ValueError, match="is malformed"):
        Record.from_json(record("printed").as_json() | change)
