"""What remains for Sphinx itself: readable numbers, and Colab's address."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from lqrpapers.notebook import readable

PUBLISHED = "notebooks/_sources"  # branch and folder of the executed notebooks


def print_numbers_as_people_do(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """3·10⁻⁸ where a number pasted from a chapter reads 3e-08."""
    for pasted in doctree.findall(nodes.Element):
        for text in list(pasted.findall(nodes.Text)) if "pasted-text" in pasted["classes"] else ():
            text.parent.replace(text, nodes.Text(readable(text.astext())))


def open_published_notebook(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Let Colab open the notebook as it was executed; the theme knows one branch only."""
    branch = app.config.html_theme_options.get("repository_branch")
    for group in context.get("header_buttons", []):
        for button in group.get("buttons", []):
            if button.get("text") == "Colab":
                button["url"] = button["url"].replace(f"/blob/{branch}/", f"/blob/{PUBLISHED}/", 1)


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("doctree-resolved", print_numbers_as_people_do)
    app.connect("html-page-context", open_published_notebook, priority=502)  # after the theme's
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
