"""The suspension of S2 as a drawing: a body on a wheel on the road, standing still or moving."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lqrlib.validation import Array

from .checking import same_names, shaped
from .looks import BLACK, GREY, in_order
from .robustness import AWARE, IGNORANT
from .style import describe, drawing
from .words import joined, number

BODY, WHEEL = 3.2, 1.3  # rest heights of the lower edges in the drawing
COILS = 5


def spring(bottom: float, top: float, at: float, width: float = 0.22) -> tuple[Array, Array]:
    """Corners of a zigzag from `bottom` to `top` around x = `at`."""
    height = np.linspace(0, 1, 2 * COILS + 3)
    side = np.where(np.arange(len(height)) % 2, width, -width)
    side[[0, -1]] = 0
    return at + side, bottom + (top - bottom) * height


class Drawing:
    """One suspension in some axes, to be moved by `place`."""

    def __init__(self, axes: Axes, at: float, color: str) -> None:
        self.at = at
        axes.plot([at - 1, at + 1], [0, 0], color=BLACK, linewidth=2)
        self.body = Rectangle((at - 0.9, BODY), 1.8, 0.9, color=color, alpha=0.8)
        self.wheel = Rectangle((at - 0.45, WHEEL), 0.9, 0.45, color=GREY)
        axes.add_patch(self.body)
        axes.add_patch(self.wheel)
        lines = [axes.plot([], [], color=BLACK, linewidth=1.1)[0] for _ in range(6)]
        self.springs, self.rods, self.pots = lines[:2], lines[2:4], lines[4:]
        self.place(0.0, 0.0)

    def place(self, body: float, wheel: float) -> None:
        """Move body and wheel to these heights above rest, in units of the drawing."""
        self.body.set_y(BODY + body)
        self.wheel.set_y(WHEEL + wheel)
        gaps = ((0.0, WHEEL + wheel), (WHEEL + wheel + 0.45, BODY + body))
        for k, (bottom, top) in enumerate(gaps):
            self.springs[k].set_data(*spring(bottom, top, self.at - 0.3))
            x, pot = self.at + 0.3, bottom + 0.55 * (top - bottom)
            sides, ends = np.array([-0.14, -0.14, 0.14, 0.14]), np.array([0, 0, -0.11, 0.11])
            self.pots[k].set_data(x + sides, [pot, bottom, bottom, pot])
            self.rods[k].set_data(x + ends, [top, pot - 0.2, pot - 0.2, pot - 0.2])


def _still(axes: Axes) -> None:
    Drawing(axes, 0.0, AWARE.color)
    middle: Any = {"ha": "center", "va": "center", "fontsize": 9}
    axes.annotate("body\n500 kg", (0, BODY + 0.45), color="white", **middle)
    axes.annotate("wheel", (0, WHEEL + 0.21), color="white", **middle)
    for text, x, y, side in (
        ("5 kN/m", -0.6, (WHEEL + 0.45 + BODY) / 2, "right"),
        ("200 N s/m", 0.55, (WHEEL + 0.45 + BODY) / 2, "left"),
        ("20 kN/m", -0.6, WHEEL / 2, "right"),
        ("4 kN s/m", 0.55, WHEEL / 2, "left"),
        ("100 kg", 0.55, WHEEL + 0.22, "left"),
    ):
        axes.annotate(text, (x, y), ha=side, va="center", fontsize=9)
    arrow = {"arrowstyle": "<->", "color": BLACK}
    axes.annotate("", (0.02, BODY), (0.02, WHEEL + 0.45), arrowprops=arrow)
    axes.annotate("u", (0.09, BODY - 0.3), ha="left", style="italic")
    axes.annotate("road", (0, -0.12), ha="center", va="top", fontsize=9)
    axes.set(xlim=(-1.8, 1.8), ylim=(-0.5, 4.4), aspect="equal")
    axes.axis("off")


def _histories(axes: Axes, times: Array, bodies: Mapping[str, Array]) -> list[str]:
    words = []
    for look, height in in_order((AWARE, IGNORANT), bodies):
        shaped(look.label, height, len(times))
        style: Any = {"color": look.color, "marker": look.marker, "linewidth": 1.2}
        every = max(1, len(times) // 10)
        axes.plot(times, height, markevery=every, label=look.label, **style)
        words.append(f"{look.label} up to {number(np.abs(height).max())}")
    axes.set(xlabel="time (s)", ylabel="body above rest (m)")
    return words


def suspension_and_histories(times: Array, bodies: Mapping[str, Array]) -> Figure:
    """Draw the suspension with its data, and body heights over seconds (T,) under two gains.

    Heights {label: (T,)} above rest in metres.
    """
    with drawing(1, 2, width=7.2, height=3.6, width_ratios=[1, 1.7]) as (figure, (left, right)):
        _still(left)
        words = _histories(right, times, bodies)
        right.legend(loc="best")
    text = f"""Left: a body of 500 kg stands on a spring (5 kN/m) and a damper (200 N s/m), these
        on a wheel of 100 kg, this on a tyre (20 kN/m, 4 kN s/m); the force u acts between body and
        wheel. Right: height of the body over {number(times[-1])} seconds under one and the same
        noise; {joined(words)} metres."""
    return describe(figure, text)


def riding(
    times: Array, bodies: Mapping[str, Array], wheels: Mapping[str, Array], amplitude: float = 0.75
) -> Iterator[Figure]:
    """Yield a figure for each time: two suspensions side by side, and their body heights so far.

    It is the same figure each time, changed. Heights {label: (T,)} above rest are in metres, times
    (T,) in seconds; the largest movement goes as far as `amplitude` in the drawing.
    """
    same_names("wheels", wheels, bodies)
    largest = max(np.abs(values).max() for part in (bodies, wheels) for values in part.values())
    shape: Any = {"width": 7.2, "height": 3.3, "width_ratios": [1.1, 1]}
    with drawing(1, 2, layout="constrained", **shape) as (figure, (scene, chart)):
        cars = {}
        for k, (label, look) in enumerate(zip(bodies, (AWARE, IGNORANT), strict=False)):
            cars[label] = Drawing(scene, 2.6 * k, look.color)
            scene.annotate(label, (2.6 * k, -0.15), ha="center", va="top", fontsize=9)
        scene.set(xlim=(-1.3, 2.6 * len(cars) - 1.3), ylim=(-0.7, 5.0))
        scene.axis("off")
        words = _histories(chart, times, bodies)
        lines = [(line, line.get_ydata().copy()) for line in chart.lines]
        chart.set(xlim=(times[0], times[-1]), ylim=chart.get_ylim())
        text = f"""Animation: two drawn suspensions shake under the same noise for
            {number(times[-1])} seconds, and their body heights are drawn beside them;
            {joined(words)} metres."""
        describe(figure, text)
        figure.draw_without_rendering()
        figure.set_layout_engine("none")  # the places of the axes stay from frame to frame
        for t in range(len(times)):
            for label, car in cars.items():
                car.place(*(amplitude * part[label][t] / largest for part in (bodies, wheels)))
            for line, values in lines:
                line.set_ydata(np.where(np.arange(len(times)) <= t, values, np.nan))
            yield figure
