"""Which functions check which numbered result, and how they are called.

A module of claims is loaded when one of its results is asked for (`MODULES`). A result is written
once for all its forms: the forms are the modules of `lqrpapers.constants` of the same names, and
its function is told which in its argument `constants`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from inspect import signature
from itertools import product
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .. import constants
from .checking import Check, Checks, merge
from .statements import MODULES, STATEMENTS

#: "printed" is the statement as it stands, "partial" a case or a consequence of it; "corrected" and
#: "sharp" stand in its place; "dropped" leaves an assumption out.
FORMS = ("printed", "partial", "corrected", "sharp", "dropped")


class Sides(NamedTuple):
    """One inequality of a result: its short name, both sides, and the fields of `Check`."""

    part: str
    lhs: ArrayLike
    rhs: ArrayLike
    floor: ArrayLike = 0.0
    assumption: str = ""
    role: str = "carrier"


# What the function of a claim yields.
Inequalities = Iterator[Sides]
Function = Callable[..., Inequalities]

_FORMS: dict[str, dict[str, Function]] = {id_: {} for id_ in STATEMENTS}


@dataclass(frozen=True)
class Claim:
    """A numbered result that can be checked."""

    id: str  #: Its id in claims.yml.
    number: str  #: The paper's own number, or the title of a statement of this book.
    statement: str  #: What it says, in one sentence.
    module: str  #: The module of `lqrpapers.claims` that registers it.

    @property
    def forms(self) -> Mapping[str, Function]:
        """The functions that evaluate it, by form: their signatures say what `check` takes."""
        import_module(f"{__package__}.{self.module}")
        return MappingProxyType(_FORMS[self.id])


CLAIMS: Mapping[str, Claim] = MappingProxyType(
    {
        id_: Claim(id_, number, statement, MODULES[id_])
        for id_, (number, statement) in STATEMENTS.items()
    }
)


def claim(
    *ids: str, form: str | tuple[str, ...] = "printed", **given: Any
) -> Callable[[Function], Function]:
    """Register a function that evaluates one form of the results with these ids, or several.

    Of several forms the function is told which: its keyword argument `constants` is the module of
    `lqrpapers.constants` that has the form's name, or its argument `form` the name. It is called
    with the keyword arguments `given`, too, so that several results can share a function.
    """

    def register(function: Function) -> Function:
        for id_, each in product(ids, (form,) if isinstance(form, str) else form):
            known = given
            if not isinstance(form, str):
                told = {"form": each, "constants": getattr(constants, each, None)}
                known = given | {k: told[k] for k in told.keys() & signature(function).parameters}
            _register(id_, each, function, known)
        return function

    return register


def part_of(id_: str, whole: str, part: str, *forms: str) -> None:
    """Register an erratum as one inequality of the result that it corrects, in these forms."""
    for form in forms:
        _register(id_, form, _FORMS[whole][form], part=part)


def taken_from(id_: str, whole: str, *, form: str = "sharp", part: str = "") -> None:
    """Register a statement of this book, as printed, as a form of the result that it improves."""
    _register(id_, "printed", _FORMS[whole][form], part=part)


def _register(
    id_: str, form: str, function: Function, given: Mapping[str, Any] | None = None, part: str = ""
) -> None:
    """With some arguments given, and only one part of it if that is named."""
    if form in _FORMS[id_]:
        raise ValueError(f"{id_}: {form} form registered twice")
    known = given or {}

    @wraps(function)
    def evaluate(*arguments: Any, **options: Any) -> Inequalities:
        found = function(*arguments, **known, **options)
        return (sides for sides in found if part in ("", sides.part))

    # What `check` takes, without what is given.
    takes = signature(function)
    left = [each for name, each in takes.parameters.items() if name not in known]
    vars(evaluate)["__signature__"] = takes.replace(parameters=left)
    _FORMS[id_][form] = evaluate


def check(
    id: str, *arguments: Any, form: str = "printed", part: str | None = None, **options: Any
) -> Checks:
    """Evaluate one form of a numbered result: one `Check` for each inequality, or for one part.

    Arguments and options are what the claim's function takes, most often ``problem, K``; see
    ``help(CLAIMS[id].forms[form])``. ValueError for an unknown id, form or part names those that
    exist.
    """
    if id not in CLAIMS:
        raise ValueError(f"id: expected one of {', '.join(CLAIMS)}, got {id!r}")
    forms = CLAIMS[id].forms
    if form not in forms:
        raise ValueError(f"form: {id} has {', '.join(forms)}, got {form!r}")
    checks = Checks(_check(id, form, sides) for sides in forms[form](*arguments, **options))
    if part is None:
        return checks
    chosen = Checks(each for each in checks if each.part == part)
    if not chosen:
        raise ValueError(f"part: {id} has {', '.join(c.part for c in checks)}, got {part!r}")
    return chosen


def check_all(
    id: str, cases: Iterable[Sequence[Any]], *, form: str = "printed", **options: Any
) -> Checks:
    """`check` on each of several ensembles, (problem, K) most often, and their cases together."""
    return merge(*(check(id, *case, form=form, **options) for case in cases))


def _check(id_: str, form: str, sides: Sides) -> Check:
    lhs, rhs, floor = np.broadcast_arrays(
        *(np.asarray(side, dtype=float) for side in (sides.lhs, sides.rhs, sides.floor))
    )
    return Check(id_, sides.part, form, lhs, rhs, sides.assumption, floor, sides.role)
