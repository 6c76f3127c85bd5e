"""Figures of the suspension's descents, the published solver and what noise does to bounds."""

import numpy as np
import pytest

from lqrpapers.figures import robustness

INF = np.inf


def run(**changes):
    parts = {
        "noisy": np.array([5.0, 1.0, 30.0, INF]),
        "quiet": np.array([0.1, 0.05, 0.01, 0.001]),
        "recorded_noisy": np.array([5.0, 1.0, INF, INF]),
        "recorded_quiet": np.array([0.1, 0.05, 0.01, 0.002]),
    }
    return robustness.Descent(**parts | changes)


def test_descent_costs_say_where_each_curve_ends():
    text = robustness.descent_costs(run()).alt_text
    assert "with noise: 5 at 0 to 30 at 2, least 1 at 1, infinite from 3 on" in text
    assert "without noise, recorded: 0.1 at 0 to 0.002 at 3" in text
    assert "line at 3 (infinite from 3 (ours))" in text
    assert "line at 2 (infinite from 2 (recorded))" in text


def test_finite_costs_get_no_line_of_infinity():
    finite = np.array([5.0, 1.0, 0.5, 0.2])
    figure = robustness.descent_costs(run(noisy=finite, recorded_noisy=finite))
    assert "infin" not in figure.alt_text
    assert not figure.axes[0].texts


def test_recorded_runs_may_have_another_length_but_costs_of_one_run_may_not():
    short = {"recorded_noisy": np.array([5.0]), "recorded_quiet": np.array([0.1])}
    assert robustness.descent_costs(run(**short))
    with pytest.raises(ValueError, match=r"quiet: expected shape \(4,\)"):
        robustness.descent_costs(run(quiet=np.array([0.1])))


def test_early_stopping_says_how_wrong_the_solver_is_when_it_stops():
    error, change = np.array([1.0, 0.5, 0.25]), np.array([1.0, 1e-6, 1e-7])
    figure = robustness.early_stopping(
        error, change, 2, np.array([2, 5, 11]), tolerance=1e-5, cap=10
    )
    assert "At sweep 2 the change falls below 10⁻⁵ while the error is 0.5" in figure.alt_text
    assert "gives up at the cap of 10 from iterate 2 on" in figure.alt_text
    with pytest.raises(ValueError, match=r"increment: expected shape \(2,\)"):
        robustness.early_stopping(error[:2], change, 2, error, tolerance=1e-5, cap=10)


def test_early_stopping_without_giving_up():
    ones = np.ones(3)
    figure = robustness.early_stopping(ones, ones, 1, 4 * ones, tolerance=1e-5, cap=10)
    assert "never reaches the cap of 10" in figure.alt_text


def test_noise_factors_name_each_factor_at_the_largest_scale():
    scales = np.linspace(0, 2, 5)
    figure = robustness.noise_factors(
        scales, {"cost": 7 * (1 + scales)}, {"step": 1 / (1 + scales)}
    )
    assert "cost: 1 at 0 to 3 at 2. step: 1 at 0 to 0.333 at 2" in figure.alt_text
    with pytest.raises(ValueError, match="cost: expected x"):
        robustness.noise_factors(scales, {"cost": scales[1:]}, {})


def test_survival_names_both_ends_and_the_limit():
    designs = np.array([0.0, 0.5, 1.0])
    survived, price = np.array([0.9, 1.0, 1.04]), np.array([0.0, 0.01, 0.03])
    figure = robustness.survival(designs, survived, price, largest=1.05, marks={"middle": 0.5})
    text = figure.alt_text
    assert "from 0.9000 to 1.0400; the limit for any gain is 1.0500" in text
    assert "price: 0 at 0 to 3 at 1" in text
    marker = figure.axes[1].lines[-1]
    assert (marker.get_xdata()[0], marker.get_ydata()[0]) == (0.5, 1.0)
    with pytest.raises(ValueError, match="critical scale: expected x"):
        robustness.survival(designs, survived[1:], price, largest=1.05, marks={})


def test_regret_map_counts_what_is_lost_and_finds_the_largest_excess():
    regret = np.array([[1.0, 1.5, np.inf], [1.1, 1.0, 3.0]])
    edge = np.array([0.9, 1.2])
    figure = robustness.regret_map(np.array([0.0, 1.0]), np.array([0.0, 0.5, 1.0]), regret, edge)
    assert "largest finite excess is 200 per cent" in figure.alt_text
    assert "In 16.7 per cent of the map" in figure.alt_text
    assert "from a true scale of 0.900" in figure.alt_text


@pytest.mark.parametrize(
    "shape, edge, message",
    [
        ((3, 2), 2, "regret: expected shape \\(2, 3\\)"),
        ((2, 3), 3, "survived: expected shape \\(2,\\)"),
    ],
)
def test_regret_of_another_shape_is_refused(shape, edge, message):
    with pytest.raises(ValueError, match=message):
        robustness.regret_map(np.arange(2.0), np.arange(3.0), np.ones(shape), np.ones(edge))


def test_bands_tell_median_average_and_expectation_apart():
    squares = np.array([[1.0, 1.0, 1.0], [0.1, 0.2, 9.3]])
    times = np.array([0.0, 2.0])
    figure = robustness.trajectory_bands(times, {"gain": (squares, np.array([1.0, 5.0]))})
    assert (
        "median: 1 at 0 to 0.2 at 2; average: 1 at 0 to 3.2 at 2; expectation: 1 at 0 to 5"
        in figure.alt_text
    )
    assert "over time (s)" in figure.alt_text
    with pytest.raises(ValueError, match="expectation: expected x"):
        robustness.trajectory_bands(times, {"gain": (squares, np.ones(3))})
