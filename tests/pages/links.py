"""Faults in the built pages as files: dead links, loads from the network, images without words."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup

# Attributes from which a browser loads, and their elements; a plain <a href> only leads elsewhere.
LOADING = {"src": True, "srcset": True, "poster": True, "data": "object"}
LOADING |= dict.fromkeys(("href", "xlink:href"), ["use", "image"])
# <link> relations that load nothing.
POINTING = {"canonical", "prev", "next", "index", "search", "author", "license", "alternate"}
NOT_PROSE = ["script", "style", "pre", "code", "svg", "title"]

SOURCE = r"([^\s,]\S*[^\s,])[^,]*"  # one address of a srcset
CSS_LOAD = re.compile(r"""(?:url\(\s*['"]?|@import\s+['"])([^'")]+)""")
SCRIPT_LOAD = re.compile(
    r"""(?:import\s*\(?|from|fetch\s*\(|src\s*=)\s*['"`]((?:https?:)?//[^'"`]+)"""
)
LEFTOVERS = {
    "role text": re.compile(r"\{[a-z][a-z:.-]*\}`"),
    "directive text": re.compile(r"`{3,}\{|:{3,}\{"),
    "an unresolved reference": re.compile(r"\?\?"),
    "unread mathematics": re.compile(r"\$\$"),
}
ALT_WORDS = 4  # an alt text has at least this many words


class Page:
    """What one HTML file links to, loads, shows and says."""

    def __init__(self, path: Path) -> None:
        soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        self.anchors = {tag[name] for name in ("id", "name") for tag in soup(attrs={name: True})}
        self.links = [link["href"] for link in soup("a", href=True)]
        self.images = [(image.get("src"), image.get("alt")) for image in soup.select("article img")]
        self.loads = list(loads(soup))
        for tag in soup(NOT_PROSE):
            tag.extract()
        self.prose = list(soup.stripped_strings)


def loads(soup: BeautifulSoup) -> Iterator[str]:
    """The addresses from which a browser loads something with the page."""
    for link in soup("link", href=True):
        if not {word.lower() for word in link.get("rel", [])} & POINTING:
            yield link["href"]
    for name, elements in LOADING.items():
        for tag in soup(elements, {name: True}):
            yield from re.findall(SOURCE, tag[name]) if name == "srcset" else [tag[name]]
    yield from SCRIPT_LOAD.findall("\n".join(script.get_text() for script in soup("script")))
    yield from CSS_LOAD.findall("\n".join(style.get_text() for style in soup("style")))
    yield from CSS_LOAD.findall("\n".join(tag["style"] for tag in soup(style=True)))


def page_paths(html: Path) -> list[Path]:
    """The pages of a built book; theme templates under _static are none."""
    paths = sorted(html.rglob("*.html"))
    return [path for path in paths if "_static" not in path.relative_to(html).parts]


def page_names(html: Path) -> list[str]:
    """The pages with words on them; the others lead at once to one of these."""
    pages = [path for path in page_paths(html) if 'http-equiv="refresh"' not in path.read_text()]
    return [path.relative_to(html).as_posix() for path in pages]


def sampled(pages: list[str]) -> list[str]:
    """Those to open in a browser: of the library's pages, which are alike, three."""
    library = [name for name in pages if name.startswith("pages/library/")]
    return [
        name for name in pages if name not in library[1:-1:] or name == library[len(library) // 2]
    ]


def is_external(address: str) -> bool:
    split = urlsplit(address)
    return split.scheme in ("http", "https", "ws", "wss", "ftp") or bool(split.netloc)


def problems(html: Path) -> list[str]:
    """One line for each fault, naming the page; empty for a sound book."""
    html = html.resolve()
    pages = {path: Page(path) for path in page_paths(html)}
    if not pages:
        return [f"{html}: no pages"]
    found = [(path, line) for path in pages for line in page_problems(path, pages)]
    for sheet in sorted(html.rglob("*.css")):
        lines = filter(is_external, CSS_LOAD.findall(sheet.read_text(encoding="utf-8")))
        found += [(sheet, f"loads {load} from the network") for load in lines]
    return [f"{path.relative_to(html).as_posix()}: {line}" for path, line in found]


def page_problems(path: Path, pages: dict[Path, Page]) -> Iterator[str]:
    page = pages[path]
    for load in page.loads:
        if is_external(load):
            yield f"loads {load} from the network"
        elif not resolves(path, load.partition("#")[0], pages):
            yield f"{load} does not exist"
    for link in page.links:
        if not is_external(link) and not resolves(path, link, pages):
            yield f"broken link to {link}"
    for source, alt in page.images:
        if len((alt or "").split()) < ALT_WORDS:
            yield f"image {source} has no alt text worth the name: {alt!r}"
    for text in page.prose:
        for what, pattern in LEFTOVERS.items():
            if match := pattern.search(text):
                around = text[max(0, match.start() - 20) : match.end() + 20]
                yield f"{what} in the text: {' '.join(around.split())!r}"


def resolves(path: Path, address: str, pages: dict[Path, Page]) -> bool:
    """Whether an address on a page leads to a file and, where it names one, to an anchor."""
    split = urlsplit(address)
    if split.scheme:  # mailto, javascript, data: nothing to look up
        return True
    target = (path.parent / unquote(split.path)).resolve() if split.path else path
    target = target / "index.html" if target.is_dir() else target
    if not split.fragment or target not in pages:
        return target.is_file()
    return unquote(split.fragment) in pages[target].anchors
