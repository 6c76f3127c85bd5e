"""Where each label of the book stands and what a link to it reads, from the built pages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from bs4 import BeautifulSoup
from bs4.filter import SoupStrainer
from docutils.nodes import make_id
from pybtex.database import parse_file  # type: ignore[import-untyped]
from sphinx.util.inventory import InventoryFile

from book.references import Labels

NUMBERED = "div.proof[id], div.exercise[id], figure[id], div.math[id]"
WANTED = SoupStrainer(["div", "figure"], id=True)


@dataclass
class Places:
    """The names of places; links lead to the published pages, where their address is known."""

    html: Path
    bibliography: Path
    address: str = ""
    names: dict[str, tuple[str, str]] = field(default_factory=dict)  #: Page#place and words.
    cited: dict[str, tuple[str, str]] = field(default_factory=dict)  #: Authors and year.

    def __post_init__(self) -> None:
        with (self.html / "objects.inv").open("rb") as file:
            known = InventoryFile.load(file, "", lambda top, place: place)
        for kind in ("std:doc", "std:label"):
            self.names |= {name: (each[2], each[3]) for name, each in known[kind].items()}
        for path in sorted(self.html.glob("chapters/*.html")):
            page, text = f"chapters/{path.name}", path.read_text(encoding="utf-8")
            for tag in BeautifulSoup(text, "html.parser", parse_only=WANTED).select(NUMBERED):
                if number := tag.select_one(".caption-number, .eqno"):
                    words = number.get_text().strip(" #")
                    self.names[str(tag["id"])] = f"{page}#{tag['id']}", words
        entries = parse_file(str(self.bibliography)).entries
        labels = Labels().format_labels(entries.values())
        self.cited = {k: (n, y) for k, (n, _, y) in zip(entries, map(parted, labels), strict=True)}

    def named(self, label: str) -> tuple[str, str]:
        """Where a label stands, and what the book calls it: Theorem 5.3, or (5.7)."""
        return self.names.get(label) or self.names[make_id(f"equation-{label}")]

    def link(self, label: str, words: str = "") -> str:
        """A link in Markdown; plain words where the address of the pages is not known."""
        place, name = self.named(label)
        return f"[{words or name}]({self.address}{place})" if self.address else words or name


def parted(label: str) -> tuple[str, str, str]:
    """Evans and Høegh-Krohn, 1978: the names, and the year."""
    return label.rpartition(", ")


def published(address: str) -> str:
    """Where GitHub publishes the pages of a repository; nothing for other hosts."""
    found = re.fullmatch(r"https://github\.com/([\w.-]+)/([\w.-]+)", address)
    return f"https://{found[1].lower()}.github.io/{found[2]}/" if found else ""
