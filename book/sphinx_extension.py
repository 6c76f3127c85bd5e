"""What remains for Sphinx itself: numbers pasted from a chapter read as people print them."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

import book.references  # noqa: F401  (registers the style of the bibliography)
from book.library_pages import FOLDER, modules, packages
from book.mark import describe
from lqrpapers.notebook import readable


def print_numbers_as_people_do(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """3·10⁻⁸ where a number pasted from a chapter reads 3e-08."""
    for pasted in doctree.findall(nodes.Element):
        for text in list(pasted.findall(nodes.Text)) if "pasted-text" in pasted["classes"] else ():
            text.parent.replace(text, nodes.Text(readable(text.astext())))


def forget_aliases(
    app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]
) -> None:
    """Named tuples: a field has the words of its class, or its own, and no "Alias for field"."""
    for field in getattr(obj, "_fields", ()) if what == "class" else ():
        getattr(obj, field).__doc__ = None


def read_the_library(app: Sphinx, config: Config) -> None:
    """Its pages stand in no table of contents, which would double the time of a rendering."""
    kept = [name for name in config.exclude_patterns if not name.startswith("pages/library/")]
    config.exclude_patterns = kept


def list_the_library(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any
) -> None:
    """What the navigation of the library's pages lists (pages/_templates/library-nav.html)."""
    if pagename.startswith(FOLDER):
        read = [name for name in modules() if f"{FOLDER}/{name}" in app.env.found_docs]
        context["packages"] = packages(" ".join(read))


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("doctree-resolved", print_numbers_as_people_do)
    app.connect("autodoc-process-docstring", forget_aliases)
    app.connect("html-page-context", describe)
    app.connect("html-page-context", list_the_library)
    app.connect("config-inited", read_the_library, priority=999)  # after sphinx_external_toc
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
