"""What a shared link shows of a page: title, first sentence and picture, as tags of its head."""

from __future__ import annotations

import io
import re
from html import escape
from typing import Any

from docutils import nodes
from matplotlib import get_data_path
from PIL import Image, ImageDraw, ImageFont
from sphinx.application import Sphinx

PICTURE = "pages/_static/shared.png"
SIZE = 1200, 630
LINES = ("Policy Gradients", "for the Linear", "Quadratic Regulator,", "Executed")


def picture(landscape: bytes) -> bytes:
    """The title of the book beside the figure of its first page."""
    card = Image.new("RGB", SIZE, "white")
    figure = Image.open(io.BytesIO(landscape)).convert("RGB")
    figure.thumbnail((690, SIZE[1] - 40), Image.Resampling.LANCZOS)
    card.paste(figure, (SIZE[0] - figure.width - 20, (SIZE[1] - figure.height) // 2))
    font = ImageFont.truetype(f"{get_data_path()}/fonts/ttf/DejaVuSans-Bold.ttf", 36)
    draw = ImageDraw.Draw(card)
    draw.rectangle((0, 0, 14, SIZE[1]), fill="#0b62a0")
    draw.multiline_text((50, SIZE[1] // 2), "\n".join(LINES), "#14324a", font, "lm", spacing=14)
    out = io.BytesIO()
    card.save(out, "png", optimize=True)
    return out.getvalue()


def first_sentence(doctree: nodes.document) -> str:
    """The first one outside a box that is whole and has no formula."""
    for paragraph in doctree.findall(nodes.paragraph):
        parts = ["\0" if isinstance(it, nodes.math) else it.astext() for it in paragraph.children]
        found = re.match(r"[^\0]*?[.?!](?= |$)", " ".join("".join(parts).split()))
        if found and isinstance(paragraph.parent, nodes.section):
            return found[0]
    return ""


def describe(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any
) -> None:
    """Add the tags of a page to its head.

    Those who show shared links ask for absolute addresses. Without `html_baseurl` nobody knows
    them here, so that the page names no address of its own and the picture's is relative.
    """
    if not doctree:
        return
    base, place = str(app.config.html_baseurl or ""), context["pathto"]("_static/shared.png", 1)
    title = re.sub(r"<[^>]*>", "", context.get("title", ""))  # HTML already
    sentence = escape(first_sentence(doctree))
    tags = {"og:type": "article", "og:title": title, "og:site_name": escape(app.config.html_title)}
    tags |= {"og:description": sentence} if sentence else {}
    tags["og:image"] = f"{base.rstrip('/')}/_static/shared.png" if base else place
    tags |= {"og:image:width": str(SIZE[0]), "og:image:height": str(SIZE[1])}
    tags |= {"og:url": context["pageurl"]} if base else {}
    found = [f'<meta property="{name}" content="{value}">' for name, value in tags.items()]
    found.append('<meta name="twitter:card" content="summary_large_image">')
    found += [f'<meta name="description" content="{sentence}">'] if sentence else []
    touch = context["pathto"]("_static/mark.png", 1)
    found.append(f'<link rel="apple-touch-icon" href="{touch}">')
    context["metatags"] = context.get("metatags", "") + "\n".join(found)
