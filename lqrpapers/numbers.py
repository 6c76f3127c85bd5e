"""Numbers of an executed chapter for other pages: what its cells stored with `notebook.glue`."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from .notebook import STORED


def glued(notebook: Mapping[str, Any]) -> dict[str, str | int | float]:
    """The numbers and texts by name, of a notebook as nbformat reads it; none if it did not run."""
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    return {
        output["metadata"]["scrapbook"]["name"]: _value(output["data"][STORED + "text/plain"])
        for output in outputs
        if "scrapbook" in output.get("metadata", {})
    }


def _value(text: str | list[str]) -> str | int | float:
    written = "".join(text)
    try:
        return float(written) if written in ("inf", "-inf") else ast.literal_eval(written)
    except (SyntaxError, ValueError):
        raise ValueError(f"glue: {written!r} is no number and no text") from None
