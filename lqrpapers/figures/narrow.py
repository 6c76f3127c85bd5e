"""A figure for a telephone: its panels one below the other, no text smaller than can be read."""

from __future__ import annotations

import re
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.text import Annotation, Text
from matplotlib.ticker import FixedLocator

from .style import SETTINGS, spoken

WIDTH = 3.5  # inches; shown about 340 pixels wide, a point of type is 1.3 pixels
PANEL = 2.5  # inches that a panel is high with what stands below it
LINE = 0.18  # of a legend
ACROSS, UP, BESIDE = 36, 24, 16  # characters along the axes, and of a name beside one


def narrow(figure: Figure) -> Figure:
    """Change a finished figure for good into its narrow form, and return it."""
    panels = [axes for axes in figure.axes if not hasattr(axes, "_colorbar")]
    height = figure.get_figheight()
    figure.set_layout_engine("constrained")
    several = len(panels) > 1
    with plt.rc_context(SETTINGS):
        _stack(figure, panels)
        lines = sum(_legend(figure, each) for each in list(figure.legends))
        room = [max(PANEL, 0.8 + 0.17 * _axes(axes)) for axes in panels]
        for axes in panels:
            if (legend := axes.get_legend()) is not None:
                lines += _legend(axes if several or figure.legends else figure, legend)
    for text in figure.findobj(Text):
        _legible(text)
    size = sum(room) if several else max(height * 0.85, room[0])
    square = sum(axes.get_aspect() == 1.0 for axes in panels)
    figure.set_size_inches(WIDTH, size + 0.8 * square * several + LINE * lines)
    return figure


def _stack(figure: Figure, panels: list[Axes]) -> None:
    """One column of panels; what neighbours shared stands at each."""
    firsts: dict[int, Axes] = {}
    grid = figure.add_gridspec(len(panels), 1)
    for place, axes in enumerate(panels):
        spec = axes.get_subplotspec()
        if spec is None:
            continue
        first = firsts.setdefault(spec.rowspan.start, axes)
        axes.set_subplotspec(grid[place])
        axes.set_ylabel(axes.get_ylabel() or first.get_ylabel())
        if first is not axes:
            axes.tick_params(labelleft=True)
        axes.tick_params(labelbottom=True)


def _axes(axes: Axes) -> int:
    """Break what stands along the axes into lines; how many lines the names of rows have."""
    lines = 0
    axes.set_xlabel(wrapped(axes.get_xlabel(), ACROSS))
    axes.set_ylabel(wrapped(axes.get_ylabel(), UP))
    if isinstance(axes.yaxis.get_major_locator(), FixedLocator):
        names = [wrapped(label.get_text(), BESIDE) for label in axes.get_yticklabels()]
        axes.set_yticks(axes.get_yticks(), names)
        lines = sum(name.count("\n") + 1 for name in names)
    for text in axes.texts:
        if isinstance(text, Annotation) and text.xycoords == "axes fraction":
            text.set_text(wrapped(text.get_text(), ACROSS))
    return lines


def _legend(parent: Figure | Axes, legend: Legend) -> int:
    """Draw a legend again above its figure or axes, in as many columns as fit; its lines."""
    names = [wrapped(text.get_text(), ACROSS) for text in legend.get_texts()]
    handles: Any = legend.legend_handles
    widest = max(max(map(_length, name.split("\n"))) for name in names)
    columns = max(1, min(len(names), (ACROSS + 6) // (widest + 6)))
    inside = isinstance(parent, Axes)
    place: Any = {"loc": "best"} if inside else {"loc": "outside upper center"}
    legend.remove()
    parent.legend(handles, names, ncols=1 if inside else columns, **place)
    high = max(name.count("\n") + 1 for name in names)
    return 0 if inside else -(-len(names) // columns) * high


def _legible(text: Any) -> None:
    """Ten points where there is a formula, for its indices are smaller; else at least eight."""
    least = 10 if "$" in text.get_text() else 8
    if text.get_fontsize() < least:
        text.set_fontsize(least)


def wrapped(text: str, most: int) -> str:
    """The text in lines of at most so many characters, none broken inside a formula."""
    lines: list[str] = []
    for word in re.findall(r"(?:\$[^$]*\$|\S)+", text):
        if lines and _length(f"{lines[-1]} {word}") <= most:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return "\n".join(lines)


def _length(text: str) -> int:
    return len(spoken(text))
