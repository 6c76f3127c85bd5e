"""Cases that a check must fail: problems and gains, and ways to make something wrong."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import mutants
import numpy as np
import pytest

from lqrlib import LQR, AtGain, objective, systems
from lqrpapers.claims import Checks, check

Patch = pytest.MonkeyPatch
Cases = dict[tuple[str, str, str], Callable[[], Checks]]

MANY = systems.random_ensemble(30, 3, 2, 5, state_noise_terms=1, input_noise_terms=1)
GAINS = systems.random_stabilizing_gains(MANY, 6, fraction=(0.2, 0.9))
OTHER = systems.random_stabilizing_gains(MANY, 7, fraction=(0.2, 0.9))
QUIET = MANY.without_noise()
TOWARDS = np.random.default_rng(8).standard_normal(GAINS.shape)
Z = np.random.default_rng(9).standard_normal(MANY.A.shape)
# At K = 0 many bounds are attained, with almost no R or with R = 1.
IDLE, UP = np.zeros((1, 1)), np.array([[-1.0]])
CHEAP, DEAR = (
    LQR.stack([systems.scalar(a, b, 1.0, r, 0.5) for a in (0.3, 0.9) for b in (0.5, 2.0)])
    for r in (1e-9, 1.0)
)


def case(
    into: Cases,
    id: str,
    parts: str | list[str],
    *arguments: Any,
    wrong: Callable[[Patch], None] = lambda patch: None,
    form: str = "printed",
    **options: Any,
) -> None:
    """Put in a call of `check` that fails these parts while something is wrong."""

    def run() -> Checks:
        with pytest.MonkeyPatch.context() as patch:
            wrong(patch)
            return check(id, *arguments, form=form, **options)

    for part in [parts] if isinstance(parts, str) else parts:
        into[id, form, part] = run


def scaled(name: str, factor: float) -> Callable[[Patch], None]:
    """With one of the book's constants multiplied."""
    return lambda patch: mutants.mutate(patch, name, factor)


def instead(owner: Any, name: str, change: Callable[..., Any]) -> Callable[[Patch], None]:
    """With another function in the place of one: change(true, *arguments)."""
    true = getattr(owner, name)
    return lambda patch: patch.setattr(owner, name, partial(change, true))


def attribute(owner: Any, name: str, factor: float, what: str) -> Callable[[Patch], None]:
    """With what the function returns of a gain multiplied: E, R_K, ..."""

    def change(true: Callable[..., AtGain], *arguments: Any) -> AtGain:
        at = true(*arguments)
        _ = at.E  # which is made of R_K, and is to stay right with a wrong one
        setattr(at, what, factor * getattr(at, what))
        return at

    return instead(owner, name, change)


def no_optimum(patch: Patch) -> None:
    """Another gain is taken for the optimal one."""
    true = vars(LQR)["optimum"].func

    class Wrong:
        def __init__(self, problem: LQR) -> None:
            self.K, self.P = true(problem).K + 1e-2, true(problem).P

    patch.setattr(LQR, "optimum", property(Wrong))


def larger_root(patch: Patch) -> None:
    """The spectral radius of the mean instead of the mean-square radius, where that is below 1."""
    true = objective.mean_square_radius
    patch.setattr(objective, "mean_square_radius", lambda *case: np.sqrt(true(*case)))
    patch.setattr(AtGain, "radius", property(lambda at: np.sqrt(at.loop.radius())))
