"""Figures of any system: their words follow the data, and a gain of one entry has a curve."""

import numpy as np
import pytest

from lqrpapers.figures import own_system as plots

AXIS = np.linspace(-2, 2, 21)
WALK = np.linspace([1.0, 0.0], [0.0, 0.0], 12)
COSTS = np.where(np.abs(AXIS) < 1.5, 2 + AXIS**2, np.inf)


def test_a_plane_is_drawn_where_gains_have_more_than_one_entry():
    figure = plots.cost_slice(AXIS, AXIS, np.tile(COSTS, (21, 1)), {"gradient": WALK}, 2.0)
    assert "from one start" in figure.alt_text and "fill 71 %" in figure.alt_text


def test_of_two_paths_that_coincide_both_are_seen():
    walks = {"natural_gradient": WALK, "gauss_newton": WALK}
    figure = plots.cost_slice(AXIS, AXIS, np.tile(COSTS, (21, 1)), walks, 2.0)
    widths = [line.get_linewidth() for line in figure.axes[0].lines if len(line.get_xdata()) == 12]
    assert widths[0] > 2 * widths[-1]


def test_paths_that_leave_the_window_are_named():
    far = WALK + [2.0, 0.0]
    one = plots.leaving(AXIS, AXIS, {"gradient": far, "gauss_newton": WALK})
    assert one == "The path of gradient leaves the window for some steps."
    both = plots.leaving(AXIS, AXIS, {"gradient": far, "gauss_newton": -far})
    assert both.startswith("The paths of gradient and Gauss–Newton leave")
    none = plots.leaving(AXIS, np.zeros(1), {"gradient": WALK})
    assert none == "No path leaves the window."


def test_names_of_gains_are_plain_text():
    assert [plots.named(name) for name in ("start", "optimum", "average", "maml")] == [
        "start K0",
        "optimum K*",
        "average cost K_av",
        "MAML K*_ML",
    ]


def test_a_line_is_drawn_where_they_have_one():
    figure = plots.cost_slice(AXIS, np.zeros(1), COSTS[None], {"gradient": WALK}, 2.0)
    assert "cost: 1.98 at −1.4 to 1.98 at 1.4, least 1 at 0" in figure.alt_text
    assert max(figure.axes[0].lines[0].get_xdata()) < 1.5


def test_races_keep_rounding_off_the_axis():
    gaps = {"gauss_newton": np.array([1.0, 1e-3, 0.0])}
    figure = plots.races({"one": gaps, "two": gaps})
    assert min(figure.axes[0].lines[0].get_ydata()) == plots.LEAST
    with pytest.raises(ValueError, match="expected methods among"):
        plots.races({"one": {"newton": AXIS}})


def test_margins_are_told_and_infinite_ones_not_drawn():
    costs = {"optimum": np.array([1.0, 2.0]), "each": np.array([0.9, np.inf])}
    margins = {"optimum": 4.0, "each": np.inf}
    figure = plots.noise_margin(np.array([0.1, 3.0]), costs, margins)
    assert "optimum K* fails at 4 and best for each noise fails at ∞" in figure.alt_text
    assert len(figure.axes[0].lines) == 3


def test_learning_tells_medians_and_runs():
    errors = {"one point": np.array([[3.0, 4, 5], [1, 2, 3]])}
    run = np.array([0, 10, 2000]), np.array([1.0, 0.5, 0.25])
    text = plots.learning([10, 100], errors, [run, run]).alt_text
    assert "one point from 4 to 2" in text and "of 2 zeroth-order descents" in text
    assert "from 0.5 to 0.25 after 2,000 queries" in text


def test_adaptation_tells_the_median_of_the_copies():
    gaps = {"average": np.array([[1.0, 2, 3], [0.1, 0.2, 0.3]])}
    text = plots.adaptation(gaps).alt_text
    assert text.startswith("Median gap of new copies over their iterations to 1,")
    assert "average cost K_av from 2 to 0.2" in text


def test_the_average_is_seen_under_maml():
    rows = np.array([[1.0, 2, 3], [0.1, 0.2, 0.3]])
    lines = plots.adaptation({"optimum": rows, "average": rows, "maml": rows}).axes[0].lines
    assert lines[0].get_linewidth() == plots.UNDER and lines[2].is_dashed()
