"""What remains for Sphinx itself: boxes of the book's own, and numbers as people print them."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_design.shared import create_component
from sphinx_exercise.nodes import solution_node

from book.directives import Predict, Printed
from lqrpapers.notebook import readable


def print_numbers_as_people_do(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """3·10⁻⁸ where a number pasted from a chapter reads 3e-08."""
    for pasted in doctree.findall(nodes.Element):
        for text in list(pasted.findall(nodes.Text)) if "pasted-text" in pasted["classes"] else ():
            text.parent.replace(text, nodes.Text(readable(text.astext())))


class FoldedSolutions(SphinxPostTransform):
    """A folded solution is a dropdown like a folded proof, and so needs no script."""

    default_priority = 100  # when sphinx-exercise has its titles, before sphinx-design draws
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        for node in list(self.document.findall(solution_node)):
            if "dropdown" in node["classes"]:
                words = [nodes.Text(text.astext()) for text in node[0].findall(nodes.Text)]
                parts: dict[str, Any] = {"container_classes": ["sd-mb-3", "lqr-solution"]}
                parts |= {"title_classes": [], "body_classes": [], "icon": None, "chevron": None}
                box = create_component("dropdown", opened=False, has_title=True, **parts)
                box += nodes.rubric("", "", *words, ids=node["ids"])
                for part in node.children[1:]:
                    box += part.children if isinstance(part, nodes.section) else [part]
                node.replace_self(box)


def share_the_visitors_of_html(app: Sphinx) -> None:
    """One page for the PDF is drawn like many; sphinx-exercise would leave it visitors of its own.

    References keep the document that they lead into, as two documents may have one id.
    """
    if app.builder.name == "singlehtml":
        app.registry.translation_handlers["singlehtml"] = app.registry.translation_handlers["html"]
        app.builder.fix_refuris = lambda tree: None  # type: ignore[attr-defined]


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("builder-inited", share_the_visitors_of_html)
    app.add_directive("predict", Predict)
    app.add_directive("printed", Printed)
    app.add_post_transform(FoldedSolutions)
    app.connect("doctree-resolved", print_numbers_as_people_do)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
