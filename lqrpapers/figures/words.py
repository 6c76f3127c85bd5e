"""Alt texts of panels: what is on the axes, and where each curve begins, turns and ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from lqrlib.validation import Array

from .curves import Curve, Panel, Reference
from .style import LONGEST, spoken

LINES = {"--": "dashed", ":": "dotted", "-.": "dash-dotted", "-": "solid"}
# A turn is worth a word if it leaves the range of the ends by this part of the whole range.
WORTH = 0.02


def number(value: float) -> str:
    """Write a number for alt text: three significant digits."""
    return f"{float(value):.3g}"


def exact(value: float) -> str:
    """Write a count in full and any other number as `number` does."""
    whole = float(value).is_integer() and abs(value) < 1e6
    return f"{int(value):,}" if whole else number(value)


def joined(words: Sequence[str]) -> str:
    """Write a list of words as prose: 'a, b and c'."""
    words = list(words)
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]


def sentence(panels: Sequence[Panel], ylabel: str, story: str = "") -> str:
    """The alt text of a figure of panels, with as much of its curves as there is room for."""
    text = ""
    for detail in (told, _ends, _name):
        text = _sentence(panels, ylabel, story, detail)
        if len(spoken(text)) <= LONGEST:
            break
    return text


def _sentence(
    panels: Sequence[Panel], ylabel: str, story: str, detail: Callable[[Curve, bool], str]
) -> str:
    heads = [_axes(panel, ylabel) for panel in panels]
    bodies = [_body(panel, detail) for panel in panels]
    if detail is _name and len(set(bodies)) == 1:
        bodies = [*bodies[:1], *("" for _ in bodies[1:])]
    if len(set(heads)) == 1:
        count = f"{len(panels)} panels of " if len(panels) > 1 else ""
        titled = [panel.title and f"{panel.title}: " for panel in panels]
        parts = [title + body for title, body in zip(titled, bodies, strict=True) if body]
        opening = f"{count}{heads[0]}."
    else:
        sides = ["Left", "Right"] if len(panels) == 2 else [f"Panel {k + 1}" for k in range(9)]
        names = [panel.title or side for panel, side in zip(panels, sides, strict=False)]
        parts = [
            ". ".join(filter(None, (f"{name}, {head}", body)))
            for name, head, body in zip(names, heads, bodies, strict=True)
        ]
        opening = f"{len(panels)} panels."
    text = " ".join([opening, story, *(f"{part}." for part in parts)])
    return text[:1].upper() + text[1:]


def _axes(panel: Panel, ylabel: str) -> str:
    """What is on the axes, without units of one, and which of them are logarithmic."""
    x, y = (
        (label or "").replace(" (log scale from 1)", "").strip()
        for label in (panel.xlabel, panel.ylabel or ylabel)
    )
    straight = panel.xscale == "linear", panel.yscale == "linear"
    if straight[0] == straight[1]:
        scales = "linear axes" if straight[0] else "log axes"
    else:
        scales = f"{'vertical' if straight[0] else 'horizontal'} axis logarithmic"
    return f"{y} over {x}, {scales}" if y else f"{x}, {scales}"


def _body(panel: Panel, detail: Callable[[Curve, bool], str]) -> str:
    """The curves and lines of a panel in words."""
    parts = [detail(curve, panel.yscale == "log") for curve in panel.curves if curve.told]
    if detail is told:
        parts += [_reference(reference) for reference in panel.references if reference.line]
    return "; ".join(dict.fromkeys(filter(None, parts)))


def _name(curve: Curve, logarithmic: bool) -> str:
    return curve.name if curve.listed else ""


def _ends(curve: Curve, logarithmic: bool) -> str:
    """What a curve is called, and from where to where it goes."""
    y = curve.middle()
    known = y[~np.isnan(y)]
    if not curve.name or not known.size:
        return curve.name
    dashed = ", dashed" if curve.line == "--" and not curve.listed and not curve.label else ""
    return f"{curve.name}{dashed} {number(known[0])} to {number(known[-1])}"


def _reference(reference: Reference) -> str:
    direction = "vertical" if reference.vertical else "horizontal"
    name = reference.label or reference.note
    tail = f" ({' '.join(name.split())})" if name else ""
    line = LINES.get(reference.line, "broken")
    return f"{line} {direction} line at {exact(reference.at)}{tail}"


def told(curve: Curve, logarithmic: bool = True) -> str:
    """One curve in words: its ends, its turn, the range of its samples, what is infinite."""
    x, y = curve.data()
    middle = curve.middle()
    dashed = curve.line == "--" and not curve.listed and not curve.label
    name = f"{curve.name}, dashed" if dashed else curve.name
    if not curve.line and not ((np.diff(x) > 0).all() or (np.diff(x) < 0).all()):
        return f"{name}: {_cloud(x, y)}"
    kind = "" if y.ndim == 1 else "mean " if curve.mean else "median "
    words = f"{name}: {kind}{_course(x, middle, logarithmic)}"
    if y.ndim == 2:
        if len(y) > 1:
            words += _range(f"{len(y)} samples", y)
            words += _range("at the end", y[:, -1]) if len(x) > 1 else ""
        lost = int(np.isinf(y[:, -1]).sum())
        if lost:
            words += f", {lost} of {len(y)} infinite at {exact(x[-1])}"
    elif curve.between is not None:
        low, high = (np.asarray(end, dtype=float)[-1] for end in curve.between)
        words += f", there between {number(low)} and {number(high)}"
    return words


def _range(what: str, samples: Array) -> str:
    """From where to where the samples go that are there."""
    known = samples[np.isfinite(samples)]
    return f", {what} from {number(known.min())} to {number(known.max())}" if known.size else ""


def _course(x: Array, y: Array, logarithmic: bool) -> str:
    """Where a line begins and ends, where it turns, where it is infinite."""
    finite = np.flatnonzero(np.isfinite(y))
    if not finite.size:
        return "infinite throughout" if np.isinf(y).any() else "without values"
    first, last = finite[0], finite[-1]
    words = f"{exact(y[first])} at {exact(x[first])}"
    if last > first:
        words += f" to {exact(y[last])} at {exact(x[last])}"
    words += _turns(x[finite], y[finite], logarithmic)
    endless = np.flatnonzero(np.isinf(y))
    if endless.size and endless[0] > last:
        words += f", infinite from {exact(x[endless[0]])} on"
    elif endless.size and endless[-1] < first:
        words += f", infinite up to {exact(x[endless[-1]])}"
    elif endless.size:
        words += f", infinite at {endless.size} of {len(x)} places"
    return words


def _turns(x: Array, y: Array, logarithmic: bool) -> str:
    """Where a line is clearly lower or higher than at both ends."""
    height = np.log(y) if logarithmic and (y > 0).all() else y
    margin = WORTH * (height.max() - height.min())
    words = ""
    for name, place, sign in (("least", int(y.argmin()), 1), ("largest", int(y.argmax()), -1)):
        beyond = (sign * (height[[0, -1]] - height[place])).min()
        if beyond > margin and exact(y[place]) not in (exact(y[0]), exact(y[-1])):
            words += f", {name} {exact(y[place])} at {exact(x[place])}"
    return words


def _cloud(x: Array, y: Array) -> str:
    known = y[np.isfinite(y)]
    if not known.size:
        return "no point with a finite value"
    lost = f", {y.size - known.size} more without a finite value" if known.size < y.size else ""
    return (
        f"{known.size:,} points, from {number(known.min())} to {number(known.max())} over "
        f"{number(np.nanmin(x))} to {number(np.nanmax(x))}{lost}"
    )
