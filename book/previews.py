"""What a link shows when one hovers over it: read from the built pages into one script.

A script and not data, since a page opened from disk may load the one and not the other.
"""

from __future__ import annotations

import json
import posixpath
import re
from copy import copy
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup, Tag
from bs4.filter import SoupStrainer

TARGETS = "div.proof[id], div.exercise[id], div.math[id], div.citation[id]"
WANTED = SoupStrainer("div", class_=re.compile(r"\b(proof|exercise|math|citation)\b"))
# What a card has no room or no use for.
LEFT_OUT = "details, script, button, figure, .headerlink, .cell"
NOTATION = "pages/notation.html"


def write(html: Path) -> None:
    """Write `_static/previews.js` beside the built pages; the same pages give the same bytes."""
    names = ["chapters/*.html", "pages/bibliography.html", NOTATION]
    paths = sorted(path for name in names for path in html.glob(name))
    pages = {path.relative_to(html).as_posix(): path.read_text("utf-8") for path in paths}
    found = {key: shown for page, text in pages.items() for key, shown in previews(page, text)}
    said = {"lqrPreviews": found, "lqrSymbols": symbols(pages.get(NOTATION, ""))}
    lines = [f"window.{name} = {json.dumps(what, indent=0)};\n" for name, what in said.items()]
    (html / "_static" / "previews.js").write_text("".join(lines), encoding="utf-8")


def previews(page: str, text: str) -> list[tuple[str, str]]:
    """The statements, exercises, equations and citations of a page with their addresses."""
    soup = BeautifulSoup(text, "html.parser", parse_only=WANTED)
    return [(f"{page}#{tag['id']}", str(told(page, tag))) for tag in soup.select(TARGETS)]


def told(page: str, tag: Tag) -> Tag:
    """A copy of an element without what must stand once in a page; links from the top."""
    tag = copy(tag)
    for extra in tag.select(LEFT_OUT):
        extra.decompose()
    for part in [tag, *tag.find_all(True)]:
        part.attrs.pop("id", None)
        address = str(part.get("href", ""))
        if address and not re.match(r"\w+:", address):
            place, _, anchor = address.partition("#")
            top = posixpath.normpath(posixpath.join(posixpath.dirname(page), place))
            part["href"] = f"{top if place else page}#{anchor}"
    return tag


def symbols(text: str) -> list[dict[str, Any]]:
    """The rows of the tables of symbols: their formulas in TeX, and two cells as HTML."""
    found = []
    for table in BeautifulSoup(text, "html.parser").select("article table"):
        head = table.find("th")
        if head is None or head.get_text(strip=True) != "symbol":
            continue
        for row in table.select("tbody tr"):
            name, meaning, *_ = (told(NOTATION, cell) for cell in row.find_all("td"))
            tex = [span.get_text()[2:-2] for span in name.select("span.math")]
            cells = [(cell.p or cell).decode_contents() for cell in (name, meaning)]
            found.append({"tex": tex, "name": cells[0], "meaning": cells[1]})
    return found
