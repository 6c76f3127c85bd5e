"""The bibliography: labels by author and year, each its own, sorted by author."""

from pathlib import Path

import pytest
from pybtex.database import parse_file
from pybtex.plugin import find_plugin

import book.references  # noqa: F401  (registers the style)

BIB = Path(__file__).resolve().parents[2] / "chapters" / "references.bib"


@pytest.fixture(scope="module")
def labels():
    style = find_plugin("pybtex.style.formatting", "author_year")()
    entries = style.format_entries(parse_file(BIB).entries.values())
    return {entry.key: entry.label for entry in entries}


def test_a_paper_and_its_report_are_told_apart(labels):
    assert labels["toso2024"] == "Toso et al., 2024a"
    assert labels["toso2024report"] == "Toso et al., 2024b"


def test_labels_differ_and_have_no_tex(labels):
    assert len({*labels.values()}) == len(labels) > 60
    assert not [label for label in labels.values() if set(label) & set("\\{}$")]


def test_entries_are_sorted_by_author(labels):
    names = [
        label.split(",")[0].split(" and ")[0].removesuffix(" et al.") for label in labels.values()
    ]
    assert names == sorted(names, key=str.lower)
