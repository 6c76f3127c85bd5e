"""Figures of printed and corrected constants."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from lqrpapers.figures import bounds


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def test_box_plots_count_violations_and_bounds_that_are_not_positive():
    printed = np.array([0.5, 1.5, -2.0])
    corrected = np.array([0.25, 0.75, 1.0])
    figure = bounds.printed_and_corrected({"small": {"gradient": (printed, corrected)}})
    assert "gradient as printed: median 1, largest 1.5, violated in 2 of 3" in figure.alt_text
    assert "gradient corrected: median 0.75, largest 1, violated in 0 of 3" in figure.alt_text


def test_box_plots_want_the_same_quantities_in_each_panel():
    pair = (np.ones(2), np.ones(2))
    with pytest.raises(ValueError, match="same quantities"):
        bounds.printed_and_corrected({"small": {"cost": pair}, "large": {"gain": pair}})


def test_curves_tell_where_a_bound_is_negative():
    x = np.array([1.0, 2.0, 4.0])
    figure = bounds.violation_curves({"E": ("c", x, np.array([-1.0, 3.0, 0.5]), np.ones(3))})
    assert "E: printed from 0.5 to 3, negative bound from 1 to 1" in figure.alt_text
    quiet = bounds.violation_curves({"E": ("c", x, np.array([2.0, 3.0, 0.5]), np.ones(3))})
    assert "negative" not in quiet.alt_text


def test_curves_want_arrays_of_one_length():
    with pytest.raises(ValueError, match="E: expected arrays of one length"):
        bounds.violation_curves({"E": ("c", np.ones(3), np.ones(2), np.ones(3))})
