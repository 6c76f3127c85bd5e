"""The page of a sweep says what its table says, loads nothing, and is readable everywhere."""

import re

import numpy as np
import pytest
from bs4 import BeautifulSoup
from swept import tables

from sweep import page, table
from sweep.grid import Grid


@pytest.fixture(scope="session")
def shown(alone):
    return BeautifulSoup(tables(alone[0].root)["index.html"], "html.parser")


def test_it_has_the_changed_verdicts_and_the_points_that_failed(shown):
    failed, changed = shown.find_all("table")[1:]
    [row] = failed.select("tbody tr")
    assert row.th.text == "samples = 13" and "an unlucky number" in row.td.text
    found = [
        [cell.text for cell in row.find_all(["th", "td"])] for row in changed.select("tbody tr")
    ]
    assert found == [
        ["s2-lemma-3.2", "holds", "2", "samples = 2; samples = 3"],
        ["s2-lemma-3.2", "fails", "1", "samples = 8"],
    ]


def test_each_varying_number_has_a_plot_with_words(shown):
    [picture] = shown.find_all("img")  # `always` does not vary, and step has one value
    assert picture["alt"] == "product over samples: medians from 1 at 2 to 4 at 8."
    assert picture["src"].startswith("data:image/svg+xml;base64,")


def test_it_loads_nothing(shown):
    text = str(shown)
    assert not re.search(r'(?:src|href)="(?!data:|table\.csv|seconds\.csv)', text)
    assert "@import" not in text and not shown.find_all(["script", "link"])


def swept(numbers, **values):
    grid = Grid(values)
    rows = [
        table.Row(str(point), point, numbers={"x": number} if number is not None else {})
        for point, number in zip(grid.points, numbers, strict=True)
    ]
    return table.Table("05_small", grid, rows)


@pytest.mark.parametrize(
    ("numbers", "values", "alt"),
    [
        ([1, 2, 3, 40], {"a": [1, 2], "b": [0, 1]}, "medians from 1.5 at 1 to 21.5 at 2"),
        ([1, 2], {"a": ["quick", "paper"]}, "medians from 1 at quick to 2 at paper"),
        ([1.0, 2.0], {"a": [[1, 0], [0, 1]]}, "medians from 1 at [1, 0] to 2 at [0, 1]"),
        ([np.inf, 2, 3], {"a": [1, 2, 3]}, "medians from 2 at 2 to 3 at 3"),
        ([None, 2, 1], {"a": [1, 2, 3]}, "medians from 1 at 3 to 2 at 2"),
    ],
)
def test_a_plot_takes_any_kind_of_values(numbers, values, alt):
    assert alt in page.plot(swept(numbers, **values), "a", "x")["alt"]


def test_a_column_of_several_kinds_goes_into_parquet_as_text(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    found = {"mixed": [1, "none", None], "number": [1, 2.5, None], "list": [[1], [2], [3]]}
    table.write_parquet(found, tmp_path / "table.parquet")
    assert parquet.read_table(tmp_path / "table.parquet").to_pydict() == {
        "mixed": ["1", "none", None],
        "number": [1.0, 2.5, None],
        "list": ["[1]", "[2]", "[3]"],
    }
