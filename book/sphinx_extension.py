"""What remains for Sphinx itself: numbers pasted from a chapter read as people print them."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from lqrpapers.notebook import readable


def print_numbers_as_people_do(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """3·10⁻⁸ where a number pasted from a chapter reads 3e-08."""
    for pasted in doctree.findall(nodes.Element):
        for text in list(pasted.findall(nodes.Text)) if "pasted-text" in pasted["classes"] else ():
            text.parent.replace(text, nodes.Text(readable(text.astext())))


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("doctree-resolved", print_numbers_as_people_do)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
