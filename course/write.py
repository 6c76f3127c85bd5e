"""Write the course beside the built book: `_build/course`."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from book.chapters import find_chapters
from book.render import installing
from book.stage import settings
from course.chapter import Chapter
from course.decks import write_decks
from course.notebooks import notebook
from course.places import Places, published

# What is written anew. The rest is a class's: settings, submissions and gradebook of nbgrader.
PARTS = ("student", "instructor", "nbgrader/source", "decks")


def write_course(root: Path, say: Callable[[str], None] = print) -> Path:
    """Write the notebooks and the deck of every chapter; the work of a class stays."""
    target, began = root / "_build" / "course", time.monotonic()
    new, repository = target.with_suffix(".new"), settings(root)["repository"]
    shutil.rmtree(new, ignore_errors=True)
    places = Places(
        root / "_build" / "html",
        root / "chapters" / "references.bib",
        published(repository["url"]),
    )
    for path in find_chapters(root):
        chapter = Chapter(root, path, places)
        folders = {"student": "student", "instructor": "instructor"}
        folders["nbgrader"] = f"nbgrader/source/{path.stem}"
        for kind, folder in folders.items():
            install = installing(repository, chapter.run)
            place = new / folder / path.name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(as_text(notebook(chapter, kind, install)), encoding="utf-8")
    write_decks(root, new / "decks", say)
    for part in PARTS:
        shutil.rmtree(target / part, ignore_errors=True)
        (target / part).parent.mkdir(parents=True, exist_ok=True)
        (new / part).rename(target / part)
    shutil.rmtree(new)
    say(f"wrote the course  {time.monotonic() - began:.1f} s  ({target.relative_to(root)})")
    return target


def as_text(made: dict[str, Any]) -> str:
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"
