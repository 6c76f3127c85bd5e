"""The bibliography's style: labels by author and year as in the citations, sorted by author."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pybtex.plugin import register_plugin  # type: ignore[import-untyped]
from pybtex.style.formatting.plain import Style  # type: ignore[import-untyped]
from pybtex.style.labels import BaseLabelStyle  # type: ignore[import-untyped]


class Labels(BaseLabelStyle):  # type: ignore[misc]
    """Toso et al. 2024a."""

    def format_labels(self, sorted_entries: Iterable[Any]) -> Iterator[str]:
        for entry in sorted_entries:
            people = [
                who.rich_prelast_names + who.rich_last_names for who in entry.persons["author"]
            ]
            names = [" ".join(map(str, parts)) for parts in people]
            told = " and ".join(names) if len(names) < 3 else f"{names[0]} et al."
            yield f"{told}, {entry.fields['year']}"


class AuthorYear(Style):  # type: ignore[misc]
    default_label_style = Labels
    default_name_style = "lastfirst"


register_plugin("pybtex.style.formatting", "author_year", AuthorYear)
