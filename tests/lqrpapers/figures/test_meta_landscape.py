"""Figures of the MAML objective: they say in words what the data are, and refuse what is not."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from lqrpapers.figures import meta_landscape


def test_errors_compare_both_ends():
    steps = np.array([0.01, 0.1])
    figure = meta_landscape.meta_gradient_errors(steps, {"none": np.array([[0.1, 0.5]] * 3)})
    assert isinstance(figure, Figure)
    assert "none: median 0.1 at 0.01 to 0.5 at 0.1" in figure.alt_text
    with pytest.raises(ValueError, match=r"none: expected shape \(2, samples\), got \(2,\)"):
        meta_landscape.meta_gradient_errors(steps, {"none": np.ones(2)})


def test_tightness_names_the_largest_ratio():
    rows = {
        "printed": [np.array([1.5, 0.5, 0.1]), np.array([0.2])],
        "corrected": [np.array([0.8]), np.array([0.1])],
        "sharp": [np.array([1.0]), np.array([0.9])],
    }
    text = meta_landscape.heterogeneity_tightness(np.array([1, 2]), {"cost": rows}).alt_text
    assert "printed: median 0.5 at 1 to 0.2 at 2, 3 samples from 0.1 to 1.5" in text
    with pytest.raises(ValueError, match=r"printed: expected shape \(samples, 1\), got \(3, 2\)"):
        meta_landscape.heterogeneity_tightness(np.array([1]), {"cost": rows})


def test_landscapes_list_stationary_points():
    gains = np.linspace(-1, 1, 21)
    values = np.where(np.abs(gains) < 0.95, gains**2, np.inf)
    curve = values, np.array([0.0]), np.array([0.0])
    text = meta_landscape.scalar_landscapes({"one": (gains, {"flat": curve}, 1.0)}).alt_text
    assert "one, flat: stationary at 0" in text
    with pytest.raises(ValueError, match=r"flat: expected x .* got \(20,\) and \(21,\)"):
        meta_landscape.scalar_landscapes({"one": (gains[1:], {"flat": curve}, 1.0)})


def test_pieces_tell_minima_and_ends():
    x = np.linspace(-2, 2, 41)
    costs = np.where(np.abs(np.add.outer(x, x)) < 0.5, 1.0 + np.add.outer(x**2, x**2), np.inf)
    path = np.array([[[0.0, 1.0], [-1.0, 9.0]], [[0.0, 0.5], [-0.5, 9.0]]])
    minima, heights = np.array([path[1], -2 * path[1]]), np.array([1.5, 3.0])
    paths = np.stack([path, -2 * path], axis=1)
    text = meta_landscape.two_pieces(x, costs, minima, heights, paths).alt_text
    assert "(0.5, −0.5) with 1.5; (−1, 1) with 3" in text
    assert "2 descents end at (0.5, −0.5), (−1, 1)" in text
    with pytest.raises(ValueError, match=r"costs: expected shape \(40, 40\)"):
        meta_landscape.two_pieces(x[1:], costs, minima, heights, paths)
