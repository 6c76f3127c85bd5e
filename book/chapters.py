"""Where chapters lie, how they are named, and what decides whether one must run again.

A chapter's outputs depend on its code cells, its parameters, the modules of lqrlib and lqrpapers
that its last run loaded, the lock, and the part of this package that executes. Its words do not
count: a page shows the words of the source and the outputs of the run.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from book.environment import ROOT as REPOSITORY
from book.problem import ChapterProblem

PACKAGES = ("lqrlib", "lqrpapers")
# The modules of book/ that decide what an executed chapter looks like.
EXECUTING = ("book/execute.py", "book/finish.py", "book/kernel.py")


def find_chapters(root: Path) -> list[Path]:
    """Return every chapter's notebook in the order of the book."""
    return sorted((root / "chapters").glob("*.ipynb"))


def find_chapter(root: Path, name: str) -> Path:
    """Return the chapter a reader names: by number, by file, or by a part of its name."""
    chapters = {path.stem: path for path in find_chapters(root)}
    stem = Path(name).name.removesuffix(".ipynb")
    found = [each for each in chapters if each == stem]
    if not found and stem.isdecimal():
        found = [each for each in chapters if re.match(rf"0*{int(stem)}_", each)]
    elif not found and stem:
        found = [each for each in chapters if stem in each]
    if len(found) != 1:
        missing = f"there is no chapter {name!r:.80}; the book has"
        which = f"chapter {name!r:.80} could be any of" if found else missing
        raise ChapterProblem(f"{which} {', '.join(found or chapters) or 'none'}")
    return chapters[found[0]]


def read_notebook(path: Path) -> dict[str, Any]:
    """Return a notebook as plain JSON, refusing what is none."""
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ChapterProblem(f"the notebook is not valid JSON: {error}") from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise ChapterProblem("the file is JSON but no notebook: it has no list of cells")
    return notebook


def budget(notebook: dict[str, Any]) -> float:
    """Return the seconds a chapter may take: its own metadata `book.seconds`, else 600."""
    own = notebook.get("metadata", {}).get("book", {}).get("seconds", 600)
    if isinstance(own, bool) or not isinstance(own, int | float) or own <= 0:
        raise ChapterProblem(f"the time budget is a number of seconds, not {own!r:.80}")
    return float(own)


def executed_paths(root: Path, chapter: Path) -> tuple[Path, Path]:
    """Return where the executed notebook and its record lie."""
    executed = root / "_build" / "executed" / "chapters"
    return executed / chapter.name, executed / f"{chapter.stem}.json"


def executed_notebook(root: Path, chapter: Path) -> dict[str, Any]:
    """Return the outputs of the last good run among the words of the source."""
    ran = read_notebook(executed_paths(root, chapter)[0])
    code = {cell["id"]: cell for cell in ran["cells"] if cell["cell_type"] == "code"}
    injected = code.pop("injected-parameters", None)
    cells = []
    for cell in read_notebook(chapter)["cells"]:
        cells.append(code.get(cell["id"], cell) if cell["cell_type"] == "code" else cell)
        if injected and "parameters" in cell["metadata"].get("tags", []):
            cells.append(injected)
    return {**ran, "cells": cells}


def hashes_of(paths: Iterable[Path], root: Path) -> dict[str, str]:
    """Return the hash of each file's content by its place in `root`."""
    hashed = ((path, hashlib.sha256(path.read_bytes())) for path in paths if path.is_file())
    return {path.relative_to(root).as_posix(): content.hexdigest() for path, content in hashed}


def digest(value: Any) -> str:
    """Return one hash of plain values, as of a dictionary of hashes."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def files_under(folder: Path) -> list[Path]:
    """Return the files of a folder, leaving out what Python and editors drop there."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return [path for path in found if "/." not in f"/{path.relative_to(folder).as_posix()}"]


def contents(root: Path) -> dict[str, str]:
    """Return the hash of every file outside a notebook that outputs may depend on."""
    files = [path for name in PACKAGES for path in files_under(root / name)]
    own = [REPOSITORY / name for name in EXECUTING]
    return hashes_of([*files, root / "requirements.txt"], root) | hashes_of(own, REPOSITORY)


def fingerprint(
    notebook: dict[str, Any],
    parameters: dict[str, Any],
    modules: Iterable[str],
    hashes: dict[str, str],
) -> str:
    """Return the hash that changes when a chapter's outputs may change.

    `modules` are the files of lqrlib and lqrpapers that it loads; all other files count always.
    """
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    always = [name for name in hashes if name in EXECUTING or not name.endswith(".py")]
    counted = {name: hashes.get(name, "gone") for name in [*always, *modules]}
    return digest([notebook.get("metadata"), code, parameters, counted, python])


def read_record(root: Path, chapter: Path) -> dict[str, Any]:
    """Return the record of the last good run, empty where there is none."""
    with suppress(OSError, ValueError, TypeError):
        return dict(json.loads(executed_paths(root, chapter)[1].read_text(encoding="utf-8")))
    return {}


def is_current(
    root: Path, chapter: Path, hashes: dict[str, str], parameters: dict[str, Any] | None = None
) -> bool:
    """Say whether the executed copy is whole and what a run with these parameters would give.

    Without parameters: with those that the last run had.
    """
    record, (executed, _) = read_record(root, chapter), executed_paths(root, chapter)
    if not {"fingerprint", "sha256", "modules", "parameters"} <= record.keys():
        return False
    wanted = record["parameters"] if parameters is None else parameters
    mark = fingerprint(read_notebook(chapter), wanted, record["modules"], hashes)
    whole = hashes_of([executed], executed.parent).get(executed.name)
    return bool(record["fingerprint"] == mark and record["sha256"] == whole)
