"""Render the pages with `jupyter-book build`, warnings as errors, only as far as something changed.

Sphinx remembers what it read, by time, in a folder of its own; its memory is valid only beside the
stamp of a rendering that ended well. What comes out is published whole, or not at all.
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
from contextlib import suppress
from pathlib import Path
from typing import Any

from nbformat.v4 import new_code_cell

from book import chapters as inputs
from book import previews, search_index
from book.environment import ROOT
from book.problem import ChapterProblem
from book.solutions import held_back, without_solutions
from book.stage import settings, stage

# Everything that a page may show or quote of another, but for the outputs of the chapters.
SOURCES = ["_config.yml", "_toc.yml", "requirements.txt", "book", "pages", "chapters"]
SOURCES += ["lqrlib", "lqrpapers"]
FIGURE = re.compile(rb'"name": "fig-[^"]*"')
# What the script jupyter-book does, without its first line's limit on the length of paths. Looking
# for garbage among hundreds of thousands of nodes would take more than half of the time, and
# taking them down one by one at the end a tenth.
PROGRAM = """
import gc, os, sys
from book.kernel import die_with_parent
die_with_parent()
gc.disable()
from jupyter_book.cli.main import main
try:
    main()
except SystemExit as ended:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(ended.code if isinstance(ended.code, int) else bool(ended.code))
"""
STAMP = ".rendered.json"  # what the pages were made of
PROGRESS = re.compile(r"(reading|writing) \w+\.\.\. \[ *(\d+)%\] (\S+)")


def hashes(root: Path) -> dict[str, str]:
    """One hash of what every page may depend on, one of what only its own chapter's page does."""
    files = [path for name in SOURCES for path in [root / name, *inputs.files_under(root / name)]]
    executed = sorted(inputs.files_under(root / "_build" / "executed"))
    figures = [f"{FIGURE.findall(path.read_bytes())}" for path in executed]
    chosen = [sys.version_info[:2], held_back()]
    sources = inputs.digest([inputs.hashes_of(files, root), figures, *chosen])
    return {"sources": sources, "executed": inputs.digest(inputs.hashes_of(executed, root))}


def is_rendered(root: Path) -> bool:
    """Say whether the built pages are those of the present inputs."""
    return bool(read(root / "_build" / "html" / STAMP) == hashes(root))


def read(stamp: Path) -> Any:
    """What a stamp says, nothing where there is none."""
    with suppress(OSError, ValueError):
        return json.loads(stamp.read_text())


def render(
    root: Path,
    say: Callable[[str], None] = print,
    note: Callable[[str], None] = lambda text: None,
    hold: int | None = None,
) -> None:
    """Render the book into `_build/html`; raise with Sphinx's own warnings where it has any.

    `note` is told of each page. Sphinx inherits `hold`: a lock is held as long as anything writes.
    """
    build, began = root / "_build", time.monotonic()
    repair(build)
    if is_rendered(root):
        return
    note("staging the pages")
    wanted, site, bench = hashes(root), stage(root), build / "render"
    stamp, made = bench / STAMP, bench / "_build" / "html"
    if (read(stamp) or {}).get("sources") != wanted["sources"]:
        shutil.rmtree(bench, ignore_errors=True)
    # Style sheets carry their hash into the pages.
    for path in [stamp, *made.glob("_static/*.css")]:
        path.unlink(missing_ok=True)
    log = build / "logs" / "render.log"
    if sphinx(root, ["build", str(site), "--path-output", str(bench)], log, note, hold) != 0:
        text = log.read_text(errors="replace").replace(f"{site}{os.sep}", "")
        raise ChapterProblem(complaint(text, log.relative_to(root)))
    previews.write(made)
    search_index.write(made)
    stamp.write_text(json.dumps(wanted))
    publish(root, made, json.dumps(wanted))
    pages = len(list((build / "html").rglob("*.html")))
    say(f"rendered {pages} pages  {time.monotonic() - began:.1f} s  (_build/html/index.html)")


