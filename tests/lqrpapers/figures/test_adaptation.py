"""Figures of adaptation: alt text follows the data, bad shapes are refused."""

import numpy as np
import pytest

from lqrpapers.figures import adaptation
from lqrpapers.figures.adaptation import Runs

x = np.array([0.1, 0.2, 0.4])


def curves(end):
    gaps = np.array([[1.0, 2.0], [0.5, 0.6], [end, end]])
    recorded = np.array([0.0, 2.0]), np.array([1.0, end])
    panels = {"one": [Runs("learned", "learned", gaps)], "two": [Runs("random", "random", gaps)]}
    return adaptation.adaptation_curves(panels, recorded, level=0.1)


def clocks(end):
    gaps = np.array([[1.0], [0.5], [end]])
    return adaptation.clocks({"run": ("learned", np.array([0.0, 0.1, 0.2]), gaps)}, {"mark": 0.1})


def queries(most):
    rows = 100 * most * np.array([[[2.0, 1.0, 3.0]], [[np.inf, 1.0, np.inf]]])
    return adaptation.query_counts(["a", "b"], ["1 %"], {"maml": rows}, each=100)


def crossover(last):
    return adaptation.crossover(
        x,
        {"level": (np.array([1e-6, 2e-6, last]), np.array([1e-6, 2e-6, 4e-6]))},
        {"family": np.array([[1.0, 1.0], [0.9, 1.1], [last, last]])},
    )


def beyond(last):
    gaps = np.array([[0.1, 0.2], [0.2, 0.3], [last, np.inf]])
    return adaptation.beyond_training(x, {"start": ("nominal", gaps)})


@pytest.mark.parametrize("draw", [curves, clocks, queries, crossover, beyond])
def test_the_alt_text_follows_the_data(draw):
    one, two = draw(0.02), draw(0.5)
    assert one.alt_text != two.alt_text
    assert "nan" not in one.alt_text


def test_runs_that_left_are_counted():
    gaps = np.ones((12, 4))
    gaps[3:, 0] = np.inf
    figure = adaptation.adaptation_curves({"one": [Runs("random", "random", gaps)]})
    assert "1 of 4 infinite at 11" in figure.alt_text


def test_bad_shapes_are_named():
    with pytest.raises(ValueError, match=r"run: expected shape \(3, runs\), got \(2, 3\)"):
        adaptation.clocks({"run": ("learned", x, np.ones((2, 3)))}, {})
    with pytest.raises(ValueError, match="MAML optimum: expected shape"):
        adaptation.query_counts(["a"], ["1 %"], {"maml": np.ones((2, 1, 3))}, each=1)
    with pytest.raises(ValueError, match="level: expected x"):
        adaptation.crossover(x, {"level": (np.ones(2), np.ones(2))}, {})
    with pytest.raises(ValueError, match="start: expected shape"):
        adaptation.beyond_training(x, {"start": ("nominal", np.ones((2, 2)))})


def test_the_share_stabilized_is_counted_over_all_tasks_of_a_distance():
    gaps = np.full((3, 2, 2), 0.1)
    gaps[2, 0, 1] = np.inf
    figure = adaptation.beyond_training(x, {"start": ("nominal", gaps)})
    share = figure.axes[0].lines[0].get_ydata()
    np.testing.assert_array_equal(share, [100, 100, 75])
