"""What remains for Sphinx itself: numbers pasted from a chapter read as people print them."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from lqrpapers.notebook import readable

NO_BREAK = "\u00a0"


def print_numbers_as_people_do(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """3·10⁻⁸ where a number pasted from a chapter reads 3e-08; it keeps its % beside it."""
    for pasted in list(doctree.findall(nodes.Element)):
        for text in list(pasted.findall(nodes.Text)) if "pasted-text" in pasted["classes"] else ():
            text.parent.replace(text, nodes.Text(readable(text.astext())))
            if len(text.astext()) < 25:  # what is longer is a sentence or a path
                pasted["classes"].append("lqr-number")
    for text in list(doctree.findall(nodes.Text)):
        if isinstance(text.parent, (nodes.literal, nodes.math, nodes.FixedTextElement)):
            continue  # in code % is an operator
        if (kept := re.sub(r"(^|\d) (?=%)", rf"\1{NO_BREAK}", text.astext())) != text.astext():
            text.parent.replace(text, nodes.Text(kept))


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("doctree-resolved", print_numbers_as_people_do)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