def sphinx(
    root: Path, words: list[str], log: Path, note: Callable[[str], None], hold: int | None
) -> int:
    """Run Jupyter Book, which dies with us; log what it says and note its progress."""
    log.parent.mkdir(parents=True, exist_ok=True)
    settings = {"SOURCE_DATE_EPOCH": "0", "PYTHONHASHSEED": "0", "PYTHONUNBUFFERED": "1"}
    settings |= {"PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    with (
        log.open("w", buffering=1) as file,
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *words, "-W", "-n", "--keep-going"],
            cwd=root,
            env=os.environ | settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            pass_fds=() if hold is None else (hold,),
        ) as process,
    ):
        try:
            for line in process.stdout or ():
                line = re.sub(r"\x1b\[[0-9;]*[mK]", "", line)  # Sphinx's colours
                file.write(line)
                if found := PROGRESS.match(line):
                    note(f"{found[1]} {found[3]} ({found[2]} %)")
        except BaseException:
            process.kill()
            raise
    return process.returncode


def complaint(text: str, log: Path) -> str:
    """Return the warnings and errors of a rendering, or its last words where there are none."""
    lines = [line.strip() for line in text.splitlines() if line.strip().strip("=")]
    found = [line for line in lines if re.search(r"\b(WARNING|ERROR|CRITICAL)\b:?", line)]
    # Jupyter Book closes with a box that says nothing; the cause was raised before it.
    raised = [line for line in lines if re.match(r"[\w.]+(Error|Exception): .", line)]
    shown = list(dict.fromkeys(found)) + raised[-1:] or lines[-1:] or ["no output"]
    more = [f"and {len(shown) - 20} more"] if len(shown) > 20 else []
    return "\n".join([f"the pages could not be rendered ({log}):", *shown[:20], *more])


def publish(root: Path, made: Path, stamp: str) -> None:
    """Put the pages, with the notebooks for download, in the place of `_build/html`."""
    html, repository = root / "_build" / "html", settings(root)["repository"]
    new, old = html.with_suffix(".new"), html.with_suffix(".old")
    shutil.copytree(made, new)
    (new / STAMP).write_text(stamp)
    (new / ".nojekyll").touch()  # or a static host may leave out the folders that start with _
    for chapter in inputs.find_chapters(root):
        target = new / "_sources" / "chapters" / chapter.name
        if target.is_file():
            target.write_text(download(root, chapter, repository), encoding="utf-8")
    if html.exists():
        html.rename(old)
    new.rename(html)
    shutil.rmtree(old, ignore_errors=True)


def repair(build: Path) -> None:
    """Undo what a run left that was killed while it published."""
    if (build / "html.old").exists() and not (build / "html").exists():
        (build / "html.old").rename(build / "html")
    for name in ("html.old", "html.new"):
        shutil.rmtree(build / name, ignore_errors=True)


def download(root: Path, chapter: Path, repository: dict[str, Any]) -> str:
    """The executed notebook; with an address, after a cell that installs what it needs."""
    run = inputs.read_record(root, chapter).get("run")
    notebook = inputs.executed_notebook(root, chapter) if run else inputs.read_notebook(chapter)
    if held_back():
        notebook["cells"] = without_solutions(notebook["cells"])
    notebook["cells"] = [*installing(repository, run), *notebook["cells"]]
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def installing(repository: dict[str, Any], run: dict[str, Any] | None) -> list[Any]:
    """With an address, the cell that installs what a notebook needs, in the version of its run."""
    if not repository["url"]:
        return []
    version = run["commit"] if run else ""
    comment = "" if version else "  # a branch: the commit that made the page is not known"
    place = f"git+{repository['url']}@{version or repository.get('branch', 'main')}"
    source = (
        "try:\n    import lqrlib\nexcept ModuleNotFoundError:\n"
        f'    %pip install --quiet "lqrlib[chapters] @ {place}"{comment}\n'
        "    import lqrlib"
    )
    return [new_code_cell(source, id="install-lqrlib")]  # type: ignore[no-untyped-call]
