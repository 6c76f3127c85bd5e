"""What others published with their code: S2 in `s2`, S1 in `s1`; test problems in `darex`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Source(NamedTuple):
    """A line of published code that a finding or observation rests on."""

    file: str  #: A key of `FILES` of its module.
    place: int  #: Number of the line, or execution count of the cell.
    line: str  #: As it stands there.


def told(
    repository: str, commit: str, sources: Iterable[Source], file: str, place: str = "{}"
) -> str:
    """Repository and commit, files and places there, as these patterns say them."""
    places: dict[str, list[str]] = {}
    for source in sources:
        places.setdefault(source.file, []).append(place.format(source.place))
    files = [f"{file.format(name)} {', '.join(found)}" for name, found in places.items()]
    return f"{repository} at commit {commit}, {'; '.join(files)}"
