"""Ratios by number of states: the extreme that matters stands beside median and band."""

import numpy as np
import pytest

from lqrpapers.figures.by_size import ratios_by_size
from lqrpapers.figures.looks import SERIES

SIZES = np.array([1, 2, 4])
RATIOS = np.array([[0.1, 0.5, 0.9], [0.01, 0.05, 0.8], [0.001, 0.002, 0.7]])


@pytest.mark.parametrize("largest", [True, False])
def test_the_extreme_of_each_size_is_an_open_marker(largest):
    figure = ratios_by_size(SIZES, {"all": {"upper": RATIOS}}, SERIES, "ratio", largest=largest)
    median, extreme, one = figure.axes[0].lines
    np.testing.assert_array_equal(median.get_ydata(), np.median(RATIOS, axis=1))
    ends = RATIOS.max(axis=1) if largest else RATIOS.min(axis=1)
    np.testing.assert_array_equal(extreme.get_ydata(), ends)
    assert extreme.get_markerfacecolor() == "none" and list(one.get_ydata()) == [1, 1]
    assert ("the largest ratio" if largest else "the least ratio") in figure.alt_text
    assert "upper: median 0.5 at 1 to 0.002 at 4, 3 samples from 0.001 to 0.9" in figure.alt_text


def test_sizes_may_have_different_numbers_of_samples():
    groups = [[0.1, 0.5, 0.9], [0.2], [0.3, 0.4]]
    figure = ratios_by_size(SIZES, {"": {"upper": groups}}, SERIES, "ratio", largest=True)
    np.testing.assert_array_equal(figure.axes[0].lines[0].get_ydata(), [0.5, 0.2, 0.35])


def test_every_size_wants_its_samples():
    with pytest.raises(
        ValueError, match=r"few, upper: expected shape \(samples, 3\), got \(3, 2\)"
    ):
        ratios_by_size(SIZES, {"few": {"upper": RATIOS[:2]}}, SERIES, "ratio", largest=True)
