"""What the points of a sweep say, as tables: the same whoever ran them, in the order of the grid.

Columns are the parameters, how the point ended, `verdict:ID` for each result of the chapter and
`glued:NAME` for each number that it stores. Seconds are in a table of their own, since they are
never the same twice.
"""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from book.chapters import read_notebook
from book.collect import claims, records_of
from lqrpapers.claims.rows import results
from lqrpapers.figures.files import CSV
from lqrpapers.numbers import glued
from sweep.grid import Grid
from sweep.point import EXECUTED, RECORD, Order


@dataclass
class Row:
    """One point."""

    label: str
    parameters: dict[str, Any]
    reason: str = ""  #: Why it failed.
    seconds: float = 0.0
    processor: str = ""
    verdicts: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, str | int | float] = field(default_factory=dict)
    figures: dict[str, str] = field(default_factory=dict)  #: Their data as CSV.


@dataclass
class Table:
    """The points of a sweep in the order of its grid."""

    chapter: str
    grid: Grid
    rows: list[Row]

    def verdicts(self) -> list[str]:
        """The ids that have a verdict, in the order of claims.yml."""
        return list(dict.fromkeys(id for row in self.rows for id in row.verdicts))

    def numbers(self) -> list[str]:
        """The names of the stored numbers, in the order of the chapter."""
        return list(dict.fromkeys(name for row in self.rows for name in row.numbers))


def read(
    root: Path,
    chapter: Path,
    points: Path,
    grid: Grid,
    orders: Sequence[Order],
    reasons: dict[str, tuple[str, float]],
) -> Table:
    """Read the products of a sweep; `reasons` has the points that failed, by their marks."""
    own = [claim for claim in claims(root).values() if claim.chapter == chapter.stem]
    rows = []
    for order, parameters in zip(orders, grid.points, strict=True):
        row = Row(order.label, parameters)
        rows.append(row)
        if order.mark in reasons:
            row.reason, row.seconds = reasons[order.mark]
            continue
        product = points / order.mark
        notebook, record = (
            read_notebook(product / EXECUTED),
            json.loads((product / RECORD).read_text()),
        )
        row.seconds, row.processor = record["seconds"], record["run"]["processor"]
        row.verdicts = {it.claim.id: it.verdict for it in results(own, records_of(notebook))}
        row.numbers, row.figures = glued(notebook), dict(figures(notebook))
    return Table(chapter.stem, grid, rows)


def figures(notebook: dict[str, Any]) -> Iterable[tuple[str, str]]:
    """The data of each figure of an executed notebook, by name."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            told = output.get("metadata", {}).get("lqrlib", {})
            if "caption" in told and CSV in output["data"]:
                yield told.get("name", f"fig-{cell['id']}"), "".join(output["data"][CSV])


def columns(table: Table) -> dict[str, list[Any]]:
    """The table by columns; None where a point has nothing to say."""
    rows = table.rows
    found: dict[str, list[Any]] = {
        name: [row.parameters[name] for row in rows] for name in table.grid.values
    }
    found["status"] = ["failed" if row.reason else "done" for row in rows]
    found["reason"] = [row.reason or None for row in rows]
    for id in table.verdicts():
        found[f"verdict:{id}"] = [row.verdicts.get(id) for row in rows]
    for name in table.numbers():
        found[f"glued:{name}"] = [row.numbers.get(name) for row in rows]
    return found


def write(table: Table, folder: Path) -> None:
    """Write the tables into a folder, in place of older ones."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "figures").mkdir(parents=True)
    found = columns(table)
    (folder / "table.csv").write_text(as_csv(list(found), zip(*found.values(), strict=True)))
    if importlib.util.find_spec("pyarrow"):
        write_parquet(found, folder / "table.parquet")
    names = [*table.grid.values, "seconds", "processor"]
    told = [[*row.parameters.values(), row.seconds, row.processor] for row in table.rows]
    (folder / "seconds.csv").write_text(as_csv(names, told))
    for name in dict.fromkeys(name for row in table.rows for name in row.figures):
        (folder / "figures" / f"{name}.csv").write_text(long_form(table, name))


def long_form(table: Table, figure: str) -> str:
    """The data of one figure at all points, with the parameters before its own columns."""
    lines: list[list[Any]] = []
    head: list[str] = []
    for row in table.rows:
        text = row.figures.get(figure, "").splitlines()
        read = list(csv.reader(line for line in text if not line.startswith("# ")))
        if read:
            head = read[0]
        lines += [[*row.parameters.values(), *data] for data in read[1:]]
    return as_csv([*table.grid.values, *head], lines)


def as_csv(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Rows as text; floats with all their digits."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue()


def write_parquet(found: dict[str, list[Any]], path: Path) -> None:
    """The same table as Parquet; a column of several kinds, or of lists, as text."""
    import pyarrow
    import pyarrow.parquet

    def column(values: list[Any]) -> Any:
        kinds = {type(value) for value in values if value is not None}
        if kinds <= {int, float} or (len(kinds) == 1 and kinds != {list}):
            return pyarrow.array(
                [float(v) if kinds == {int, float} and v is not None else v for v in values]
            )
        return pyarrow.array([None if value is None else str(value) for value in values])

    arrays = {name: column(values) for name, values in found.items()}
    pyarrow.parquet.write_table(pyarrow.table(arrays), path)
