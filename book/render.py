"""Render the pages with `jupyter-book build`, warnings as errors, only as far as something changed.

Sphinx works on the staged site in a folder of its own and remembers what it read, by time. Its
memory is valid only beside the stamp of a rendering that ended well, so no warning is forgotten
and no half page kept. What comes out is published whole, beside the old pages first and then by
renaming, or not at all: no page is ever lost.
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
from typing import Any

from nbformat.v4 import new_code_cell

from book.chapters import digest, executed_paths, files_under, find_chapters, hashes_of
from book.generated import TEMPLATES
from book.kernel import die_with_parent
from book.problem import ChapterProblem
from book.stage import record, settings, stage

HERE = Path(__file__).resolve().parent.parent
# What decides how every page is read, and what a page may quote of another: numbers, titles, names.
MACHINERY = ["_config.yml", "requirements.txt", "book", "pages/_static"]
MACHINERY += ["chapters/references.bib", "lqrpapers/notebook.py"]
QUOTED, DOCUMENTED = ["_toc.yml", "pages", "chapters"], ["lqrlib", "lqrpapers"]
FIGURE = re.compile(rb'"caption": "|"name": "fig-[^"]*"')
NAME = re.compile(rb"^ *(?:def|class) \w+|^\w+(?= *[:=])", re.MULTILINE)
# What the script jupyter-book does, without its first line's limit on the length of paths. Looking
# for garbage among hundreds of thousands of nodes would take more than half of the time.
PROGRAM = "import gc; gc.disable(); from jupyter_book.cli.main import main; main()"
ANNOUNCED = re.compile(r"updating environment:.*?(\d+) added, (\d+) changed")
PROGRESS = re.compile(r"(reading|writing) \w+\.\.\. \[ *(\d+)%\] (\S+)")
# The front and back matter stood at the top once; its old addresses lead to the new ones.
MOVED = "index notation results theorems execution api bibliography CHANGELOG".split()


def hashes(root: Path) -> dict[str, str]:
    """Hashes of everything that enters the pages, by what a change of it makes stale."""

    def files(*names: str) -> list[Path]:
        paths = [root / name for name in names]
        found = {path for path in paths if path.is_file()}.union(*map(files_under, paths))
        return [path for path in found if "partial" not in path.suffix]

    executed, quoted, documented = files("_build/executed"), files(*QUOTED), files(*DOCUMENTED)
    names = [FIGURE.findall(path.read_bytes()) for path in sorted(executed)]
    names += [NAME.findall(path.read_bytes()) for path in sorted(documented)]
    across = any(b".ipynb::" in path.read_bytes() for path in quoted)  # numbers of other pages
    return {
        "machinery": digest([hashes_of(files(*MACHINERY), root), sys.version_info[:2]]),
        "quoted": digest([hashes_of(quoted + executed * across, root), f"{names}"]),
        "documented": digest(hashes_of(documented, root)),
        "executed": digest(hashes_of(executed, root)),
    }


def is_rendered(root: Path) -> bool:
    """Say whether the built pages are those of the present inputs."""
    built = (root / "_build" / "html" / "index.html").exists()
    return built and read(root / "_build" / "rendered.json") == hashes(root)


def read(stamp: Path) -> dict[str, str]:
    """What a stamp says, empty where there is none."""
    try:
        found = json.loads(stamp.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def render(
    root: Path,
    say: Callable[[str], None] = print,
    note: Callable[[str], None] = lambda text: None,
    hold: int | None = None,
) -> None:
    """Render the book into `_build/html`; raise with Sphinx's own warnings where it has any.

    `note` is told of each page. Sphinx inherits the descriptor `hold`, so that a lock stays held
    for as long as anything writes.
    """
    build, began = root / "_build", time.monotonic()
    repair(build)
    if is_rendered(root):
        return
    note("staging the pages")
    wanted, site, bench = hashes(root), stage(root), build / "render"
    stamp = bench / "stamp.json"
    known = read(stamp)
    stamp.unlink(missing_ok=True)
    if known.get("machinery") != wanted["machinery"]:
        shutil.rmtree(bench, ignore_errors=True)
    # Extensions copy their style sheets last: pages written again must not find the former ones.
    stale = list(bench.glob("_build/html/_static/*.css"))
    if known.get("quoted") != wanted["quoted"]:  # every page is written, only some are read
        stale += bench.rglob("*.html")
    for path in stale:
        path.unlink()
    command = [sys.executable, "-c", PROGRAM, "build", str(site), "--path-output", str(bench)]
    log = build / "logs" / "render.log"
    if follow([*command, "-W", "-n", "--keep-going"], root, log, note, hold) != 0:
        text = log.read_text(errors="replace").replace(f"{site}{os.sep}", "")
        raise ChapterProblem(complaint(text, log.relative_to(root)))
    stamp.write_text(json.dumps(wanted))
    note("publishing the pages")
    publish(root, bench / "_build" / "html", json.dumps(wanted))
    pages = len(list((build / "html").rglob("*.html")))
    say(f"rendered {pages} pages  {time.monotonic() - began:.1f} s  (_build/html/index.html)")


def follow(
    command: list[str], root: Path, log: Path, note: Callable[[str], None], hold: int | None
) -> int:
    """Run Sphinx, which dies with us; log what it says and note its progress."""
    log.parent.mkdir(parents=True, exist_ok=True)
    settings = {"SOURCE_DATE_EPOCH": "0", "PYTHONHASHSEED": "0", "PYTHONUNBUFFERED": "1"}
    settings |= {"PYTHONPATH": str(HERE), "NO_COLOR": "1"}
    with (
        log.open("w", buffering=1) as file,
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
            doing, count, total = "", 0, 1
            for line in process.stdout:
                line = re.sub(r"\x1b\[[0-9;]*[mK]", "", line)  # Sphinx's colours
                file.write(line)
                if found := PROGRESS.match(line):
                    count, doing = count + 1 if doing == found[1] else 1, found[1]
                    if round(100 * count / total) != int(found[2]):  # not as many as were read
                        total = max(count, round(100 * count / int(found[2])))
                    note(f"{doing} {found[3]} ({count} of {total})")
                elif found := ANNOUNCED.match(line):
                    total = max(1, int(found[1]) + int(found[2]))
                elif "... " in line and "copying images" not in line:
                    note(line.partition("...")[0])
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


def publish(root: Path, rendered: Path, stamp: str) -> None:
    """Put the pages, with the notebooks for download, in the place of `_build/html`."""
    html, config = root / "_build" / "html", settings(root)
    new, old = html.with_suffix(".new"), html.with_suffix(".old")
    shutil.copytree(rendered, new)
    (new / ".nojekyll").touch()  # or a static host may leave out the folders that start with _
    for name in MOVED:
        place = f"pages/{name.lower()}.html"
        if (new / place).is_file():
            text = TEMPLATES.get_template("moved.html").render(place=place, title=config["title"])
            (new / f"{name}.html").write_text(text, encoding="utf-8")
    for chapter in find_chapters(root):
        target = new / "_sources" / "chapters" / chapter.name
        if target.is_file():
            target.write_bytes(download(root, chapter, config["repository"]))
    known = html.with_name("rendered.json")
    known.unlink(missing_ok=True)
    if html.exists():
        html.rename(old)
    new.rename(html)
    known.write_text(stamp + "\n")
    shutil.rmtree(old, ignore_errors=True)


def repair(build: Path) -> None:
    """Undo what a run left that was killed while it published."""
    if (build / "html.old").exists() and not (build / "html").exists():
        (build / "html.old").rename(build / "html")
    for name in ("html.old", "html.new"):
        shutil.rmtree(build / name, ignore_errors=True)


def download(root: Path, chapter: Path, repository: dict[str, Any]) -> bytes:
    """The executed notebook; with an address, after a cell that installs what it needs."""
    run, address = record(root, chapter).get("run", {}), repository["url"]
    content = (executed_paths(root, chapter)[0] if run else chapter).read_bytes()
    if not address:
        return content
    version, comment = run.get("commit"), ""
    if not version:
        version = repository.get("branch") or "main"
        comment = "  # a branch, because the commit that made the page is not known"
    source = (
        "try:\n    import lqrlib\nexcept ModuleNotFoundError:\n"
        f'    %pip install --quiet "lqrlib[chapters] @ git+{address}@{version}"{comment}\n'
        "    import lqrlib"
    )
    notebook = json.loads(content)
    first = new_code_cell(source, id="install-lqrlib")  # type: ignore[no-untyped-call]
    notebook["cells"].insert(0, first)
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()
