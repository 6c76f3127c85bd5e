"""Figures of sweeps: alt text follows the data, bad shapes are refused."""

import numpy as np
import pytest

from lqrpapers.figures import sweeps
from lqrpapers.recorded import s2

X = np.array([10.0, 100.0])
RECORDED = {"gradient": s2.FIGURE_2["gradient"]}


def bands(end):
    mean = np.array([[1.0, 0.1], [2.0, 0.2], [3.0, end]])
    return sweeps.band_of_bands({"gradient": sweeps.Seeds(X, mean, mean / 2, mean * 2)}, RECORDED)


def maps(count):
    counts = np.array([[1.0, 2.0], [count, np.nan]])
    given = np.array([0.1, 0.2]), np.array([1e-6, 1e-5])
    return sweeps.survival(*given, {"one": counts}, 10, "step", "radius")


@pytest.mark.parametrize(("draw", "one", "two"), [(bands, 0.05, 0.5), (maps, 3, 4)])
def test_the_alt_text_follows_the_data(draw, one, two):
    assert draw(one).alt_text != draw(two).alt_text
    assert "nan" not in draw(one).alt_text


def test_bands_are_the_range_of_the_means_and_of_all_systems():
    [axes] = bands(0.05).axes
    wide, means = (band.get_datalim(axes.transData).intervaly for band in axes.collections)
    np.testing.assert_allclose(wide, [0.025, 6.0])
    np.testing.assert_allclose(means, [0.05, 3.0])
    [line] = [line for line in axes.lines if line.get_label() == "gradient"]
    np.testing.assert_allclose(line.get_ydata(), [2.0, 0.1])


def test_what_was_recorded_before_the_first_iteration_is_not_drawn():
    [axes] = bands(0.05).axes
    [points] = [line for line in axes.lines if line.get_label().endswith("recorded by S2")][:1]
    assert points.get_xdata()[0] == 19


def test_cells_carry_their_counts_and_a_failed_point_a_dash():
    axes = maps(3).axes[0]
    assert [text.get_text() for text in axes.texts] == ["1", "2", "3", "–"]


def test_bad_shapes_are_named():
    with pytest.raises(ValueError, match=r"one: expected shape"):
        sweeps.survival(X, X, {"one": np.ones((3, 2))}, 10, "x", "y")
    with pytest.raises(ValueError, match="recorded"):
        sweeps.band_of_bands({}, RECORDED)
