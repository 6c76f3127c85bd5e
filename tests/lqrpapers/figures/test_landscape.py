"""Pictures of the cost over planes of gains."""

import numpy as np
import pytest

from lqrpapers.figures import landscape

AXIS = np.linspace(-2, 2, 41)
X, Y = np.meshgrid(AXIS, AXIS)
STAR = np.where(np.abs(X * Y) < 0.5, 1 + X**2 + Y**2, np.inf)
DISC = np.where(X**2 + Y**2 < 3.5, 1 + X**2 + Y**2, np.inf)
LABELS = ("k1", "k2")


def _paths(end=0.0, starts=2):
    line = np.linspace([1.8, 0.1], [end, end], 30)
    return {"gradient": [line] * starts, "gauss_newton": [line] * starts}


def _drawn(costs=STAR, **changes):
    arguments = {"paths": _paths(), "optimum": (0.0, 0.0), "least": 1.0, "labels": LABELS}
    return landscape.paths_in_plane(AXIS, AXIS, costs, **(arguments | changes))


def test_the_words_follow_the_data():
    segment = ((1.8, 0.0), (0.0, 1.6))
    star, disc = _drawn(segment=segment), _drawn(DISC, segment=segment)
    assert "the set is not convex" in star.alt_text
    assert "lies inside" in disc.alt_text and "not convex" not in disc.alt_text
    share = f"{100 * np.isfinite(STAR).mean():.2g} %"
    assert share in star.alt_text and share not in disc.alt_text


def test_the_words_count_starts_and_measure_the_ends():
    assert "from 2 starts" in _drawn().alt_text
    text = _drawn(paths=_paths(end=0.3, starts=3)).alt_text
    assert "from 3 starts" in text and "end within 0.424" in text
    assert "gradient and Gauss–Newton" in text


def test_each_method_has_its_colour_and_marker():
    [axes] = _drawn().axes
    drawn = {(line.get_color(), line.get_marker()) for line in axes.lines}
    assert {("#0072B2", "o"), ("#009E73", "^"), ("#000000", "*")} <= drawn


def test_a_second_boundary_and_labels():
    figure = _drawn(outline=DISC)
    assert figure.axes[0].get_xlabel() == LABELS[0]
    assert "boundary without noise" in [t.get_text() for t in figure.legends[0].get_texts()]


def test_bad_shapes_and_names_are_refused():
    with pytest.raises(ValueError, match=r"costs: expected shape \(41, 41\), got \(40, 41\)"):
        _drawn(STAR[:-1])
    with pytest.raises(ValueError, match="no stabilizing gain"):
        _drawn(np.full_like(STAR, np.inf))
    with pytest.raises(ValueError, match="looks.METHODS"):
        _drawn(paths={"guess": [np.zeros((2, 2))]})


def _segment(peak=5.0, costs=STAR):
    shares = np.linspace(0, 1, 101)
    straight = 4 * peak * shares * (1 - shares)
    pieces = [np.linspace([1, 0], [0, 0], 9), np.linspace([0, 1], [0, 0], 9)]
    return landscape.segment_and_slice(
        shares, straight, 0.02 * straight, AXIS, AXIS, costs, pieces, 1.0
    )


def test_segment_words_follow_the_data():
    high, low = _segment(5.0).alt_text, _segment(0.5).alt_text
    assert "to 5 " in high and "0.1" in high
    assert "stays above 1 for 0 % of the way" in low
    assert "gains lies outside" in high and "gains lies inside" in low
    assert _segment(costs=DISC).alt_text != high


def test_segment_refuses_unequal_lengths():
    with pytest.raises(ValueError, match=r"straight: expected shape \(3,\), got \(4,\)"):
        landscape.segment_and_slice(
            np.zeros(3), np.zeros(4), np.zeros(3), AXIS, AXIS, STAR, [], 1.0
        )
