"""Figures of model-free MAML: alt text follows the data, bad shapes are refused."""

import numpy as np
import pytest

from lqrpapers.claims import Check
from lqrpapers.figures import model_free_maml as plots
from lqrpapers.recorded import s1

x = np.arange(5.0)


def curves(last):
    """Two runs that stayed and one that left, a prediction, and a record to iteration 4."""
    gaps = np.array([[4.0, 3.0, 2.0, 1.0, last], [4.0, 3.0, 2.0, 1.0, last / 2]])
    left = np.array([4.0, 9.0, np.inf, np.inf, np.inf])
    record = s1.FIGURE_1_LEFT._replace(iterations=x, gaps=gaps[1])
    longer = np.append(gaps[0], 0.1)
    series = plots.Series("toy", plots.LEVELS[0], longer, record, np.stack([*gaps, left], axis=1))
    only = plots.Series("none left", plots.LEVELS[1], gaps=left[:, None])
    late = plots.Series("late", plots.LEVELS[2], gaps=gaps[:1].T, first=60, unit=0.5)
    return plots.gap_curves({"left": [series], "right": [only, late]})


def by_level(last):
    points = [plots.Point(0.1, 1e-6, np.array([1.0, last])), plots.Point(0.1, 2e-6, np.empty(0))]
    bias = np.array([[1e-4, 1e-2], [2e-4, 2e-2]])
    return plots.gaps_by_level(points, {1e-6: 1.0, 2e-6: 2.0}, np.array([0.1, 1.0]), bias)


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
    assert "right, none left: no run left" in text and "late: median 4 at 30 to 0.5 at 32" in text
    assert "toy: median 4 at 0 to 0.375 at 4" in text  # the median of those that stayed
    assert "step 10⁻⁶: predicted 1; step 2·10⁻⁶: predicted 2" in by_level(0.5).alt_text


def test_every_axis_is_labelled():
    for figure in (curves(0.5), by_level(0.5), kept(4.0)):
        assert all(axes.get_xlabel() for axes in figure.axes)
        assert figure.axes[0].get_ylabel()


def test_bad_shapes_are_refused():
    point = plots.Point(0.1, 1e-6, np.ones(3))
    with pytest.raises(ValueError, match="predicted: expected all measured steps"):
        plots.gaps_by_level([point], {2e-6: 1.0}, x, np.ones((2, 5)))
    with pytest.raises(ValueError, match="bias"):
        plots.gaps_by_level([point], {1e-6: 1.0}, x, np.ones((2, 4)))
    with pytest.raises(ValueError, match="sharp"):
        plots.kept_promises(np.array([1, 2, 3]), {"sharp": [[check(0.5)], [check(0.4)]]})
