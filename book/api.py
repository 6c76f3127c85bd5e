"""The sections of the library's page: one for each public module, so that none is forgotten.

A module is public if its name has no leading underscore and, inside a package, the package's
`__all__` names it; figures are public module by module, as importing them all needs matplotlib.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from docutils.parsers.rst.states import Inliner

import lqrlib

MARK = "<!-- one section for each module -->"
EVERY_MODULE = "lqrlib.plots"


def public_modules(package: ModuleType = lqrlib) -> Iterator[ModuleType]:
    """Public modules below a package, in alphabetical order, each before its own submodules."""
    whole = package is lqrlib or package.__name__ == EVERY_MODULE
    for found in sorted(pkgutil.iter_modules(package.__path__), key=lambda found: found.name):
        if found.name.startswith("_"):
            continue
        module = importlib.import_module(f"{package.__name__}.{found.name}")
        # A function of the same name hides its module, which then is no public name.
        if whole or (found.name in package.__all__ and getattr(package, found.name) is module):
            yield module
            if found.ispkg:
                yield from public_modules(module)


def reexporting_modules() -> set[str]:
    """Modules whose names are imported as `lqrlib.NAME` and stand in the page's first section."""
    names = (getattr(lqrlib, name) for name in lqrlib.__all__)
    return {value.__module__ for value in names if not isinstance(value, ModuleType)}


def sections() -> str:
    """Markdown with a heading and an autodoc directive for each public module."""
    shown_above = reexporting_modules()
    parts = []
    for module in public_modules():
        options = "" if module.__name__ in shown_above else "   :members:\n"
        parts.append(
            f"## {module.__name__}\n\n"
            f"```{{eval-rst}}\n.. automodule:: {module.__name__}\n{options}```\n"
        )
    return "\n".join(parts)


def keep_bars(inliner: Any, match: Any, lineno: int) -> tuple[str, list[Any], str, list[Any]]:
    """Read a bar as text: docstrings write |x| for an absolute value, not for a substitution."""
    end = match.end("start")
    return match.string[:end], [], match.string[end:], []


def read_bars_as_text() -> None:
    Inliner.dispatch["|"] = keep_bars
