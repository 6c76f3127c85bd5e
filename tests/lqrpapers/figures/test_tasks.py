"""Figures of task families: they say in words what the data are, and refuse what is not."""

import numpy as np
import pytest
from matplotlib.figure import Figure

import lqrlib
from lqrlib import LQR
from lqrpapers.figures import tasks


def companions(spread):
    """Three tasks whose stabilizing gains are triangles."""
    A = np.zeros((3, 2, 2))
    A[:, 0, 1] = 1.0
    A[:, 1] = -spread * np.array([[1.0, 0.0], [-0.5, -1.5], [-0.5, 1.5]])
    return LQR(A, [[0.0], [1.0]], np.eye(2), [[1.0]])


def test_plane_measures_what_tasks_have_in_common():
    x, y = np.linspace(-2, 1.6, 61), np.linspace(-2.6, 2.6, 61)
    near, far = companions(0.25), companions(0.8)
    start = (0.4, -0.25)
    panels = {"near": (near, start), "far": (far, None)}
    figure = tasks.sublevel_plane(x, y, panels)
    assert isinstance(figure, Figure)
    gains = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 1, 1, 2)
    costs = lqrlib.cost(near, gains)
    both = 100 * np.isfinite(costs).all(axis=-1).mean()
    meta = 100 * (costs <= lqrlib.cost(near, [start])).all(axis=-1).mean()
    assert both > meta > 0.5
    assert (
        f"near: gains that stabilize all 3 tasks fill {both:.2g} % of the window, "
        f"the common sub-level set {meta:.2g} %"
    ) in figure.alt_text
    assert (
        "far: gains that stabilize all 3 tasks fill 0 % of the window, "
        "the common sub-level set 0 %" in figure.alt_text
    )


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


def test_a_question_looks_alike_in_every_panel():
    levels, found = np.array([0.1, 0.2]), {"masks": np.ones((2, 4), dtype=bool)}
    left = {"some gain": found, "optimal gain": found}
    right = {"optimal gain": found, "start": found}
    figure = tasks.common_gain_shares({"left": (levels, left), "right": (levels, right)})
    looks = [
        {line.get_label(): (line.get_linestyle(), line.get_linewidth(), line.get_markerfacecolor())}
        for axes in figure.axes
        for line in axes.lines
        if "masks" in str(line.get_label())
    ]
    some, optimal, again, start = (list(each.items())[0] for each in looks)
    assert optimal == again
    assert len({some[1], optimal[1], start[1]}) == 3


def test_half_is_lost_from_a_level_on_or_beyond():
    levels = np.array([0.1, 0.2, 0.4])
    falls = np.array([[True] * 4, [True] * 2 + [False] * 2, [False] * 4])
    found = {"masks": falls, "spheres": falls[:1].repeat(3, axis=0)}
    assert tasks.half_lost(levels, found) == "0.4 (masks) or beyond 0.4 (spheres)"
