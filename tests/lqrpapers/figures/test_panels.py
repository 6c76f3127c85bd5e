"""The engine of panels: what is drawn where, from the data alone."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from lqrpapers.figures.curves import (
    ITERATIONS,
    Curve,
    Panel,
    Reference,
    dashed,
    extremes,
    key,
    points,
    side_by_side,
    spread,
    with_promise,
)
from lqrpapers.figures.looks import BLUE, GREY, VERMILION, Look
from lqrpapers.figures.panels import SHORT, draw, marked

X = np.array([1.0, 10.0, 100.0])
LOOK = Look(BLUE, "o", "measured")
SAMPLES = np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 9.0], [3.0, 5.0, 30.0], [4.0, 7.0, 40.0]])


def axes_of(*curves, **panel):
    [axes] = draw([Panel("x", curves, **panel)], "y").axes
    return axes


def band_of(axes, which=0):
    """Lower and upper ends of a band at its x."""
    vertices = axes.collections[which].get_paths()[0].vertices
    return {
        float(x): (vertices[vertices[:, 0] == x, 1].min(), vertices[vertices[:, 0] == x, 1].max())
        for x in np.unique(vertices[:, 0])
    }


def legend_of(drawn):
    return [text.get_text() for text in drawn.get_texts()]


def test_a_line_has_its_data_colour_marker_and_label():
    [line] = axes_of(Curve(X, X**2, LOOK)).lines
    np.testing.assert_array_equal(line.get_xydata(), np.stack([X, X**2], axis=1))
    assert (line.get_color(), line.get_marker(), line.get_linestyle()) == (BLUE, "o", "-")
    assert line.get_label() == "measured"


def test_axes_are_logarithmic_unless_told_otherwise():
    axes = axes_of(Curve(X, X, LOOK))
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    axes = axes_of(Curve(X, X, LOOK), xscale="linear", yscale="linear")
    assert (axes.get_xscale(), axes.get_yscale()) == ("linear", "linear")


def test_an_axis_of_iterations_begins_at_zero_and_is_linear_to_one():
    [axes] = draw([Panel(curves=[Curve(np.arange(50), np.ones(50), LOOK)], **ITERATIONS)]).axes
    assert axes.get_xscale() == "symlog" and axes.get_xlim()[0] == 0
    assert axes.xaxis.get_transform().linthresh == 1


@pytest.mark.parametrize("quantiles", [(0.0, 1.0), (0.1, 0.9), (0.25, 0.75)])
def test_samples_are_drawn_as_their_median_and_a_band_between_quantiles(quantiles):
    axes = axes_of(Curve(X, SAMPLES, LOOK, quantiles=(quantiles,)))
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), np.median(SAMPLES, axis=0))
    ends = np.quantile(SAMPLES, quantiles, axis=0).T
    np.testing.assert_allclose(list(band_of(axes).values()), ends)


def test_the_middle_may_be_the_mean_and_bands_several():
    axes = axes_of(Curve(X, SAMPLES, LOOK, mean=True, quantiles=((0, 1), (0.25, 0.75))))
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), SAMPLES.mean(axis=0))
    assert band_of(axes, 0)[1.0] == (1.0, 4.0) and band_of(axes, 1)[1.0] == (1.75, 3.25)


def test_rows_of_samples_are_wanted_one_for_each_place():
    curve = spread(X, SAMPLES.T, LOOK)
    np.testing.assert_array_equal(curve.y, SAMPLES)
    assert curve.quantiles == ((0.1, 0.9),)
    for rows in (SAMPLES, X):
        with pytest.raises(ValueError, match=r"measured: expected shape \(3, samples\)"):
            spread(X, rows, LOOK)


def test_missing_samples_are_left_out_and_a_place_without_any_is_not_drawn():
    samples = SAMPLES.copy()
    samples[3, 0], samples[:, 1] = np.nan, np.nan
    axes = axes_of(Curve(X, samples, LOOK))
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), [2.0, np.nan, 19.5])
    assert band_of(axes)[1.0] == (1.0, 3.0)


def test_bands_of_groups_of_unequal_size_are_those_of_each_group():
    groups = [np.arange(4.0), np.arange(7.0), np.arange(11.0)]
    axes = axes_of(Curve(X, side_by_side(groups), LOOK, quantiles=((0.1, 0.9),)))
    ends = [np.quantile(group, (0.1, 0.9)) for group in groups]
    np.testing.assert_allclose(list(band_of(axes).values()), ends)


def test_infinite_values_are_drawn_at_the_top_or_not_at_all():
    lost = SAMPLES.copy()
    lost[1:, 2] = np.inf
    axes = axes_of(Curve(X, lost, LOOK), Curve(X, [1, 2, np.inf], LOOK), top=50.0)
    assert axes.lines[0].get_ydata()[2] == axes.lines[1].get_ydata()[2] == 50.0
    assert band_of(axes)[100.0] == (3.0, 50.0)
    bare = axes_of(Curve(X, [1, 2, np.inf], LOOK))
    np.testing.assert_array_equal(bare.lines[0].get_ydata(), [1, 2, np.nan])


def test_an_interval_may_be_given_and_be_drawn_as_bars_beside_its_place():
    low, high = X / 2, 3 * X
    assert band_of(axes_of(Curve(X, X, LOOK, between=(low, high))))[10.0] == (5.0, 30.0)
    curve = Curve(X, X, LOOK, between=(low, high), bars=True, shift=0.5)
    [container] = axes_of(curve).containers
    ends = container.lines[2][0].get_segments()[1]
    np.testing.assert_allclose(ends, [[10.5, 5.0], [10.5, 30.0]])


def test_promises_are_dashed_points_have_no_line_and_hollow_markers_no_filling():
    measured, promise = with_promise(X, X, 2 * X, LOOK)
    cross = points(X, X, Look(VERMILION, "s", "recorded"), hollow=True, every=2)
    solid, hollow, alone, plain = axes_of(measured, promise, cross, dashed(X, X, LOOK)).lines
    assert (solid.get_linestyle(), hollow.get_linestyle()) == ("-", "--")
    assert hollow.get_markerfacecolor() == "white" and hollow.get_label().startswith("_")
    assert (alone.get_linestyle(), alone.get_markerfacecolor()) == ("None", "none")
    assert alone.get_markevery() == 2
    assert (plain.get_linestyle(), plain.get_marker()) == ("--", "")


def test_extremes_and_groups_of_unequal_size():
    samples = side_by_side([[1.0, 2.0], [3.0, 5.0, 4.0]])
    assert samples.shape == (3, 2) and np.isnan(samples).sum() == 1
    largest, least = (extremes([1, 2], samples, LOOK, end) for end in (True, False))
    np.testing.assert_array_equal(largest.y, [2, 5])
    np.testing.assert_array_equal(least.y, [1, 3])
    assert extremes([1, 2], samples, Look(BLUE, "x")).look.marker == "v"


def test_reference_lines_lie_where_they_are_said_to_lie():
    axes = axes_of(
        Curve(X, X, LOOK),
        references=[Reference(5, "level", color=GREY), Reference(20, vertical=True, note="end")],
    )
    across, upright = axes.lines[1:]
    assert list(across.get_ydata()) == [5, 5] and across.get_color() == GREY
    assert list(upright.get_xdata()) == [20, 20] and axes.texts[0].get_text() == "end"


def test_a_label_stands_once_above_all_panels():
    panels = [Panel("x", [Curve(X, X, LOOK), key(Look(GREY), "more")], title) for title in "ab"]
    figure = draw(panels, "y")
    assert [legend_of(legend) for legend in figure.legends] == [["measured", "more"]]
    assert all(axes.get_legend() is None for axes in figure.axes)


def test_a_panel_may_have_a_legend_of_its_own():
    shared = Curve(X, X, LOOK, above=True)
    panels = [Panel("x", [shared, Curve(X, X, Look(GREY), name)], legend="best") for name in "ab"]
    figure = draw(panels, "y")
    assert legend_of(figure.legends[0]) == ["measured"]
    assert [legend_of(axes.get_legend()) for axes in figure.axes] == [["a"], ["b"]]


def test_panels_share_the_vertical_axis_they_have_in_common():
    low, high = Panel("x", [Curve(X, X, LOOK)]), Panel("x", [Curve(X, 1e6 * X, LOOK)])
    left, right = draw([low, high], "y").axes
    assert left.get_ylim() == right.get_ylim() and left.get_ylim()[1] > 1e8
    assert (left.get_ylabel(), right.get_ylabel()) == ("y", "")
    left, right = draw([low, high], "y", share=False).axes
    assert left.get_ylim()[1] < 1e6 < right.get_ylim()[1]


def test_a_limit_in_one_panel_does_not_stop_the_scaling_of_the_others():
    panels = [Panel("x", [Curve(X, y * X, LOOK)], ylim=(0.1, None)) for y in (1, 1e6)]
    assert draw(panels, "y").axes[0].get_ylim()[1] > 1e8


def test_panels_in_rows_leave_no_empty_axes():
    figure = draw([Panel("x", [Curve(X, X, LOOK)], str(k)) for k in range(3)], "y", columns=2)
    assert len(figure.axes) == 3
    assert [axes.get_ylabel() for axes in figure.axes] == ["y", "", "y"]


def test_ticks_are_numbers_or_have_names():
    axes = axes_of(Curve(X, X, LOOK), xticks=X, yticks={1.0: "one", 10.0: "ten"})
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["1", "10", "100"]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["one", "ten"]


def test_short_curves_have_all_markers_and_long_ones_even_ones():
    assert marked(np.arange(SHORT)) == list(range(SHORT))
    linear = marked(np.arange(801.0))
    assert linear == list(range(0, 801, 100))
    log = np.log(np.geomspace(1, 1e8, 801)[marked(np.geomspace(1, 1e8, 801), "log")])
    np.testing.assert_allclose(np.diff(log), np.log(10), rtol=1e-6)
    symlog = marked(np.arange(10_001.0), "symlog")
    assert symlog[0] == 0 and symlog[-1] == 10_000 and len(symlog) <= 9


def test_markers_of_coinciding_curves_take_turns():
    places = [set(marked(np.arange(801.0), "linear", turn)) for turn in range(4)]
    assert not set.intersection(*places) and places[1] == {x + 25 for x in range(0, 800, 100)}


def test_what_else_there_is_to_draw_comes_with_the_book_settings():
    seen = []
    axes_of(Curve(X, X, LOOK), also=lambda axes: seen.append(plt.rcParams["font.size"]))
    assert seen == [10]


@pytest.mark.parametrize(
    ("x", "y", "given"),
    [
        (X, X[1:], r"\(3,\) and \(2,\)"),
        (X, SAMPLES.T, r"\(3,\) and \(3, 4\)"),
        (X, SAMPLES[None], r"\(3,\) and \(1, 4, 3\)"),
        ([], [], r"\(0,\) and \(0,\)"),
        ([X], [X], r"\(1, 3\) and \(1, 3\)"),
    ],
)
def test_malformed_curves_are_named(x, y, given):
    expected = rf"speed: expected x \(X,\) and y \(X,\) or samples \(S, X\), got {given}"
    with pytest.raises(ValueError, match=expected):
        axes_of(Curve(x, y, LOOK, "speed"))


def test_a_malformed_interval_is_named():
    with pytest.raises(ValueError, match=r"measured, between: expected shape \(3,\), got \(2,\)"):
        axes_of(Curve(X, X, LOOK, between=(X, X[1:])))


def test_the_same_data_give_the_same_picture(tmp_path):
    files = [tmp_path / "one.png", tmp_path / "two.png"]
    for file in files:
        draw([Panel("x", [Curve(X, SAMPLES, LOOK)], "a")], "y").savefig(file)
    assert files[0].read_bytes() == files[1].read_bytes()
