"""Figures of gradient domination: they say in words what the data are, and refuse what is not."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from lqrpapers.figures import domination


def test_cloud_counts_the_points_above_its_line():
    squared, gaps = np.array([1.0, 10.0, 100.0]), np.array([0.5, 2.0, 10.0])
    below = domination.domination_cloud(squared, gaps, 1.0)
    above = domination.domination_cloud(squared, gaps, 0.15)
    assert isinstance(below, Figure)
    assert "3 gains" in below.alt_text and "0 points" in below.alt_text
    assert "2 points" in above.alt_text


@pytest.mark.parametrize(
    ("squared", "gaps", "message"),
    [
        (np.ones(3), np.ones(2), r"gaps: expected shape \(3,\), got \(2,\)"),
        (np.ones((3, 1)), np.ones((3, 1)), r"squared_norms: expected shape \(gains,\)"),
        (np.ones(0), np.ones(0), r"squared_norms: expected shape \(gains,\), got \(0,\)"),
        (np.ones(2), np.array([1.0, 0.0]), "positive"),
    ],
)
def test_cloud_refuses_what_it_cannot_draw(squared, gaps, message):
    with pytest.raises(ValueError, match=message):
        domination.domination_cloud(squared, gaps, 1.0)


def test_value_difference_tells_both_parts():
    shares = np.linspace(0, 1, 5)
    linear, quadratic = -4 * 0.5 ** np.arange(1, 5), 2 * 0.5 ** np.arange(1, 5)
    figure = domination.value_difference(linear, quadratic, shares, -4 * shares, 3 * shares**2)
    assert "sum −3.75" in figure.alt_text and "sum 1.88" in figure.alt_text
    assert "the cost difference being −1" in figure.alt_text
    with pytest.raises(ValueError, match=r"quadratic: expected shape \(4,\), got \(2,\)"):
        domination.value_difference(linear, quadratic[:2], shares, shares, shares)


def test_tightness_names_the_ends_of_each_bound():
    sizes = np.array([1, 2])
    panel = {"upper": np.array([[0.1, 0.5], [0.01, 0.02]]), "lower": np.full((2, 2), 0.9)}
    figure = domination.bound_tightness(sizes, {"quiet": panel, "noisy": panel})
    assert "quiet: upper 0.3 to 0.015; lower 0.9 to 0.9" in figure.alt_text
    assert "noisy" in figure.alt_text
    with pytest.raises(ValueError, match=r"upper: expected shape \(samples, 2\), got \(2, 3\)"):
        domination.bound_tightness(sizes, {"quiet": {"upper": np.ones((3, 2))}})


def test_descent_compares_the_ends():
    measured, promised = 0.5 ** np.arange(4.0), 0.9 ** np.arange(4.0)
    figure = domination.promised_descent({"run": measured}, {"run": promised})
    assert "run: 1 at 0 to 0.125 at 3; run, promised: 1 at 0 to 0.729 at 3" in figure.alt_text
    with pytest.raises(ValueError, match="promised: expected the names"):
        domination.promised_descent({"run": measured}, {"other": promised})
    with pytest.raises(ValueError, match="run, promised: expected x"):
        domination.promised_descent({"run": measured}, {"run": promised[1:]})


def test_box_plots_count_violations_and_bounds_that_are_not_positive():
    printed = np.array([0.5, 1.5, -2.0])
    corrected = np.array([0.25, 0.75, 1.0])
    figure = domination.printed_and_corrected({"small": {"gradient": (printed, corrected)}})
    assert figure.alt_text.endswith("Violated: small, gradient, as printed: 2 of 3.")


def test_box_plots_want_the_same_quantities_in_each_panel():
    pair = (np.ones(2), np.ones(2))
    with pytest.raises(ValueError, match="same quantities"):
        domination.printed_and_corrected({"small": {"cost": pair}, "large": {"gain": pair}})


def test_curves_tell_where_a_bound_is_negative():
    x = np.array([1.0, 2.0, 4.0])
    figure = domination.violation_curves({"E": ("c", x, np.array([-1.0, 3.0, 0.5]), np.ones(3))})
    assert "E: printed bound not positive from 1 to 1 (shaded)" in figure.alt_text
    assert "as printed: 3 at 2 to 0.5 at 4" in figure.alt_text
    quiet = domination.violation_curves({"E": ("c", x, np.array([2.0, 3.0, 0.5]), np.ones(3))})
    assert "not positive" not in quiet.alt_text


def test_curves_want_arrays_of_one_length():
    with pytest.raises(ValueError, match=r"E: expected shape \(3,\), got \(2,\)"):
        domination.violation_curves({"E": ("c", np.ones(3), np.ones(2), np.ones(3))})
