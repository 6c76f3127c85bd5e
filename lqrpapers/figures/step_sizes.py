"""Pictures of step sizes: what a theorem allows, what really works, how many steps it takes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lqrlib.validation import Array

from . import by_size
from .checking import same_names, shaped
from .curves import Panel, key, points, with_promise
from .looks import GREY, Look, looks_of
from .panels import draw
from .words import number


def ratios_by_size(sizes: Array, panels: Mapping[str, Mapping[str, Array]], label: str) -> Figure:
    """Draw ratios by number of states: median, 5 % to 95 % band, and the least (open marker).

    Parameters
    ----------
    sizes : array (N,)
        Numbers of states.
    panels : mapping from a panel's name to a mapping from a method to array (N, S)
        Positive ratios.
    label : str
        Of the vertical axis.
    """
    looks = looks_of(next(iter(panels.values())))
    named = {
        title: {looks[name].label: values for name, values in ratios.items()}
        for title, ratios in panels.items()
    }
    return by_size.ratios_by_size(sizes, named, list(looks.values()), label, largest=False)


def steps_under_noise(
    levels: Array, allowed: Mapping[str, Array], critical: Mapping[str, Array]
) -> Figure:
    """Draw the step size each method may take, promised and measured, as noise grows.

    Parameters
    ----------
    levels : array (L,)
        Factor on the variances.
    allowed, critical : mapping from a method to array (L,)
        Step size that its theorem allows, and beyond which it was seen to fail.
    """
    curves = []
    same_names("critical", critical, allowed)
    for name, look in looks_of(allowed).items():
        curves += with_promise(levels, critical[name], allowed[name], look)
    curves += [key(Look(GREY), "allowed", line="--"), key(Look(GREY), "critical, measured")]
    panel = Panel("factor on the noise variances (dimensionless)", curves, xscale="linear",
                  legend="right")  # fmt: skip
    story = "Solid lines: critical, measured; dashed lines: allowed."
    return draw([panel], "step size (dimensionless)", story, height=3.8)


def steps_needed(constant: Mapping[str, Array], searched: Mapping[str, Array], most: int) -> Figure:
    """Draw how many steps each system needs, with a constant step and with a line search.

    Parameters
    ----------
    constant, searched : mapping from a method to array (S,)
        Number of steps, ``inf`` for systems that needed more than the run had.
    most : int
        Where those are drawn.
    """
    curves, words, rows = [], [], {}
    same_names("searched", searched, constant)
    for row, (name, look) in enumerate(looks_of(constant).items()):
        for shift, kind, runs in (
            (0.17, "constant", constant[name]),
            (-0.17, "line search", searched[name]),
        ):
            values = shaped(name, runs, "S")
            found = np.isfinite(values)
            # systems side by side, so that equal numbers of steps stay visible
            height = row + shift + np.linspace(-0.12, 0.12, len(values))
            for where, marker in ((found, look.marker), (~found, ">")):
                if where.any():
                    curves.append(
                        points(np.minimum(values, most)[where], height[where],
                               look._replace(marker=marker), size=4, listed=False, told=False,
                               hollow=kind != "constant")
                    )  # fmt: skip
            rows[row + shift] = f"{look.label}, {kind}"
            typical = np.median(values)
            words.append(
                f"{look.label}, {kind}: median "
                f"{'more than the run' if np.isinf(typical) else number(typical)}, "
                f"{int((~found).sum())} systems not there at the end"
            )

    def across_only(axes: Axes) -> None:
        axes.grid(axis="y", visible=False)

    panel = Panel(
        "iterations until the cost is within 1 % of the optimum", curves, yscale="linear",
        ylabel="", yticks=rows, xlim=(0.7, 1.6 * most), also=across_only,
    )  # fmt: skip
    return draw([panel], story=f"Each marker is a system. {'; '.join(words)}.", height=3.2)
