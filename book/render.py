"""Render the pages with `jupyter-book build`, warnings as errors, only as far as something changed.

Sphinx works on the staged site in a folder of its own and remembers what it read, by time. Its
memory is valid only beside the stamp of a rendering that ended well: a warning is never forgotten,
nor half a page kept. What it gives is published whole (`book.publish`), or not at all.
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
from dataclasses import dataclass
from pathlib import Path

from book.chapters import digest, files_under, read_notebook
from book.problem import ChapterProblem
from book.process import REPOSITORY, die_with_parent
from book.publish import publish, repair
from book.stage import executed, executed_paths, stage

# Whatever stands in these decides how every page is read.
MACHINERY = ("_config.yml", "requirements.txt", "book", "pages/_static")
MACHINERY += ("chapters/references.bib", "lqrpapers/notebook.py")
INPUTS = ("_toc.yml", "pages", "chapters", "lqrlib", "lqrpapers", "_build/executed")
# What the script jupyter-book does, without its first line's limit on the length of paths. Looking
# for garbage among hundreds of thousands of nodes would take more than half of the time.
PROGRAM = "import gc; gc.disable(); from jupyter_book.cli.main import main; main()"
ESCAPES = re.compile(r"\x1b\[[0-9;]*[mK]")
ANNOUNCED = re.compile(r"updating environment:.*?(\d+) added, (\d+) changed")
PROGRESS = re.compile(r"(reading|writing) \w+\.\.\. \[ *(\d+)%\] (\S+)")
STEP = re.compile(r"([a-z][a-z -]+)\.\.\. ")
BOX = re.compile(r"=+|Traceback.*|RuntimeError:|.*Look above for the cause\.?")


def ignore(line: str) -> None:
    """Say nothing."""


def inputs(root: Path, names: tuple[str, ...]) -> list[Path]:
    """The files that stand under these names."""
    paths = [root / name for name in names]
    found = [path for path in paths if path.is_file()]
    return found + [each for path in paths if path.is_dir() for each in files_under(path)]


def fingerprint(root: Path) -> str:
    """Hash of everything that enters the pages."""
    files = [path for path in inputs(root, MACHINERY + INPUTS) if "partial" not in path.suffix]
    return f"{digest(set(files), root)} {sys.version_info[0]}.{sys.version_info[1]}"


def is_rendered(root: Path) -> bool:
    """Say whether the built pages are those of the present inputs."""
    built = (root / "_build" / "html" / "index.html").exists()
    return built and read(root / "_build" / "rendered.json") == {"all": fingerprint(root)}


def read(stamp: Path) -> dict[str, str]:
    """What a stamp says, empty where there is none."""
    try:
        found = json.loads(stamp.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def what_pages_share(root: Path) -> dict[str, str]:
    """Hashes of what decides how pages are read, and of what they quote of each other."""
    machinery = digest(inputs(root, MACHINERY), root)
    quoted = inputs(root, ("_toc.yml", "lqrlib", "lqrpapers"))
    quoted += [
        path for path in inputs(root, ("pages", "chapters")) if path.suffix in (".md", ".ipynb")
    ]
    figures = [
        (path.stem, cell["metadata"]["mystnb"]["figure"].get("name"))
        for path in executed(root)
        for cell in read_notebook(executed_paths(root, path)[0])["cells"]
        if "figure" in cell["metadata"].get("mystnb", {})
    ]
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    return {"machinery": f"{machinery} {python}", "quoted": f"{digest(quoted, root)} {figures}"}


def render(
    root: Path,
    say: Callable[[str], None] = print,
    note: Callable[[str], None] = ignore,
    hold: int | None = None,
) -> None:
    """Render the book into `_build/html`; raise with Sphinx's own warnings where it has any.

    `note` is told of each page; Sphinx inherits the descriptor `hold`, so that a lock stays held
    for as long as anything writes.
    """
    build = root / "_build"
    repair(build)
    if is_rendered(root):
        return
    began, wanted = time.monotonic(), {"all": fingerprint(root)}
    note("staging the site")
    site = stage(root)
    bench, stamp = build / "render", build / "render" / "stamp.json"
    shared, known = what_pages_share(root), read(stamp)
    stamp.unlink(missing_ok=True)
    if known.get("machinery") != shared["machinery"]:
        shutil.rmtree(bench, ignore_errors=True)
    elif known != shared:  # numbers quoted across pages: every page is written, few are read
        for page in (bench / "_build" / "html").rglob("*.html"):
            page.unlink()
    command = [
        sys.executable,
        "-c",
        PROGRAM,
        "build",
        str(site),
        "--path-output",
        str(bench),
        "-W",
        "-n",
        "--keep-going",
    ]
    log = build / "logs" / "render.log"
    if follow(command, root, log, note, hold) != 0:
        text = log.read_text(errors="replace").replace(f"{site}{os.sep}", "")
        raise ChapterProblem(complaint(text, log.relative_to(root)))
    stamp.write_text(json.dumps(shared))
    note("publishing")
    publish(root, bench / "_build" / "html", json.dumps(wanted))
    pages = len(list((build / "html").rglob("*.html")))
    say(f"rendered {pages} pages  {time.monotonic() - began:.1f} s  (_build/html/index.html)")


def follow(
    command: list[str], root: Path, log: Path, note: Callable[[str], None], hold: int | None
) -> int:
    """Run Sphinx, which dies with us; log what it says and note its progress."""
    log.parent.mkdir(parents=True, exist_ok=True)
    settings = {"SOURCE_DATE_EPOCH": "0", "NO_COLOR": "1", "PYTHONHASHSEED": "0"}
    settings |= {"PYTHONUNBUFFERED": "1", "PYTHONPATH": str(REPOSITORY)}
    progress = Progress(note)
    with (
        log.open("w") as file,
        subprocess.Popen(
            command,
            cwd=root,
            env=os.environ | settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            preexec_fn=die_with_parent,
            pass_fds=() if hold is None else (hold,),
        ) as process,
    ):
        try:
            assert process.stdout is not None
            for line in process.stdout:
                plain = ESCAPES.sub("", line)
                file.write(plain)
                progress.follow(plain)
        except BaseException:
            process.kill()
            raise
    return process.returncode


@dataclass
class Progress:
    """What Sphinx's lines say of how far it is."""

    note: Callable[[str], None]
    doing: str = ""
    count: int = 0
    total: int = 1

    def follow(self, line: str) -> None:
        """Note the page that is read or written, or another step that begins."""
        if found := PROGRESS.match(line):
            doing, percent, page = found[1], int(found[2]), found[3]
            self.count = self.count + 1 if doing == self.doing else 1
            if round(100 * self.count / self.total) != percent:  # Sphinx says no number but this
                self.total = max(self.count, round(100 * self.count / percent))
            self.doing = doing
            self.note(f"{doing} {page} ({self.count} of {self.total})")
        elif announced := ANNOUNCED.match(line):
            self.total = int(announced[1]) + int(announced[2])
        elif (step := STEP.match(line)) and step[1] != self.doing:
            self.doing = step[1]
            self.note(step[1])


def complaint(text: str, log: Path) -> str:
    """Return the warnings and errors of a rendering, or its last words where there are none."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    found = [line for line in lines if re.search(r"\b(WARNING|ERROR|CRITICAL)\b:?", line)]
    words = [line for line in lines if not BOX.fullmatch(line)]
    shown = list(dict.fromkeys(found)) or words[-1:] or ["no output"]
    more = [f"and {len(shown) - 20} more"] if len(shown) > 20 else []
    return "\n".join([f"the pages could not be rendered ({log}):", *shown[:20], *more])
