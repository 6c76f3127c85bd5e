"""The first sentences of a paragraph, with the formulas and links in them."""

from __future__ import annotations

import re
from copy import copy
from typing import Any

from bs4 import BeautifulSoup
from bs4.element import NavigableString

SHORT = 330  # characters of a paragraph that a slide shows whole
ENOUGH = 230  # characters after which no second sentence is added
END = re.compile(r"(?<=[.?!])\s+(?=[A-ZÀ-Ž“‘]|$)")
GOES_ON = re.compile(r"\b(al|e\.g|i\.e|cf|vs|Fig)\.$")


def sentences(tag: Any) -> list[list[Any]]:
    """The nodes of each sentence of a paragraph."""
    found: list[list[Any]] = [[]]
    for child in tag.children:
        if not isinstance(child, NavigableString):
            found[-1].append(child)
            continue
        first, *more = END.split(str(child))
        found[-1].append(NavigableString(first))
        for piece in more:
            if GOES_ON.search("".join(each.get_text() for each in found[-1])):
                found[-1].append(NavigableString(f" {piece}"))
            else:
                found.append([NavigableString(piece)])
    return [each for each in found if text(each).strip()]


def text(nodes: list[Any]) -> str:
    return "".join(node.get_text() for node in nodes)


def first(tag: Any) -> list[Any]:
    """The nodes of the first sentence."""
    return sentences(tag)[0]


def paragraph(parts: list[list[Any]]) -> Any:
    """A paragraph of these sentences."""
    made: Any = BeautifulSoup("<p></p>", "html.parser").p
    for k, nodes in enumerate(parts):
        if k:
            made.append(" ")
        made.extend(copy(node) for node in nodes)
    return made


def lead(blocks: list[Any]) -> list[Any]:
    """What a section says first: a sentence or two, and its first formula with what leads to it."""
    prose = []
    for tag in blocks:
        if tag.name != "p" and "math" not in tag.get("class", []):
            break
        prose.append(tag)
    if not prose or prose[0].name != "p":
        return []
    formula = next((k for k, tag in enumerate(prose) if tag.name != "p"), None)
    parts = sentences(prose[0])
    if len(prose[0].get_text()) <= SHORT:
        chosen = parts
    else:
        chosen = parts[: 1 + (len(text(parts[0])) < ENOUGH / 2)]
    shown = []
    if formula is None:
        shown = [paragraph(chosen)]
    elif formula == 1:
        shown = [paragraph(chosen if chosen[-1] is parts[-1] else [*chosen, parts[-1]])]
    else:
        shown = [paragraph(chosen), paragraph(sentences(prose[formula - 1])[-1:])]
    if formula is not None:
        shown.append(prose[formula])
        after = prose[formula + 1] if formula + 1 < len(prose) else None
        if after is not None and after.name == "p" and re.match(r"\s*[a-z]", after.get_text()):
            shown.append(paragraph(sentences(after)[:1]))
    # a sentence that ends in a colon announces a list
    following = blocks[len(prose)] if len(blocks) > len(prose) else None
    if formula is None and len(prose) == 1 and following is not None:
        if following.name in ("ul", "ol") and prose[0].get_text().rstrip().endswith(":"):
            shown = [paragraph(parts if chosen is parts else [*chosen, parts[-1]]), following]
    return shown


def ends_in_colon(tag: Any) -> bool:
    """Whether words announce what follows."""
    return str(tag.get_text()).rstrip().endswith(":")
