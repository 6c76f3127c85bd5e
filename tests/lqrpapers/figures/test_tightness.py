"""The picture of all bounds: what it says, and what it leaves out."""

from __future__ import annotations

import numpy as np
import pytest

from lqrpapers.figures.tightness import LEFT, RIGHT, Row, tightness

RATIOS = np.array([1e-6, 1e-4, 1e-2])
ROWS = [
    Row(
        3,
        "gradient",
        {"printed": RATIOS, "sharp": RATIOS / 2},
        {"printed": 2.0, "sharp": 1.0},
        {"Boeing": 0.0},
    ),
    Row(5, "step", {"sharp": RATIOS * 10}, {"sharp": np.inf}, {"Boeing": 1e-20}),
]


@pytest.fixture(scope="module")
def figure():
    return tightness(ROWS)


def drawn(figure):
    return [float(x) for line in figure.axes[0].lines for x in np.ravel(line.get_xdata())]


def test_the_words_name_the_extremes_and_what_is_exceeded(figure):
    assert "2 bounds" in figure.alt_text
    assert "5·10⁻⁵ (gradient) to 0.001 (step)" in figure.alt_text
    assert "2 of 2 use more than 0.99" in figure.alt_text
    assert figure.alt_text.endswith("printed bounds exceeded: gradient.")
    assert len(figure.alt_text) <= 400


def test_what_lies_beyond_the_axis_is_drawn_at_its_end_and_a_zero_is_not(figure):
    seen = drawn(figure)
    assert LEFT in seen and RIGHT in seen and np.isnan(seen).sum() == 1


def test_a_bar_cut_at_the_left_edge_is_marked():
    def cut(least):
        axes = tightness(
            [Row(3, "step", {"sharp": np.array([least, 1e-4])}, {"sharp": 0.5}, {})]
        ).axes[0]
        return "<" in {line.get_marker() for line in axes.lines}

    assert cut(1e-20) and not cut(1e-9)


def test_formulas_in_names_are_set_as_such():
    axes = tightness([Row(5, "step c_pg", {"sharp": RATIOS}, {"sharp": 0.5}, {})]).axes[0]
    assert axes.get_yticklabels()[0].get_text() == "step $c_{pg}$"


def test_rows_are_named_from_top_to_bottom(figure):
    axes = figure.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["gradient", "step"]
    assert axes.get_ylim()[0] > axes.get_ylim()[1]
    assert {text.get_text() for text in axes.texts} == {"chapter 3", "chapter 5"}
