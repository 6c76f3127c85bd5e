"""Figures of model-free MAML: alt text follows the data, bad shapes are refused."""

import numpy as np
import pytest

from lqrpapers.claims import Check
from lqrpapers.figures import model_free_maml as plots

x = np.arange(5.0)


def curves(last):
    gaps = np.array([[4.0, 3.0, 2.0, 1.0, last], [4.0, 3.0, 2.0, 1.0, last / 2]])
    series = plots.Series("toy", plots.LEVELS[0], x, gaps, (x, gaps[0]), (x, gaps[1]))
    only = plots.Series("none left", plots.LEVELS[1], x, np.empty((0, 5)))
    return plots.gap_curves({"left": [series], "right": [only]}, "iteration", "gap (dimensionless)")


def by_level(last):
    points = {"step 1": [plots.Point(0.1, np.array([1.0, last]))], "step 2": []}
    bias = np.array([[1e-4, 1e-2], [2e-4, 2e-2]])
    return plots.gaps_by_level(points, {"step 1": 1.0, "step 2": 2.0}, np.array([0.1, 1.0]), bias)


def check(*ratios):
    return Check("s1-thm-13", "decrease", "sharp", np.array(ratios), np.ones(len(ratios)))


def kept(last):
    """Two checks for one state, one with more cases for two."""
    checks = [[check(0.4), check(0.5)], [check(0.2, last, 0.1)]]
    return plots.kept_promises(np.array([1, 2]), {"sharp": checks})


@pytest.mark.parametrize("figure", [curves, by_level, kept])
def test_alt_text_changes_with_the_data(figure):
    assert figure(0.5).alt_text != figure(0.7).alt_text


def test_what_is_drawn_is_said():
    text = curves(0.5).alt_text
    assert "2 panels" in text
    assert "toy, predicted: 4 at 0 to 0.5 at 4" in text
    assert "toy, recorded: 4 at 0 to 0.25 at 4" in text
    assert "right, none left: no run left" in text


def test_every_axis_is_labelled():
    for figure in (curves(0.5), by_level(0.5), kept(4.0)):
        assert all(axes.get_xlabel() for axes in figure.axes)
        assert figure.axes[0].get_ylabel()


def test_bad_shapes_are_refused():
    wrong = plots.Series("toy", plots.LEVELS[0], x, np.ones((2, 3)))
    with pytest.raises(ValueError, match="toy: expected x"):
        plots.gap_curves({"": [wrong]}, "iteration", "gap")
    with pytest.raises(ValueError, match="predicted: expected the names"):
        plots.gaps_by_level({"a": []}, {"b": 1.0}, x, np.ones((2, 5)))
    with pytest.raises(ValueError, match="bias"):
        plots.gaps_by_level({"a": []}, {"a": 1.0}, x, np.ones((2, 4)))
    with pytest.raises(ValueError, match="sharp"):
        plots.kept_promises(np.array([1, 2, 3]), {"sharp": [[check(0.5)], [check(0.4)]]})
