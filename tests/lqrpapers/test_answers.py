"""An answer is accepted within its tolerance, refused beyond it, and hidden by its fingerprint."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from lqrpapers import answers
from lqrpapers.answers import answer

GAIN = np.array([[0.5, -2.0], [3e-17, 1.0]])
ANSWERS: dict[str, Any] = {
    "number": 0.37,
    "negative": -2.5e8,
    "zero": 0.0,
    "infinite": np.inf,
    "array": GAIN,
    "stack": np.where(np.arange(6).reshape(3, 2) > 4, np.inf, 1.0),
    "text": "natural gradient",
    "several": (3, GAIN, "yes"),
}


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """What a chapter stores for an answer."""

    def fingerprint(*arguments: Any, **options: Any) -> str:
        kept: dict[str, str] = {}
        monkeypatch.setattr(answers, "glue", lambda **numbers: kept.update(numbers))
        answer(*arguments, **options)
        assert list(kept) == [f"answer-{arguments[0]}"]
        return next(iter(kept.values()))

    return fingerprint


@pytest.mark.parametrize("name", ANSWERS)
def test_the_same_answer_is_accepted(stored: Callable[..., str], name: str) -> None:
    answer("ex", ANSWERS[name], expected=stored("ex", ANSWERS[name]))


@pytest.mark.parametrize("name", ["number", "negative", "array"])
def test_the_tolerance_decides(stored: Callable[..., str], name: str) -> None:
    expected = stored("ex", ANSWERS[name], tolerance=1e-3)
    answer("ex", ANSWERS[name] * (1 + 4e-4), tolerance=1e-3, expected=expected)
    with pytest.raises(AssertionError, match="not as expected"):
        answer("ex", ANSWERS[name] * (1 + 1e-2), tolerance=1e-3, expected=expected)


@pytest.mark.parametrize(
    "wrong",
    [-GAIN, GAIN.T, GAIN + [[0, 0], [0, 1e-3]], GAIN.ravel(), np.zeros((2, 2)), 0.5, "gain", ...],
    ids=lambda value: type(value).__name__,
)
def test_another_array_is_refused(stored: Callable[..., str], wrong: Any) -> None:
    expected = stored("ex", GAIN)
    with pytest.raises(AssertionError, match="^ex: "):
        answer("ex", wrong, expected=expected)


def test_what_rounding_leaves_of_a_zero_is_a_zero(stored: Callable[..., str]) -> None:
    answer("ex", 3e-17, expected=stored("ex", 0.0))


def test_texts_agree_but_for_case_and_spaces(stored: Callable[..., str]) -> None:
    answer("ex", " Natural  Gradient", expected=stored("ex", "natural gradient"))


def test_the_part_that_differs_is_named(stored: Callable[..., str]) -> None:
    expected = stored("ex", (1.0, 2.0))
    with pytest.raises(AssertionError, match="value 2 of 2 is not"):
        answer("ex", (1.0, 2.5), expected=expected)
    with pytest.raises(AssertionError, match="no answer yet"):
        answer("ex", (1.0, ...), expected=expected)
    with pytest.raises(AssertionError, match="another number or kind of values"):
        answer("ex", (1.0, 2.0, 3.0), expected=expected)


def test_a_function_is_asked_for_its_values(stored: Callable[..., str]) -> None:
    on = [(2.0, GAIN), (-1.0, GAIN)]
    expected = stored("ex", lambda a, b: a * b, on=on)
    answer("ex", lambda factor, gain: gain * factor, on=on, expected=expected)
    with pytest.raises(AssertionError, match="value 2 of 2"):
        answer("ex", lambda factor, gain: abs(factor) * gain, on=on, expected=expected)


def test_an_answer_with_a_property_needs_no_fingerprint() -> None:
    answer("ex", 0.3, holds=lambda step: 0 < step < 0.5)
    with pytest.raises(AssertionError, match="lacks the property"):
        answer("ex", 0.7, holds=lambda step: 0 < step < 0.5)


def test_a_fingerprint_belongs_to_its_exercise(stored: Callable[..., str]) -> None:
    assert stored("ex-a", 2.0) != stored("ex-b", 2.0) and "2" != stored("ex-a", 2.0)
