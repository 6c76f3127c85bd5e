"""Alt texts of panels: their numbers are those of the data."""

import numpy as np
import pytest

from lqrpapers.figures.curves import Curve, Panel, Reference, dashed, key, points
from lqrpapers.figures.looks import BLACK, BLUE, Look
from lqrpapers.figures.panels import draw
from lqrpapers.figures.words import exact, joined, number, told

X = np.array([1.0, 10.0, 100.0])
LOOK = Look(BLUE, "o", "cost")


def text(*panels, **options):
    return draw(panels, "gap", **options).alt_text


def test_a_text_says_what_is_on_the_axes_and_where_curves_begin_and_end():
    panel = Panel("radius $r$", [Curve(X, [3, 2, 1.25], LOOK)])
    said = "Gap over radius r, log axes. Both fall. cost: 3 at 1 to 1.25 at 100."
    assert text(panel, story="Both fall.") == said


@pytest.mark.parametrize(
    ("scales", "said"),
    [
        (("log", "log"), "log axes"),
        (("linear", "linear"), "linear axes"),
        (("symlog", "linear"), "horizontal axis logarithmic"),
        (("linear", "log"), "vertical axis logarithmic"),
    ],
)
def test_a_text_says_which_axes_are_logarithmic(scales, said):
    panel = Panel("x", [Curve(X, X, LOOK)], xscale=scales[0], yscale=scales[1])
    assert text(panel).startswith(f"Gap over x, {said}.")


def test_panels_alike_have_one_heading_and_others_their_own():
    one, two = (Panel("x", [Curve(X, k * X, LOOK)], f"case {k}") for k in (1, 2))
    assert text(one, two) == (
        "2 panels of gap over x, log axes. case 1: cost: 1 at 1 to 100 at 100. "
        "case 2: cost: 2 at 1 to 200 at 100."
    )
    other = Panel("time", [Curve(X, X, LOOK)])
    assert "2 panels. case 1, gap over x, log axes. cost: 1 at 1" in text(one, other)
    assert "Right, gap over time, log axes. cost: 1 at 1" in text(one, other)


def test_a_turn_is_told_if_it_is_one():
    x = np.arange(1.0, 6.0)
    assert told(Curve(x, [4, 1, 0.5, 2, 3], LOOK)) == "cost: 4 at 1 to 3 at 5, least 0.5 at 3"
    assert told(Curve(x, [1, 5, 2, 2, 3], LOOK)) == "cost: 1 at 1 to 3 at 5, largest 5 at 2"
    assert told(Curve(x, [1, 2, 3, 4, 5], LOOK)) == "cost: 1 at 1 to 5 at 5"
    flat = 1 + 1e-12 * np.array([0, 1, -1, 1, 0])
    assert told(Curve(x, flat, LOOK)) == "cost: 1 at 1 to 1 at 5"


def test_a_dip_by_decades_counts_on_a_logarithmic_axis_only():
    curve = Curve(np.arange(3.0), [1e-3, 1e-9, 1.0], LOOK)
    assert "least 1e-09 at 1" in told(curve, logarithmic=True)
    assert "least" not in told(curve, logarithmic=False)


def test_samples_are_told_by_median_range_and_end():
    samples = np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 9.0], [3.0, 50.0, 30.0]])
    assert told(Curve(X, samples, LOOK)) == (
        "cost: median 2 at 1 to 9 at 100, 3 samples from 1 to 50, at the end from 3 to 30"
    )
    assert told(Curve(X, samples, LOOK, mean=True)).startswith("cost: mean 2 at 1 to 14 at 100")


def test_infinite_samples_are_counted():
    samples = np.array([[1.0, 2.0, 3.0], [1.0, 2.0, np.inf], [1.0, 2.0, np.inf]])
    said = told(Curve(X, samples, LOOK))
    assert "infinite from 100 on" in said and said.endswith("2 of 3 infinite at 100")
    assert "inf" not in said.replace("infinite", "")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([1, 2, np.inf], "cost: 1 at 1 to 2 at 10, infinite from 100 on"),
        ([np.inf, 2, 3], "cost: 2 at 10 to 3 at 100, infinite up to 1"),
        ([1, np.inf, 3], "cost: 1 at 1 to 3 at 100, infinite at 1 of 3 places"),
        ([np.nan, 2, np.nan], "cost: 2 at 10"),
        ([np.inf] * 3, "cost: infinite throughout"),
        ([np.nan] * 3, "cost: without values"),
    ],
)
def test_a_line_says_where_it_is_infinite(values, said):
    assert told(Curve(X, values, LOOK)) == said


def test_a_known_interval_is_told_at_the_end():
    assert told(Curve(X, X, LOOK, between=(X / 2, 2 * X))).endswith("there between 50 and 200")


def test_a_cloud_is_told_by_its_number_and_ranges():
    cloud = points([3.0, 1.0, 2.0], [5.0, np.nan, 7.0], LOOK)
    assert told(cloud) == "cost: 2 points, from 5 to 7 over 1 to 3, 1 more without a finite value"


def test_an_unlisted_dashed_line_is_called_dashed():
    assert told(dashed(X, X, LOOK)).startswith("cost, dashed: 1 at 1")
    assert told(dashed(X, X, LOOK, listed=True)).startswith("cost: 1 at 1")


def test_reference_lines_are_told_with_their_place_and_name():
    references = [
        Reference(0.05, "aim"),
        Reference(13, vertical=True, line=":", note="end\nof it"),
    ]
    said = text(Panel("x", [Curve(X, X, LOOK)], references=references))
    assert "dashed horizontal line at 0.05 (aim); dotted vertical line at 13 (end of it)." in said


def test_what_is_not_to_be_told_is_not_told():
    curves = [Curve(X, X, LOOK), Curve(X, X, LOOK, "hidden", told=False), key(LOOK, "entry")]
    said = text(Panel("x", curves))
    assert "hidden" not in said and "entry" not in said


def test_formulas_are_spelled_as_they_are_spoken():
    panel = Panel(
        r"step $\eta_l\,h_{\max}$ and $m\times m$",
        [Curve(X, X, Look(BLACK, "", r"$\|\nabla J\|_F$ at $\tau = 2$"))],
    )
    said = text(panel)
    assert "step η_l h_max and m × m" in said and "‖∇J‖_F at τ = 2" in said
    assert "$" not in said and "\\" not in said


def test_numbers_have_three_digits_and_counts_all_of_them():
    assert (number(1234.5), number(1e-9)) == ("1.23e+03", "1e-09")
    assert (exact(1234), exact(1234.5), exact(0.25)) == ("1,234", "1.23e+03", "0.25")
    assert (joined(["a"]), joined(["a", "b", "c"])) == ("a", "a, b and c")
