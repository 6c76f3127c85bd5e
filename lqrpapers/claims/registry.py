"""Which functions check which numbered result, and how they are called."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .checking import Check
from .statements import STATEMENTS

FORMS = ("printed", "corrected", "sharp", "dropped")


class Sides(NamedTuple):
    """One inequality of a result: its short name, both sides, and the fields of `Check`."""

    part: str
    lhs: ArrayLike
    rhs: ArrayLike
    floor: ArrayLike = 0.0
    assumption: str = ""


Function = Callable[..., Iterable[Sides]]


@dataclass(frozen=True)
class Claim:
    """A numbered result that can be checked.

    Attributes
    ----------
    id : str
        Its id in claims.yml.
    number : str
        The paper's own number.
    statement : str
        What it says, in one sentence.
    forms : mapping
        "printed", "corrected", "sharp", "dropped" -> the function that evaluates it; its signature
        and docstring say what `check` takes.
    """

    id: str
    number: str
    statement: str
    forms: Mapping[str, Function] = field(default_factory=dict)


_FORMS: dict[str, dict[str, Function]] = {id_: {} for id_ in STATEMENTS}

CLAIMS: Mapping[str, Claim] = MappingProxyType(
    {
        id_: Claim(id_, number, statement, MappingProxyType(_FORMS[id_]))
        for id_, (number, statement) in STATEMENTS.items()
    }
)


def claim(*ids: str, form: str = "printed") -> Callable[[Function], Function]:
    """Register a function that evaluates one form of the results with these ids."""

    def register(function: Function) -> Function:
        for id_ in ids:
            if form in _FORMS[id_]:
                raise ValueError(f"{id_}: {form} form registered twice")
            _FORMS[id_][form] = function
        return function

    return register


def check(
    id: str, *arguments: Any, form: str = "printed", part: str | None = None, **options: Any
) -> tuple[Check, ...]:
    """Evaluate one form of a numbered result: always a tuple, one `Check` for each inequality.

    Parameters
    ----------
    id : str
        As in `CLAIMS` and claims.yml.
    *arguments, **options
        What the claim's function takes, most often ``problem, K``; see
        ``help(claims.CLAIMS[id].forms[form])``.
    form : str
        "printed", "corrected", "sharp" or "dropped".
    part : str, optional
        Only the inequality of this name.

    Raises
    ------
    ValueError
        For an unknown id, form or part; names those that exist.
    """
    if id not in CLAIMS:
        raise ValueError(f"id: expected one of {', '.join(CLAIMS)}, got {id!r}")
    forms = CLAIMS[id].forms
    if form not in forms:
        raise ValueError(f"form: {id} has {', '.join(forms)}, got {form!r}")
    checks = tuple(_check(id, form, sides) for sides in forms[form](*arguments, **options))
    if part is None:
        return checks
    chosen = tuple(each for each in checks if each.part == part)
    if not chosen:
        raise ValueError(f"part: {id} has {', '.join(c.part for c in checks)}, got {part!r}")
    return chosen


def _check(id_: str, form: str, sides: Sides) -> Check:
    lhs, rhs, floor = np.broadcast_arrays(
        *(np.asarray(side, dtype=float) for side in (sides.lhs, sides.rhs, sides.floor))
    )
    return Check(id_, sides.part, form, lhs, rhs, sides.assumption, floor)
