"""Render the pages with `jupyter-book build .`, warnings as errors, only if something changed.

The content of everything that enters the pages decides, not the time of files. Sphinx reads only
changed pages again, and says nothing of a warning in a page it does not read: after a failure
everything it remembers goes, and so it does when something changed that stands outside the pages.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from book.chapters import digest, files_under
from book.problem import ChapterProblem

# Never part of the pages, and in part large.
OUTSIDE = ("_build", "tests", "benchmarks", "dist", "requirements-lab.txt")
PAGES = (".md", ".ipynb")


def page_inputs(root: Path) -> list[Path]:
    """Return every file that the pages are made of, the executed chapters included."""
    files = [path for path in root.iterdir() if path.is_file() and not path.name.startswith(".")]
    for folder in root.iterdir():
        hidden = folder.name.startswith((".", "__")) or folder.name.endswith(".egg-info")
        if folder.is_dir() and not hidden and folder.name not in OUTSIDE:
            files += files_under(folder)
    executed = root / "_build" / "executed"
    files = [path for path in files if path.name not in OUTSIDE]
    return files + [path for path in files_under(executed) if "partial" not in path.suffix]


def fingerprints(root: Path) -> dict[str, str]:
    """Return the hash of all inputs, and of those whose change makes every page stale."""
    inputs = page_inputs(root)
    executed = root / "_build" / "executed"
    pages = {path for path in inputs if path.suffix in PAGES or executed in path.parents}
    names = sorted(str(path.relative_to(root)) for path in pages)
    machinery = digest([path for path in inputs if path not in pages], root)
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    return {"all": digest(inputs, root), "machinery": f"{machinery} {python} {names}"}


def is_rendered(root: Path) -> bool:
    """Say whether the built pages are those of the present inputs."""
    return read_stamp(root) == fingerprints(root)


def read_stamp(root: Path) -> dict[str, str]:
    """Return the fingerprints of the last good rendering, empty where there is none."""
    try:
        stamp = json.loads((root / "_build" / "rendered.json").read_text())
    except (OSError, ValueError):
        return {}
    built = (root / "_build" / "html" / "index.html").exists()
    return stamp if built and isinstance(stamp, dict) else {}


def render(root: Path, say: Callable[[str], None] = print) -> None:
    """Render the book into `_build/html`; raise with Sphinx's own warnings where it has any."""
    wanted, stamp = fingerprints(root), read_stamp(root)
    if stamp == wanted:
        return
    build = root / "_build"
    (build / "rendered.json").unlink(missing_ok=True)
    if stamp.get("machinery") != wanted["machinery"]:
        forget(root)
    log = build / "logs" / "render.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    # What the script jupyter-book does, without its first line's limit on the length of paths.
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()"]
    command += ["build", str(root), "-W", "-n", "--keep-going"]
    with log.open("w") as file:
        environment = {
            **os.environ,
            "SOURCE_DATE_EPOCH": "0",
            "NO_COLOR": "1",
            "PYTHONHASHSEED": "0",
        }
        code = subprocess.run(
            command, cwd=root, env=environment, stdout=file, stderr=subprocess.STDOUT
        ).returncode
    if code != 0:
        forget(root)
        raise ChapterProblem(complaint(log.read_text(errors="replace"), log.relative_to(root)))
    (build / "rendered.json").write_text(json.dumps(wanted) + "\n")
    pages = len(list((build / "html").rglob("*.html")))
    say(f"rendered {pages} pages  {time.monotonic() - began:.1f} s  (_build/html/index.html)")


def forget(root: Path) -> None:
    """Remove what Sphinx remembers of pages read before, and the pages themselves."""
    for name in (".doctrees", "html"):
        shutil.rmtree(root / "_build" / name, ignore_errors=True)


def complaint(text: str, log: Path) -> str:
    """Return the warnings and errors of a rendering, or its last line where there are none."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", text)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    found = [line for line in lines if re.search(r"\b(WARNING|ERROR|CRITICAL)\b:?", line)]
    shown = list(dict.fromkeys(found)) or lines[-1:] or ["no output"]
    more = [f"and {len(shown) - 20} more"] if len(shown) > 20 else []
    return "\n".join([f"the pages could not be rendered ({log}):", *shown[:20], *more])
