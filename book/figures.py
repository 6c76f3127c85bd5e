"""One display in a cell with a caption: MyST-NB makes a figure of every display of such a cell.

A cell that shows a figure and also stores a number or reports a claim would give several figures
of one name. For the page such a cell is taken apart; the notebook offered for download is not.
"""

from __future__ import annotations

from typing import Any

DISPLAYS = ("display_data", "execute_result")
INPUT_TAGS = {"hide-input", "hide-cell", "remove-input", "parameters"}


def separate_figures(notebook: dict[str, Any]) -> dict[str, Any]:
    """A notebook in which a cell with a figure caption displays nothing else."""
    cells = [part for cell in notebook["cells"] for part in _parts(cell)]
    return {**notebook, "cells": cells}


def _parts(cell: dict[str, Any]) -> list[dict[str, Any]]:
    outputs = cell.get("outputs", [])
    shown = [output for output in outputs if output["output_type"] in DISPLAYS]
    figures = [index for index, output in enumerate(outputs) if _is_picture(output)]
    has_caption = "figure" in cell["metadata"].get("mystnb", {})
    if not has_caption or len(figures) != 1 or len(shown) == 1:
        return [cell]
    (place,) = figures
    before, figure, after = outputs[:place], outputs[place : place + 1], outputs[place + 1 :]
    first = {**cell, "outputs": before, "metadata": _without_figure(cell["metadata"])}
    parts = [first, _continued(cell, "figure", figure, cell["metadata"])]
    if after:
        parts.append(_continued(cell, "after", after, _without_figure(cell["metadata"])))
    return parts


def _is_picture(output: dict[str, Any]) -> bool:
    return any(mime.startswith("image/") for mime in output.get("data", {}))


def _without_figure(metadata: dict[str, Any]) -> dict[str, Any]:
    page = {key: value for key, value in metadata["mystnb"].items() if key != "figure"}
    return {**metadata, "mystnb": page}


def _continued(
    cell: dict[str, Any], suffix: str, outputs: list[Any], metadata: dict[str, Any]
) -> dict[str, Any]:
    """A cell that shows further outputs of the same code without showing the code again."""
    tags = [tag for tag in metadata.get("tags", []) if tag not in INPUT_TAGS]
    return {
        **cell,
        "id": f"{cell['id']}-{suffix}",
        "outputs": outputs,
        "metadata": {**metadata, "tags": [*tags, "remove-input"]},
    }
