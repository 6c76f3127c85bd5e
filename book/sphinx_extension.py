"""What remains for Sphinx itself: folded proofs with a title, readable numbers, Colab's address."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx_proof.nodes import proof_node

from lqrpapers.notebook import readable

PUBLISHED = "notebooks/_sources"  # branch and folder of the executed notebooks


def title_folded_proofs(app: Sphinx, doctree: nodes.document) -> None:
    """Give each folded proof its title, and take the word out of its first line.

    sphinx-proof writes "Proof." into the first paragraph, gives the box no title, and every box of
    a page the same id. The script that folds boxes needs a title and finds its box by the id.
    """
    for count, proof in enumerate(doctree.findall(proof_node), start=1):
        box = proof[0]
        box["ids"] = [f"proof-{count}"]
        if "dropdown" not in box["classes"]:
            continue
        first = next(iter(box.findall(nodes.Text)), None)
        if first is not None and first.astext().startswith("Proof."):
            rest = first.astext().removeprefix("Proof.").lstrip()
            first.parent.replace(first, nodes.Text(rest))
        box.insert(0, nodes.title("", "Proof"))


def print_numbers_as_people_do(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """3·10⁻⁸ where a number pasted from a chapter reads 3e-08."""
    for pasted in doctree.findall(
        lambda node: "pasted-text" in getattr(node, "attributes", {}).get("classes", ())
    ):
        for text in list(pasted.findall(nodes.Text)):
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


def tell_module(app: Sphinx, what: str, name: str, *rest: Any) -> None:
    """Say which module is documented: the library's page takes several seconds."""
    if what == "module":
        logging.getLogger(__name__).info("documenting %s... ", name)


def index_entries(app: Sphinx, env: Any) -> None:
    """Sphinx learns the search's index entries as it writes a page, and loses them at its end."""
    path, known = Path(app.doctreedir) / "index-entries.json", app.env._search_index_index_entries
    if isinstance(env, BuildEnvironment):  # everything is read, nothing written
        known |= json.loads(path.read_text()) if path.is_file() else {}
    else:
        path.write_text(json.dumps(known))


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("doctree-read", title_folded_proofs)
    app.connect("doctree-resolved", print_numbers_as_people_do)
    app.connect("html-page-context", open_published_notebook, priority=502)  # after the theme's
    app.connect("autodoc-process-docstring", tell_module)
    app.connect("env-updated", index_entries)
    app.connect("build-finished", index_entries)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
