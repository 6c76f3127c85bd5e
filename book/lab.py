"""The chapters in JupyterLab: the source itself opens, and is saved without outputs."""

import os
import sys
from pathlib import Path
from typing import Any

from book.chapters import find_chapter


def lab_command(root: Path, chapter: str) -> list[str]:
    """Return the command that opens a chapter, or the folder of all, to this machine only."""
    place = find_chapter(root, chapter) if chapter else root / "chapters"
    display = sys.platform != "linux" or {"DISPLAY", "WAYLAND_DISPLAY"} & set(os.environ)
    options = ["--allow-root", "--log-level=WARN", "--ServerApp.ip=127.0.0.1"]
    options += ["--no-browser"] * (not display)
    options += ["--ServerApp.answer_yes=True"]  # Ctrl-C ends it without a question
    options += ["--FileContentsManager.pre_save_hook=book.lab.strip_outputs"]
    options += [f"--LabApp.default_url=/lab/tree/{place.relative_to(root).as_posix()}"]
    return [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={root}", *options]


def strip_outputs(model: dict[str, Any], path: str, **_: Any) -> None:
    """Take the outputs out of a chapter that is about to be saved; a copy elsewhere keeps them."""
    if model["type"] == "notebook" and path.startswith("chapters/"):
        kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
        kept = {"kernelspec": kernel, "language_info": {"name": "python"}}  # for every Python
        model["content"]["metadata"] |= kept
        for cell in model["content"]["cells"]:
            if cell["cell_type"] == "code":
                cell.update(outputs=[], execution_count=None)
            for noted in ("execution", "collapsed", "scrolled"):
                cell["metadata"].pop(noted, None)
