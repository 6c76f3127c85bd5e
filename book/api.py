"""The public modules: each has a section on the library's page, so that none is forgotten.

Every module of both packages is public but the insides of `lqrlib.matrix_equations` and
`lqrlib.systems` and what a function of the same name hides: those packages name what they offer.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import lqrlib
import lqrpapers


def public_modules(package: ModuleType | None = None) -> Iterator[ModuleType]:
    """Public modules of both packages, in alphabetical order, each before its own submodules."""
    if package is None:
        yield from public_modules(lqrlib)
        yield lqrpapers
        yield from public_modules(lqrpapers)
        return
    for found in sorted(pkgutil.iter_modules(package.__path__), key=lambda found: found.name):
        module = importlib.import_module(f"{package.__name__}.{found.name}")
        names = getattr(package, "__all__", None) if package is not lqrlib else None
        # A function of the same name hides its module, which then is no public name.
        if names is None or (found.name in names and getattr(package, found.name) is module):
            yield module
            if found.ispkg:
                yield from public_modules(module)


def reexporting_modules() -> set[str]:
    """Modules whose names are imported as `lqrlib.NAME` and stand in the page's first section."""
    names = (getattr(lqrlib, name) for name in lqrlib.__all__)
    return {value.__module__ for value in names if not isinstance(value, ModuleType)}
