"""One display in a cell with a caption: MyST-NB makes a figure of every display of such a cell.

A cell that shows a figure and also stores a number or reports a claim would give several figures
of one name. For the page such a cell is taken apart; the notebook offered for download is not.
"""

from __future__ import annotations

from typing import Any

INPUT_TAGS = {"hide-input", "hide-cell", "remove-input", "parameters"}


def separate_figures(notebook: dict[str, Any]) -> dict[str, Any]:
    """A notebook in which a cell with a figure caption displays nothing else."""
    return {**notebook, "cells": [part for cell in notebook["cells"] for part in parts(cell)]}


def parts(cell: dict[str, Any]) -> list[dict[str, Any]]:
    """The cell up to its figure, the figure, and what follows: only the first shows the code."""
    outputs, metadata = cell.get("outputs", []), cell["metadata"]
    kinds = [list(output.get("data", {})) for output in outputs]
    pictures = [index for index, kind in enumerate(kinds) if "image/" in " ".join(kind)]
    page = metadata.get("mystnb", {})
    if "figure" not in page or len(pictures) != 1 or sum(map(bool, kinds)) == 1:
        return [cell]
    (place,) = pictures
    tags = {"tags": [*(tag for tag in metadata.get("tags", []) if tag not in INPUT_TAGS)]}
    tags["tags"].append("remove-input")
    plain = {**metadata, "mystnb": {key: page[key] for key in page if key != "figure"}}
    found = (
        ("", outputs[:place], plain),
        ("-figure", outputs[place : place + 1], metadata | tags),
        ("-after", outputs[place + 1 :], plain | tags),
    )
    return [
        {**cell, "id": cell["id"] + suffix, "outputs": shown, "metadata": metadata}
        for suffix, shown, metadata in found
        if shown or not suffix
    ]
