"""The whole book as one PDF: Sphinx makes one page of it, Chromium prints that page."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Collection
from pathlib import Path

import yaml

from book import render
from book.paper import printable
from book.problem import ChapterProblem
from book.provenance import git
from book.stage import settings, stage

NAME = "policy-gradients-lqr.pdf"
NAMES = ("chromium", "chromium-browser", "google-chrome")
SWITCHES = [
    *"--headless --no-sandbox --disable-gpu --no-first-run --no-pdf-header-footer".split(),
    "--generate-pdf-document-outline",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--virtual-time-budget=10000000",  # ends when nothing is left to do: formulas are typeset
]


def find_chromium() -> str:
    """Path of Chromium: the CHROMIUM variable, else one of the usual names on PATH."""
    names = [os.environ["CHROMIUM"]] if os.environ.get("CHROMIUM") else NAMES
    if found := next((path for name in names if (path := shutil.which(name))), None):
        return found
    raise ChapterProblem("the PDF needs Chromium (Debian: apt install chromium)")


def print_book(
    root: Path,
    say: Callable[[str], None] = print,
    hold: int | None = None,
    only: Collection[str] = (),
) -> Path:
    """Print the executed book into `_build/pdf`, if anything changed; with `only`, those pages."""
    build, browser = root / "_build" / ("pdf-part" if only else "pdf"), find_chromium()
    made, stamp, log = build / NAME, build / render.STAMP, root / "_build" / "logs" / "pdf.log"
    wanted = render.hashes(root)
    if made.is_file() and render.read(stamp) == wanted:
        return made
    began, config, site = time.monotonic(), settings(root), stage(root)
    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    for part in toc["parts"]:  # the library's pages are left out
        part["chapters"] = [page for page in part["chapters"] if page["file"] != "pages/api"]
    shutil.rmtree(build, ignore_errors=True)
    build.mkdir(parents=True)
    (build / "_toc.yml").write_text(yaml.safe_dump(toc, sort_keys=False))
    words = ["build", str(site), "--path-output", str(build), "--toc", str(build / "_toc.yml")]
    if render.sphinx(root, [*words, "--builder", "singlehtml"], log, lambda text: None, hold) != 0:
        said = log.read_text(errors="replace").replace(f"{site}{os.sep}", "")
        raise ChapterProblem(render.complaint(said, log.relative_to(root)))
    for part in toc["parts"] if only else ():
        part["chapters"] = [page for page in part["chapters"] if page["file"] in only]
    page = build / "_build" / "singlehtml" / "book.html"
    html = (page.parent / "pages" / "index.html").read_text(encoding="utf-8")
    commit = git(root, "log", "-1", "--format=Commit %h of %cs")
    lines = [config["author"], commit, f"Copyright {config['copyright']}."]
    imprint = "".join(f"<p>{line}</p>" for line in lines)
    page.write_text(printable(html, toc["parts"], imprint), encoding="utf-8")
    with tempfile.TemporaryDirectory() as profile, log.open("a") as file:
        words = [browser, *SWITCHES, f"--user-data-dir={profile}", f"--print-to-pdf={made}"]
        subprocess.run([*words, page.as_uri()], stdout=file, stderr=file, check=False)
    if not made.is_file():
        raise ChapterProblem(f"{browser} did not print the book ({log.relative_to(root)})")
    stamp.write_text(json.dumps(wanted))
    say(f"printed the book  {time.monotonic() - began:.1f} s  ({made.relative_to(root)})")
    return made
