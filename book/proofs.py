"""Proofs that fold: `prf:proof` with `:class: dropdown` gets a title to click on.

sphinx-proof writes "Proof." into the first paragraph, gives the box no title, and gives every box
of a page the same id. The script that folds boxes needs a title and finds its box by the id.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx_proof.nodes import proof_node

PREFIX = "Proof. "


def title_folded_proofs(app: Sphinx, doctree: nodes.document) -> None:
    """Give each folded proof its title, and take the word out of its first line."""
    for count, proof in enumerate(doctree.findall(proof_node), start=1):
        box = proof[0]
        box["ids"] = [f"proof-{count}"]
        if "dropdown" not in box["classes"]:
            continue
        first = next(iter(box.findall(nodes.Text)), None)
        if first is not None and first.astext().startswith(PREFIX.strip()):
            rest = first.astext().removeprefix(PREFIX.strip()).lstrip()
            first.parent.replace(first, nodes.Text(rest))
        box.insert(0, nodes.title("", PREFIX.strip(". ")))
