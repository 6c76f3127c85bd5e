"""A verdict follows from the kind of a result and the records of what was checked."""

import numpy as np
import pytest

from lqrpapers.claims import check
from lqrpapers.claims.records import Record
from lqrpapers.claims.verdicts import KINDS, WORDS, verdict


def record(form, violated=0, role="carrier", part="", checked=10, sample="ensemble"):
    return Record("id", part, form, role, sample, checked, violated, 0.9, 0.1, "")


GUARD, FACT = {"role": "guard"}, {"role": "record"}
RESULTS = [
    # The stated form alone.
    ([], "planned"),
    ([record("dropped", 3)], "planned"),
    ([record("printed", 1, **FACT)], "planned"),
    ([record("printed", **GUARD)], "planned"),
    ([record("printed")], "holds"),
    ([record("printed"), record("dropped", 2)], "holds"),
    ([record("printed"), record("printed", 1)], "fails"),
    ([record("printed"), record("printed", 1, sample="example")], "fails"),
    ([record("printed"), record("printed", 1, **GUARD)], "fails"),
    ([record("printed"), record("printed", 1, **FACT)], "holds"),
    # Cases and consequences.
    ([record("partial")], "unrefuted"),
    ([record("partial", 1)], "fails"),
    ([record("partial"), record("printed", **GUARD)], "unrefuted"),
    ([record("partial"), record("printed")], "holds"),
    ([record("partial"), record("sharp")], "unrefuted"),
    # Better forms.
    ([record("sharp")], "restated"),
    ([record("corrected")], "restated"),
    ([record("sharp"), record("printed", **GUARD)], "restated"),
    ([record("sharp", 1)], "fails"),
    ([record("sharp"), record("sharp", 1, **GUARD)], "fails"),
    ([record("printed", 1), record("corrected")], "corrected"),
    ([record("printed", 1), record("sharp")], "corrected"),
    ([record("partial", 1), record("corrected")], "corrected"),
    ([record("printed", 1), record("corrected", **GUARD)], "fails"),
    ([record("printed", 1), record("corrected", **FACT)], "fails"),
    ([record("printed", 1), record("corrected"), record("sharp", 1)], "fails"),
    ([record("printed"), record("sharp", 1)], "fails"),
]
FIGURES = [
    ([], "planned"),
    ([record("corrected")], "planned"),
    ([record("printed")], "reproduced"),
    ([record("printed"), record("printed", 1, part="b")], "differs"),
    ([record("printed"), record("printed", 1, **GUARD)], "differs"),
    ([record("printed"), record("printed", 1, **FACT)], "reproduced"),
]
FINDINGS = [
    ([], "planned"),
    ([record("corrected")], "planned"),
    ([record("printed", 1)], "confirmed"),
    ([record("printed")], "refuted"),
    ([record("printed", 1, part="a"), record("printed", part="b")], "refuted"),
    ([record("printed", 1), record("printed")], "confirmed"),  # two calls for one inequality
    ([record("printed", 1), record("corrected", 1)], "refuted"),
    ([record("printed", 1), record("corrected")], "confirmed"),
    ([record("printed", 1), record("printed", 1, **GUARD)], "refuted"),
    ([record("printed", 1), record("printed", **FACT)], "confirmed"),
]
OBSERVATIONS = [
    ([], "planned"),
    ([record("printed", 10, **FACT)], "planned"),
    ([record("printed", 6)], "confirmed"),
    ([record("printed", 5)], "refuted"),
    ([record("printed", 6, part="a"), record("printed", 5, part="b")], "refuted"),
    ([record("printed", 10), record("printed", 0)], "refuted"),  # half of all cases
    ([record("printed", 10), record("printed", 10, **FACT)], "confirmed"),
    ([record("printed", 10), record("printed", 1, **GUARD)], "refuted"),
    ([record("printed", 10), record("corrected", 1)], "refuted"),
]
TABLE = {"result": RESULTS, "figure": FIGURES, "finding": FINDINGS, "observation": OBSERVATIONS}


@pytest.mark.parametrize(
    ("kind", "records", "expected"),
    [(kind, *row) for kind, rows in TABLE.items() for row in rows],
)
def test_verdict(kind, records, expected):
    assert verdict(kind, records) == expected
    assert verdict(kind, records[::-1]) == expected


@pytest.mark.parametrize("records", [[], [record("printed", 1)], [record("sharp")]])
def test_a_definition_has_no_verdict_of_its_own(records):
    assert verdict("definition", records) == "definition"


def test_every_verdict_of_a_kind_can_be_reached():
    for kind, rows in TABLE.items():
        assert {expected for _, expected in rows} == {*KINDS[kind], "planned"}
    assert WORDS.keys() <= {word for words in KINDS.values() for word in words}


def _curves(*last):
    """Gaps of ten runs to the given ends, (iterations + 1, seeds), one array for each level."""
    return [np.linspace(1.0, end, 201)[:, None] * np.ones(10) for end in last]


def test_equal_curves_like_the_published_ones_refute_that_step_sizes_made_the_difference():
    published = _curves(0.2, 0.4, 0.8)
    recorded = [Record.of(each) for each in check("e8", published, published)]
    assert verdict("observation", recorded) == "refuted"
    recorded = [Record.of(each) for each in check("e8", published, _curves(0.2, 0.2, 0.2))]
    assert verdict("observation", recorded) == "confirmed"
