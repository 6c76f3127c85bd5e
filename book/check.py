"""Faults in the built pages that a reader would meet: dead links, loads from the network, no words.

Reads the HTML files as they are. What only shows when a browser runs a page (TeX errors, console
errors, overflow on a narrow screen) is found by `book.look`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# Attributes from which a browser loads; a plain <a href> only leads elsewhere.
LOADING = {
    "script": ("src",),
    "img": ("src", "srcset"),
    "iframe": ("src",),
    "source": ("src", "srcset"),
    "video": ("src", "poster"),
    "audio": ("src",),
    "track": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "input": ("src",),
    "use": ("href", "xlink:href"),
    "image": ("href", "xlink:href"),
}
# <link> relations that load nothing.
POINTING = {"canonical", "prev", "next", "index", "search", "author", "license", "alternate"}
VOID = set("area base br col embed hr img input link meta source track wbr".split())
NOT_PROSE = {"script", "style", "pre", "code", "svg", "title"}

CSS_LOAD = re.compile(r"""url\(\s*['"]?([^'")]+)|@import\s+['"]([^'"]+)""")
SCRIPT_LOAD = re.compile(
    r"""(?:import\s*\(?|from|fetch\s*\(|src\s*=)\s*['"`]((?:https?:)?//[^'"`]+)"""
)
LEFTOVERS = (
    (re.compile(r"\{[a-z][a-z:.-]*\}`"), "role text"),
    (re.compile(r"`{3,}\{|:{3,}\{"), "directive text"),
    (re.compile(r"\?\?"), "an unresolved reference"),
    (re.compile(r"\$\$"), "unread mathematics"),
)
ALT_WORDS = 4  # an alt text has at least this many words


@dataclass
class Page:
    """What one HTML file links to, loads, shows and says."""

    anchors: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    images: list[tuple[str, str | None]] = field(default_factory=list)  # in the text: source, alt
    prose: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        page = self.page
        page.anchors |= {values[name] for name in ("id", "name") if values.get(name)}
        if tag == "a" and "href" in values:
            page.links.append(values["href"])
        if tag == "link" and not set(values.get("rel", "").lower().split()) & POINTING:
            page.loads.append(values.get("href", ""))
        for name in LOADING.get(tag, ()):
            if values.get(name):
                page.loads += _sources(values[name]) if name == "srcset" else [values[name]]
        page.loads += css_loads(values.get("style", ""))
        if tag == "img" and "article" in self._open:
            page.images.append((values.get("src", ""), dict(attrs).get("alt")))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if "style" in self._open:
            self.page.loads += css_loads(data)
        elif "script" in self._open:
            self.page.loads += SCRIPT_LOAD.findall(data)
        elif not NOT_PROSE & set(self._open):
            self.page.prose.append(data)


def _sources(srcset: str) -> list[str]:
    return [part.split()[0] for part in srcset.split(",") if part.split()]


def css_loads(text: str) -> list[str]:
    return [first or second for first, second in CSS_LOAD.findall(text)]


def read_page(path: Path) -> Page:
    reader = _Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    reader.close()
    return reader.page


def page_paths(html: Path) -> list[Path]:
    """The pages of a built book; theme templates under _static are none."""
    paths = sorted(html.rglob("*.html"))
    return [path for path in paths if not path.relative_to(html).parts[0].startswith("_static")]


def is_external(address: str) -> bool:
    split = urlsplit(address)
    return split.scheme in ("http", "https", "ws", "wss", "ftp") or bool(split.netloc)


def problems(html: Path) -> list[str]:
    """One line for each fault, naming the page; empty for a sound book."""
    pages = {path.resolve(): read_page(path) for path in page_paths(html)}
    if not pages:
        return [f"{html}: no pages"]
    found: list[str] = []
    for path, page in pages.items():
        name = path.relative_to(html.resolve()).as_posix()
        found += [f"{name}: {line}" for line in _page_problems(path, page, pages)]
    for sheet in sorted(html.rglob("*.css")):
        name = sheet.relative_to(html).as_posix()
        found += [
            f"{name}: loads {load} from the network"
            for load in css_loads(sheet.read_text(encoding="utf-8"))
            if is_external(load)
        ]
    return found


def _page_problems(path: Path, page: Page, pages: dict[Path, Page]) -> Iterator[str]:
    for load in page.loads:
        if is_external(load):
            yield f"loads {load} from the network"
        elif not _resolves(path, load, pages, anchors=False):
            yield f"{load} does not exist"
    for link in page.links:
        if not is_external(link) and not _resolves(path, link, pages, anchors=True):
            yield f"broken link to {link}"
    for source, alt in page.images:
        if len((alt or "").split()) < ALT_WORDS:
            yield f"image {source} has no alt text worth the name: {alt!r}"
    yield from _leftovers(page.prose)


def _leftovers(prose: Iterable[str]) -> Iterator[str]:
    for text in prose:
        for pattern, what in LEFTOVERS:
            match = pattern.search(text)
            if match:
                around = text[max(0, match.start() - 20) : match.end() + 20]
                yield f"{what} in the text: {' '.join(around.split())!r}"


def _resolves(path: Path, address: str, pages: dict[Path, Page], anchors: bool) -> bool:
    split = urlsplit(address)
    if split.scheme:  # mailto, javascript, data: nothing to look up
        return True
    target = (path.parent / unquote(split.path)).resolve() if split.path else path
    if target.is_dir():
        target = target / "index.html"
    if not target.is_file():
        return False
    if not anchors or not split.fragment or target not in pages:
        return True
    return unquote(split.fragment) in pages[target].anchors
