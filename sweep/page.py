"""The page of a sweep: one file with a plot of each number that varies over each swept parameter.

It shows the verdicts that changed and the points that failed, and loads nothing.
"""

from __future__ import annotations

import io
from base64 import b64encode
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from sweep.table import Table

SETTINGS: Any = {"svg.hashsalt": "sweep", "svg.fonttype": "none", "font.size": 9}
HERE = Path(__file__).resolve().parent


def write(table: Table, folder: Path) -> None:
    """Write `index.html` beside the tables."""
    loader = jinja2.FileSystemLoader(HERE)
    templates = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    page = templates.get_template("page.html").render(
        table=table,
        failed=[row for row in table.rows if row.reason],
        plots=plots(table),
        changed=changed(table),
        numbers=varying(table),
    )
    (folder / "index.html").write_text(page, encoding="utf-8")


def varying(table: Table) -> list[str]:
    """The stored numbers that are numbers at every point that has them, and not all the same.

    A parameter that the chapter stores, too, is none of them.
    """
    found = []
    for name in table.numbers():
        if name.replace("-", "_") in table.grid.values:
            continue
        values = [row.numbers[name] for row in table.rows if name in row.numbers]
        if all(isinstance(value, int | float) for value in values) and len(set(values)) > 1:
            found.append(name)
    return found


def changed(table: Table) -> list[tuple[str, dict[str, list[str]]]]:
    """The verdicts that are not the same at all points: id, and the points by word."""
    found = []
    for id in table.verdicts():
        points: dict[str, list[str]] = {}
        for row in table.rows:
            if id in row.verdicts:
                points.setdefault(row.verdicts[id], []).append(row.label)
        if len(points) > 1:
            found.append((id, points))
    return found


def plots(table: Table) -> dict[str, list[dict[str, str]]]:
    """Pictures with their words, by swept parameter."""
    return {
        parameter: [plot(table, parameter, number) for number in varying(table)]
        for parameter in table.grid.swept
    }


def plot(table: Table, parameter: str, number: str) -> dict[str, str]:
    """One number over one parameter: a dot for each point, a line through the medians."""
    values = table.grid.values[parameter]
    by_value: list[list[Any]] = [
        [
            row.numbers[number]
            for row in table.rows
            if number in row.numbers and row.parameters[parameter] == value
        ]
        for value in values
    ]
    is_number = all(type(value) in (int, float) for value in values)
    places = np.array(values if is_number else range(len(values)), dtype=float)
    order = np.argsort(places)
    with rc_context(SETTINGS):
        figure = Figure(figsize=(3.4, 2.2), layout="constrained")
        axes = figure.add_subplot()
        for place, found in zip(places, by_value, strict=True):
            axes.plot([place] * len(found), found, "o", color="#0b62a0", markersize=3, alpha=0.6)
        middles = [float(np.median(found)) if found else np.nan for found in by_value]
        axes.plot(places[order], np.array(middles)[order], color="#b3541e", linewidth=1)
        axes.set_xlabel(parameter)
        axes.set_title(number, fontsize=9)
        if not is_number:
            axes.set_xticks(places, [str(value)[:16] for value in values])
        scale(axes, "y", [value for found in by_value for value in found])
        if is_number:
            scale(axes, "x", values)
        drawn = svg(figure)
    known = [(value, m) for value, m in zip(values, middles, strict=True) if np.isfinite(m)]
    words = f"{number} over {parameter}"
    if known:
        low, high = (f(known, key=lambda pair: pair[1]) for f in (min, max))
        words += f": medians from {low[1]:.3g} at {low[0]} to {high[1]:.3g} at {high[0]}"
    return {"alt": f"{words}.", "source": f"data:image/svg+xml;base64,{drawn}"}


def scale(axes: Any, side: str, values: list[Any]) -> None:
    """Take a logarithmic scale where positive values span more than two decades."""
    finite = [value for value in values if np.isfinite(value)]
    if finite and min(finite) > 0 and max(finite) > 100 * min(finite):
        axes.set(**{f"{side}scale": "log"})


def svg(figure: Figure) -> str:
    """The picture in base64; the same data give the same bytes."""
    text = io.StringIO()
    canvas: Any = FigureCanvasSVG(figure)
    canvas.print_svg(text, metadata={"Date": None, "Creator": None})
    return b64encode(text.getvalue().encode()).decode()
