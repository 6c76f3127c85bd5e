"""A finished figure as files: a picture, its narrow form for telephones, and its data."""

from __future__ import annotations

import io
import re
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.mathtext import MathTextParser

from .data import as_csv
from .narrow import narrow
from .style import SETTINGS

SVG, CSV, NARROW = "image/svg+xml", "text/csv", "application/vnd.lqrlib.narrow+xml"
PIXELS = {SVG: "image/png", NARROW: "application/vnd.lqrlib.narrow"}
HEAVY = 150_000  # bytes of SVG beyond which a PNG may be lighter
DPI = 200  # of a PNG, and of what an SVG has as pixels
# Coordinates of paths and places, not the factors of transforms.
COORDINATES = re.compile(r' (?:d|x|y|points)="[^"]*"')
DIGITS = re.compile(r"(\.\d\d)\d+")
# Each renderer has parsers of its own and would set all formulas anew: let equal ones share.
_PARSER: Any = MathTextParser
_PARSER.__eq__ = lambda self, other: vars(self) == vars(other)
_PARSER.__hash__ = lambda self: hash(tuple(vars(self).items()))


def files(figure: Figure) -> dict[str, Any]:
    """The files by their types; the figure is drawn for the last time."""
    found: dict[str, Any] = {CSV: as_csv(figure)}
    found |= picture(figure, SVG)
    return found | picture(narrow(figure), NARROW)


def picture(figure: Figure, kind: str) -> dict[str, Any]:
    """The picture as SVG with no more digits than are seen, or as PNG where that is lighter.

    It is drawn once: saving would draw it twice, and lay it out with the fonts of another form.
    """
    figure.set_dpi(DPI)
    canvas: Any = FigureCanvasSVG(figure)
    buffer = io.BytesIO()
    if (engine := figure.get_layout_engine()) is not None:
        engine.execute(figure)
    figure.set_layout_engine("none")
    with plt.rc_context(SETTINGS):
        canvas.print_svg(buffer, metadata={"Date": None, "Creator": None})
    text = COORDINATES.sub(lambda at: DIGITS.sub(r"\1", at[0]), buffer.getvalue().decode())
    if len(text) > HEAVY and len(drawn := pixels(figure)) < len(text):
        return {PIXELS[kind]: drawn}
    return {kind: text}


def pixels(figure: Figure) -> bytes:
    """The picture as PNG; the same data give the same bytes."""
    figure.set_dpi(DPI)
    buffer = io.BytesIO()
    canvas: Any = FigureCanvasAgg(figure)
    canvas.print_png(buffer, metadata={"Software": None})
    return buffer.getvalue()
