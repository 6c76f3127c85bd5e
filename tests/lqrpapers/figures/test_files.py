"""Pictures, narrow forms and data of figures."""

import csv
import io

import numpy as np
import pytest

from lqrpapers.figures.curves import LINEAR, Curve, Panel, Reference, dashed, points
from lqrpapers.figures.data import as_csv
from lqrpapers.figures.files import CSV, NARROW, PIXELS, SVG, files
from lqrpapers.figures.looks import METHODS, SERIES
from lqrpapers.figures.narrow import WIDTH, narrow, wrapped
from lqrpapers.figures.panels import draw
from lqrpapers.figures.style import LONGEST, REST, describe
from tests.support.pictures import least_type

X = np.arange(1.0, 5.0)


def panels(count=2, **options):
    samples = np.array([X, 2 * X, 3 * X])
    curves = [
        Curve(X, samples, METHODS["gradient"]),
        dashed(X, X / 2, SERIES[0], "promise"),
        points(X, 5 * X, SERIES[1], "bars", bars=True, between=(4 * X, 6 * X)),
    ]
    one = [Reference(1)]
    several = [
        Panel("long words $x_1^2$ along the axis", curves, f"case {k}", references=one)
        for k in range(count)
    ]
    return draw(
        several, "what all the panels show, $\\lambda_{\\max}(H)$, over its bound", **options
    )


def rows(figure):
    return list(csv.DictReader(io.StringIO(as_csv(figure))))


def test_the_same_figure_gives_the_same_bytes():
    one, two = files(panels()), files(panels())
    assert one == two and set(one) == {SVG, NARROW, CSV}


def test_a_heavy_picture_becomes_pixels_where_they_are_lighter():
    x = np.linspace(0, 1, 4000)
    noise = np.random.default_rng(3).standard_normal((8, x.size))
    curves = [Curve(x, row, SERIES[0], f"{k}") for k, row in enumerate(noise)]
    made = files(draw([Panel("x", curves, **LINEAR)], "y"))
    assert made[PIXELS[SVG]].startswith(b"\x89PNG") and SVG not in made


def test_bands_bars_and_unlisted_curves_are_in_the_data():
    table = rows(panels())
    assert {row["panel"] for row in table} == {"case 0", "case 1"}
    first = [row for row in table if row["panel"] == "case 0"]
    band = [row for row in first if row["curve"] == "gradient" and row["low"]]
    assert [(row["x"], row["low"], row["high"]) for row in band][1] == ("2", "2", "6")
    assert ["0.5", "1", "1.5", "2"] == [row["y"] for row in first if row["curve"] == "promise"]
    assert ("1", "4", "6") in {(r["x"], r["low"], r["high"]) for r in first if r["curve"] == "bars"}
    assert any(row["x"] == "" and row["y"] == "1" for row in first)


def test_long_data_are_thinned_and_say_so():
    x = np.arange(30_000.0)
    text = as_csv(draw([Panel("x", [Curve(x, x, SERIES[0])], **LINEAR)], "y"))
    assert text.startswith("# one row in 8 of each curve") and len(text) < 200_000
    assert text.splitlines()[-1].startswith("1,,29999,29999")


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_narrow_figure_has_its_panels_one_below_the_other(count):
    figure = narrow(panels(count))
    figure.draw_without_rendering()
    tops = [axes.get_position().y1 for axes in figure.axes]
    assert figure.get_figwidth() == WIDTH and tops == sorted(tops, reverse=True)
    assert all(axes.get_ylabel() for axes in figure.axes)
    assert all(axes.yaxis.get_tick_params()["labelleft"] for axes in figure.axes)


def test_type_of_a_narrow_figure_can_be_read_on_a_telephone():
    made = files(panels())
    assert least_type(made[SVG], 342) < 9 <= least_type(made[NARROW], 342)


def test_lines_break_between_words_and_never_in_a_formula():
    assert wrapped("one two $a + b$, three", 8) == "one two\n$a + b$,\nthree"


def test_a_long_alt_text_ends_with_a_whole_statement():
    figure = describe(panels(), "; ".join(f"curve {k} ends at 3e-05" for k in range(40)))
    assert len(figure.alt_text) <= LONGEST and figure.alt_text.endswith(f"3·10⁻⁵{REST}")
