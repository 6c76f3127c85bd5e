"""Tables of docutils nodes, whose cells hold text, links, badges or several lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from docutils import nodes

Content: TypeAlias = "str | nodes.Node | Sequence[nodes.Node]"


def as_nodes(content: Content) -> list[nodes.Node]:
    if isinstance(content, str):
        return [nodes.Text(content)]
    return [content] if isinstance(content, nodes.Node) else list(content)


def lines(contents: Sequence[Content]) -> nodes.Node:
    """Several contents in one cell, each on a line of its own."""
    return nodes.line_block("", *(nodes.line("", "", *as_nodes(line)) for line in contents))


def table(header: Sequence[Content], rows: Sequence[Sequence[Content]], name: str) -> nodes.Node:
    """A table in a box that scrolls; `name` is its class for the style sheet."""
    head, body = nodes.thead(), nodes.tbody()
    head += _row(header)
    body += [_row(row) for row in rows]
    group = nodes.tgroup(cols=len(header))
    group += [nodes.colspec(colwidth=1) for _ in header]
    group += [head, body]
    content = nodes.table("", group, classes=["lqr-table", name])
    return nodes.container("", content, classes=["lqr-scroll"])


def _row(cells: Iterable[Content]) -> nodes.Node:
    row = nodes.row()
    for cell in cells:
        content = as_nodes(cell)
        is_block = content and isinstance(content[0], nodes.line_block)
        row += nodes.entry("", *(content if is_block else [nodes.paragraph("", "", *content)]))
    return row
