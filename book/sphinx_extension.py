"""What remains for Sphinx itself: boxes, numbers as people print them, pictures for phones."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from docutils import nodes
from sphinx import builders
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.parallel import ParallelTasks
from sphinx_design.shared import create_component
from sphinx_exercise.nodes import solution_node
from sphinx_proof.domain import ProofDomain

import book.references  # noqa: F401  (registers the style of the bibliography)
from book.commands import processors
from book.directives import Predict, Printed
from book.kernel import die_with_parent
from book.library_pages import FOLDER, modules, packages
from book.mark import describe
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


def narrow_on_phones(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """A picture of which book.stage has a narrow form becomes a choice of the two."""
    for image in list(doctree.findall(nodes.image)):
        name = f"{PurePosixPath(image['uri']).stem}-narrow"
        found = sorted(Path(app.srcdir, "pages", "_static", "figures").glob(f"{name}.*"))
        if found:
            place = f"{'../' * docname.count('/')}_static/figures/{found[0].name}"
            source = f'<picture><source media="(max-width: 600px)" srcset="{place}">'
            around = (
                nodes.raw("", source, format="html"),
                nodes.raw("", "</picture>", format="html"),
            )
            image.replace_self([around[0], image.deepcopy(), around[1]])


class Tasks(ParallelTasks):
    """Sphinx's own goes on without its pages when a task fails before the last one is added."""

    def terminate(self) -> None:
        super().terminate()
        if sys.exc_info()[0]:
            raise


def deal(names: Sequence[Any], processes: int) -> list[Sequence[Any]]:
    """Deal pages out like cards: Sphinx's own chunks are runs, and one holds all the chapters."""
    hands = 2 * processes
    return [names[first::hands] for first in range(min(hands, len(names)))]


def use_all_processors(app: Sphinx) -> None:
    """Read and write with all processors: `jupyter-book` would use one."""
    os.register_at_fork(after_in_child=die_with_parent)
    builders.ParallelTasks = Tasks  # type: ignore[attr-defined]
    builders.make_chunks = deal  # type: ignore[assignment, attr-defined]
    # Its domain keeps nothing; its list of proofs, it merges itself.
    ProofDomain.merge_domaindata = lambda *unused: None
    for name in ("sphinx_multitoc_numbering", "sphinx_jupyterbook_latex"):
        app.extensions[name].parallel_read_safe = True  # they act afterwards, or on LaTeX only
    modules()  # imported once, not by each process
    app.parallel = processors()


def share_the_visitors_of_html(app: Sphinx) -> None:
    """One page for the PDF is drawn like many; sphinx-exercise would leave it visitors of its own.

    References keep the document that they lead into, as two documents may have one id.
    """
    if app.builder.name == "singlehtml":
        app.registry.translation_handlers["singlehtml"] = app.registry.translation_handlers["html"]
        app.builder.fix_refuris = lambda tree: None  # type: ignore[attr-defined]


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("builder-inited", use_all_processors)
    app.connect("builder-inited", share_the_visitors_of_html)
    app.add_directive("predict", Predict)
    app.add_directive("printed", Printed)
    app.add_post_transform(FoldedSolutions)
    app.connect("doctree-resolved", narrow_on_phones)
    app.connect("doctree-resolved", print_numbers_as_people_do)
    app.connect("autodoc-process-docstring", forget_aliases)
    app.connect("html-page-context", describe)
    app.connect("html-page-context", list_the_library)
    app.connect("config-inited", read_the_library, priority=999)  # after sphinx_external_toc
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
