"""Figures that compute in the reader's browser: a picture, and the data with which it moves.

A live figure is an ordinary one, with caption, number and alt text, beside which the page has data
as JSON; the script of its kind in ``pages/_static/live`` puts the moving figure in the place of the
picture. In print and without JavaScript the picture stays. A chapter gives kind and data to
`lqrpapers.notebook.show` as ``live``. On another page a block of the kind
``{lqr-live}`` with a name of `PAGES` stands for that figure, computed when the page is made. For
each kind there is one script there, and a function here that makes its data.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import lqrlib

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: The figures of pages that are no chapter: name, the module here that makes it, and its function
#: where that is not `figure`.
PAGES = {
    "landscape": "landscape",
    "system": "system",
    "tour-stable": "tour:stable",
    "tour-valley": "tour:valley",
    "tour-downhill": "tour:downhill",
    "tour-domination": "tour:domination",
    "tour-noise": "tour:noise",
    "tour-two": "tour_pairs:two",
    "tour-adapt": "tour_pairs:adapt",
}
BLOCK = re.compile(r"^```\{lqr-live\} *(\S+)", re.MULTILINE)
SVG, PNG = "image/svg+xml", "image/png"
SHARED = "landscape"  # what a shared link shows of the book, in pixels
ROOT = Path(__file__).resolve().parents[2]


class Live(NamedTuple):
    """A live figure of a page: what `lqrpapers.notebook.show` gets in a chapter."""

    picture: Figure
    caption: str
    kind: str
    data: dict[str, Any]


def plain(problem: lqrlib.LQR) -> dict[str, Any]:
    """One problem as the scripts take it: its names, with rows of numbers."""
    if problem.batch_shape:
        raise ValueError(f"problem: expected one, got a stack {problem.batch_shape}")
    matrices = {name: getattr(problem, name).tolist() for name in ("A", "B", "Q", "R", "Sigma0")}
    noises = {name: getattr(problem, name) for name in ("state_noise", "input_noise")}
    return matrices | {name: [part.tolist() for part in noise] for name, noise in noises.items()}


def script(name: str, kind: str, data: dict[str, Any]) -> str:
    """The element that makes the figure of this name live; ValueError for what JSON has not."""
    text = json.dumps(data, allow_nan=False, ensure_ascii=False).replace("</", "<\\/")
    attributes = f'class="lqr-live" data-figure="{name}" data-kind="{kind}"'
    return f'<script type="application/json" {attributes}>{text}</script>'


def block(name: str) -> str:
    """What stands for the block of this name on a page, in MyST Markdown."""
    made = _made(name)
    ending = "svg" if SVG in made["files"] else "png"
    alt = json.dumps(made["alt"], ensure_ascii=False)
    head = f"````{{figure}} figures/{name}.{ending}\n:name: fig-{name}\n:alt: {alt}\n"
    data = script(f"fig-{name}", made["kind"], made["data"])
    return f"{head}\n{made['caption']}\n````\n\n```{{raw}} html\n{data}\n```"


def pictures(pages: Iterable[str]) -> dict[str, bytes]:
    """The pictures for the blocks in these texts, by the files they are on the staged site."""
    names = {name for text in pages for name in BLOCK.findall(text)}
    found = {}
    for name in sorted(names):
        drawn = _made(name)["files"]
        if SVG in drawn:
            found[f"pages/figures/{name}.svg"] = drawn[SVG].encode()
        else:
            found[f"pages/figures/{name}.png"] = b64decode(drawn[PNG])
    return found


def shared() -> bytes:
    """The picture of the first page as PNG."""
    return b64decode(_made(SHARED)["files"][PNG])


@cache
def _made(name: str) -> dict[str, Any]:
    """Words, data and picture of a figure in `PAGES`, kept in _build/live until code changes."""
    if name not in PAGES:
        raise ValueError(f"lqr-live: {name!r} is none of {', '.join(PAGES)}")
    kept, code = ROOT / "_build" / "live" / f"{name}.json", _code()
    if kept.is_file():
        made: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
        if made["code"] == code:
            return made
    from lqrpapers.figures.files import picture, pixels

    module, _, function = PAGES[name].partition(":")
    live: Live = getattr(importlib.import_module(f"{__name__}.{module}"), function or "figure")()
    made = {"code": code, "kind": live.kind, "caption": live.caption, "data": live.data}
    made |= {"alt": live.picture.alt_text}  # type: ignore[attr-defined]
    files = picture(live.picture, SVG) | ({PNG: pixels(live.picture)} if name == SHARED else {})
    made["files"] = {
        kind: b64encode(each).decode() if isinstance(each, bytes) else each
        for kind, each in files.items()
    }
    if kept.parent.parent.is_dir():  # a copy of the repository; an installed package keeps nothing
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(json.dumps(made), encoding="utf-8")
    return made


@cache
def _code() -> str:
    """Hash of both packages and of the lock, on which a figure may depend."""
    files = [*ROOT.glob("lqrlib/**/*.py"), *ROOT.glob("lqrpapers/**/*.py")]
    files += ROOT.glob("requirements.txt")
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(files))).hexdigest()
