"""The book's constants with one of them wrong: halved, doubled, or with a number in it changed."""

from __future__ import annotations

import dataclasses
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import pytest

from lqrpapers.constants.magnitudes import Magnitudes
from lqrpapers.constants.meta import Errors
from lqrpapers.constants.sampling import SampleSizes

PACKAGE = "lqrpapers.constants"
MODULES = ("magnitudes", "printed", "corrected", "sharp", "heterogeneity", "sampling", "estimates")
MODULES += ("suprema", "meta", "journal")
METHODS = {f"magnitudes.Magnitudes.{name}": Magnitudes for name in ("nu", "a", "b")} | {
    "sampling.SampleSizes.steps": SampleSizes,
    "meta.Errors.kappa": Errors,
    "meta.Errors.outer": Errors,
}
# What yields no number of its own: arguments read, and counts of inputs and tasks.
NUMBERLESS = {"magnitudes.at_stabilizing_gain", "magnitudes.measured", "printed.hessian_at"}
COUNTS = {"inputs", "tasks"}


def functions() -> dict[str, Callable[..., Any]]:
    """Every public function that a module of constants defines, as "sharp.gradient_step"."""
    found = {}
    for module in MODULES:
        home = sys.modules[f"{PACKAGE}.{module}"]
        for name, value in vars(home).items():
            own = inspect.isfunction(value) and value.__module__ == home.__name__
            if own and name[0] != "_" and f"{module}.{name}" not in NUMBERLESS:
                found[f"{module}.{name}"] = value
    return found


def names() -> Iterator[str]:
    """What is mutated: a function, or "sampling.sample_sizes.radius", a field of its result."""
    for name, function in functions().items():
        result = vars(sys.modules[function.__module__]).get(
            inspect.signature(function).return_annotation
        )
        fields = getattr(result, "__dataclass_fields__", None) or getattr(result, "_fields", None)
        yield from (f"{name}.{each}" for each in fields if each not in COUNTS) if fields else [name]
    yield from METHODS


def _scaled(value: Any, factor: float) -> Any:
    """A wrong number; of a yes or no, always no (halved) or always yes (doubled)."""
    array = np.asarray(value)
    return np.full_like(array, factor > 1) if array.dtype == bool else value * factor


def forget(patch: pytest.MonkeyPatch) -> None:
    """Let nothing be remembered from before a change, and nothing of it afterwards."""
    for module in ("magnitudes", "suprema"):
        patch.setattr(sys.modules[f"{PACKAGE}.{module}"], "_known", WeakKeyDictionary())


def mutate(patch: pytest.MonkeyPatch, name: str, factor: float) -> None:
    """Multiply a constant, wherever the book has imported its function."""
    forget(patch)
    module, short, field = (*name.split("."), "")[:3]
    if name in METHODS:
        true = vars(METHODS[name])[field]
        if isinstance(true, property):
            changed: Any = property(lambda self: factor * true.__get__(self))
        else:
            changed = lambda self, *given: factor * true(self, *given)  # noqa: E731
        patch.setattr(METHODS[name], field, changed)
        return
    original = functions()[f"{module}.{short}"]

    @wraps(original)
    def wrong(*arguments: Any, **options: Any) -> Any:
        found = original(*arguments, **options)
        if not field:
            return _scaled(found, factor)
        change = {field: _scaled(getattr(found, field), factor)}
        if dataclasses.is_dataclass(found) and not isinstance(found, type):
            return dataclasses.replace(found, **change)
        return found._replace(**change)

    replace(patch, original, wrong)


def replace(patch: pytest.MonkeyPatch, original: Callable[..., Any], other: Any) -> None:
    """Put another function in the place of this one in every module that has imported it."""
    forget(patch)
    for key, module in list(sys.modules.items()):
        if key.startswith(("lqrpapers", "pinned")):
            for name in [name for name, value in vars(module).items() if value is original]:
                patch.setattr(module, name, other)


def rewrite(patch: pytest.MonkeyPatch, place: str, old: str, new: str) -> None:
    """Change a piece of the text of a function, such as "claims.convergence.convergence"."""
    forget(patch)
    module, name = f"lqrpapers.{place}".rsplit(".", 1)
    function = vars(sys.modules[module])[name]
    source = textwrap.dedent(inspect.getsource(function))
    assert source.count(old) == 1, (
        f"{place}: expected {old!r} once, it stands {source.count(old)} times"
    )
    made: dict[str, Any] = {}
    body = source[source.index("\ndef ") + 1 :] if source[0] == "@" else source
    exec(
        "from __future__ import annotations\n" + body.replace(old, new),
        vars(sys.modules[module]),
        made,
    )
    patch.setattr(function, "__code__", made[name].__code__)
