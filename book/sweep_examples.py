"""What the page about clusters shows: two sweeps and seconds, from tables that are kept as data.

Pictures and words are made from the tables when the book is built.
"""

from __future__ import annotations

import csv
import json
from base64 import b64decode
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from book.problem import ChapterProblem
from lqrpapers.figures.files import NARROW, PIXELS, SVG, files
from lqrpapers.figures.sweeps import Seeds, band_of_bands, survival
from lqrpapers.notebook import readable
from lqrpapers.recorded import s2

FOLDER = "pages/_static/sweeps"
TABLES = ("figure-2.csv", "survival.csv")
# Of each curve a figure's data keep one iteration in eight: Gauss-Newton is done before the second.
METHODS = {"gradient": "gradient", "natural_gradient": "natural gradient"}
HESSIANS = {"printed": "as printed", "exact": "true operator", "stein": "Stein estimate"}
HESSIANS["difference"] = "differences"
RUNS = 10  # of preset quick


def rows(root: Path, name: str) -> list[dict[str, str]]:
    """A table that is kept."""
    with (root / FOLDER / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def seconds(root: Path) -> list[dict[str, str]]:
    """What small sweeps took, with what the workers' time exceeds that of the points by."""
    found = rows(root, "seconds.csv")
    for row in found:
        over = int(row["workers"]) * float(row["seconds"]) - float(row["seconds_of_points"])
        row["overhead"] = f"{over / int(row['points']):.1f}"
    return found


def seeds(root: Path) -> tuple[Figure, str, str]:
    """S2's Figure 2 over seeds, its caption and what was found."""
    points, gaps = rows(root, TABLES[0]), rows(root, "figure-2-gaps.csv")
    found = {name: Seeds(*curve(gaps, label)) for name, label in METHODS.items()}
    done = [row for row in points if row["status"] == "done"]
    failed = [row["seed"] for row in points if row["status"] == "failed"]
    caption = (
        f"S2's Figure 2 over {len(done)} seeds with 20 random systems each: median of the means "
        "(line), range of the means (dark), range of all systems (light), and the means that S2 "
        "recorded (markers). Gauss–Newton is done before the first iteration that is drawn."
    )

    def column(name: str) -> Any:
        return np.array([float(row[f"glued:{name}"]) for row in done])

    last, worst = column("final-gradient"), column("final-worst-gradient")
    theirs = 100 * list(s2.FIGURE_2["gradient"].gaps.values())[-1].mean
    words = Counter(row["verdict:s2-fig-2"] for row in done)
    told = [
        f"After its last step the gradient's mean gap is {last.min():.2f} to {last.max():.2f} %, "
        f"in the median {np.median(last):.2f} %; S2 recorded {theirs:.2f} %. The verdict on the "
        f"figure is *reproduced* at {words['reproduced']} seeds and *differs* at "
        f"{words['differs']}: at {np.sum(worst > 5)} some system is still more than 5 % from its "
        f"optimum, and at {np.sum(column('furthest') > 3.5)} a mean that S2 recorded is more than "
        "3.5 standard errors from ours."
    ]
    if failed:
        told.append(
            f"At {len(failed)} of the {len(points)} seeds ({', '.join(failed)}) a system leaves "
            "the stabilizing gains at the published steps, and the chapter stops there."
        )
    recorded = {name: s2.FIGURE_2[name] for name in METHODS}
    return band_of_bands(found, recorded), caption, " ".join(told)


def curve(gaps: list[dict[str, str]], method: str) -> list[Any]:
    """Iterations (X,), and mean, least and largest gap of a method (S, X)."""
    mine = [row for row in gaps if row["method"] == method]
    every = list(dict.fromkeys(row["seed"] for row in mine))
    columns = [
        np.array([float(row[name]) for row in mine]).reshape(len(every), -1)
        for name in ("iteration", "mean", "least", "largest")
    ]
    return [columns[0][0], *columns[1:]]


def runs(root: Path) -> tuple[Figure, str, str]:
    """Which runs of chapter 11 stay, by radius and inner step, its caption and what was found."""
    points = rows(root, TABLES[1])
    radii, steps = (
        np.array(sorted({float(row[name]) for row in points})) for name in ("radius", "inner_step")
    )
    stayed = {label: np.full((len(radii), len(steps)), np.nan) for label in HESSIANS.values()}
    left: dict[float, str] = {}
    for row in points:
        if row["status"] == "done":
            radius, step = float(row["radius"]), float(row["inner_step"])
            place = np.searchsorted(radii, radius), np.searchsorted(steps, step)
            left[radius] = row["glued:lost-left"]
            for name, label in HESSIANS.items():
                stayed[label][place] = RUNS - float(row[f"glued:lost-untied-{name}"])
    caption = (
        f"How many of {RUNS} runs stay among the stabilizing gains, for four treatments of the "
        "Hessian in S1's algorithm, by perturbation radius and inner step: costs are exact, the "
        "outer step is S1's, 8·10⁻⁶."
    )
    safe, ends, between = [], [], []
    for label, counts in stayed.items():
        every = np.cumprod((np.isnan(counts) | (counts == RUNS)).all(axis=0)).sum()
        upto = readable(f"{steps[every - 1]:.0e}") if every else "none"
        safe.append(f"{upto} ({label})")
        ran = np.isfinite(counts[:, -1]).sum()
        most = int(np.argmax(np.nanmax(counts, axis=0) - np.nanmin(counts, axis=0)))
        few, many = counts[[-1, 0], most]  # at the largest and the least radius
        at = readable(f"{steps[most]:.0e}")
        between.append(
            f"{many:g} stay at {radii[0]:g} and {few:g} at {radii[-1]:g} ({label}, {at})"
        )
        ends.append(f"{np.nansum(counts[:, -1]):.0f} of {RUNS * ran} ({label})")
    told = [
        f"At every radius all runs stay up to an inner step of {', '.join(safe)}. At the longest, "
        f"{readable(f'{steps[-1]:.0e}')}, there stay {', '.join(ends)}. The radius matters "
        f"most in between: {'; '.join(between)}.",
        "With S1's own oracle the radius decides: of the runs of its Figure 1, left, "
        + ", ".join(f"{left[radius]} leave at {radius:g}" for radius in sorted(left))
        + ".",
    ]
    failed = sum(row["status"] == "failed" for row in points)
    if failed:
        told.append(f"{failed} of {len(points)} points failed and stay white.")
    return survival(radii, steps, stayed, RUNS, "inner step", "radius"), caption, " ".join(told)


EXAMPLES = {"seeds": seeds, "runs": runs}


@cache
def made(root: Path, name: str) -> tuple[str, dict[str, Any]]:
    """The Markdown of an example, and its picture with the narrow form, by file name."""
    if name not in EXAMPLES:
        raise ChapterProblem(f"lqr-sweep: {name!r} is none of {', '.join(EXAMPLES)}, seconds")
    figure, caption, told = EXAMPLES[name](root)
    alt, drawn = figure.alt_text, files(figure)  # type: ignore[attr-defined]
    found: dict[str, bytes] = {}
    places = {SVG: "pages/figures/sweep-{}", NARROW: "pages/_static/figures/sweep-{}-narrow"}
    for kind, place in ((kind, place.format(name)) for kind, place in places.items()):
        if kind in drawn:
            found[f"{place}.svg"] = drawn[kind].encode()
        else:
            found[f"{place}.png"] = b64decode(drawn[PIXELS[kind]])
    picture = next(iter(found)).removeprefix("pages/")
    table = TABLES[list(EXAMPLES).index(name)]
    link = f'<a href="../_static/sweeps/{table}" download>Data (CSV)</a>'
    row = f'```{{raw}} html\n<p class="lqr-figure-row">{link}</p>\n```'
    head = f"`````{{figure}} {picture}\n:name: fig-sweep-{name}\n"
    head += f":alt: {json.dumps(alt, ensure_ascii=False)}\n"
    return f"{head}\n{caption}\n\n{row}\n`````\n\n{told}", found


def pictures(root: Path, texts: dict[str, str]) -> dict[str, bytes]:
    """The pictures of the examples that these pages show."""
    found: dict[str, bytes] = {}
    for name in EXAMPLES:
        if any(f"```{{lqr-sweep}} {name}\n" in text for text in texts.values()):
            found |= made(root, name)[1]
    return found
