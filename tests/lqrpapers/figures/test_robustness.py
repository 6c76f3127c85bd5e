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
    assert "At sweep 2 the change falls below 1e-05 while the error is 0.5" in figure.alt_text
    assert "gives up at the cap of 10 from iterate 2 on" in figure.alt_text
    with pytest.raises(ValueError, match=r"increment: expected shape \(2,\)"):
        robustness.early_stopping(error[:2], change, 2, error, tolerance=1e-5, cap=10)


def test_early_stopping_without_giving_up():
    ones = np.ones(3)
    figure = robustness.early_stopping(ones, ones, 1, 4 * ones, tolerance=1e-5, cap=10)
    assert "never reaches the cap of 10" in figure.alt_text


def test_noise_factors_name_each_factor_at_the_largest_scale():
    scales = np.linspace(0, 2, 5)
    figure = robustness.noise_factors(scales, {"cost": 1 + scales}, {"step": 1 / (1 + scales)})
    assert "cost: 1 at 0 to 3 at 2. step: 1 at 0 to 0.333 at 2" in figure.alt_text
    with pytest.raises(ValueError, match="cost: expected x"):
        robustness.noise_factors(scales, {"cost": scales[1:]}, {})
