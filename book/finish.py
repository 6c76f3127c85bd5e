"""What an executed chapter looks like: the same bytes every time, ready for its page.

papermill and the kernel leave clock readings, random ids and their own notes in the notebook;
these go. What the run says about its figures (`lqrpapers.notebook.show`) moves to where MyST-NB
reads it.
"""

from __future__ import annotations

import re
from typing import Any

from book.problem import ChapterProblem

INJECTED_ID = "injected-parameters"


def cell_name(cell: Any, index: int) -> str:
    """Name a cell in a message: its place, its id and its first line of code."""
    lines = [line.strip() for line in cell.get("source", "").splitlines() if line.strip()]
    code = next((line for line in lines if not line.startswith(("#", "%"))), "".join(lines[:1]))
    code = code if len(code) <= 60 else code[:57] + "..."
    return f"cell {index} ({cell.get('id', 'no id')}: {code})"


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
            cell.id = INJECTED_ID
            cell.metadata.tags = ["injected-parameters", "remove-cell"]
        if not cell.metadata.get("tags", True):
            del cell.metadata["tags"]
        if cell.cell_type == "code":
            refuse_unexecuted(cell, index)
            stderr += stderr_lines(cell)
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
            join_prints(cell)
            forget_addresses(cell)
            describe_figure(cell, index)
    return stderr


def refuse_unexecuted(cell: Any, index: int) -> None:
    """Raise where a cell did not run: a cell that exits ends the run, and papermill is content."""
    if any(output.output_type == "error" for output in cell.outputs):
        raise ChapterProblem(f"{cell_name(cell, index)}: it exits, so that the rest did not run")
    if cell.source.strip() and cell.execution_count is None:
        raise ChapterProblem(f"{cell_name(cell, index)}: it did not run")


def join_prints(cell: Any) -> None:
    """Join what a cell printed: how the kernel cuts it into messages is a matter of time."""
    prints = [output for output in cell.outputs if output.output_type == "stream"]
    for more in prints[1:]:
        prints[0].text += more.text
    cell.outputs = [output for output in cell.outputs if output not in prints[1:]]


def forget_addresses(cell: Any) -> None:
    """Take memory addresses out of the text of objects: they differ from run to run."""
    for output in cell.outputs:
        data = output.get("data", {})
        if isinstance(data.get("text/plain"), str):
            data["text/plain"] = re.sub(r" at 0x[0-9a-fA-F]+(?=[>\s])", "", data["text/plain"])


def stderr_lines(cell: Any) -> list[str]:
    """Return the first line of each thing a cell wrote to stderr."""
    texts = [output.text for output in cell.outputs if output.get("name") == "stderr"]
    # The path of a kernel's own temporary file would tell one run from the next.
    lines = [text.strip().splitlines()[0] for text in texts if text.strip()]
    return [re.sub(r"^\S*ipykernel_\S*?:", "", line).strip() for line in lines]


def describe_figure(cell: Any, index: int) -> None:
    """Move a figure's alt text, caption and name from its output to the cell's metadata."""
    described = [
        output.metadata["lqrlib"]
        for output in cell.outputs
        if set(output.get("metadata", {}).get("lqrlib", {})) & {"alt", "caption", "name"}
    ]
    if not described:
        return
    if len(described) > 1:
        raise ChapterProblem(
            f"{cell_name(cell, index)}: it shows {len(described)} figures, not one"
        )
    found = described[0]
    page = cell.metadata.setdefault("mystnb", {})
    if found.get("alt"):
        page.setdefault("image", {})["alt"] = found["alt"]
    figure = {key: found[key] for key in ("caption", "name") if found.get(key)}
    if figure:
        page.setdefault("figure", {}).update(figure)


def first_difference(one: Any, other: Any) -> str:
    """Name the first cell in which two executed notebooks differ."""
    for index, (cell, twin) in enumerate(zip(one["cells"], other["cells"], strict=False)):
        if cell != twin:
            return cell_name({**cell, "source": "".join(cell["source"])}, index)
    return "the notebook"
