"""Figures of task families: they say in words what the data are, and refuse what is not."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from lqrpapers.figures import tasks


def disc(x, y, centre, radius, edge):
    distance = np.hypot(*np.meshgrid(x - centre, y)) / radius
    return np.where(distance < edge, distance, np.inf)


def test_plane_measures_what_tasks_have_in_common():
    x, y = np.linspace(-2, 2, 81), np.linspace(-1, 1, 41)
    near = np.stack([disc(x, y, c, 0.5, 1.8) for c in (-0.1, 0.1)])
    far = np.where(np.isfinite(near), np.nan, np.inf)
    far[1] = np.where(np.isfinite(disc(x, y, 1.5, 0.2, 2.0)), np.nan, np.inf)
    optima = np.array([[-0.1, 0.0], [0.1, 0.0]])
    panels = {
        "near": tasks.Family(near, optima, (0.0, 0.0)),
        "far": tasks.Family(far, optima, None),
    }
    figure = tasks.sublevel_plane(x, y, panels, ("k1", "k2"))
    assert isinstance(figure, Figure)
    both = 100 * np.isfinite(near).all(axis=0).mean()
    assert f"near: gains that stabilize all 2 tasks fill {both:.2g} %" in figure.alt_text
    assert "far: gains that stabilize all 2 tasks fill 0 %" in figure.alt_text
    with pytest.raises(ValueError, match=r"near: expected excess of shape \(at most 3, 41, 80\)"):
        tasks.sublevel_plane(x[1:], y, panels, ("k1", "k2"))


def test_distances_tell_medians():
    panels = {"A": {"masks": np.array([0.1, 0.2, 0.3]), "spheres": np.array([0.6, 0.7, 0.9])}}
    text = tasks.pairwise_distances(panels).alt_text
    assert "A, masks: median 0.2, largest 0.3" in text
    assert "A, spheres: median 0.7, largest 0.9" in text
    with pytest.raises(ValueError, match=r"masks: expected shape \(S,\), got \(1, 3\)"):
        tasks.pairwise_distances({"A": {"masks": np.ones((1, 3))}})


def test_shares_say_where_half_is_lost():
    levels = np.array([0.1, 0.2, 0.4])
    found = np.array([[True] * 4, [True] * 3 + [False], [True] + [False] * 3])
    panels = {"small": (levels, {"some gain": {"masks": found}})}
    text = tasks.common_gain_shares(panels).alt_text
    assert "some gain, masks: 100 at 0.1 to 25 at 0.4" in text
    assert "small, some gain, masks: below half from 0.4 on" in text
    with pytest.raises(ValueError, match=r"some gain, masks: expected shape \(3, families\)"):
        tasks.common_gain_shares({"small": (levels, {"some gain": {"masks": found[:2]}})})
