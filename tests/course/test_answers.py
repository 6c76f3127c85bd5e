"""A solution that ends in answer(...): the stub that a student gets, and the check."""

import pytest

from book.problem import ChapterProblem
from course.answers import checked

SOLVED = '''import math
from os import path, sep


def value(A, K=1):
    """What a gain costs."""
    return A * K


def helper(
    x,
):
    return x


gap, (low, high) = 1.0, (2, 3)
for step in range(3):
    total = sum(other for other in [step])
print(gap)
answer("ex-one", {given})'''
VALUE = (
    'def value(A, K=1):\n    """What a gain costs."""\n    raise NotImplementedError  # your code'
)
HELPER = "def helper(\n    x,\n):\n    raise NotImplementedError  # your code"


@pytest.mark.parametrize(
    ("given", "stub"),
    [
        ("value, on=[(A, B), (B, A)]", VALUE),
        ("helper, on=[(1,)]", HELPER),
        ("gap", "gap = ...  # your answer"),
        ("[high, low, step]", "\n".join(f"{n} = ...  # your answer" for n in ("high", "low", "step"))),
        ("math.log(total)", "import math\n\n\ntotal = ...  # your answer"),
        ("value, on=[(gap, 2)]", f"{VALUE}\n\n\ngap = ...  # your answer"),
        ("gap, holds=lambda x: value(x) > low", f"{VALUE}\n\n\ngap = ...  # your answer\nlow = ...  # your answer"),
        ("total, holds=lambda gap: gap > 0", "total = ...  # your answer"),
        ("[gap for low in known]", "gap = ...  # your answer"),
    ],
)  # fmt: skip
def test_a_student_begins_with_the_names_that_the_call_takes_from_the_solution(given, stub):
    parts = checked("ex-one", [SOLVED.format(given=given)], "abc")
    assert parts.stub == stub


def test_names_of_every_cell_of_a_solution_count_and_the_last_loses_its_call():
    parts = checked(
        "ex-one", ["first = 1", 'second = first\nanswer(\n    "ex-one",\n    first,\n)'], "abc"
    )
    assert parts.stub == "first = ...  # your answer"
    assert parts.code == "second = first"


def test_the_check_is_the_call_with_what_the_chapter_stored():
    call = 'answer(\n    "ex-one",\n    gap,  # the first\n    tolerance=0.1,\n)'
    for given in (call, 'answer("ex-one", gap, tolerance=0.1)'):
        check = checked("ex-one", [f"gap = 1\n{given}"], "abc 123").check
        told = {}
        exec(check.partition("\n")[2], {"gap": 1, "answer": lambda *a, **k: told.update(k)})
        assert told == {"tolerance": 0.1, "expected": "abc 123"}


def test_a_property_needs_no_fingerprint():
    check = checked("ex-one", ['gap = 1\nanswer("ex-one", gap, holds=bool)'], None).check
    assert check.endswith('\nanswer("ex-one", gap, holds=bool)')


def test_a_solution_without_a_call_has_no_check():
    assert checked("ex-one", ["answers = 1\nprint(answers)"], None) is None


@pytest.mark.parametrize(
    ("sources", "expected", "why"),
    [
        (['gap = 1\nanswer("ex-two", gap)'], "abc", "another exercise"),
        (['gap = 1\nanswer("ex-one", gap)\nprint()'], "abc", "last statement"),
        (['gap = 1\nanswer("ex-one", gap)', "other = 1"], "abc", "last statement"),
        (['gap = 1\nanswer("ex-one", gap)\nanswer("ex-one", gap)'], "abc", "last statement"),
        (['gap = 1\nanswer("ex-one", 2)'], "abc", "no name"),
        (['gap = 1\nanswer("ex-one", gap)'], None, "fingerprint"),
    ],
)
def test_a_call_that_the_course_cannot_use_is_named(sources, expected, why):
    with pytest.raises(ChapterProblem, match=f"ex-one: .*{why}"):
        checked("ex-one", sources, expected)
