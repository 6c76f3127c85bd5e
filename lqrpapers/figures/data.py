"""The data of a finished figure as one table: what its lines, bands, bars and points show.

It is read from what was drawn, so every figure has it, however it was made. Columns are panel,
curve, x, y, low and high (ends of a band or bar), and value, the colour on a map.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import (
    FillBetweenPolyCollection,
    LineCollection,
    PathCollection,
    QuadMesh,
)
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle, StepPatch
from matplotlib.text import Annotation

from lqrlib.validation import Array

from .style import spoken

COLUMNS = ("panel", "curve", "x", "y", "low", "high", "value")
MOST = 4000  # rows, or about 200 kB
NONE = np.nan


def as_csv(figure: Figure) -> str:
    """The table, thinned evenly curve by curve where it would be too long, which it then says."""
    every: list[tuple[str, str, Array]] = []
    for place, axes in enumerate(figure.axes, 1):
        for artist in axes.get_children():
            label = str(artist.get_label()).removeprefix("_")
            label = "" if label.startswith(("child", "nolegend_")) else spoken(label)
            for rows in _rows(axes, artist):
                known = rows[np.isfinite(rows[:, 1:]).any(axis=1)]
                if len(known):
                    every.append((panel(axes) or str(place), label, known))
    step = -(-sum(len(rows) for *_, rows in every) // MOST)
    text = io.StringIO()
    if step > 1:
        text.write(f"# one row in {step} of each curve, and its last\n")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for name, label, rows in every:
        for row in rows if step <= 1 else np.vstack([rows[:-1:step], rows[-1:]]):
            numbers = (f"{number:.6g}" if np.isfinite(number) else "" for number in row)
            writer.writerow([name, label, *numbers])
    return text.getvalue()


def panel(axes: Axes) -> str:
    """What stands above a panel, if anything does."""
    for text in axes.texts:
        if isinstance(text, Annotation) and text.xycoords == "axes fraction" and text.xy[1] == 1.0:
            return spoken(text.get_text())
    return spoken(axes.get_title())


def _rows(axes: Axes, artist: Any) -> Iterator[Array]:
    """Rows of x, y, low, high and value, several times where an artist is of pieces."""
    if not artist.get_visible() or artist in (axes.patch, *axes.spines.values()):
        return
    match artist:
        case Line2D():
            points: Any = np.ma.filled(np.ma.asarray(artist.get_xydata(), dtype=float), NONE)
            for side, across in enumerate((axes.get_yaxis_transform(), axes.get_xaxis_transform())):
                if artist.get_transform() == across:  # a line from edge to edge
                    points = points[:1].copy()
                    points[:, side] = NONE
            yield _table(points)
        case FillBetweenPolyCollection():
            for path in artist.get_paths():
                around: Any = path.vertices  # there along one side, and back along the other
                count = (len(around) - 3) // 2
                lower, upper = around[1 : count + 1], around[count + 2 : -1][::-1]
                low, high = np.sort([lower[:, 1], upper[:, 1]], axis=0)
                yield _table(np.column_stack([lower[:, 0], np.full(count, NONE)]), low, high)
        case QuadMesh():
            corners: Any = artist.get_coordinates()
            middles = (corners[1:, 1:] + corners[:-1, :-1]) / 2
            values: Any = np.ma.filled(np.ma.asarray(artist.get_array(), dtype=float), NONE)
            yield _table(middles.reshape(-1, 2), value=values.ravel())
        case ContourSet():
            for level, path in zip(artist.levels, artist.get_paths(), strict=False):
                if not artist.filled:
                    yield _table(path.vertices, value=level)
        case LineCollection():
            for ends in map(np.asarray, artist.get_segments()):
                upright = len(ends) == 2 and ends[0, 0] == ends[1, 0]
                middle = np.array([[ends[0, 0], NONE]]) if upright else ends
                yield _table(middle, *(np.sort(ends[:, 1])[:, None] if upright else ()))
        case PathCollection():
            yield _table(np.asarray(artist.get_offsets(), dtype=float))
        case StepPatch():
            heights, edges, _ = artist.get_data()
            yield _table(np.column_stack([(edges[1:] + edges[:-1]) / 2, heights]))
        case Rectangle():
            x, low = artist.get_x() + artist.get_width() / 2, artist.get_y()
            ends = np.array([[low], [low + artist.get_height()]])
            yield _table(np.array([[x, NONE]]), *ends)
        case Polygon():
            yield _table(artist.get_xy())


def _table(points: Any, low: Any = NONE, high: Any = NONE, value: Any = NONE) -> Array:
    columns = [*points.T, low, high, value]
    return np.column_stack([np.broadcast_to(column, len(points)) for column in columns])
