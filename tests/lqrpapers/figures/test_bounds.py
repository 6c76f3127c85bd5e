"""Figures of printed and corrected constants."""

import numpy as np
import pytest

from lqrpapers.figures import bounds


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
    assert "E: printed bound not positive from 1 to 1 (shaded)" in figure.alt_text
    assert "as printed: 3 at 2 to 0.5 at 4" in figure.alt_text
    quiet = bounds.violation_curves({"E": ("c", x, np.array([2.0, 3.0, 0.5]), np.ones(3))})
    assert "not positive" not in quiet.alt_text


def test_curves_want_arrays_of_one_length():
    with pytest.raises(ValueError, match=r"E: expected shape \(3,\), got \(2,\)"):
        bounds.violation_curves({"E": ("c", np.ones(3), np.ones(2), np.ones(3))})
