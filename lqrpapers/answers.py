"""Answers to exercises: a chapter stores a fingerprint of each, a student's notebook compares.

In a chapter the last statement of a solution is ``answer("ex-label", value)``. The course kit puts
this line behind the student's cell and adds ``expected``, the fingerprint that the executed chapter
stored: a check that does not show what it checks for. It hides an answer and does not protect it:
whoever tries enough numbers finds it.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from .notebook import glue

ZERO = 1e-12  # what is smaller is rounding
SUMS = 3  # weighted sums by which arrays are compared


def answer(
    exercise: str,
    value: Any,
    *,
    on: Iterable[Sequence[Any]] = (),
    tolerance: float = 1e-6,
    holds: Callable[[Any], Any] | None = None,
    expected: str | None = None,
) -> None:
    """Store the fingerprint of an answer, or compare the answer with an expected one.

    The `value` is a number, a text, an array, a list or tuple of them, or a function, which is
    called with each tuple of arguments in `on`. Numbers agree within the relative `tolerance`,
    arrays within that of their norm, texts but for case and spaces. Where many answers are right,
    `holds` is the property that they share, a function of the value. AssertionError says what is
    not as expected; what a function raises by itself passes through.
    """
    several = isinstance(value, list | tuple)
    if value is ... or (several and any(each is ... for each in value)):
        raise AssertionError(f"{exercise}: no answer yet")
    if holds is not None and not np.all(holds(value)):
        raise AssertionError(f"{exercise}: the answer lacks the property that is asked for")
    if holds is None:
        values = [value(*each) for each in on] if callable(value) else value if several else [value]
        found = [_places(each, tolerance) for each in values]
        if expected is None:
            marks = [_mark(exercise, *place) for places in found for place in places]
            return glue(**{f"answer-{exercise}": " ".join(marks)})
        _compare(exercise, found, expected.split())
    print(f"✓ {exercise}: as expected")
    return None


def _compare(exercise: str, found: list[list[tuple[str, int]]], expected: list[str]) -> None:
    """Raise an AssertionError unless every part has its mark, or that of a neighbouring bin."""
    if sum(map(len, found)) != len(expected):
        raise AssertionError(f"{exercise}: another number or kind of values is expected")
    rest = iter(expected)
    for number, places in enumerate(found, 1):
        for kind, place in places:
            near = {_mark(exercise, kind, place + step) for step in (-1, 0, 1)}
            if next(rest) not in near:
                part = f"value {number} of {len(found)}" if len(found) > 1 else "the value"
                raise AssertionError(f"{exercise}: {part} is not as expected")


def _mark(exercise: str, kind: str, place: int) -> str:
    return hashlib.sha256(f"{exercise} {kind} {place}".encode()).hexdigest()[:12]


def _places(value: Any, tolerance: float) -> list[tuple[str, int]]:
    """Where a value lies: its kind, and the bin on a logarithmic scale of its size."""
    if isinstance(value, str):
        return [(" ".join(value.casefold().split()), 0)]
    array = np.asarray(value, dtype=float)
    if not array.shape:
        return [_place(float(array), tolerance)]
    finite = np.where(np.isfinite(array), array, 0).ravel()
    kind = f"{array.shape} {np.flatnonzero(~np.isfinite(array)).tolist()} "
    # Weights between 1 and 2, and the norm: a sum that is not small by cancellation.
    weights = np.random.default_rng(finite.size).uniform(1, 2, (SUMS, finite.size))
    sums = weights @ finite + 2 * np.linalg.norm(weights[0]) * np.linalg.norm(finite)
    places = [_place(float(each), tolerance) for each in sums]
    return [(kind + sign, place) for sign, place in places]


def _place(number: float, tolerance: float) -> tuple[str, int]:
    if abs(number) < ZERO or not math.isfinite(number):
        return f"{0.0 if abs(number) < ZERO else number}", 0
    return "+-"[number < 0], round(math.log(abs(number)) / math.log1p(tolerance))
