"""An executed chapter without clock readings and random ids: the same bytes every time."""

from __future__ import annotations

import re
from typing import Any

from book.problem import ChapterProblem, one_line


def cell_name(cell: Any, index: int) -> str:
    """Name a cell in a message: its place, its id and its first line of code."""
    lines = [line.strip() for line in cell.get("source", "").splitlines() if line.strip()]
    code = next((line for line in lines if not line.startswith(("#", "%"))), "".join(lines[:1]))
    return f"cell {index} ({cell.get('id', 'no id')}: {one_line(code, 60)})"


def finish(notebook: Any) -> list[str]:
    """Finish an executed notebook in place; return the first lines it wrote to stderr."""
    metadata = notebook.metadata
    metadata.pop("papermill", None)
    metadata.pop("widgets", None)  # their model ids are random
    metadata.get("language_info", {}).pop("version", None)  # one book for every Python
    metadata.setdefault("mystnb", {})["execution_mode"] = "off"
    stderr: list[str] = []
    index = -1  # counted as in the source, which has no injected cell
    for cell in notebook.cells:
        injected = "injected-parameters" in cell.metadata.get("tags", [])
        index += not injected
        for noted in ("papermill", "execution"):
            cell.metadata.pop(noted, None)
        if injected:
            cell.id = "injected-parameters"
            cell.metadata.tags = ["injected-parameters", "remove-cell"]
        if not cell.metadata.get("tags", True):
            del cell.metadata["tags"]
        if cell.cell_type == "code":
            # A cell that exits ends the run, and papermill is content.
            if any(output.output_type == "error" for output in cell.outputs):
                why = "it exits, so that the rest did not run"
                raise ChapterProblem(f"{cell_name(cell, index)}: {why}")
            if cell.source.strip() and cell.execution_count is None:
                raise ChapterProblem(f"{cell_name(cell, index)}: it did not run")
            stderr += tidied(cell)
    return stderr


def tidied(cell: Any) -> list[str]:
    """Take out of a cell's outputs what chance decides; return the first lines of its stderr."""
    kept: list[Any] = []
    printed, lines = None, []
    for output in cell.outputs:
        data = output.get("data", {})
        if isinstance(data.get("text/plain"), str):  # addresses differ from run to run
            data["text/plain"] = re.sub(r" at 0x[0-9a-fA-F]+(?=[>\s])", "", data["text/plain"])
        if output.get("name") == "stderr":
            # The path of a kernel's own temporary file would tell one run from the next.
            lines += [re.sub(r"^\S*ipykernel_\S*?:", "", output.text.strip()).strip()]
        elif output.output_type == "stream" and printed:
            printed.text += output.text  # how the kernel cuts it into messages is a matter of time
        else:
            printed = output if output.output_type == "stream" else printed
            kept.append(output)
    cell.outputs = kept
    return [line.splitlines()[0] for line in lines if line]


def first_difference(one: Any, other: Any) -> str:
    """Name the first cell in which two executed notebooks differ."""
    for index, (cell, twin) in enumerate(zip(one["cells"], other["cells"], strict=False)):
        if cell != twin:
            return cell_name({**cell, "source": "".join(cell["source"])}, index)
    return "the notebook"
