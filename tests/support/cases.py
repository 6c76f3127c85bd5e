"""Cases that must fail, each named by the inequalities that it violates, and what they share.

What makes something wrong (`instead`, `scaled`, `mock.patch...`) decorates the call: the call that
it wraps is the honest one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial, update_wrapper
from typing import Any
from unittest import mock

import mutants
import numpy as np
import pytest

import lqrlib
from lqrlib import LQR, AtGain, systems
from lqrpapers.claims import Checks, check
from lqrpapers.studies.ensembles import unit_families

Case = Callable[[], Checks]
Key = tuple[str, str, str]
Wrong = Callable[[Case], Case]


class Cases(dict[Key, Case]):
    """(id, form, part) -> a call that returns checks, of which that part is violated."""

    def of(self, id: str, form: str, *parts: str) -> Callable[[Case], Case]:
        """Name the inequalities that the decorated case violates."""

        def add(case: Case) -> Case:
            keys = [(id, form, part) for part in parts]
            assert not self.keys() & set(keys), f"two cases for one of {keys}"
            self.update(dict.fromkeys(keys, case))
            return case

        return add

    def add(
        self,
        id: str,
        parts: str | list[str],
        *arguments: Any,
        wrong: Wrong = lambda call: call,
        outside: dict[str, Any] | None = None,
        form: str = "printed",
        **options: Any,
    ) -> None:
        """Add a call of `check` that violates these parts while something is wrong.

        `outside` are options that leave the hypotheses: without them the call is honest.
        """
        call = case = partial(check, id, *arguments, form=form, **options)
        if outside:
            case = update_wrapper(partial(call, **outside), call)
        self.of(id, form, *([parts] if isinstance(parts, str) else parts))(wrong(case))


def instead(place: Any, name: str, change: Callable[..., Any]) -> Any:
    """With another function in the place of one: change(true, *arguments)."""
    true = getattr(place, name)
    return mock.patch.object(place, name, lambda *given, **named: change(true, *given, **named))


def times(factor: float) -> Callable[..., Any]:
    """What multiplies the results of a function."""
    return lambda true, *given, **named: factor * true(*given, **named)


def attribute(owner: Any, name: str, factor: float, what: str) -> Any:
    """With what a function returns of a gain multiplied: E, R_K, ..."""

    def change(true: Callable[..., AtGain], *given: Any) -> AtGain:
        at = true(*given)
        _ = at.E  # which is made of R_K, and is to stay right with a wrong one
        setattr(at, what, factor * getattr(at, what))
        return at

    return instead(owner, name, change)


@contextmanager
def scaled(name: str, factor: float) -> Iterator[None]:
    """With one of the book's constants multiplied."""
    with pytest.MonkeyPatch.context() as patch:
        mutants.mutate(patch, name, factor)
        yield


# --- Problems and gains ---

MANY = systems.random_ensemble(30, 3, 2, 5, state_noise_terms=1, input_noise_terms=1)
GAINS = systems.random_stabilizing_gains(MANY, 6, fraction=(0.2, 0.9))
QUIET = MANY.without_noise()
# At K = 0 many bounds are attained, with almost no R or with R = 1.
IDLE = np.zeros((1, 1))
CHEAP, DEAR = (
    LQR.stack([systems.scalar(a, b, 1.0, r, 0.5) for a in (0.3, 0.9) for b in (0.5, 2.0)])
    for r in (1e-9, 1.0)
)


def beyond_the_edge(problem: LQR, K: Any) -> Any:
    """Gains that do not stabilize, on the rays from the best ones through these."""
    best = lqrlib.optimal_gain(problem)
    edge = systems.boundary_distance(problem, best, K - best)
    return best + 1.3 * edge[:, None, None] * (K - best)


def scalars(a: Any, b: Any = 1.0) -> LQR:
    """One-state tasks with unit weights."""
    a, b = np.broadcast_arrays(np.asarray(a, dtype=float), b)
    return LQR(a[..., None, None], b[..., None, None], [[1.0]], [[1.0]])


# Two equal tasks on which a step of 1/L lands on the optimum, nearly.
WEAK, NEAR = scalars([[0.0, 0.0]], 1e-4), np.array([[1e-4]])
OPPOSED, BETWEEN = scalars([[0.0, 0.5]]), np.array([[0.125]])
UNIT = cache(lambda: (*unit_families(6, 3, 1), 0.3))
