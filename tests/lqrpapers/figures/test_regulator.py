"""Pictures of averages, bounds and frequencies."""

import numpy as np
import pytest

from lqrpapers.figures import regulator


def test_wilson_interval_known_values():
    # Newcombe (1998), Table I: 81 of 263 and 0 of 20, 95 %.
    low, high = regulator.wilson_interval([81, 0, 20], [263, 20, 20], 1.959964)
    assert np.allclose(low, [0.2553, 0.0, 0.8389], atol=5e-5)
    assert np.allclose(high, [0.3662, 0.1611, 1.0], atol=5e-5)


def test_wilson_interval_covers_the_proportion_and_shrinks():
    low, high = regulator.wilson_interval([5, 10], 10)
    assert low[0] < 0.5 < high[0] and low[1] < 1.0 and high[1] == pytest.approx(1)
    assert regulator.wilson_interval(500, 1000)[0] > low[0]


@pytest.mark.parametrize("count, total", [(-1, 5), (6, 5), (0, 0)])
def test_wilson_interval_refuses_what_is_no_proportion(count, total):
    with pytest.raises(ValueError, match="count, total"):
        regulator.wilson_interval(count, total)


def test_running_averages_say_where_they_end():
    samples = np.random.default_rng(0).exponential(2.0, 4000)
    near = regulator.running_averages({"case": samples}, {"case": 0.8 * samples.mean()})
    far = regulator.running_averages({"case": samples}, {"case": 2 * samples.mean()})
    assert "to 25 at 4,000" in near.alt_text
    assert "to −50 at 4,000" in far.alt_text


def test_running_averages_keep_the_scale_of_what_stands_apart_from_the_others():
    rng = np.random.default_rng(0)
    samples = {"near": 1 + 0.01 * rng.random(400), "far": 9 * rng.random(400)}
    figure = regulator.running_averages(samples, dict.fromkeys(samples, 1.0), apart=["far"])
    near, far = (axes.get_ylim()[1] for axes in figure.axes)
    assert near < 2 < 100 < far


def test_running_averages_want_a_truth_for_each_case():
    with pytest.raises(ValueError, match="truth: expected the names"):
        regulator.running_averages({"a": np.ones(50)}, {"b": 1.0})


def _pairs(factor):
    bound = np.geomspace(1, 100, 20)
    return {"case": (bound, factor * bound)}


def test_bounds_name_the_largest_share():
    figure = regulator.bounds_and_truth(_pairs(0.5), _pairs(0.25))
    assert "is 0.5." in figure.alt_text and "is 0.25." in figure.alt_text
    assert "is 1.2." in regulator.bounds_and_truth(_pairs(1.2), _pairs(1)).alt_text


def test_bounds_want_pairs_of_one_shape():
    with pytest.raises(ValueError, match="case: expected x"):
        regulator.bounds_and_truth({"case": (np.ones(3), np.ones(4))}, _pairs(1))


def test_midpoint_failures_say_first_and_last():
    n = np.arange(1, 4)
    figure = regulator.midpoint_failures(n, {"case": (np.array([0, 5, 10]), np.full(3, 40))})
    assert "case: 0.0 % at n = 1 to 25.0 % at n = 3" in figure.alt_text
    with pytest.raises(ValueError, match=r"case: expected shape \(3,\), got \(2,\)"):
        regulator.midpoint_failures(n, {"case": (np.zeros(2), np.full(2, 40))})
