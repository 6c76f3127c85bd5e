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
    assert "sum -3.75" in figure.alt_text and "sum 1.88" in figure.alt_text
    assert "the cost difference being -1" in figure.alt_text
    with pytest.raises(ValueError, match=r"quadratic: expected shape \(4,\), got \(2,\)"):
        domination.value_difference(linear, quadratic[:2], shares, shares, shares)


def test_tightness_names_the_largest_ratio_of_each_bound():
    sizes = np.array([1, 2])
    panel = {"upper": np.array([[0.1, 0.5], [0.01, 0.02]]), "lower": np.full((2, 2), 0.9)}
    figure = domination.bound_tightness(sizes, {"quiet": panel, "noisy": panel})
    assert "upper: median 0.3 at 1 to 0.015 at 2, 2 samples from 0.01 to 0.5" in figure.alt_text
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
