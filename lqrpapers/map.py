"""The map of statements: what uses what, read from the Markdown of the chapters, and its drawing.

A statement is a ``{prf:…}`` block with a label. It uses those that it refers to, itself or in its
proof, by ``{prf:ref}``, or by ``{eq}`` to an equation in their box. Columns are the chapters, and a
column is in the order of the book.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from textwrap import wrap
from typing import Any

#: A sign for each verdict, so that colour is not all that tells it.
MARKS = {"holds": "✓", "reproduced": "≈", "confirmed": "!", "corrected": "±"}
MARKS |= {"unrefuted": "~", "restated": "✓*", "definition": ""}
MARKS |= {"fails": "✗", "differs": "≠", "refuted": "?", "planned": "…", "none": ""}
FENCE = re.compile(r" *(`{3,}|:{3,})\{([\w:-]+)\} *(.*)")
OPTION = re.compile(r" *:(\w+): *(.*)")
REFERENCE = re.compile(r"\{(?:prf:ref|eq)\}`(?:[^`<]*<)?([^`<>]+)>?`")
EQUATION = re.compile(r"\$\$ *\(([\w-]+)\)")
TOKEN = re.compile(
    r"\$\$.+?\$\$(?:\s*\([\w-]+\))?|\$[^$]+\$|\{[\w:-]+\}`[^`]*`|`[^`]*`|[^\s$`{]+|\s+|.", re.DOTALL
)
# Sizes of the drawing; one unit is about a pixel.
WIDTH, HEIGHT, COLUMN, ROW, LINE = 66, 30, 88, 39, 12


@dataclass
class Statement:
    """One numbered statement; `none` is the verdict of one that has no row in the results."""

    label: str
    title: str
    page: str
    text: str
    paper: str = "ours"
    verdict: str = "none"
    uses: list[str] = field(default_factory=list)
    used_by: list[str] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        """What refers to it: its label and those of the equations in its box."""
        return {self.label, *EQUATION.findall(self.text)}

    @property
    def excerpt(self) -> str:
        return excerpt(self.text, self.page)


@dataclass(frozen=True)
class Map:
    """Statements by label, in the order of the book, and the titles of the pages they stand on."""

    statements: dict[str, Statement]
    titles: dict[str, str]
    marks = MARKS

    @property
    def edges(self) -> list[tuple[str, str]]:
        """Pairs (statement, one that it uses)."""
        return [(each.label, used) for each in self.statements.values() for used in each.uses]

    def count(self, name: str) -> dict[str, int]:
        """How many statements are of each paper, or have each verdict: in a fixed order."""
        found = [getattr(statement, name) for statement in self.statements.values()]
        known = MARKS if name == "verdict" else ("S2", "S1", "ours")
        return {value: found.count(value) for value in known if value in found}

    def column(self, page: str) -> list[Statement]:
        return [each for each in self.statements.values() if each.page == page]

    @staticmethod
    def number(page: str) -> str:
        """That of a chapter, which begins its name; nothing for another page."""
        return re.sub(r"\D.*", "", page.rpartition("/")[2]).lstrip("0")

    def svg(self) -> str:
        return drawing(self)


def mapped(texts: Mapping[str, str], results: Iterable[Any]) -> Map:
    """The map of pages by name; a result has a claim with id and paper, and a verdict."""
    found: dict[str, Statement] = {}
    for page in sorted(texts):
        found |= {each.label: each for each in read(page, texts[page])}
    for result in results:
        if statement := found.get(result.claim.id):
            statement.paper, statement.verdict = result.claim.paper, result.verdict
    named = {name: each.label for each in found.values() for name in each.names}
    for statement in found.values():
        known = [named[name] for name in statement.uses if name in named]
        statement.uses = [label for label in dict.fromkeys(known) if label != statement.label]
        for label in statement.uses:
            found[label].used_by.append(statement.label)
    pages = dict.fromkeys(each.page for each in found.values())
    return Map(found, {page: plain(texts[page].partition("\n")[0].lstrip("# ")) for page in pages})


def read(page: str, text: str) -> list[Statement]:
    """The statements of a page with all that they refer to, known or not.

    A proof is that of the statement before it; one that says of what it is ("Proof of both"), of
    all since the last proof or heading, and what it says of these to each other is no use.
    """
    found: list[Statement] = []
    unproved: list[Statement] = []
    for kind, title, options, body in blocks(text):
        if kind == "heading":
            unproved = []
        elif kind == "proof":
            proved = unproved if " of " in title else unproved[-1:]
            labels = {name for statement in proved for name in statement.names}
            for statement in proved:
                statement.uses += [used for used in REFERENCE.findall(body) if used not in labels]
            unproved = []
        elif "label" in options:
            found.append(Statement(options["label"], title, page, body))
            found[-1].uses += REFERENCE.findall(body)
            unproved.append(found[-1])
    return found


def blocks(text: str) -> Iterator[tuple[str, str, dict[str, str], str]]:
    """Kind, title, options and body of every statement, proof and heading, in their order."""
    lines = text.splitlines()
    at = 0
    while at < len(lines):
        opening = FENCE.match(lines[at])
        at += 1
        if not opening:
            if re.match(r"#+ ", lines[at - 1]):
                yield "heading", lines[at - 1].lstrip("# "), {}, ""
            continue
        fence, name, title = opening.groups()
        closed = re.compile(rf" *{fence[0]}{{{len(fence)},}} *$").match
        end = next((i for i in range(at, len(lines)) if closed(lines[i])), len(lines))
        options = {}
        while at < end and (option := OPTION.match(lines[at])):
            options[option[1]] = option[2].strip()
            at += 1
        body = "\n".join(lines[at:end])
        proof = name in ("dropdown", "admonition") and title.startswith("Proof")
        if proof or name == "prf:proof":
            yield "proof", title, options, body
        elif name.startswith("prf:"):
            yield name[4:], title, options, body
        elif name not in ("code-cell", "math"):
            yield from blocks(body)
        at = end + 1


def excerpt(text: str, page: str, length: int = 250) -> str:
    """The beginning of a text as Markdown for another page, cut between words and formulas."""
    text = re.split(r"(?m)^ *[`:]{3,}|^\|.*\n\|[-:| ]+$", text)[0].strip()
    text = re.sub(r"(?m)^ *[-*] +", "", text)  # a list is told in sentences
    folder, kept, room = page.rpartition("/")[0], "", length
    for token in TOKEN.findall(text):
        shown = re.sub(r"\\[A-Za-z]+|\s+", "x", re.sub(r"^\{.*?\}|[{}$^_&]", "", token))
        room -= len(shown)
        # A number of the run stands only on its own page.
        if (room < 0 and kept) or token.startswith(("{glue", "{lqr-")):
            kept = kept.rstrip() + ("\n\n…" if kept.endswith("$$\n\n") else " …")
            break
        if token.startswith("$$"):
            token = f"\n\n{token[: token.rindex('$$')]}$$\n\n"
        elif token.startswith("{doc}"):
            token = re.sub(r"(`|<)(?=[\w.]+[`>])", rf"\1/{folder}/", token)
        elif token[0] not in "$`{":
            token = " " if token.isspace() else token.replace("*", "")
        kept = kept + token.lstrip(" ") if kept.endswith("\n") else kept + token
    return re.sub(r"(?m)^(\d+)\.", r"\1\\.", re.sub(r"\n{2,}", "\n\n", kept)).strip()


def plain(text: str) -> str:
    """A title without the signs of TeX."""
    return re.sub(r"\\[a-z]+(?=\{)|[${}\\*]", "", text)


def drawing(chart: Map) -> str:
    """The SVG: without numbers, which Sphinx gives and the page's script puts in."""
    heads = {page: wrap(title, 15) for page, title in chart.titles.items()}
    top = LINE * (2 + max(map(len, heads.values()), default=0)) + 8
    place = {}
    for column, page in enumerate(heads):
        for row, each in enumerate(chart.column(page)):
            place[each.label] = (column * COLUMN + (COLUMN - WIDTH) // 2, top + row * ROW)
    size = (COLUMN * len(heads), max((y for _, y in place.values()), default=top) + ROW)
    out = [f'<svg viewBox="0 0 {size[0]} {size[1]}" role="group" aria-label="Map of statements"']
    out[0] += f' style="min-width:{size[0] * 0.92:.0f}px;max-width:{size[0] * 1.4:.0f}px">'
    for column, (page, lines) in enumerate(heads.items()):
        x = column * COLUMN + COLUMN // 2
        out.append(f'<a class="head" href="../{page}.html"><text x="{x}" y="{LINE + 2}">')
        spans = [f'<tspan x="{x}" dy="{LINE}">{escape(line)}</tspan>' for line in lines]
        out.append(f"<tspan>{chart.number(page)}</tspan>{''.join(spans)}</text></a>")
    for user, used in chart.edges:
        ends = f'data-user="{user}" data-used="{used}"'
        out.append(f'<path {ends} d="{curve(place[used], place[user])}"/>')
    for each in chart.statements.values():
        x, y = place[each.label]
        told = f'data-label="{each.label}" data-paper="{each.paper}" data-verdict="{each.verdict}"'
        out.append(f'<a class="node" {told} href="../{each.page}.html#{each.label}">')
        out.append(f"<title>{escape(plain(each.title))}</title>")
        out.append(f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="5"/>')
        out.append(f'<text class="kind" x="{x + WIDTH // 2}" y="{y + 12}"></text>')
        out.append(f'<text class="number" x="{x + WIDTH // 2}" y="{y + 26}"></text>')
        out.append(f'<text class="mark" x="{x + WIDTH - 8}" y="{y + 26}">{MARKS[each.verdict]}')
        out.append("</text></a>")
    return "\n".join([*out, "</svg>"])


def curve(used: tuple[int, int], user: tuple[int, int]) -> str:
    """The path of an edge from the statement that is used to the one that uses it."""
    (x, y), (to_x, to_y) = used, user
    y, to_y = y + HEIGHT // 2, to_y + HEIGHT // 2
    if x == to_x:  # around what stands between
        bend = x + WIDTH + min(12 + abs(to_y - y) // 12, 32)
        return f"M{x + WIDTH} {y}C{bend} {y} {bend} {to_y} {to_x + WIDTH} {to_y}"
    forward = x < to_x
    x, to_x = (x + WIDTH, to_x) if forward else (x, to_x + WIDTH)
    reach = (to_x - x) // 2 if abs(to_x - x) > COLUMN else (20 if forward else -20)
    return f"M{x} {y}C{x + reach} {y} {to_x - reach} {to_y} {to_x} {to_y}"
