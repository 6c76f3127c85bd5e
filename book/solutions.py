"""A chapter's words cut at its directives, and its cells at exercises and solutions."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from textwrap import dedent
from typing import Any

from book.problem import ChapterProblem

FENCE = re.compile(r" *(`{3,}|:{3,})(?:\{([\w:-]+)\} *)?(.*)")
OPTION = re.compile(r" *:([\w-]+):(?: +(.*))?")
Cell = dict[str, Any]


@dataclass(frozen=True)
class Directive:
    """What stands between two fences: ``:::{name} argument``, options, words."""

    name: str
    argument: str
    options: dict[str, str]
    body: str
    raw: str  #: With its fences.


def blocks(text: str) -> Iterator[str | Directive]:
    """The directives of a text and the text between them, which may hold blocks of code."""
    lines, words = text.splitlines(), []
    while lines:
        line = lines.pop(0)
        if not (found := FENCE.fullmatch(line)):
            words.append(line)
            continue
        fence, name, argument = found.groups()
        closing = re.compile(rf" *{fence[0]}{{{len(fence)},}} *")
        at = next((i for i, each in enumerate(lines) if closing.fullmatch(each)), len(lines))
        inner, raw = lines[:at], [line, *lines[: at + 1]]
        del lines[: at + 1]
        if name is None:
            words += raw
            continue
        options = {}
        while inner and (given := OPTION.fullmatch(inner[0])):
            options[given[1]] = given[2] or ""
            inner.pop(0)
        if "\n".join(words).strip():
            yield "\n".join(words)
        words = []
        body = dedent("\n".join(inner)).strip()
        yield Directive(name, argument.strip(), options, body, "\n".join(raw))
    if "\n".join(words).strip():
        yield "\n".join(words)


@dataclass
class Piece:
    """A cell, or a part of one, that is of one kind: text, exercise or solution."""

    kind: str
    label: str  #: Of the exercise.
    cell: Cell


def pieces(cells: Iterable[Cell]) -> Iterator[Piece]:
    """The cells in their order, cut where exercises and solutions begin and end."""
    inside = ""
    for cell in cells:
        if cell["cell_type"] != "markdown":
            yield Piece("solution" if inside else "text", inside, cell)
            continue
        words: list[str] = []
        for block in [*blocks("".join(cell["source"])), None]:
            name = block.name if isinstance(block, Directive) else ""
            if block is not None and not name.startswith(("exercise", "solution")):
                words.append(block.raw if isinstance(block, Directive) else block)
                continue
            if words:
                source = "\n\n".join(words).strip()
                yield Piece("solution" if inside else "text", inside, cell | {"source": source})
            words = []
            if not isinstance(block, Directive):
                continue
            if name == "exercise":
                label, source = block.options["label"], block.raw
                yield Piece("exercise", label, cell | {"source": source})
            elif name == "solution":
                yield Piece("solution", block.argument, cell | {"source": block.body})
            else:
                inside = block.argument if name == "solution-start" else ""


def held_back() -> bool:
    """Whether the book is built without its solutions: SOLUTIONS=no."""
    said = os.environ.get("SOLUTIONS", "").strip() or "yes"
    if said not in ("yes", "no"):
        raise ChapterProblem(f"SOLUTIONS is yes or no, not {said!r:.80}")
    return said == "no"


def without_solutions(cells: Iterable[Cell]) -> list[Cell]:
    """The cells but for solutions."""
    kept: dict[str, Cell] = {}
    for piece in pieces(cells):
        if piece.kind != "solution":
            before = kept.get(piece.cell["id"])
            source = "".join(piece.cell["source"])
            joined = f"{before['source']}\n\n{source}" if before else source
            kept[piece.cell["id"]] = piece.cell | {"source": joined}
    return list(kept.values())
