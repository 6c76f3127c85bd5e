"""The figure of an audit: alt text follows the data, bad shapes are refused."""

import numpy as np
import pytest

from lqrpapers.figures import audit

GRID = np.array([10.0, 100.0, 1000.0])


def figure(last, columns=2):
    recorded = np.array([[0.5, last], [0.7, last]])[:, :columns]
    ours = np.array([20.0]), np.array([[0.4], [0.6]])
    found = audit.Errors(np.array([10.0, 100.0]), recorded, 1 / GRID, 1e-3, ours)
    return audit.estimate_errors(GRID, {"without noise": found, "with noise": found}, 0.1)


def test_alt_text_changes_with_the_data():
    assert figure(0.1).alt_text != figure(0.2).alt_text
    assert (
        "without noise recorded 0.6 falling to 0.1; exact root mean squares tend to 0.001"
        in figure(0.1).alt_text
    )


def test_one_column_for_each_number_of_rollouts():
    with pytest.raises(ValueError, match="with"):
        figure(0.1, columns=1)
