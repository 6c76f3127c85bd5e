"""The suspension as a drawing, still and moving."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from lqrpapers.figures import suspension

TIMES = np.array([0.0, 0.5, 1.0])
BODIES = {"one": np.array([0.1, -0.4, 0.2]), "other": np.array([0.1, 0.2, 0.0])}
WHEELS = {"one": np.array([0.0, 0.1, 0.0]), "other": np.array([0.0, -0.1, 0.0])}


def test_a_spring_keeps_its_ends_and_its_axis():
    x, y = suspension.spring(1.0, 3.0, at=5.0)
    assert (x[0], x[-1], y[0], y[-1]) == (5.0, 5.0, 1.0, 3.0)
    assert (np.diff(y) > 0).all()
    assert x.max() - 5 == pytest.approx(5 - x.min())


def test_body_and_wheel_move_and_their_springs_follow():
    _, axes = plt.subplots()
    drawn = suspension.Drawing(axes, 0.0, "black")
    drawn.place(0.5, -0.2)
    assert drawn.body.get_y() == suspension.BODY + 0.5
    assert drawn.wheel.get_y() == suspension.WHEEL - 0.2
    lower, upper = (line.get_ydata() for line in drawn.springs)
    assert (lower[0], lower[-1], upper[-1]) == (0.0, drawn.wheel.get_y(), drawn.body.get_y())


def test_the_still_picture_says_how_far_each_body_moves():
    figure = suspension.suspension_and_histories(TIMES, BODIES)
    assert "one up to 0.4 and other up to 0.2 metres" in figure.alt_text
    with pytest.raises(ValueError, match="one: expected shape \\(2,\\)"):
        suspension.suspension_and_histories(TIMES[:2], BODIES)


def test_the_ride_has_a_frame_for_each_time_and_draws_the_past_only():
    heights, pasts = [], []
    for figure in suspension.riding(TIMES, BODIES, WHEELS):
        scene, chart = figure.axes
        heights.append(scene.patches[0].get_y() - suspension.BODY)
        pasts.append(int(np.isfinite(chart.lines[0].get_ydata()).sum()))
    assert pasts == [1, 2, 3]
    assert heights == pytest.approx(0.75 * BODIES["one"] / 0.4)
    assert "Animation" in figure.alt_text and "one up to 0.4" in figure.alt_text


def test_bodies_and_wheels_go_together():
    with pytest.raises(ValueError, match="wheels: expected the names"):
        next(suspension.riding(TIMES, BODIES, {"one": TIMES}))
