"""The figures of an audit: alt text follows the data, bad shapes are refused."""

import numpy as np
import pytest

from lqrpapers.figures import audit
from lqrpapers.recorded import s1

GRID = np.array([10.0, 100.0, 1000.0])


def figure(last, columns=2):
    recorded = np.array([[0.5, last], [0.7, last]])[:, :columns]
    ours = np.array([20.0]), np.array([[0.4], [0.6]])
    found = audit.Errors(np.array([10.0, 100.0]), recorded, 1 / GRID, 1e-3, ours)
    return audit.estimate_errors(GRID, {"without noise": found, "with noise": found}, 0.1)


def test_alt_text_changes_with_the_data():
    assert figure(0.1).alt_text != figure(0.2).alt_text
    assert (
        "without noise recorded 0.608 falling to 0.1; exact root mean squares tend to 0.001"
        in figure(0.1).alt_text
    )


def test_one_column_for_each_number_of_rollouts():
    with pytest.raises(ValueError, match="with"):
        figure(0.1, columns=1)


def test_what_is_drawn_of_several_estimates_is_their_root_mean_square():
    left, right = figure(0.1).axes
    for axes in (left, right):
        drawn = next(line for line in axes.lines if line.get_label() == "with noise, recorded")
        assert drawn.get_ydata()[0] == pytest.approx(np.sqrt((0.5**2 + 0.7**2) / 2))


def test_our_estimates_stand_at_their_number_of_rollouts():
    axes = figure(0.1).axes[0]
    drawn = next(line for line in axes.lines if line.get_label() == "with noise, ours")
    assert list(drawn.get_xdata()) == [20]


def test_a_run_ends_on_the_clock_at_its_step_times_its_iterations():
    run = s1.FIGURE_1_MIDDLE[0]
    left, right = audit.clocks({"a run": run}).axes
    ends = [axes.lines[0].get_xdata()[-1] for axes in (left, right)]
    assert ends == pytest.approx([run.iterations[-1], 1000 * run.step_size * run.iterations[-1]])
    assert left.get_xlabel() != right.get_xlabel()
