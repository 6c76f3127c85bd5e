"""Where chapters lie, how they are named, and what decides whether one must run again."""

from __future__ import annotations

import hashlib
import json
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from book.parameters import declared_parameters, given_parameters, parameters_cell
from book.problem import ChapterProblem

# The modules of book/ that decide what an executed chapter looks like.
EXECUTING = ("finish.py", "process.py", "worker.py")


def find_chapters(root: Path) -> list[Path]:
    """Return every chapter's notebook in the order of the book."""
    return sorted(path for path in (root / "chapters").glob("*.ipynb"))


def find_chapter(root: Path, name: str) -> Path:
    """Return the chapter a reader names: by number, by file, or by a part of its name."""
    chapters = find_chapters(root)
    stem = Path(name).name.removesuffix(".ipynb")
    found = [path for path in chapters if path.stem == stem]
    if not found and stem.isdecimal():
        found = [
            path
            for path in chapters
            if path.stem.partition("_")[0].isdecimal()
            and int(path.stem.partition("_")[0]) == int(stem)
        ]
    elif not found and stem:
        found = [path for path in chapters if stem in path.stem]
    if len(found) == 1:
        return found[0]
    names = ", ".join(path.stem for path in found or chapters) or "none"
    if found:
        raise ChapterProblem(f"chapter {name!r} could be any of {names}")
    raise ChapterProblem(f"there is no chapter {name!r}; the book has {names}")


def read_notebook(path: Path) -> dict[str, Any]:
    """Return a notebook as plain JSON, refusing what is none."""
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ChapterProblem(f"the notebook is not valid JSON: {error}") from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise ChapterProblem("the file is JSON but no notebook: it has no list of cells")
    return notebook


def read_parameters(notebook: dict[str, Any], text: str) -> dict[str, Any]:
    """Return the checked values of the parameters that a reader gives for this notebook."""
    _, cell = parameters_cell(notebook)
    source = cell.get("source", "")
    return given_parameters(text, declared_parameters("".join(source)))


def budget(root: Path, notebook: dict[str, Any]) -> float:
    """Return the seconds a chapter may take: its own `book.seconds`, else the project's."""
    own = notebook.get("metadata", {}).get("book", {}).get("seconds")
    if own is None:
        settings = root / "pyproject.toml"
        table = tomllib.loads(settings.read_text()) if settings.exists() else {}
        own = table.get("tool", {}).get("book", {}).get("chapter_seconds", 600)
    if isinstance(own, bool) or not isinstance(own, int | float) or own <= 0:
        raise ChapterProblem(f"the time budget is a number of seconds, not {own!r}")
    return float(own)


def executed_paths(root: Path, chapter: Path) -> tuple[Path, Path]:
    """Return where the executed notebook and its record lie."""
    executed = root / "_build" / "executed" / "chapters"
    return executed / chapter.name, executed / f"{chapter.stem}.json"


def digest(paths: Iterable[Path], root: Path) -> str:
    """Return one hash of the names and contents of files."""
    total = hashlib.sha256()
    for path in sorted(paths):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(root)} {content}\n".encode())
    return total.hexdigest()


def files_under(folder: Path) -> list[Path]:
    """Return the files of a folder, leaving out what Python and editors drop there."""
    return [
        path
        for path in folder.rglob("*")
        if path.is_file()
        and path.suffix != ".pyc"
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]


def library_digest(root: Path) -> str:
    """Return the hash of everything outside a notebook that its outputs depend on."""
    here = Path(__file__).resolve().parent
    own = digest([here / name for name in EXECUTING], here)
    lock = root / "requirements.txt"
    library = (
        files_under(root / "lqrlib")
        + files_under(root / "lqrpapers")
        + ([lock] if lock.exists() else [])
    )
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    return f"{own} {digest(library, root)} {python}"


def fingerprint(chapter: Path, parameters: dict[str, Any], library: str) -> str:
    """Return the hash that changes when a chapter's outputs may change."""
    notebook = hashlib.sha256(chapter.read_bytes()).hexdigest()
    # repr tells 1 from 1.0 and from True, and is defined for every literal.
    text = f"{notebook} {sorted(parameters.items())!r} {library}"
    return hashlib.sha256(text.encode()).hexdigest()


def read_record(root: Path, chapter: Path) -> dict[str, Any]:
    """Return the record of the last good run, empty where there is none."""
    try:
        record = json.loads(executed_paths(root, chapter)[1].read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def is_current(root: Path, chapter: Path, wanted: str) -> bool:
    """Say whether the executed copy is whole and belongs to this fingerprint."""
    record = read_record(root, chapter)
    executed = executed_paths(root, chapter)[0]
    if record.get("fingerprint") != wanted or not executed.exists():
        return False
    return record.get("sha256") == hashlib.sha256(executed.read_bytes()).hexdigest()
