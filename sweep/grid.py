"""The grid a reader asks for: values of parameters, and the points that they span.

A word reads `name=value,value,…`. Commas within brackets or quotes do not separate values, so that
`A=[[1,0],[0,1]],[[2,0],[0,2]]` is two matrices.
"""

from __future__ import annotations

import itertools
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from book.chapters import digest
from book.parameters import Parameter, given_parameters
from book.problem import ChapterProblem

PAIRS = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True)
class Grid:
    """The values of each parameter, by name, in the order in which they were given."""

    values: dict[str, list[Any]]

    @property
    def swept(self) -> list[str]:
        """The parameters that have more than one value."""
        return [name for name, values in self.values.items() if len(values) > 1]

    @property
    def points(self) -> list[dict[str, Any]]:
        """The parameters of every point; the last one given changes fastest."""
        every = itertools.product(*self.values.values())
        return [dict(zip(self.values, values, strict=True)) for values in every]

    @property
    def name(self) -> str:
        """A name for the folder of the result, another one for each grid."""
        return "-".join([*(self.swept or self.values), digest(self.values)[:6]])


def parsed(words: Sequence[str], declared: list[Parameter]) -> Grid:
    """Return the grid of words like `seed=1,2,3`; ChapterProblem names the first bad value."""
    values: dict[str, list[Any]] = {}
    for word in words:
        name, equals, written = word.partition("=")
        if not equals or not name:
            raise ChapterProblem(f"{word!r:.80} does not read name=value,value,…")
        if name in values:
            raise ChapterProblem(f"the parameter {name!r:.80} is given twice")
        found: list[Any] = []
        for each in separated(word, written):
            [value] = given_parameters(shlex.quote(f"{name}={each}"), declared).values()
            if value in found:
                raise ChapterProblem(f"{name} has the value {value!r:.80} twice")
            found.append(value)
        values[name] = found
    if not values:
        raise ChapterProblem('name the values, as in make sweep C=05 P="seed=1,2,3 faster=1,2"')
    return Grid(values)


def separated(word: str, written: str) -> list[str]:
    """Return the values of a word, cut at the commas outside of brackets and quotes."""
    parts, opened, quote = [""], "", ""
    for sign in written:
        if quote or sign in "'\"":
            quote = "" if sign == quote else quote or sign
        elif sign in "([{":
            opened += sign
        elif sign in ")]}":
            if opened[-1:] != PAIRS[sign]:
                raise ChapterProblem(f"a bracket is not opened in {word!r:.80}")
            opened = opened[:-1]
        elif sign == "," and not opened:
            parts.append("")
            continue
        parts[-1] += sign
    if opened or quote:
        raise ChapterProblem(f"a bracket or quote is not closed in {word!r:.80}")
    if not all(map(str.strip, parts)):
        raise ChapterProblem(f"a value is missing in {word!r:.80}")
    return parts


def words(parameters: dict[str, Any]) -> str:
    """Return the parameters of a point as `make chapter` takes them."""
    return " ".join(shlex.quote(f"{name}={value!r}") for name, value in parameters.items())


def label(parameters: dict[str, Any]) -> str:
    """Return the parameters of a point as people read them."""
    return ", ".join(f"{name} = {value}" for name, value in parameters.items())
