"""The pages of the library: one for each public module, listed on pages/api."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import lqrlib

HOME, FOLDER = "pages/api", "pages/library"
LISTED = re.compile(r"^```\{lqr-modules\} *(.*)$", re.MULTILINE)


def public_modules(package: str = "") -> Iterator[str]:
    """Names of the public modules of both packages: an `__all__` of a subpackage says which."""
    if not package:
        yield from public_modules("lqrlib")
        yield "lqrpapers"
        yield from public_modules("lqrpapers")
        return
    parent = importlib.import_module(package)
    offered = getattr(parent, "__all__", None) if package != "lqrlib" else None
    for found in sorted(pkgutil.iter_modules(parent.__path__), key=lambda found: found.name):
        name = f"{package}.{found.name}"
        module = importlib.import_module(name)
        # A function of the same name hides its module, which then is no public name.
        if offered is None or (found.name in offered and getattr(parent, found.name) is module):
            yield name
            yield from public_modules(name) if found.ispkg else ()


@cache
def modules() -> dict[str, str]:
    """Every module that has a page, with the first line of its docstring."""
    names = ("lqrlib", *public_modules())
    return {name: first_line(importlib.import_module(name)) for name in names}


def first_line(thing: Any) -> str:
    """What a docstring says first."""
    return (inspect.getdoc(thing) or "").partition("\n")[0].rstrip(".")


def public_names() -> dict[str, str]:
    """The names that `import lqrlib` offers, with the first line of what each is."""
    names = sorted(lqrlib.__all__, key=lambda name: (name[0].isupper(), name))  # functions first
    return {name: first_line(getattr(lqrlib, name)) for name in names}


def place(name: str) -> str:
    """Page and anchor of something of the library, by its full name."""
    module = name
    while module not in modules():
        module = module.rpartition(".")[0]
    return f"library/{module}.html#{name if module != name else f'module-{name}'}"


def packages(asked: str = "") -> dict[str, list[str]]:
    """The modules asked for, or all, by the package that holds them, which stands first."""
    found: dict[str, list[str]] = {}
    names = asked.split() or list(modules())
    homes = {name.rpartition(".")[0] for name in names}
    for name in names:
        found.setdefault(name if name in homes else name.rpartition(".")[0], []).append(name)
    return found


def pages(home: str) -> dict[str, bytes]:
    """Pages of the modules that the library's page lists, by file name."""
    above = {getattr(getattr(lqrlib, name), "__module__", "") for name in lqrlib.__all__}
    listed = [packages(asked) for asked in LISTED.findall(home)]
    texts = {}
    for name in (name for found in listed for names in found.values() for name in names):
        moved = " Its names are imported from :doc:`lqrlib`." if name in above else ""
        text = [":orphan:", "", name, "=" * len(name), ""]
        text += [f"A module of :doc:`the library </{HOME}>`.{moved}", "", f".. automodule:: {name}"]
        # As reStructuredText: MyST's eval-rst keeps a copy of everything read with each page.
        texts[f"{FOLDER}/{name}.rst"] = "\n".join(
            [*text, *["   :members:"] * (not moved), ""]
        ).encode()
    return texts
