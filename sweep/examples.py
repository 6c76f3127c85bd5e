"""Keep two sweeps as data of the book, from which `book.sweep_examples` draws its page.

`python -m sweep.examples` takes their tables from `_build/sweeps` and the values of the figure that
the page draws. The commands that ran them stand on that page.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Any

import numpy as np

from book.environment import ROOT
from book.sweep_examples import FOLDER, METHODS, TABLES
from sweep.table import as_csv

MOST = 24  # iterations kept of each curve


def kept(rows: list[dict[str, str]]) -> list[list[Any]]:
    """The seeds' means and ranges in S2's Figure 2, at so many iterations of each curve.

    A figure's data are thinned: what lies between the start and its second row is not known.
    """
    found: dict[tuple[str, str], dict[int, list[str]]] = {}
    for row in rows:
        if row["panel"] == "all gaps" and row["curve"] in METHODS.values():
            at = found.setdefault((row["seed"], row["curve"]), {})
            values = at.setdefault(int(float(row["x"])), ["", "", ""])
            for place, name in enumerate(("y", "low", "high")):
                values[place] = row[name] or values[place]
    lines: list[list[Any]] = []
    for (seed, method), at in found.items():
        whole = sorted(x for x, values in at.items() if x and all(values))
        wanted = np.geomspace(whole[0], whole[-1], MOST)
        near = {min(whole, key=lambda x, goal=goal: abs(x - goal)) for goal in wanted}  # type: ignore[misc]
        lines += [[seed, method, x, *at[x]] for x in sorted(near)]
    return lines


def keep(figure_2: Path, survival: Path, folder: Path) -> None:
    """Write the files of both sweeps, each given by the folder of its result."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, place in zip(TABLES, (figure_2, survival), strict=True):
        (folder / name).write_text((place / "table.csv").read_text())
    with (figure_2 / "figures" / "fig-figure-2.csv").open() as file:
        lines = kept(list(csv.DictReader(file)))
    head = ["seed", "method", "iteration", "mean", "least", "largest"]
    (folder / "figure-2-gaps.csv").write_text(as_csv(head, lines))


if __name__ == "__main__":
    keep(Path(sys.argv[1]), Path(sys.argv[2]), ROOT / FOLDER)
