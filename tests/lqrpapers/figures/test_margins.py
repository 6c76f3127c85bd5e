"""Figures of margins, price, regret and trajectories."""

import numpy as np
import pytest

from lqrpapers.figures import margins


def test_survival_names_both_ends_and_the_limit():
    designs = np.array([0.0, 0.5, 1.0])
    survived, price = np.array([0.9, 1.0, 1.04]), np.array([0.0, 0.01, 0.03])
    figure = margins.survival(designs, survived, price, largest=1.05, marks={"middle": 0.5})
    text = figure.alt_text
    assert "from 0.9000 to 1.0400; the limit for any gain is 1.0500" in text
    assert "price: 0 at 0 to 3 at 1" in text
    marker = figure.axes[1].lines[-1]
    assert (marker.get_xdata()[0], marker.get_ydata()[0]) == (0.5, 1.0)
    with pytest.raises(ValueError, match="critical scale: expected x"):
        margins.survival(designs, survived[1:], price, largest=1.05, marks={})


def test_regret_map_counts_what_is_lost_and_finds_the_largest_excess():
    regret = np.array([[1.0, 1.5, np.inf], [1.1, 1.0, 3.0]])
    edge = np.array([0.9, 1.2])
    figure = margins.regret_map(np.array([0.0, 1.0]), np.array([0.0, 0.5, 1.0]), regret, edge)
    assert "largest finite excess is 200 per cent" in figure.alt_text
    assert "In 16.7 per cent of the map" in figure.alt_text
    assert "from a true scale of 0.900" in figure.alt_text


@pytest.mark.parametrize(
    "shape, edge, message",
    [
        ((3, 2), 2, "regret: expected shape \\(2, 3\\)"),
        ((2, 3), 3, "survived: expected shape \\(2,\\)"),
    ],
)
def test_regret_of_another_shape_is_refused(shape, edge, message):
    with pytest.raises(ValueError, match=message):
        margins.regret_map(np.arange(2.0), np.arange(3.0), np.ones(shape), np.ones(edge))


def test_bands_tell_median_average_and_expectation_apart():
    squares = np.array([[1.0, 1.0, 1.0], [0.1, 0.2, 9.3]])
    times = np.array([0.0, 2.0])
    figure = margins.trajectory_bands(times, {"gain": (squares, np.array([1.0, 5.0]))})
    assert (
        "median: 1 at 0 to 0.2 at 2; average: 1 at 0 to 3.2 at 2; expectation: 1 at 0 to 5"
        in figure.alt_text
    )
    assert "over time (s)" in figure.alt_text
    with pytest.raises(ValueError, match="expectation: expected x"):
        margins.trajectory_bands(times, {"gain": (squares, np.ones(3))})
