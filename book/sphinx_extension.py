"""What remains for Sphinx itself: numbers as people print them, and narrow pictures on phones."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from lqrpapers.notebook import readable


def print_numbers_as_people_do(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """3·10⁻⁸ where a number pasted from a chapter reads 3e-08."""
    for pasted in doctree.findall(nodes.Element):
        for text in list(pasted.findall(nodes.Text)) if "pasted-text" in pasted["classes"] else ():
            text.parent.replace(text, nodes.Text(readable(text.astext())))


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


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("doctree-resolved", narrow_on_phones)
    app.connect("doctree-resolved", print_numbers_as_people_do)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
