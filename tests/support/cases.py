"""Cases that must fail: each named by the inequalities that it violates."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from lqrpapers.claims import Checks

Case = Callable[[], Checks]


class Cases(dict[tuple[str, str, str], Case]):
    """(id, form, part) -> a call that returns checks, of which that part is violated."""

    def of(self, id: str, form: str, *parts: str) -> Callable[[Case], Case]:
        """Name the inequalities that the decorated case violates."""

        def add(case: Case) -> Case:
            self.update(dict.fromkeys(((id, form, part) for part in parts), case))
            return case

        return add

    def violated(self, key: tuple[str, str, str]) -> bool:
        """Whether the case violates what it should."""
        found = [each for each in self[key]() if (each.id, each.form, each.part) == key]
        return bool(found) and all(each.violated for each in found)


@contextmanager
def instead(module: Any, name: str, change: Callable[[Any], Any]) -> Iterator[None]:
    """While it lasts, what the function of this name returns is changed."""
    honest = getattr(module, name)
    with mock.patch.object(module, name, lambda *a, **k: change(honest(*a, **k))):
        yield
