"""What the failing cases of chapters 8 and 9 share: tasks, and functions made wrong for a while."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any
from unittest import mock

import numpy as np

from lqrlib import LQR
from lqrpapers.claims import Checks
from lqrpapers.studies.ensembles import unit_families

Case = Callable[[], Checks]
Cases = dict[tuple[str, str, str], Case]


def adder(cases: Cases) -> Callable[..., Callable[[Case], Case]]:
    """A decorator for cases: id, form, and the parts that the case violates."""

    def case(id: str, form: str, *parts: str) -> Callable[[Case], Case]:
        def add(function: Case) -> Case:
            cases.update(dict.fromkeys(((id, form, part) for part in parts), function))
            return function

        return add

    return case


def wrong(place: Any, name: str, change: Callable[..., Any]) -> Any:
    """While it lasts, `change(function, *arguments)` is called for a function of this name."""
    true = getattr(place, name)
    return mock.patch.object(place, name, lambda *given, **o: change(true, *given, **o))


def times(factor: float) -> Callable[..., Any]:
    return lambda true, *given, **options: factor * true(*given, **options)


def assert_fails(cases: Cases, key: tuple[str, str, str]) -> None:
    """The part has that form, and is violated."""
    id, form, part = key
    found = [each for each in cases[key]() if each.part == part]
    assert found and all((each.id, each.form) == (id, form) for each in found)
    assert sum(each.violated for each in found), [each.ratio for each in found]


def scalars(a: Any, b: Any = 1.0) -> LQR:
    """One-state tasks with unit weights."""
    a, b = np.broadcast_arrays(np.asarray(a, dtype=float), b)
    return LQR(a[..., None, None], b[..., None, None], [[1.0]], [[1.0]])


# Two equal tasks on which a step of 1/L lands on the optimum, nearly.
WEAK, NEAR = scalars([[0.0, 0.0]], 1e-4), np.array([[1e-4]])
OPPOSED, BETWEEN = scalars([[0.0, 0.5]]), np.array([[0.125]])
UNIT = cache(lambda: (*unit_families(6, 3, 1), 0.3))
